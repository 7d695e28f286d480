"""A request on one sheet: what was ordered, what was promised, who was asked, who goes, and what hinders it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from linli.schemas.assignment import AssignmentRecord, Leg, OnHold, Rated, Referred, Unmet
from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word, word_of
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import RequestDetails, Window
from linli.schemas.people import PersonalPart
from linli.schemas.sealed_text import part_of
from linli.services.cli.board_lookups import (
    category_name,
    grid_meant,
    grid_names,
    number_of,
    request_meant,
    team_names,
    teams_of,
)
from linli.services.cli.here import Here
from linli.services.cli.out import Out, clock
from linli.services.cli.words import TONGUE, aside, both, listed
from linli.services.offices import office_name
from linli.services.wiring import keyring_of
from linli.streams.board.entries import HistoryLine
from linli.streams.board.reader import Tentative
from linli.streams.sealed.sealing import unseal
from linli.streams.sealed.subject_keys import find_subject_key
from linli.streams.sealed.written_reasons import opened_texts

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is known of one request."""

    record: AssignmentRecord
    names: Mapping[str, str]
    tentative: list[Tentative]
    history: list[HistoryLine]
    personal: PersonalPart | None
    grids: Mapping[str, str]
    written: Mapping[str, str] | None = None

    def as_data(self) -> dict[str, object]:
        """Give it to a program; the personal part only where it was asked for."""
        data: dict[str, object] = {"request": self.record.model_dump(mode="json")}
        data["state"] = self.record.state.value
        data["tentative"] = [{"team": one.team, "leg": one.leg, "start": one.start} for one in self.tentative]
        if self.history:
            data["history"] = [line.model_dump(mode="json") for line in self.history]
        if self.personal is not None:
            data["personal"] = self.personal.model_dump(mode="json")
            data["written"] = list((self.written or {}).values())
        return data


async def show_request(here: Here, out: Out, name: str, *, reveal: bool, history: bool) -> None:
    """Show a request as the board has it.

    Raises
    ------
    LinliError
        If there is no such request, or its personal part was erased.
    """
    async with here.board() as board:
        record = await request_meant(board, name)
        lines = await board.history(record.request_id) if history else []
        tentative = await board.tentative(record.request_id)
        teams = teams_of(record) + [one.team for one in tentative] + [line.who for line in lines if line.who]
        names = await team_names(board, teams)
    personal: PersonalPart | None = None
    written: Mapping[str, str] | None = None
    if reveal:
        personal, written = await _revealed(here, record)
    sheet = Sheet(record, names, tentative, lines, personal, grid_names(here.settings), written)
    out.data(sheet.as_data())
    _show(sheet, out)


async def _revealed(here: Here, record: AssignmentRecord) -> tuple[PersonalPart, Mapping[str, str]]:
    """Open the personal part of a request and what was written about it with the master key.

    Raises
    ------
    LinliError
        If there is none to open: it was erased, or only a cancellation is known.
    """
    from linli.streams.ground_facts import read_facts

    if record.details is None:
        raise LinliError(Code.ERASED, id=record.request_id)
    keyring, address, sealed = keyring_of(here.settings), await here.reach_kafka(), record.details.sealed
    partitions = (await read_facts(address)).district_map.partitions
    key = await find_subject_key(address, sealed.key_id, partitions)
    if key is None:
        raise LinliError(Code.ERASED, id=record.request_id)
    written = await opened_texts(record.written, address, partitions, keyring)
    return unseal(sealed, key, keyring, PersonalPart), written


def _show(sheet: Sheet, out: Out) -> None:
    if out.as_json:
        return
    record = sheet.record
    title = f"{record.request_id}  {word_of(record.state, TONGUE)}"
    out.say(title, title)
    out.table(("", ""), list(rows_of(sheet)))
    if sheet.history:
        out.table(_history_headers(), [_history_row(line, sheet.names) for line in sheet.history])
    if sheet.personal is not None:
        written = [(both("written", "所写内容"), text) for text in (sheet.written or {}).values()]
        rows = [*_personal_rows(sheet.personal.model_dump()), *written]
        out.table((both("personal", "个人信息"), ""), rows)


def rows_of(sheet: Sheet) -> Iterator[Row]:
    """Yield what is shown of a request, a label and what it is."""
    record = sheet.record
    yield from (
        *_ordered(record, sheet.grids),
        *_hindrance(record, sheet.written),
        *_going(sheet),
        *_afterwards(record),
    )


def _ordered(record: AssignmentRecord, grids: Mapping[str, str]) -> Iterator[Row]:
    details = record.details
    if details is None:
        yield both("order", "点单"), both("not known: only its cancellation arrived", "尚未收到，只收到取消")
        return
    yield both("number", "编号"), number_of(record)
    yield both("help", "服务"), listed(category_name(details.category), word_of(details.beneficiary, TONGUE))
    yield both("ordered by", "点单人"), listed(word_of(details.requester, TONGUE), clock(details.ordered_at))
    yield both("wanted", "预约"), both("; ", "；").join(span(window) for window in details.windows)
    yield both("visit", "上门"), _visit(details)
    yield both("place", "地点"), _place(details, grids)
    if record.promise is not None:
        yield both("promised", "承诺时段"), span(record.promise)


def span(window: Window) -> str:
    """Write a window; the day of its end only where it is another."""
    start, end = clock(window.start), clock(window.end)
    same_day = start.partition(" ")[0] == end.partition(" ")[0]
    return f"{start} – {end.partition(' ')[2] if same_day else end}"


