"""A case as one line of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Referred
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.menu import ServiceMenu
from linli.schemas.orders import RequestDetails
from linli.services.console.surroundings import Person, Surroundings
from linli.services.console.words import Speech
from linli.streams.board.reader import BoardReader

_TONES: Final[Mapping[State, str]] = {
    State.COMMITTED: "good",
    State.UNDER_WAY: "good",
    State.DONE: "good",
    State.RATED: "good",
    State.REOPENED: "warn",
    State.UNMET: "warn",
    State.ON_HOLD: "warn",
    State.FAILED_VISIT: "warn",
    State.WITHDRAWN: "warn",
}


@dataclass(frozen=True, slots=True)
class CaseLine:
    """What a list shows of a case. ``tone`` colours the state; words say the same."""

    id: str
    number: str
    help: str
    whom: str
    wanted: str
    grid: str
    team: str
    state: str
    tone: str
    urgent: bool
    restricted: bool
    closed: bool


def tone_of(record: AssignmentRecord) -> str:
    """Say how a case's state is coloured; red is for danger to life alone."""
    if record.red:
        return "red"
    return _TONES.get(record.state, "")


def is_overdue(record: AssignmentRecord, now: datetime) -> bool:
    """Tell whether an office should have said something by now."""
    status = record.status
    return isinstance(status, Referred) and status.due is not None and status.due < now


def number_of(record: AssignmentRecord) -> str:
    """Give the number a case is known by: the sender's, or ours where there is none."""
    return record.request_id if record.details is None else record.details.source_id


def help_name(menu: ServiceMenu, code: str, speech: Speech) -> str:
    """Give the name of a category from the county's menu; its code where the menu has it no more."""
    item = menu.item(code)
    if item is None:
        return code
    return item.zh if speech.tongue == "zh" else item.en


def whom(details: RequestDetails, speech: Speech) -> str:
    """Say for whom it is: a group of people and their age, or so many people at an activity."""
    if details.headcount is not None:
        return speech("case.headcount", n=details.headcount)
    return speech.listed((speech.of(details.beneficiary), speech.of(details.age_band)))


def several_teams(details: RequestDetails, menu: ServiceMenu, speech: Speech) -> str:
    """Say how many teams come, whether at once or in order, and what the further ones come for."""
    further = [help_name(menu, code, speech) for code in details.further]
    return speech.listed([str(details.legs), speech.of(details.together), *further])


def proposed_in(record: AssignmentRecord) -> bool:
    """Tell whether a team is proposed that the desk has to confirm."""
    return any(offer.state is OfferState.PROPOSED for leg in record.legs for offer in leg.offers)


def team_now(record: AssignmentRecord) -> str | None:
    """Give the team that goes, or else the one that is asked or proposed at present."""
    for leg in record.legs:
        if leg.assignment is not None:
            return leg.assignment.team
    waiting = (OfferState.OPEN, OfferState.PROPOSED)
    asked = [offer.team for leg in record.legs for offer in leg.offers if offer.state in waiting]
    return asked[-1] if asked else None


def case_line(record: AssignmentRecord, names: Mapping[str, str], here: Surroundings, speech: Speech) -> CaseLine:
    """Write a case as a line.

    Parameters
    ----------
    record
        The case.
    names
        Names of teams by id; a team that is not in it is named by its id.
    here
        It knows the menu and the grids.
    speech
        The language.
    """
    details, team = record.details, team_now(record)
    return CaseLine(
        id=record.request_id,
        number=number_of(record),
        help=help_name(here.menu, details.category, speech) if details else "",
        whom=speech.of(details.beneficiary) if details else "",
        wanted=speech.span(record.promise or details.windows[0]) if details else "",
        grid=here.grids.get(details.place.grid, details.place.grid) if details else "",
        team=names.get(team, team) if team else "",
        state=speech("desk.proposed") if proposed_in(record) else speech.of(record.state),
        tone="warn" if proposed_in(record) else "overdue" if is_overdue(record, here.clock.now()) else tone_of(record),
        urgent=details is not None and details.urgency == 0,
        restricted=details is not None and details.restricted,
        closed=False,
    )


def closed_line(record: AssignmentRecord, speech: Speech, *, told: bool) -> CaseLine:
    """Write a case whose content the reader may not know.

    Parameters
    ----------
    record
        The case.
    speech
        The language.
    told
        Whether the reader may know that access is restricted; otherwise it looks like any that was registered.
    """
    return CaseLine(
        id=record.request_id,
        number=record.request_id if told else number_of(record),
        help=speech("desk.restricted") if told else "",
        whom="",
        wanted="",
        grid="",
        team="",
        state=speech.of(record.state if told else State.REGISTERED),
        tone=tone_of(record) if told else "",
        urgent=False,
        restricted=told,
        closed=True,
    )


async def names_of(board: BoardReader, teams: Sequence[str]) -> Mapping[str, str]:
    """Look up the names of teams; one that the board does not know keeps its id."""
    known = {team: await board.team(team) for team in dict.fromkeys(teams)}
    return {team: team if record is None else record.details.name for team, record in known.items()}


async def case_lines(
    here: Surroundings, records: Sequence[AssignmentRecord], person: Person, speech: Speech
) -> list[CaseLine]:
    """Write cases as lines, in the order given."""
    names = await names_of(here.board, [team for record in records if (team := team_now(record)) is not None])
    return [
        case_line(record, names, here, speech)
        if person.opens(record)
        else closed_line(record, speech, told=person.told)
        for record in records
    ]
