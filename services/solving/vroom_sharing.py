"""Lets things share a vehicle: the matcher brings what it fetches at once, a search for trips goes on from its plan.

Only what is better than the matcher's plan is taken; else that plan stays, with all that can be said of it. Where loads
bind that the matcher does not know, its plan is cut down to what fits and never stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from linli.matcher import compiled
from linli.matcher.carrying.errands import Errands, Trips
from linli.matcher.carrying.fitting import fitting
from linli.matcher.problem import Plan
from linli.services.solving.limits import Allowance, Progress, limits_within
from linli.services.solving.vroom_errands import errands_of, trips_of_plan
from linli.services.solving.vroom_format import VroomProblem
from linli.services.solving.vroom_loads import loads_bind
from linli.services.solving.vroom_problem import Translated

STRAIGHT = 5
"""The matcher's own plan gets one in so many parts of what is allowed, where trips are searched for."""

WORK_PER_SQUARE = 500
"""Units for each pair of tasks, and no more: a handful of tasks is tried in every order long before."""


class Shared(NamedTuple):
    """Trips that are better than the matcher's plan, and what was spent on them."""

    errands: Errands
    trips: Trips
    work: int

    def placed(self) -> frozenset[str]:
        """Return the ids of the visits that are made."""
        return frozenset(self.errands.errands[done.errand].id for trip in self.trips.values() for done in trip)


def may_share(given: VroomProblem) -> bool:
    """Say whether trips are searched for: loads bind, or something is fetched as other things are done.

    Where no load binds they are not without machine code.
    """
    return bool(given.vehicles) and (loads_bind(given) or (may_come_between(given) and compiled.is_warm()))


def may_come_between(given: VroomProblem) -> bool:
    """Say whether anything could be done between a pickup and its delivery; the matcher's own plan does nothing."""
    return bool(given.shipments) and len(given.shipments) + len(given.jobs) > 1


def is_narrower(given: VroomProblem) -> bool:
    """Say whether the matcher plans less than the file allows, so that it proves nothing of the file.

    It does nothing between a pickup and its delivery, knows no loads that bind, and takes breaks when they were set.
    """
    return may_come_between(given) or loads_bind(given) or any(vehicle.breaks for vehicle in given.vehicles)


def straight_part(allowance: Allowance) -> Allowance:
    """Return what of an allowance the matcher's own plan gets."""
    work = None if allowance.work is None else -(-allowance.work // STRAIGHT)
    return replace(allowance, seconds=allowance.seconds / STRAIGHT, work=work)


def remaining(allowance: Allowance, seconds: float, work: int) -> Allowance:
    """Return what is left of an allowance after so many seconds, or so much work."""
    left = None if allowance.work is None else max(0, allowance.work - work)
    return replace(allowance, seconds=max(0.0, allowance.seconds - seconds), work=left)


def shared(
    given: VroomProblem, translated: Translated, plan: Plan, allowance: Allowance, progress: Progress
) -> Shared | None:
    """Search for trips from the matcher's plan on; None where that plan may stand and none is better."""
    limits, bound = limits_within(allowance, progress), loads_bind(given)  # the time begins here, not after setting up
    if limits.work <= 0 and not bound:
        return None
    errands = errands_of(given, translated)
    start = trips_of_plan(errands, translated.problem, plan)
    if bound:
        start = fitting(errands, start)
    if not compiled.is_warm():
        return Shared(errands, start, 0)
    from linli.matcher.carrying.plan_trips import plan_trips, value_of  # machine code: only for those who search

    most = WORK_PER_SQUARE * (2 * len(given.shipments) + len(given.jobs)) ** 2
    found = plan_trips(errands, start, limits.not_beyond(most), allowance.seed)
    better = bound or value_of(errands, found.trips) < value_of(errands, start)
    return Shared(errands, found.trips, found.work) if better else None
