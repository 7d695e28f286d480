"""A decided district laid out for people: who goes where in which order, how far, why, and what others would cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from linli.matcher.insertion.insertion import follow
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import DistrictState, Moment
from linli.matcher.model import Model
from linli.matcher.objective import stops_by_shift
from linli.matcher.problem import Plan, Problem
from linli.matcher.rounds.in_plan import is_incomplete, requests_in_plan
from linli.matcher.rounds.plan_records import plan_of
from linli.matcher.rounds.translate import problem_of, request_and_leg, visit_id, visits_of
from linli.matcher.rounds.why import EXPLANATIONS_MAX, explain_visits
from linli.matcher.rules import first_violation
from linli.schemas.explanation import WhyNobody, WhyTeam
from linli.schemas.instants import from_seconds


@dataclass(frozen=True, slots=True)
class LaidStop:
    """A visit in a crew's day.

    Parameters
    ----------
    request, leg
        Which visit.
    team, crew
        Who goes.
    position
        The how-manieth visit of the crew's shift, from 1.
    arrival, start, end
        When.
    seconds, metres
        The way there, from the base or the visit before.
    """

    request: str
    leg: int
    team: str
    crew: int
    position: int
    arrival: datetime
    start: datetime
    end: datetime
    seconds: int
    metres: int


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The plan laid out.

    Parameters
    ----------
    stops
        Every visit that has a place, team by team in visiting order.
    why
        By request and leg: why this team, with the cost of every other team that could go; or why nobody.
    problem
        What was planned, for `why_not`.
    """

    stops: tuple[LaidStop, ...]
    why: Mapping[tuple[str, int], WhyTeam | WhyNobody]
    problem: Problem

    def why_not(self, request: str, leg: int, team: str) -> str:
        """Name the hard rule that keeps a team from a visit; ``crew_capacity`` if only its other visits do.

        Raises
        ------
        KeyError
            If visit or team is unknown.
        """
        visits = {visit.id: visit for visit in self.problem.visits}
        teams = {one.id: one for one in self.problem.teams}
        visit = replace(visits[visit_id(request, leg)], pin=None)
        violation = first_violation(self.problem, visit, teams[team])
        return "crew_capacity" if violation is None else violation.rule


def lay_out(state: DistrictState, moment: Moment) -> DayPlan:
    """Lay out a district's plan after a decision, every visit explained.

    Parameters
    ----------
    state
        The district with the decision applied.
    moment
        That of the decision.

    Notes
    -----
    Some milliseconds for each visit: for a day or a month on paper, not for a live round.
    """
    draft = Draft(state, moment)
    # All requests stand in the problem, also those nobody can serve, whom a live round looks at in turn.
    wanted = [r for r in requests_in_plan(draft) if not is_incomplete(r)]
    problem = replace(problem_of(draft), visits=tuple(visit for r in wanted for visit in visits_of(draft, r)))
    plan = plan_of(state.plans)
    timetable = follow(Model(problem), plan)
    names = [visit.id for visit in problem.visits]
    why: dict[str, WhyTeam | WhyNobody] = {}
    for first in range(0, len(names), EXPLANATIONS_MAX):
        why |= explain_visits(timetable, names[first : first + EXPLANATIONS_MAX], len(problem.teams))
    return DayPlan(tuple(_stops(problem, plan)), {request_and_leg(name): one for name, one in why.items()}, problem)


def _stops(problem: Problem, plan: Plan) -> Iterator[LaidStop]:
    teams = {team.id: team for team in problem.teams}
    places = {visit.id: visit.place for visit in problem.visits}
    for route in plan.routes:
        team = teams[route.team]
        for shift in stops_by_shift(team, route.stops):
            at = team.base
            for position, stop in enumerate(shift, start=1):
                seconds, metres = problem.travel.between(at, places[stop.visit])
                at = places[stop.visit]
                request, leg = request_and_leg(stop.visit)
                yield LaidStop(
                    request=request,
                    leg=leg,
                    team=route.team,
                    crew=route.crew,
                    position=position,
                    arrival=from_seconds(stop.arrival),
                    start=from_seconds(stop.start),
                    end=from_seconds(stop.end),
                    seconds=seconds,
                    metres=metres,
                )
