"""Visits of a day, in their order: for the desk's list of all teams, and for a team's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from linli.matcher.service.unreported import unheard
from linli.schemas.assignment import Assignment, AssignmentRecord
from linli.services.console.case_lines import help_name, number_of
from linli.services.console.case_sheet import place_of
from linli.services.console.forms import day_bounds
from linli.services.console.surroundings import Surroundings
from linli.services.console.words import Speech

MISSING_FOR: Final = timedelta(days=30)
"""How far back a team's missing records are looked for; the requests are closed, and shown no more, before that."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that a team has promised to make."""

    id: str
    request_id: str
    number: str
    team: str
    start: datetime
    end: datetime
    help: str
    where: str
    members: str
    state: str
    started: bool
    over: bool


async def visits_on(here: Surroundings, day: date, teams: Mapping[str, str], speech: Speech) -> list[Visit]:
    """Give the visits of teams on a day, by time.

    Parameters
    ----------
    here
        The surroundings.
    day
        Which day, in the districts' time.
    teams
        Names of the teams by id.
    speech
        The language.
    """
    start, end = day_bounds(day)
    found: list[Visit] = []
    for team, name in teams.items():
        records = await here.board.visits_of(team, start, end)
        found += [
            _visit(record, visit, name, here, speech)
            for record in {one.request_id: one for one in records}.values()
            for visit in visits_in(record, team)
            if start <= visit.start < end
        ]
    return sorted(found, key=lambda visit: (visit.start, visit.team))


async def missing_records(here: Surroundings, team: str, name: str, speech: Speech) -> list[Visit]:
    """Give the past visits of a team that ended without its word, which it can still hand in, by time."""
    now = here.clock.now()
    records = await here.board.visits_of(team, now - MISSING_FOR, now)
    missing = [
        _visit(record, one, name, here, speech)
        for record in {one.request_id: one for one in records}.values()
        for one in unheard(record)
        if one.team == team
    ]
    return sorted(missing, key=lambda one: one.start)


def visits_in(record: AssignmentRecord, team: str) -> list[Assignment]:
    """Give the visits that a team makes for a case."""
    return [leg.assignment for leg in record.legs if leg.assignment is not None and leg.assignment.team == team]


def _visit(record: AssignmentRecord, visit: Assignment, team: str, here: Surroundings, speech: Speech) -> Visit:
    details = record.details
    return Visit(
        id=visit.id,
        request_id=record.request_id,
        number=number_of(record),
        team=team,
        start=visit.start,
        end=visit.end,
        help=help_name(here.menu, record.help_of(visit.id), speech),
        where=place_of(details, here, speech) if details else "",
        members=speech.listed(visit.members),
        state=speech("team.gathering") if record.is_gathering else speech.of(record.state),
        started=visit.started,
        over=visit.finished is not None
        or record.state.value in ("done", "rated", "reopened", "closed", "failed_visit"),
    )
