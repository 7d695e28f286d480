"""From errands and trips to the arrays that the kernels work on, and back."""

from __future__ import annotations

import numpy as np

from linli.matcher.carrying.errands import Done, Errands, Task, Trips
from linli.matcher.kernels import trips_layout as layout
from linli.matcher.kernels.layout import NUMBERS, Ints, Longs
from linli.matcher.kernels.trips_layout import Flags, Ground, Notes, State

NEIGHBOURS = 100
"""How many of a task's nearest a ruin may look at."""

ROWS_MOST = 1 << 18
"""Tasks for which arrays have room, all trips together, each as long as any: some tens of megabytes."""

TASKS_MOST = 256
"""The longest trip that is built where there are so many vehicles that there is no room for longer ones."""


def ground_of(problem: Errands, first: int) -> Ground:
    """Return errands as arrays, times counted from `first`."""
    tasks, windows = _tasks(problem, first)
    able = np.zeros((len(problem.errands), len(problem.vehicles)), np.bool_)
    for e, errand in enumerate(problem.errands):
        able[e, sorted(errand.able)] = True
    dimensions = len(problem.vehicles[0].capacity)
    return Ground(
        np.ascontiguousarray(problem.ways, dtype=np.int32),
        _metres(problem),
        tasks,
        windows,
        _errands(problem, tasks, windows),
        _amounts([one.brought for one in problem.errands], dimensions),
        _amounts([one.taken for one in problem.errands], dimensions),
        able,
        _vehicles(problem, first, able),
        _amounts([one.capacity for one in problem.vehicles], dimensions),
        _near(problem, tasks),
    )


def _metres(problem: Errands) -> Longs:
    """Return metres, or a table of nothing where nobody asks for them.

    Raises
    ------
    ValueError
        If a vehicle has a limit and there are no metres: the kernels would read beyond the table.
    """
    if problem.metres is not None:
        return np.ascontiguousarray(problem.metres, dtype=np.int64)
    if any(one.most_metres < layout.ANY_METRES for one in problem.vehicles):
        raise ValueError("metres are limited and not known")
    return np.zeros((1, 1), np.int64)


def _amounts(rows: list[tuple[int, ...]], dimensions: int) -> Longs:
    return np.array(rows, dtype=np.int64).reshape(len(rows), dimensions)


def _tasks(problem: Errands, first: int) -> tuple[Longs, Longs]:
    """Return the tasks' rows and their windows; what is not fetched has a row without windows."""
    rows, windows = list[tuple[int, ...]](), list[tuple[int, int]]()
    for errand in problem.errands:
        for task in (errand.fetch or Task(errand.serve.place, 0, ()), errand.serve):
            rows.append((task.place, task.length, len(windows), len(windows) + len(task.windows)))
            windows += [(lo - first, hi - first) for lo, hi in task.windows]
    return np.array(rows, dtype=np.int64), np.array(windows, dtype=np.int64).reshape(-1, 2)


def _errands(problem: Errands, tasks: Longs, windows: Longs) -> Longs:
    rows = np.zeros((len(problem.errands), layout.ERRAND_COLUMNS), np.int64)
    start = problem.vehicles[0].start
    for e, errand in enumerate(problem.errands):
        spans = [(windows[w, 0], windows[w, 1]) for t in (2 * e, 2 * e + 1) for w in range(*tasks[t, 2:4])]
        fetch, serve = tasks[2 * e, layout.PLACE], tasks[2 * e + 1, layout.PLACE]
        far = int(problem.ways[start, fetch]) + int(problem.ways[fetch, serve]) + int(problem.ways[serve, start])
        rows[e] = errand.fetch is not None, errand.level, sum(int(hi - lo) for lo, hi in spans), far
    return rows


