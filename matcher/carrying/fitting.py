"""Trips cut down to what their vehicles may do: a start for the search, and the answer where nobody may search.

The matcher's own plan counts visits and knows no loads. What of it a vehicle cannot carry is left out here, the least
urgent and the heaviest first; nothing is moved, so what stays is begun when it was. Weak: of long trips it leaves out
several at a time, so perhaps more than it must, and nothing of it is tried on another vehicle.
"""

from __future__ import annotations

from linli.matcher.carrying.check_trips import faults_of_trips
from linli.matcher.carrying.errands import Done, Errands, Trips

AT_ONCE = 32
"""Of trips longer than this one errand in so many is left out at a time: each look judges a whole trip."""


def fitting(problem: Errands, trips: Trips) -> Trips:
    """Return trips that break nothing, each with the greater part of what it had; empty ones are left out."""
    cut = {vehicle: _cut(problem, vehicle, trip) for vehicle, trip in trips.items()}
    return {vehicle: trip for vehicle, trip in cut.items() if trip}


def _cut(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> tuple[Done, ...]:
    """Return a trip without its least urgent and heaviest errands, as many as it takes to break nothing."""
    capacity = problem.vehicles[vehicle].capacity
    order = sorted(
        {done.errand for done in trip}, key=lambda e: (problem.errands[e].level, _share(problem, e, capacity))
    )
    kept = trip
    while kept and faults_of_trips(problem, {vehicle: kept}):
        del order[-1 - len(order) // AT_ONCE :]
        left = frozenset(order)
        kept = tuple(done for done in trip if done.errand in left)
    return kept


def _share(problem: Errands, errand: int, capacity: tuple[int, ...]) -> int:
    """Return the greatest part of the vehicle, in thousandths, that an errand takes up."""
    one = problem.errands[errand]
    pairs = zip(one.brought, one.taken, capacity, strict=True)
    return max((1000 * max(brought, taken) // max(1, limit) for brought, taken, limit in pairs), default=0)
