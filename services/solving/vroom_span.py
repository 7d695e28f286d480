"""From when until when anything of a file can matter: its first and last time, never longer than the engines count.

A file may count from 1970 and leave a vehicle's hours open, or write the largest number there is for "no limit". The
search counts in 32 bits; what it cannot count is cut off here where it limits nothing, and refused where it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from linli.matcher.problem import Window
from linli.services.language import both
from linli.services.solving.faults import refuse
from linli.services.solving.vroom_clocks import APART, Clock
from linli.services.solving.vroom_format import VroomProblem
from linli.services.solving.vroom_tasks import Task, all_tasks

SPAN_MAX = 1 << 28
"""Seconds from the first time to the last: eight years; the search counts four times as far."""

CLOCKS_SPAN_MAX = 3 << 28
"""Seconds over all clocks together: some three hundred of them."""

NO_WAY_MIN = 1 << 27
"""Seconds from which on a figure of a matrix says that there is no way: four years."""


def span_of(given: VroomProblem, longest: int) -> Window:
    """Return the first and the last time that matters.

    Parameters
    ----------
    given
        What was read.
    longest
        Seconds of the longest way.

    Notes
    -----
    The last is so late that it limits nothing. Where that is too far from the first time named, both move to where
    something happens: whatever can be done can be done without idling before the latest opening, so it is over when all
    work and the longest way for each task have passed since; and backwards, it need not begin earlier than so long
    before the earliest closing.
    """
    tasks = all_tasks(given)
    slack = _work(given, tasks) + (len(tasks) + 1) * longest
    opens, closes = [at for at, _ in _openings(given)], list(_closings(given))
    first, last = min(opens, default=0), max([*opens, *closes], default=0) + slack
    if last - first <= SPAN_MAX:
        return first, last
    latest = max(opens, default=0)
    return max(first, min([*closes, latest]) - slack), min(last, latest + slack)


def _work(given: VroomProblem, tasks: Sequence[Task]) -> int:
    """Return the seconds of all tasks and breaks, and the idle ones before breaks into which no task may reach."""
    lengths = [task.at.setup + task.at.service for task in tasks]
    breaks = [pause.service for vehicle in given.vehicles for pause in vehicle.breaks]
    idle = max((len(vehicle.breaks) for vehicle in given.vehicles), default=0) * max(lengths, default=0)
    return sum(lengths) + sum(breaks) + idle


def _windows(given: VroomProblem) -> Iterator[tuple[str, Window]]:
    """Yield every window with its path."""
    for task in all_tasks(given):
        for number, window in enumerate(task.at.time_windows or ()):
            yield f"{task.path}.time_windows[{number}]", window
    for number, vehicle in enumerate(given.vehicles):
        where = f"vehicles[{number}]"
        if vehicle.time_window is not None:
            yield f"{where}.time_window", vehicle.time_window
        for place, pause in enumerate(vehicle.breaks):
            for which, window in enumerate(pause.time_windows or ()):
                yield f"{where}.breaks[{place}].time_windows[{which}]", window


def _openings(given: VroomProblem) -> Iterator[tuple[int, str]]:
    """Yield before when something is not done, with its path; hours that are not told begin at VROOM's first time."""
    yield from ((lo, where) for where, (lo, _) in _windows(given))
    for number, vehicle in enumerate(given.vehicles):
        if vehicle.time_window is None:
            yield 0, f"vehicles[{number}]"
        for place, step in enumerate(vehicle.steps):
            where = f"vehicles[{number}].steps[{place}]"
            yield from ((at, where) for at in (step.service_at, step.service_after) if at is not None)


def _closings(given: VroomProblem) -> Iterator[int]:
    yield from (hi for _, (_, hi) in _windows(given))
    for step in chain.from_iterable(vehicle.steps for vehicle in given.vehicles):
        yield from (at for at in (step.service_at, step.service_before) if at is not None)


def refuse_too_long(given: VroomProblem, span: Window, clocks: Mapping[int, Clock], longest: int) -> None:
    """Refuse a file whose times lie too far apart, or that has too many clocks to keep them apart.

    Parameters
    ----------
    given
        What was read.
    span
        Its first and last time.
    clocks
        By the vehicles' ids.
    longest
        Seconds of the longest way.

    Raises
    ------
    LinliError
        With the path of what makes it so.
    """
    length, many = span[1] - span[0], len(set(clocks.values()))
    if length > SPAN_MAX:
        refuse([_too_long(given, length, longest)])
    if many > 1 and many * (length + APART) > CLOCKS_SPAN_MAX:
        refuse(
            [
                both(
                    f"vehicles: {many} vehicles with breaks unlike all others' are too many for times so far apart",
                    f"vehicles：有 {many} 辆车的休息各不相同，时间跨度如此之大时过多",
                )
            ]
        )


def _too_long(given: VroomProblem, length: int, longest: int) -> str:
    """Say what of a file is too large: the farthest time, the ways, or the longest task."""
    latest, where = max(_openings(given), default=(0, "vehicles"))
    if 2 * (latest - min(_closings(given), default=latest)) > length:
        return both(
            f"{where}: more than {SPAN_MAX} s after the earliest time that closes",
            f"{where}：比最早的截止时间晚 {SPAN_MAX} 秒以上",
        )
    tasks = all_tasks(given)
    if 2 * (len(tasks) + 1) * longest > length:
        ways = len(tasks) + 1
        return both(
            f"matrices: too large: ways of up to {longest} s, {ways} of them, are more than {SPAN_MAX} s",
            f"matrices：过大：{ways} 段路程，每段最长 {longest} 秒，合计超过 {SPAN_MAX} 秒",
        )
    most = max(tasks, key=lambda task: task.at.setup + task.at.service)
    return both(
        f"{most.path}.service: too large: all tasks one after another take more than {SPAN_MAX} s",
        f"{most.path}.service：过大：全部任务依次进行超过 {SPAN_MAX} 秒",
    )
