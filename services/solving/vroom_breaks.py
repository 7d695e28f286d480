"""When a vehicle takes its breaks: chosen before anything is planned, in the middle of what is allowed.

VROOM chooses while it plans and may serve more where the windows of breaks are wide. Where a vehicle waits anyway, or
is done, a break is taken earlier than was planned for (`soonest`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from linli.matcher.problem import Window
from linli.services.language import both
from linli.services.solving.vroom_format import Break, Vehicle


class Rest(NamedTuple):
    """A break and when it is taken."""

    pause: Break
    begin: int
    end: int


def rests_of(vehicle: Vehicle, working: Window) -> list[Rest]:
    """Return when a vehicle's breaks are taken, in order; those for which no time is left are missing.

    A break is taken at the earliest moment where its middle would leave too little time for those after it.

    Parameters
    ----------
    vehicle
        Whose.
    working
        From when until when it works.
    """
    free, found = working[0], list[Rest]()
    pauses = sorted(vehicle.breaks, key=lambda one: (one.time_windows or (working,))[-1][1])
    for number, pause in enumerate(pauses):
        allowed = _allowed(pause, free, working)
        if allowed is not None:
            middle, after = sum(allowed) // 2, pauses[number + 1 :]
            begin = middle if _have_time(after, middle + pause.service, working) else allowed[0]
            free = begin + pause.service
            found.append(Rest(pause, begin, free))
    return found


def _allowed(pause: Break, free: int, working: Window) -> Window | None:
    """Return the first span in which a break may begin once the vehicle is free."""
    last = working[1] - pause.service
    allowed = ((max(lo, free), min(hi, last)) for lo, hi in pause.time_windows or (working,))
    return next(((lo, hi) for lo, hi in allowed if lo <= hi), None)


def _have_time(pauses: Sequence[Break], free: int, working: Window) -> bool:
    """Say whether all these breaks fit one after the other, each as early as it may be."""
    for pause in pauses:
        allowed = _allowed(pause, free, working)
        if allowed is None:
            return False
        free = allowed[0] + pause.service
    return True


def soonest(rest: Rest, free: int) -> int:
    """Return when a break may begin at the earliest, once the vehicle is free; never later than was planned."""
    windows = rest.pause.time_windows or ((0, rest.begin),)
    return min([rest.begin, *(max(lo, free) for lo, hi in windows if max(lo, free) <= hi)])


def faults_of_breaks(vehicle: Vehicle, horizon: int) -> Iterator[str]:
    """Yield what is wrong with a vehicle's breaks, with the path within the vehicle."""
    working = vehicle.time_window or (0, horizon)
    taken = {rest.pause.id for rest in rests_of(vehicle, working)}
    seen: dict[int, int] = {}
    for number, pause in enumerate(vehicle.breaks):
        if seen.setdefault(pause.id, number) != number:
            yield both(
                f"breaks[{number}].id: {pause.id} is also the id of breaks[{seen[pause.id]}]",
                f"breaks[{number}].id：{pause.id} 与 breaks[{seen[pause.id]}] 的编号相同",
            )
        elif pause.id not in taken:
            yield both(
                f"breaks[{number}].time_windows: no time is left for it within the vehicle's time_window",
                f"breaks[{number}].time_windows：车辆的 time_window 内已无可用时间",
            )