def _visit(details: RequestDetails) -> str:
    minutes = both(f"{details.minutes} minutes", f"{details.minutes} 分钟")
    teams = both(f"{details.legs} teams", f"{details.legs} 支队伍") if details.legs > 1 else ""
    how = word_of(details.together, TONGUE) if details.legs > 1 else ""
    further = listed(*map(category_name, details.further))
    people = "" if details.headcount is None else both(f"{details.headcount} people", f"{details.headcount} 人")
    urgent = both("urgent", "紧急") if details.urgency == 0 else ""
    return listed(minutes, teams, how, further, people, urgent)


def _place(details: RequestDetails, grids: Mapping[str, str]) -> str:
    place = details.place
    said = listed(grid_meant(place.grid, grids), word_of(place.terrain, TONGUE))
    return aside(said, both("only the grid is known", "仅知网格")) if place.coarse else said


def _hindrance(record: AssignmentRecord, opened: Mapping[str, str] | None) -> Iterator[Row]:
    match record.status:
        case Unmet(why=why, alternative=alternative):
            yield both("nobody", "无人"), word(f"nobody.{why.outcome}", TONGUE)
            if alternative:
                yield word("term.alternative", TONGUE), alternative
        case Referred(office=office, due=due):
            yield both("referred to", "转办至"), office_name(office, shipped_menu(), TONGUE)
            if due is not None:
                yield both("answer due by", "答复时限"), clock(due)
        case OnHold(by=by, reason=reason):
            said = _opened(reason, opened)
            yield both("held by", "挂起"), both(f"{by}: {said}", f"{by}：{said}")
        case Rated(stars=stars, by=by):
            yield both("rated", "评价"), f"{'★' * stars}{'☆' * (5 - stars)} {word(f'rated_by.{by}', TONGUE)}"
        case _:
            pass
    for answer in record.office_answers:
        said = f"{clock(answer.at)} {word_of(answer.outcome, TONGUE)} {_opened(answer.note, opened)}".rstrip()
        yield office_name(answer.office, shipped_menu(), TONGUE), said
    if record.details is not None and record.details.restricted:
        yield both("restricted", "限制查阅"), both("for the office it was referred to", "仅限受理部门")


def _opened(text: str, opened: Mapping[str, str] | None) -> str:
    """Give what somebody wrote, opened or left in clear by an older build; else say how it is opened, or what was."""
    if part_of(text) is None:
        return text
    if opened is None:
        return both("(sealed; --reveal opens it)", "（已加密，加 --reveal 查看）")
    return opened.get(text) or both("(erased)", "（已删除）")


def _going(sheet: Sheet) -> Iterator[Row]:
    for one in sheet.tentative:
        if sheet.record.legs == () or sheet.record.legs[one.leg].assignment is None:
            label = both("planned", "拟派")
            yield label, aside(listed(sheet.names[one.team], clock(one.start)), both("may still change", "可能调整"))
    for number, leg in enumerate(sheet.record.legs):
        yield from _leg(number, leg, sheet.names)


def _leg(number: int, leg: Leg, names: Mapping[str, str]) -> Iterator[Row]:
    for offer in leg.offers:
        until = f"{both('answer by', '请于此前答复')} {clock(offer.expires)}" if offer.state.value == "open" else ""
        reason = word_of(offer.declined, TONGUE) if offer.declined is not None else ""
        label = f"{both('offer', '邀约')} {offer.id}"
        yield label, listed(names[offer.team], word_of(offer.state, TONGUE), reason, clock(offer.start), until)
    going = leg.assignment
    if going is not None:
        yield f"{both('visit', '上门')} {number + 1}", listed(names[going.team], clock(going.start), *going.members)


def _afterwards(record: AssignmentRecord) -> Iterator[Row]:
    for broken in record.broken:
        cause = word(f"cause.{broken.cause}", TONGUE)
        yield (
            both("promise broken", "承诺未兑现"),
            both(f"{span(broken.window)}: {cause}", f"{span(broken.window)}：{cause}"),
        )
    for climb in record.climbs:
        level, awaited = word(f"level.{climb.level}", TONGUE), word_of(climb.waited_for, TONGUE)
        waited = both(f"{climb.minutes} min: {awaited}", f"{climb.minutes} 分钟：{awaited}")
        yield word("term.escalated", TONGUE), listed(aside(climb.node, level), clock(climb.at), waited)
    if record.barred:
        barred = both("; ", "；").join(aside(team, word(f"barred.{why}", TONGUE)) for team, why in record.barred)
        yield both("not asked again", "不再询问"), barred
    if record.linked:
        yield both("perhaps the same", "疑似重复"), listed(*record.linked)


def _history_headers() -> tuple[str, ...]:
    return (both("time", "时间"), both("state", "状态"), both("cause", "原因"), both("team", "队伍"))


def _history_row(line: HistoryLine, names: Mapping[str, str]) -> tuple[str, ...]:
    cause = word(f"cause.{line.cause}", TONGUE)
    return (clock(line.at), word_of(line.state, TONGUE), cause, names.get(line.who or "", ""))


def _personal_rows(personal: Mapping[str, Any], prefix: str = "") -> Iterator[Row]:
    for name, value in personal.items():
        if isinstance(value, BaseModel | dict):
            yield from _personal_rows(dict(value), f"{prefix}{name}.")  # pyright: ignore[reportUnknownArgumentType]
        elif value is not None:
            yield f"{prefix}{name}", str(value)
