"""Breaks of a vehicle, taken at home: its time is cut into shifts, and a shift begins and ends at the base.

VROOM would let it rest anywhere; ours goes home first, so a plan of ours travels more or serves less, and what it plans
is right for VROOM too. When a break begins is chosen before anything is planned: in the middle of what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linli.matcher.problem import Window
from linli.services.solving.vroom_format import Break, Vehicle


class Rest(NamedTuple):
    """A break and when it is taken."""

    pause: Break
    begin: int
    end: int


def rests_of(vehicle: Vehicle, working: Window) -> list[Rest]:
    """Return when a vehicle's breaks are taken, in order; those for which no time is left are missing.

    Parameters
    ----------
    vehicle
        Whose.
    working
        From when until when it works.
    """
    free, found = working[0], list[Rest]()
    for pause in sorted(vehicle.breaks, key=lambda one: (one.time_windows or (working,))[-1][1]):
        last = working[1] - pause.service
        allowed = [(max(lo, free), min(hi, last)) for lo, hi in pause.time_windows or (working,)]
        fitting = [(lo, hi) for lo, hi in allowed if lo <= hi]
        if fitting:
            lo, hi = fitting[0]
            begin = (lo + hi) // 2
            free = begin + pause.service
            found.append(Rest(pause, begin, free))
    return found


def shifts_of(vehicle: Vehicle, working: Window) -> tuple[Window, ...]:
    """Return a vehicle's time without its breaks."""
    opens, shifts = working[0], list[Window]()
    for rest in rests_of(vehicle, working):
        # Two shifts that touch would not be disjoint; a break of no length still sends the vehicle home.
        shifts += [(opens, rest.begin - 1)] if opens < rest.begin else []
        opens = rest.end
    return (*shifts, (opens, working[1]))


def faults_of_breaks(vehicle: Vehicle, horizon: int) -> Iterator[str]:
    """Yield what is wrong with a vehicle's breaks, with the path within the vehicle."""
    working = vehicle.time_window or (0, horizon)
    taken = {rest.pause.id for rest in rests_of(vehicle, working)}
    seen: dict[int, int] = {}
    for number, pause in enumerate(vehicle.breaks):
        if seen.setdefault(pause.id, number) != number:
            yield f"breaks[{number}].id: {pause.id} is also the id of breaks[{seen[pause.id]}]"
        elif pause.id not in taken:
            yield f"breaks[{number}].time_windows: no time is left for it within the vehicle's time_window"
