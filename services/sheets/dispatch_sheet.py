"""The dispatch sheet: every line with its team, every team with its way, what was returned, and a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.matcher.rounds.day_plan import LaidStop
from linli.schemas.assignment import Referred
from linli.schemas.explanation import WhyNobody, WhyTeam
from linli.schemas.lifecycle import State
from linli.schemas.menu import ServiceMenu
from linli.schemas.orders import Order
from linli.schemas.places import District
from linli.services.sheets.agreement import Agreement, Compared
from linli.services.sheets.planning import PlannedDay, PlannedLine
from linli.services.sheets.reading import InSheet, Line
from linli.services.sheets.returning import Returned
from linli.services.sheets.sheet_text import (
    Words,
    alternatives,
    cost_difference,
    smallest_change,
    why_nobody,
    why_team,
)
from linli.services.sheets.writing import Book, Value

LINE_COLUMNS: Final = (
    *("number", "state", "team", "window", "start", "end", "minutes_way", "km_way", "category", "beneficiary"),
    *("place", "coarse", "reason", "alternatives", "change", "notes", "team_id", "line"),
)
TEAM_COLUMNS: Final = (
    *("team", "crew", "position", "arrival", "start", "end", "number", "category", "place"),
    *("minutes_way", "km_way", "team_id"),
)
CONTACT_COLUMNS: Final = (
    *("number", "team", "start", "name", "phone", "address", "detail", "requester_name", "requester_phone"),
)
AGREEMENT_COLUMNS: Final = ("number", "agrees", "desk_team", "team", "difference", "why_difference", "category", "line")

WIDTHS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("reason", "alternatives", "change", "notes", "detail", "address", "why_difference"), 42),
    **dict.fromkeys(("number", "team", "window", "place", "desk_team"), 24),
    **dict.fromkeys(("start", "end", "arrival", "category", "phone"), 17),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that goes into a dispatch sheet.

    Parameters
    ----------
    day, agreement
        What was planned, and how it compares with the desk's own choices.
    returned, returned_teams
        Lines that were refused with the reason in words.
    sheets, team_sheets
        The headers they stand under.
    facts
        The summary: what, and how much.
    """

    day: PlannedDay
    agreement: Agreement
    returned: Sequence[tuple[Line, str]]
    returned_teams: Sequence[tuple[Line, str]]
    sheets: Sequence[InSheet]
    team_sheets: Sequence[InSheet]
    facts: Sequence[tuple[str, Value]]


def write_dispatch(book: Book, sheet: Sheet, words: Words, menu: ServiceMenu, district: District) -> None:
    """Write all tables of a dispatch sheet.

    Notes
    -----
    What identifies a person stands in a table of its own, for the desk; the first two can be handed to the teams. Of a
    case of suspected harm nothing personal is repeated at all.
    """
    rows = _Rows(sheet.day, words, {item.code: item.zh if words.language == "zh" else item.en for item in menu.items})
    names = ((one.code, one.zh if words.language == "zh" else one.en) for one in menu.offices)
    rows.offices.update(names)
    rows.places.update({grid.code: grid.name for grid in district.grids})
    _table(book, "lines", LINE_COLUMNS, (rows.line(one) for one in sheet.day.lines), words)
    _table(book, "teams", TEAM_COLUMNS, (rows.stop(one) for one in sheet.day.plan.stops), words)
    _returned(book, sheet.returned, sheet.sheets, words, "returned")
    if sheet.returned_teams:
        _returned(book, sheet.returned_teams, sheet.team_sheets, words, "returned_teams")
    _table(book, "contacts", CONTACT_COLUMNS, (rows.contact(one) for one in sheet.day.lines), words)
    if sheet.agreement.lines:
        _table(book, "agreement", AGREEMENT_COLUMNS, (rows.compared(one) for one in sheet.agreement.lines), words)
    facts = book.table(words.say("sheet.summary"), (words.say("column.what"), words.say("column.value")), (36, 42))
    for what, value in sheet.facts:
        facts.row((words.say(f"summary.{what}"), value))


def _table(book: Book, name: str, columns: Sequence[str], rows: Iterator[dict[str, Value]], words: Words) -> None:
    headers = [words.say(f"column.{column}") for column in columns]
    table = book.table(words.say(f"sheet.{name}"), headers, [WIDTHS.get(column, 12) for column in columns])
    for row in rows:
        table.row([row.get(column) for column in columns])


def _returned(
    book: Book, lines: Sequence[tuple[Line, str]], sheets: Sequence[InSheet], words: Words, name: str
) -> None:
    returned = Returned(book, sheets, words.language, words.say(f"sheet.{name}"))
    for line, why in lines:
        returned.add(line, why)
    if not lines:
        book.table(words.say(f"sheet.{name}"), ["-"])


