"""The price of admission: what is not urgent and dear to serve waits for neighbours before it is promised.

A promise is kept whatever comes later, so a far visit that was promised first costs those who come after it. Whoever
waits is unmet with the price as the reason, is looked at again in every round, and is taken at any price before the
time runs out. Waiting serves more on days with more work than hours, and makes people wait for nothing on others: so
the price holds on days that are crowded already; see the bench of arrivals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Final

from linli.matcher.insertion.exchanges import without
from linli.matcher.insertion.insertion import best_spot
from linli.matcher.insertion.repair import insertion_order
from linli.matcher.ledger.draft import Draft
from linli.matcher.objective import evaluate
from linli.matcher.problem import Problem
from linli.matcher.rounds.crowding import Crowding
from linli.matcher.rounds.translate import visit_id
from linli.matcher.search.solve import Result
from linli.matcher.timetable import Timetable
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
    the other, and both stay. The rest was planned with the dear ones beside it; whom they had kept out is inserted, and
    tours are made shorter in the next round.
    """
    price = draft.state.policy.admission_price
    draft.dear.clear()
    if price is None:
        return result
    timetable = result.timetable.copy()
    patient = _patient(draft, timetable, price)
    crowds = Crowding(timetable)
    _take_out(draft, timetable, crowds, patient, price)
    if not draft.dear:
        return result
    _fill(draft, timetable, crowds, patient, price)
    plan = timetable.plan()
    broken = tuple(visit for visit in result.broken if visit not in plan.placed())
    return replace(result, plan=plan, objective=evaluate(problem, plan), broken=broken, timetable=timetable)


Patient = dict[int, tuple[str, datetime]]
"""Visits that may wait: the request of each, and until when."""


def _patient(draft: Draft, timetable: Timetable, price: AdmissionPrice) -> Patient:
    index = timetable.model.visit_index
    return {
        visit: (record.request_id, until)
        for record in draft.requests()
        if (until := _may_wait_until(draft, record, price)) is not None
        and (visit := index.get(visit_id(record.request_id, 0))) is not None
    }


def _take_out(draft: Draft, timetable: Timetable, crowds: Crowding, patient: Patient, price: AdmissionPrice) -> None:
    """Take out what adds more than the price, the dearest first."""
    dearest = Dearest(timetable, patient)
    for seconds, visit in dearest:
        if seconds <= price.seconds:
            return
        duty = timetable.where[visit]
        if is_crowded(crowds, visit, price) and timetable.take(visit):
            request, until = patient[visit]
            draft.dear[request] = TooDear(seconds=seconds, limit=price.seconds, until=until)
            dearest.tour_changed(duty)
            crowds.tour_changed(duty)


class Dearest:
    """Visits from the one that adds most, each once; what one adds is asked again only where its tour has changed."""

    def __init__(self, timetable: Timetable, visits: Iterable[int]) -> None:
        self._timetable = timetable
        self._adds = {visit: added(timetable, visit) for visit in visits}
        self._heap = [(-seconds, -visit) for visit, seconds in self._adds.items()]
        heapify(self._heap)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        while self._heap:
            less, number = heappop(self._heap)
            # What was said of a visit before its tour changed is still there, and no longer true.
            if self._adds.get(-number) == -less:
                del self._adds[-number]
                yield -less, -number

    def tour_changed(self, duty: int) -> None:
        """Ask again what visits add whose tour has changed, or shares a day's limits with one that has."""
        for one in self._timetable.model.days.get(duty, [duty]):
            for visit in self._timetable.tours[one].stops:
                if visit in self._adds:
                    self._adds[visit] = added(self._timetable, visit)
                    heappush(self._heap, (-self._adds[visit], -visit))


def _fill(draft: Draft, timetable: Timetable, crowds: Crowding, patient: Patient, price: AdmissionPrice) -> None:
    """Give the places that have become free to those who were left without one."""
    waiting = {visit for visit, (request, _) in patient.items() if request in draft.dear}
    for visit in insertion_order(timetable, [one for one in timetable.unserved() if one not in waiting]):
        spot = best_spot(timetable, visit)
        if spot is None:
            continue
        if visit in patient and spot.cost > price.seconds and is_crowded(crowds, visit, price):
            request, until = patient[visit]
            draft.dear[request] = TooDear(seconds=spot.cost, limit=price.seconds, until=until)
        elif timetable.put(visit, spot.fit, spot.position):
            crowds.tour_changed(spot.fit.duty)


def is_crowded(crowds: Crowding, visit: int, price: AdmissionPrice) -> bool:
    """Say whether so much of a visit's days is taken that it may have to wait."""
    return price.crowded_percent == 0 or crowds.of(visit) >= price.crowded_percent


def added(timetable: Timetable, visit: int) -> int:
    """Return what a visit adds to the cost of the plan as it is; 0 where it has no place or cannot be left out."""
    duty = timetable.where[visit]
    if duty < 0:
        return 0
    tour = timetable.tours[duty]
    rest = without(tour, tour.stops.index(visit))
    return 0 if rest is None else tour.cost - rest.cost


def _may_wait_until(draft: Draft, record: AssignmentRecord, price: AdmissionPrice) -> datetime | None:
    """Return until when a request may wait; ``None`` if it need not: urgent, promised, recurring, of several teams."""
    details = record.details
    if record.state not in _MAY_WAIT or details is None or record.promise is not None or len(record.legs) > 1:
        return None
    if details.urgency < price.from_class or details.standing is not None:
        return None
    until = min(window.start for window in details.windows) - timedelta(minutes=price.until_minutes)
    return until if draft.now < until else None
