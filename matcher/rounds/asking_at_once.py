"""Asking several teams at once for what is urgent: each keeps its crew free until the first of them has accepted."""

from __future__ import annotations

from dataclasses import replace

from linli.matcher.checker import check
from linli.matcher.insertion.insertion import Insertion, cheapest_teams
from linli.matcher.insertion.repair import repair
from linli.matcher.ledger.draft import Draft
from linli.matcher.model import Model
from linli.matcher.problem import EXCLUDED, Pin, Plan, Problem, Visit
from linli.matcher.rounds.offering import may_send
from linli.matcher.rounds.plan_records import with_stop
from linli.matcher.rounds.translate import shadow_leg, visit_id
from linli.schemas.assignment import AssignmentRecord


class Crowd:
    """The plan of a round with room for further teams, as they are asked.

    Parameters
    ----------
    problem, plan
        What was planned; the plan grows by a stop for every team that is asked besides.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan

    def others(self, draft: Draft, record: AssignmentRecord, leg: int, first: str) -> list[Insertion]:
        """Return where further teams would make a visit, the nearest first, and keep their crews free for it.

        Parameters
        ----------
        draft, record, leg
            The request, which leg of it, and the district.
        first
            The team that is asked in the first place.

        Notes
        -----
        Only for the highest class, one team a visit, and where offers go out by themselves: elsewhere the desk confirms
        one. Every place is judged by the checker with all the others; one that does not hold is left out.
        """
        count, details = draft.state.policy.ask_at_once - 1, record.details
        if count < 1 or details is None or details.urgency > 0 or details.legs > 1 or not may_send(draft, record):
            return []
        index = next((v for v in self.problem.visits if v.id == visit_id(record.request_id, leg)), None)
        if index is None:
            return []
        number = len(record.legs[leg].offers) + 1
        probe = _shadow(index, leg, number, None, first)
        found = cheapest_teams(_with(self.problem, probe), self.plan, probe.id, count)
        kept: list[Insertion] = []
        for one in found:
            # Numbered as the offers will be: a team that is left out leaves no gap.
            if self._take(index, leg, number + len(kept), one, first):
                kept.append(one)
        return kept

    def _take(self, visit: Visit, leg: int, number: int, one: Insertion, first: str) -> bool:
        """Put one further team into the plan, unless the plan would not hold with it."""
        shadow = _shadow(visit, leg, number, Pin(one.team, one.crew, one.stop.start), first)
        problem, stop = _with(self.problem, shadow), replace(one.stop, visit=shadow.id)
        timetable, dropped = repair(Model(problem), with_stop(self.plan, one.team, one.crew, stop))
        plan = timetable.plan()
        if dropped or shadow.id not in plan.placed() or check(problem, plan):
            return False
        self.problem, self.plan = problem, plan
        return True


def _shadow(visit: Visit, leg: int, offer: int, pin: Pin | None, first: str) -> Visit:
    number = shadow_leg(leg, offer)
    barred = (*visit.barred_teams, (first, EXCLUDED))
    return replace(visit, id=visit_id(visit.request, number), leg=number, pin=pin, barred_teams=barred)


def _with(problem: Problem, visit: Visit) -> Problem:
    return replace(problem, visits=(*problem.visits, visit))