def _vehicles(problem: Errands, first: int, able: Flags) -> Longs:
    kinds: dict[object, int] = {}
    rows = np.zeros((len(problem.vehicles), layout.VEHICLE_COLUMNS), np.int64)
    longest = min(2 * len(problem.errands), max(TASKS_MOST, ROWS_MOST // len(problem.vehicles)))
    for v, one in enumerate(problem.vehicles):
        hours, most = (one.opens - first, one.closes - first), min(one.most_tasks, longest)
        row = one.start, one.end, *hours, most, one.most_way, one.most_metres
        rows[v] = *row, kinds.setdefault((row, one.capacity, able[:, v].tobytes()), len(kinds))
    return rows


def _near(problem: Errands, tasks: Longs) -> Ints:
    """Return the nearest real tasks of each, by the shorter way, each task itself first."""
    real = np.array([2 * e + k for e, one in enumerate(problem.errands) for k in (0, 1) if k or one.fetch is not None])
    most = min(NEIGHBOURS, len(real))
    near = np.full((len(tasks), most), -1, np.int32)
    there = tasks[real, layout.PLACE]
    for t, place in enumerate(tasks[:, layout.PLACE].tolist()):
        keys = np.minimum(problem.ways[place, there], problem.ways[there, place]).astype(np.int64) * len(tasks) + real
        keys[real == t] = -1
        near[t] = real[np.argsort(keys, kind="stable")[:most]]
    return near


def state_of(ground: Ground, trips: Trips, worth: Longs) -> State:
    """Return trips as arrays, nothing computed yet."""
    errands, vehicles = ground.able.shape
    most, dimensions = int(ground.vehicles[:, layout.MOST].max(initial=0)) + 2, ground.capacity.shape[1]
    state = State(
        np.zeros((vehicles, most, layout.ROW_COLUMNS), np.int64),
        np.zeros((vehicles, most, dimensions), np.int64),
        np.zeros((vehicles, most, dimensions), np.int64),
        np.zeros((vehicles, layout.BOOK_COLUMNS), np.int64),
        np.full(errands, -1, np.int32),
        np.zeros((errands, vehicles, layout.MEMO_COLUMNS), np.int64),
        worth,
        np.zeros((vehicles, most), np.int64),
    )
    for v, trip in trips.items():
        state.books[v, layout.COUNT] = len(trip)
        for k, done in enumerate(trip):
            state.rows[v, k, layout.TASK] = 2 * done.errand + (0 if done.fetching else 1)
    return state


def notes_of(ground: Ground, state: State, seed: int) -> Notes:
    """Return a search's notes."""
    errands, vehicles = ground.able.shape
    numbers = np.zeros(NUMBERS + 1, np.int64)
    numbers[0] = seed
    return Notes(
        np.zeros(errands, np.int64),
        np.zeros(errands, np.int64),
        np.zeros(errands, np.int64),
        np.zeros(errands, np.int32),
        np.zeros(vehicles, np.int32),
        np.zeros(vehicles, np.int32),
        np.zeros(vehicles, np.int64),
        np.zeros_like(state.rows),
        np.zeros_like(state.load),
        np.zeros_like(state.peak),
        np.zeros_like(state.books),
        numbers,
    )


def trips_of(problem: Errands, best: Longs) -> Trips:
    """Return the trips of the best met, everything begun as early as may be."""
    return {v: _timed(problem, v, row[1 : 1 + row[0]]) for v, row in enumerate(best.tolist()) if row[0]}


def _timed(problem: Errands, vehicle: int, tasks: list[int]) -> tuple[Done, ...]:
    one, trip = problem.vehicles[vehicle], list[Done]()
    at, free = one.start, one.opens
    for number in tasks:
        errand = problem.errands[number >> 1]
        task = errand.serve if number & 1 or errand.fetch is None else errand.fetch
        arrival = free + int(problem.ways[at, task.place])
        start = next(max(lo, arrival) for lo, hi in task.windows if arrival <= hi)
        trip.append(Done(number >> 1, number & 1 == 0, start))
        at, free = task.place, start + task.length
    return tuple(trip)
