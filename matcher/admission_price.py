"""The price of admission: what is not urgent and dear to serve waits for neighbours before it is promised.

A promise is kept whatever comes later, so a far visit that was promised first costs those who come after it. Whoever
waits is unmet with the price as the reason, is looked at again in every round, and is taken at any price before the
time runs out. Whether waiting serves more is a question of the day: see the bench of arrivals.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from linli.matcher.draft import Draft
from linli.matcher.objective import evaluate
from linli.matcher.problem import Problem
from linli.matcher.solve import Result
from linli.matcher.timetable import Timetable
from linli.matcher.translate import visit_id
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.explanation import TooDear
from linli.schemas.lifecycle import State
from linli.schemas.policy import AdmissionPrice

_MAY_WAIT: Final = frozenset({State.REGISTERED, State.RESCHEDULED, State.UNMET})
"""States of a request that nobody was promised anything for."""


def without_the_dear(draft: Draft, problem: Problem, result: Result) -> Result:
    """Return a round's result without the visits that wait for a cheaper place; `draft.dear` says why.

    Notes
    -----
    The dearest is taken out first, and what the others add is asked again: of two far neighbours each is cheap beside
    the other, and both stay. The rest of the plan was made with the dear ones in it, and is made anew only in the next
    round.
    """
    price = draft.state.policy.admission_price
    draft.dear.clear()
    if price is None:
        return result
    waiting = {
        visit: (record.request_id, until)
        for record in draft.requests()
        if (until := _may_wait_until(draft, record, price)) is not None
        and (visit := result.timetable.model.visit_index.get(visit_id(record.request_id, 0))) is not None
    }
    timetable = result.timetable.copy()
    while dearest := max(((added(timetable, visit), visit) for visit in waiting), default=None):
        seconds, visit = dearest
        request, until = waiting.pop(visit)
        if seconds <= price.seconds:
            break
        if timetable.take(visit):
            draft.dear[request] = TooDear(seconds=seconds, limit=price.seconds, until=until)
    if not draft.dear:
        return result
    plan = timetable.plan()
    return replace(result, plan=plan, objective=evaluate(problem, plan), timetable=timetable)


def added(timetable: Timetable, visit: int) -> int:
    """Return what a visit adds to the cost of the plan as it is; 0 where it has no place or cannot be left out."""
    duty = timetable.where[visit]
    if duty < 0:
        return 0
    tour = timetable.tours[duty].copy()
    before = tour.cost
    return before - tour.cost if tour.take(tour.stops.index(visit)) else 0


def _may_wait_until(draft: Draft, record: AssignmentRecord, price: AdmissionPrice) -> datetime | None:
    """Return until when a request may wait; ``None`` if it need not: urgent, promised, recurring, of several teams."""
    details = record.details
    if record.state not in _MAY_WAIT or details is None or record.promise is not None or len(record.legs) > 1:
        return None
    if details.urgency < price.from_class or details.standing is not None:
        return None
    until = min(window.start for window in details.windows) - timedelta(minutes=price.until_minutes)
    return until if draft.now < until else None
