"""When each step of a route begins: the route ends as early as it can, and no step begins earlier than that needs.

Plans let everything begin as early as it can, or where a search left it. Whoever drives a route waits in it for
nothing, so what is handed out begins later, as VROOM has it: what can wait before setting out does not wait on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from linli.matcher.problem import Window
from linli.services.solving.vroom_format import SECONDS_MAX, Step, Vehicle
from linli.services.solving.vroom_tasks import Task

Json = dict[str, Any]

ANY_TIME = ((0, SECONDS_MAX),)

Windows = Sequence[Window]


def windows_of_steps(steps: Sequence[Json], vehicle: Vehicle, tasks: Sequence[Task]) -> list[Windows]:
    """Return when each step may begin, by the file alone: tasks' windows and pins, breaks, the vehicle's hours."""
    pins = {step.id: step for step in vehicle.steps if step.type == "job"}
    windows: dict[tuple[str, int | None], Windows] = {
        (task.kind, task.at.id): _pinned(task.at.time_windows or ANY_TIME, pins.get(task.at.id))
        if task.kind == "job"
        else task.at.time_windows or ANY_TIME
        for task in tasks
    }
    windows |= {("break", pause.id): pause.time_windows or ANY_TIME for pause in vehicle.breaks}
    opens = 0 if vehicle.time_window is None else vehicle.time_window[0]
    found = [windows.get((step["type"], step.get("id")), ANY_TIME) for step in steps]
    return [_from(one, opens) for one in found]


def _pinned(windows: Windows, pin: Step | None) -> Windows:
    if pin is None:
        return windows
    after, before = pin.service_after or 0, SECONDS_MAX if pin.service_before is None else pin.service_before
    if pin.service_at is not None:
        after = before = pin.service_at
    cut = ((max(lo, after), min(hi, before)) for lo, hi in windows)
    return [(lo, hi) for lo, hi in cut if lo <= hi]


def _from(windows: Windows, opens: int) -> Windows:
    return [(max(lo, opens), hi) for lo, hi in windows if hi >= opens]


def settle(steps: Sequence[Json], windows: Sequence[Windows]) -> None:
    """Set arrivals and waits of steps, whose order and ways stay.

    Parameters
    ----------
    steps
        As written, with times that hold; changed in place.
    windows
        When each may begin.
    """
    lengths = [step["setup"] + step["service"] for step in steps]
    ways = [after["duration"] - before["duration"] for before, after in pairwise(steps)]
    begins = _latest(_earliest(lengths, ways, windows), lengths, ways, windows)
    arrival = begins[0]
    for step, begin, length, way in zip(steps, begins, lengths, [*ways, 0], strict=True):
        step["arrival"], step["waiting_time"] = arrival, begin - arrival
        arrival = begin + length + way


def _earliest(lengths: Sequence[int], ways: Sequence[int], windows: Sequence[Windows]) -> list[int]:
    free, begins = 0, list[int]()
    for length, way, allowed in zip(lengths, [*ways, 0], windows, strict=True):
        begins.append(next(max(lo, free) for lo, hi in allowed if free <= hi))
        free = begins[-1] + length + way
    return begins


def _latest(
    begins: Sequence[int], lengths: Sequence[int], ways: Sequence[int], windows: Sequence[Windows]
) -> list[int]:
    """Return the latest begins with which the last one stays."""
    found = list(begins)
    for k in range(len(found) - 2, -1, -1):
        limit = found[k + 1] - ways[k] - lengths[k]
        found[k] = max(min(hi, limit) for lo, hi in windows[k] if lo <= limit)
    return found