class _Rows:
    """Makes rows of what was planned."""

    def __init__(self, day: PlannedDay, words: Words, categories: Mapping[str, str]) -> None:
        self._words, self._categories = words, categories
        self._lines = {one.record.request_id: one for one in day.lines}
        self.places: dict[str, str] = {}
        self.offices: dict[str, str] = {}

    def line(self, one: PlannedLine) -> dict[str, Value]:
        """Give the row of an order."""
        details, words = one.record.details, self._words
        if details is None:
            return {}
        return {
            "number": details.source_id,
            "state": words.say(f"state.{state_of(one)}"),
            "category": self._categories.get(details.category, details.category),
            "beneficiary": words.word(f"beneficiary.{details.beneficiary}"),
            "place": self.places.get(details.place.grid, details.place.grid),
            "coarse": words.say("say.coarse" if details.place.coarse else "say.exact"),
            "window": words.window(one.record.promise or details.windows[0]),
            "notes": words.comma.join(words.note(note) for note in one.line.notes),
            "line": f"{one.line.sheet} {one.line.number}".strip(),
            **self._visit(one.stops),
            **self._reasons(one),
        }

    def _visit(self, stops: Sequence[LaidStop]) -> dict[str, Value]:
        if not stops:
            return {}
        words, first = self._words, stops[0]
        return {
            "team": words.comma.join(words.team(stop.team) for stop in stops),
            "team_id": words.comma.join(stop.team for stop in stops),
            "start": words.local(first.start),
            "end": words.local(first.end),
            **_way(first),
        }

    def _reasons(self, one: PlannedLine) -> dict[str, Value]:
        words = self._words
        match one.why:
            case WhyTeam():
                return {"reason": why_team(one.why, words), "alternatives": alternatives(one.why, words)}
            case WhyNobody():
                return {"reason": why_nobody(one.why, words), "change": smallest_change(one.why.change, words)}
            case _:
                return {"reason": self._referral(one)}

    def _referral(self, one: PlannedLine) -> str:
        status = one.record.status
        if isinstance(status, Referred):
            office = self.offices.get(status.reason) or self._words.word(f"office.{status.reason}")
            return f"{office}{self._words.comma}{self._words.say('say.not_sent')}"
        return ""

    def stop(self, stop: LaidStop) -> dict[str, Value]:
        """Give the row of a visit in a team's day."""
        words, details = self._words, self._lines[stop.request].record.details
        if details is None:
            return {}
        return {
            "team": words.team(stop.team),
            "team_id": stop.team,
            "crew": stop.crew + 1,
            "position": stop.position,
            "arrival": words.local(stop.arrival),
            "start": words.local(stop.start),
            "end": words.local(stop.end),
            "number": details.source_id,
            "category": self._categories.get(details.category, details.category),
            "place": self.places.get(details.place.grid, details.place.grid),
            **_way(stop),
        }

    def contact(self, one: PlannedLine) -> dict[str, Value]:
        """Give the row of a person, for the desk alone."""
        words, body, details = self._words, one.line.body, one.record.details
        if details is None or not isinstance(body, Order) or body.personal is None:
            return {}
        row: dict[str, Value] = {"number": details.source_id}
        if details.restricted:
            return {**row, "name": words.say("say.restricted")}
        if one.stops:
            row |= {"team": words.team(one.stops[0].team), "start": words.local(one.stops[0].start)}
        person = body.personal
        return {
            **row,
            "name": person.name,
            "phone": person.phone,
            "address": person.address_line,
            "detail": person.detail,
            "requester_name": person.requester_name,
            "requester_phone": person.requester_phone,
        }

    def compared(self, one: Compared) -> dict[str, Value]:
        """Give the row of a line on which the desk had chosen itself."""
        words, details = self._words, one.line.record.details
        if details is None:
            return {}
        return {
            "number": details.source_id,
            "agrees": words.say("say.yes" if one.verdict == "agreed" else "say.no"),
            "desk_team": one.given,
            "team": words.comma.join(words.team(stop.team) for stop in one.line.stops),
            "difference": round(one.seconds / 60) if one.verdict in ("agreed", "dearer") else None,
            "why_difference": self._why_difference(one),
            "category": self._categories.get(details.category, details.category),
            "line": f"{one.line.line.sheet} {one.line.line.number}".strip(),
        }

    def _why_difference(self, one: Compared) -> str:
        words, why = self._words, one.line.why
        if one.verdict == "dearer" and isinstance(why, WhyTeam) and one.other is not None:
            return cost_difference(why.chosen, one.other, words)
        said: Mapping[str, Callable[[], str]] = {
            "agreed": lambda: words.say("say.same_team"),
            "unknown": lambda: words.say("say.unknown_team"),
            "not_sent": lambda: words.say("say.not_sent"),
            "taken": lambda: words.say("say.taken"),
            "not_allowed": lambda: words.say("say.breaks_rule", rule=words.word(f"rule.{one.rule}")),
        }
        return said[one.verdict]()


def _way(stop: LaidStop) -> dict[str, Value]:
    return {"minutes_way": -(-stop.seconds // 60), "km_way": round(stop.metres / 1000, 1)}


def state_of(one: PlannedLine) -> str:
    """Say in one word of ours what became of an order on paper."""
    if one.record.state is State.REFERRED:
        return "referred"
    if one.record.state is State.RECORDED_AFTERWARDS:
        return "recorded_afterwards"
    wanted = len(one.record.legs)
    return "placed" if len(one.stops) >= wanted else "partly" if one.stops else "unmet"


def facts_of(day: PlannedDay, agreement: Agreement, at: datetime, returned: int) -> dict[str, Value]:
    """Count what a summary tells."""
    states = [state_of(one) for one in day.lines]
    facts: dict[str, Value] = {
        "at": at,
        "lines": len(day.lines) + returned,
        "placed": states.count("placed") + states.count("partly"),
        "unmet": states.count("unmet"),
        "referred": states.count("referred"),
        "returned": returned,
        "confirm": sum(any(note.confirm for note in one.line.notes) for one in day.lines),
        "coarse": sum(one.record.details is not None and one.record.details.place.coarse for one in day.lines),
        "teams": len(day.teams),
        "teams_out": len({stop.team for stop in day.plan.stops}),
        "way": round(sum(stop.seconds for stop in day.plan.stops) / 60),
    }
    if agreement.lines:
        facts |= {
            "compared": agreement.judged,
            "agreed": agreement.count("agreed"),
            "rate": f"{agreement.per_cent}%",
            "dearer": agreement.minutes,
            "not_allowed": agreement.count("not_allowed"),
            "taken": agreement.count("taken"),
            "unknown": agreement.count("unknown"),
        }
    return facts
