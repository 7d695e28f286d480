"""The same day as a telephone desk would have served it: first come, first served, by the nearest team that is free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from linli.matcher.insertion.baseline import first_come_nearest
from linli.matcher.ledger.state import TeamFacts
from linli.matcher.problem import Place, Problem, Team, Visit
from linli.matcher.rounds.translate import LegView, visit_id, visit_of
from linli.matcher.rounds.translate_teams import team_of
from linli.matcher.travel import Travel
from linli.schemas.assignment import AssignmentRecord, Leg, Registered
from linli.schemas.instants import from_seconds, to_seconds
from linli.schemas.lifecycle import State
from linli.schemas.plan import PlanRecord
from linli.schemas.roster import RosterRecord
from linli.services.demo.county import layout

HORIZON_DAYS = 3
"""The demo's orders are for today, tomorrow or the day after."""

NO_VISIT = frozenset({State.CANCELLED, State.REFERRED, State.RECORDED_AFTERWARDS})
"""States of requests for which nobody was to be sent."""

Start = tuple[int, str]
"""When a visit starts, and its id."""

Tours = dict[tuple[str, int, object], list[Start]]
"""The visits of one crew on one day, by team, crew and date."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a way of dispatching achieved: visits that have a team, and seconds on the road, home included."""

    visits: int
    travel_seconds: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The day twice. ``wanted`` counts visits: a request for two teams has two.

    Notes
    -----
    The telephone desk has it easier: in its day nobody declines, withdraws or lets an offer expire, and it is served
    with the roster as it stood in the end.
    """

    wanted: int
    linli: Service
    nearest: Service


def compare(
    records: Iterable[AssignmentRecord],
    roster: Iterable[RosterRecord],
    plans: Iterable[PlanRecord],
    began: datetime,
    travel: Travel,
) -> Comparison:
    """Compare what became of a day with what a telephone desk would have made of it.

    Parameters
    ----------
    records
        The last record of every request.
    roster
        The teams.
    plans
        The last plan of every team: visits that are promised and not yet offered.
    began
        When the day began, in decision time.
    travel
        The dispatcher's own estimate of travel.
    """
    kept = [record for record in records if record.details is not None and record.state not in NO_VISIT]
    problem = as_ordered(kept, roster, began, travel)
    desk = first_come_nearest(problem)
    tours = tours_of((route.team, route.crew, stop.start, stop.visit) for route in desk.routes for stop in route.stops)
    nearest = Service(len(desk.placed()), driven(problem, tours))
    ours = tours_of(_given(kept, plans))
    return Comparison(len(problem.visits), Service(sum(map(len, ours.values())), driven(problem, ours)), nearest)


def as_ordered(
    records: Sequence[AssignmentRecord],
    roster: Iterable[RosterRecord],
    began: datetime,
    travel: Travel,
    days: int = HORIZON_DAYS,
) -> Problem:
    """Return the problem of some days as if nothing had been decided yet."""
    facts = TeamFacts(began.date(), days)
    return Problem(
        now=to_seconds(began),
        visits=tuple(visit for record in records for visit in _fresh_visits(record)),
        teams=tuple(team_of(record.details, facts) for record in roster),
        travel=travel,
    )


def _fresh_visits(record: AssignmentRecord) -> list[Visit]:
    if record.details is None:
        return []
    legs = (Leg(),) * record.details.legs
    fresh = record.model_copy(update={"status": Registered(), "legs": legs, "promise": None, "barred": ()})
    return [visit_of(LegView(fresh, record.details, index)) for index in range(record.details.legs)]


def _given(records: Sequence[AssignmentRecord], plans: Iterable[PlanRecord]) -> Iterable[tuple[str, int, int, str]]:
    """Yield team, crew, start and id of every visit that was accepted, and of those still planned."""
    accepted: set[str] = set()
    for record in records:
        for index, leg in enumerate(record.legs):
            if leg.assignment is not None:
                accepted.add(visit_id(record.request_id, index))
                going = leg.assignment
                yield going.team, going.crew, to_seconds(going.start), visit_id(record.request_id, index)
    known = {record.request_id for record in records}
    for plan in plans:
        for crew, visits in enumerate(plan.crews):
            for planned in visits:
                visit = visit_id(planned.request_id, planned.leg)
                if planned.request_id in known and visit not in accepted:
                    yield plan.team, crew, to_seconds(planned.start), visit


def tours_of(visits: Iterable[tuple[str, int, int, str]]) -> Tours:
    """Return who drove where on which day, of team, crew, start and id of every visit."""
    zone = ZoneInfo(layout().zone)
    tours: Tours = defaultdict(list)
    for team, crew, start, visit in visits:
        tours[team, crew, from_seconds(start).astimezone(zone).date()].append((start, visit))
    return tours


def driven(problem: Problem, tours: Mapping[tuple[str, int, object], Sequence[Start]]) -> int:
    """Return the seconds on the road of all tours, from each team's base through its visits and home."""
    teams: dict[str, Team] = {team.id: team for team in problem.teams}
    places = {visit.id: visit.place for visit in problem.visits}
    total = 0
    for (team, _, _), starts in tours.items():
        base: Place = teams[team].base
        stops = [base, *(places[visit] for _, visit in sorted(starts)), base]
        total += sum(problem.travel.between(a, b)[0] for a, b in pairwise(stops))
    return total
