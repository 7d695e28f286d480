"""Visits that need two teams at once: the start is fixed first, then both teams are asked; all or nothing."""

from __future__ import annotations

from dataclasses import replace

from linli.matcher.draft import Draft
from linli.matcher.insertion import Insertion, cheapest_teams, insert, remove
from linli.matcher.model import Model
from linli.matcher.offering import exhausted, new_offer, status_of, with_offer
from linli.matcher.problem import EXCLUDED, Plan, Problem
from linli.matcher.repair import repair
from linli.matcher.translate import problem_of, requests_in_plan, unpaired, visit_id
from linli.schemas.assignment import AssignmentRecord, Promised
from linli.schemas.instants import from_seconds
from linli.schemas.orders import Window

FIRST_TEAMS = 8
"""Teams tried for the first leg before the pair counts as impossible this round."""


def pair_up(draft: Draft, plan: Plan) -> None:
    """Find two teams with one common start for every request of two legs that has none, and ask both."""
    waiting = [record for record in requests_in_plan(draft) if unpaired(record)]
    if not waiting:
        return
    problem = problem_of(draft, pairs=True)
    known = {visit.id for visit in problem.visits}
    for record in waiting:
        if exhausted(draft.state.policy, record) or visit_id(record.request_id, 0) not in known:
            continue
        found = _find(problem, _holding(problem, plan), record.request_id)
        if found is not None:
            _ask_both(draft, record, found)


def _holding(problem: Problem, plan: Plan) -> Plan:
    """Return the part of the plan that holds for the problem as it is now."""
    timetable, _ = repair(Model(problem), plan)
    return timetable.plan()


def _find(problem: Problem, plan: Plan, request: str) -> tuple[Insertion, Insertion] | None:
    first, second = visit_id(request, 0), visit_id(request, 1)
    for one in cheapest_teams(problem, remove(remove(plan, first), second), first, FIRST_TEAMS):
        other = insert(_at_the_same_time(problem, second, one), remove(remove(plan, first), second), second)
        if other is not None:
            return one, other
    return None


def _at_the_same_time(problem: Problem, visit: str, one: Insertion) -> Problem:
    """Return the problem in which the second leg starts with the first, with another team."""
    visits = tuple(
        replace(
            v,
            windows=((one.stop.start, one.stop.start),),
            barred_teams=(*v.barred_teams, (one.team, EXCLUDED)),
        )
        if v.id == visit
        else v
        for v in problem.visits
    )
    return replace(problem, visits=visits)


def _ask_both(draft: Draft, record: AssignmentRecord, found: tuple[Insertion, Insertion]) -> None:
    if record.promise is None:
        start = from_seconds(found[0].stop.start)
        window = Window(start=start, end=start)
        record = draft.step(record, Promised(window=window), "matched", promise=window)
    legs = record.legs
    for index, place in enumerate(found):
        offer = new_offer(draft, record, index, place.team, place.crew, place.stop, None)
        legs = with_offer(legs, index, offer)
    draft.step(record, status_of(legs, record), "offer", legs=legs)
