"""From the timetable to the arrays that the kernels work on, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from linli.matcher.duties import NO_LIMIT
from linli.matcher.fetching import shifted
from linli.matcher.insertion.repair import tour_of
from linli.matcher.kernels import layout
from linli.matcher.kernels.layout import NEVER, Ints, Longs, World
from linli.matcher.kernels.ways import fill_ways
from linli.matcher.model import Model
from linli.matcher.objective import HOUR, MOVE_TOLERANCE
from linli.matcher.problem import ProblemError, Window
from linli.matcher.route import Tour
from linli.matcher.rules import starts_of
from linli.matcher.table import PairTable
from linli.matcher.timetable import Timetable
from linli.matcher.travel import HaversineTravel

NEIGHBOURS = 100
"""How many of a visit's nearest a ruin may look at: enough to meet some ten tours."""

ROWS_AT_ONCE = 32
"""Rows of a table over all places that are worked on at once, in wider numbers than are kept."""

STOPS_MOST = 128
"""Longest tour the search will build: counted by the shortest service, a long shift would take arrays of hundreds."""


class Arrays(NamedTuple):
    """A timetable as arrays.

    Parameters
    ----------
    world : World
        The problem, its times counted from the problem's present.
    tours : array
        The tours by their stops, without those that have begun.
    begun : mapping of int to int
        By duty, how many begun visits stand at the head of its tour; the arrays leave them out.
    """

    world: World
    tours: Longs
    begun: Mapping[int, int]


def arrays_of(timetable: Timetable, table: PairTable) -> Arrays:
    """Return a timetable as arrays; `table` tells where the visits that may move fit."""
    model = timetable.model
    begun = {tour.duty: _begun(model, tour.stops) for tour in timetable.tours if tour.stops}
    (_, *fits), first = _fits(timetable, table, begun)
    places = _places(model)
    number = {place: at for at, place in enumerate(places)}
    way = _ways(model, places)
    windows, first_window = _windows(model)
    visits = _visits(model, first, first_window, number)
    duties = _duties(timetable, begun, fits[0], visits)
    for column in (layout.ORIGIN, layout.HOME):
        duties[:, column] = [number[place] for place in duties[:, column].tolist()]
    world = World(
        way=way,
        back=way if model.problem.travel.symmetric else np.ascontiguousarray(way.T),
        visits=visits,
        windows=windows,
        fits=_small(np.stack((fits[0], fits[1] - model.now, fits[2]), axis=1)),
        slot=np.zeros((0, 0), np.int32),
        duties=duties,
        near=_near(way, visits),
        weights=_weights(model),
        within=np.array(model.within, dtype=np.int32),
    )
    return Arrays(world, _tours(timetable, begun, int(duties[:, layout.MOST].max(initial=0))), begun)


def _places(model: Model) -> list[int]:
    """Return the model's places in the order in which the problem names them.

    Their numbers in the model follow what a memory met before, in this round and in earlier ones; the search draws
    places by lot, and must draw the same ones after a dispatcher's restart as without it.
    """
    return list(dict.fromkeys((*model.base, *model.place, *model.entry)))


def _ways(model: Model, places: list[int]) -> Ints:
    """Return travel seconds between all of these places in 32 bits; no wider table of all is made."""
    ways = np.empty((len(places), len(places)), np.int32)
    travel = model.problem.travel
    if type(travel) is HaversineTravel:  # by machine code, in a fifth of the time
        fill_ways(travel.rows(model.places(places)), ways)
        return ways
    for at in range(0, len(places), ROWS_AT_ONCE):
        ways[at : at + ROWS_AT_ONCE] = model.ways(places[at : at + ROWS_AT_ONCE], places)
    return ways


def _small(numbers: Longs) -> Ints:
    """Return times and prices in 32 bits; what lies decades away is as good as `NEVER`."""
    return np.ascontiguousarray(np.clip(numbers, -NEVER, NEVER).astype(np.int32))


def _begun(model: Model, stops: list[int]) -> int:
    """Return how many begun visits stand at the head of a tour."""
    return next((k for k, v in enumerate(stops) if not model.fact[v]), len(stops))


def _fits(timetable: Timetable, table: PairTable, begun: Mapping[int, int]) -> tuple[tuple[Longs, ...], Longs]:
    """Return the rows of `World.fits`, their visits in front, and where each visit's begin.

    A committed visit fits where it stands alone; others that stand where the rules would no longer have them, too.
    """
    model = timetable.model
    placed = [(v, tour, k) for tour in timetable.tours for k, v in enumerate(tour.stops) if k >= begun[tour.duty]]
    size = max(1, len(model.duties))
    pairs = np.array([v * size + tour.duty for v, tour, _ in placed], dtype=np.int64)
    known = np.isin(pairs, table.visit * size + table.duty).tolist()
    more = [
        (v, tour.duty, tour.windows[k][-1][1], tour.prices[k])
        for (v, tour, k), is_known in zip(placed, known, strict=True)
        if not is_known
    ]
    rows = np.array(more, dtype=np.int64).reshape(-1, 4)
    columns = [np.concatenate((mine, extra)) for mine, extra in zip(table, rows.T, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    sorted_columns = tuple(column[order] for column in columns)
    counts = np.bincount(sorted_columns[0], minlength=len(model.visits))
    return sorted_columns, np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))


def _starts(model: Model) -> list[tuple[Window, ...]]:
    """Return every visit's start windows as the kernels count: from the pick-up, where something is fetched."""
    problem = model.problem
    windows = [starts_of(problem, visit) or ((0, -1),) for visit in model.visits]
    return [shifted(one, lead) for one, lead in zip(windows, model.lead, strict=True)]


def _windows(model: Model) -> tuple[Ints, Longs]:
    """Return all start windows and where each visit's begin."""
    windows = _starts(model)
    spans = np.array([span for w in windows for span in w], dtype=np.int64).reshape(-1, 2)
    first = np.cumsum([0, *(len(w) for w in windows)], dtype=np.int64)
    return _small(spans - model.now), first


def _visits(model: Model, first_fit: Longs, first_window: Longs, number: Mapping[int, int]) -> Ints:
    rows = np.zeros((len(model.visits), layout.VISIT_COLUMNS), np.int64)
    rows[:, layout.PLACE] = [number[place] for place in model.entry]
    rows[:, layout.EXIT] = [number[place] for place in model.place]
    rows[:, layout.DURATION] = model.duration
    rows[:, layout.FIXED] = model.fixed
    rows[:, layout.SOFT] = model.soft
    rows[:, layout.HELD] = model.held
    rows[:, layout.FIT_FROM], rows[:, layout.FIT_TO] = first_fit[:-1], first_fit[1:]
    rows[:, layout.WINDOW_FROM], rows[:, layout.WINDOW_TO] = first_window[:-1], first_window[1:]
    for v, (visit, windows) in enumerate(zip(model.visits, _starts(model), strict=True)):
        from_pickup = model.now + model.lead[v]
        rows[v, layout.FIRST], rows[v, layout.LAST] = windows[0][0] - model.now, windows[-1][1] - model.now
        rows[v, layout.WIDTH] = sum(hi - lo for lo, hi in windows)
        rows[v, layout.DUE] = NEVER if visit.due is None else visit.due - from_pickup
        rows[v, layout.TOLD] = NEVER if visit.told is None else visit.told - from_pickup
        rows[v, layout.RANK] = 0 if model.held[v] else 1 + model.level[v]
    return _small(rows)


def _duties(timetable: Timetable, begun: Mapping[int, int], fitting: Longs, visits: Ints) -> Longs:
    """Return the duties' rows, their places still numbered as in the model."""
    model = timetable.model
    rows = np.zeros((len(model.duties), layout.DUTY_COLUMNS), np.int64)
    shortest = max(1, int(visits[:, layout.DURATION].min())) if len(visits) else 1
    many = np.bincount(fitting, minlength=len(model.duties)).tolist()
    most_travel = _most_travel(model)
    for d, duty in enumerate(model.duties):
        most = min(duty.most, STOPS_MOST, many[d], 1 + (duty.closes - duty.opens) // shortest)
        free, closes = duty.opens - model.now, duty.closes - model.now
        times, load = (max(free, 0), free, closes), model.teams[duty.team].load
        rows[d] = duty.base, duty.base, *times, most, 0, load, duty.most_work, most_travel[d]
    for tour in timetable.tours:
        row, past, stops = rows[tour.duty], begun.get(tour.duty, 0), len(tour.stops)
        free = tour.done[past] - model.now
        row[layout.ORIGIN], row[layout.LEAVE], row[layout.DONE] = tour.places[past], max(free, 0), free
        row[layout.MOST] = max(min(int(row[layout.MOST]), model.duties[tour.duty].most - past), stops - past)
        row[layout.MOST_TRAVEL] = max(0, most_travel[tour.duty] - _gone(tour, past))
        row[layout.WORK_BEFORE] = sum(model.duration[v] for v in tour.stops[:past])
    return rows


def _most_travel(model: Model) -> list[int]:
    """Return how many seconds a crew may be on the way, so few that a limit of metres is kept as well.

    The kernels know no metres. No way has more of them for a second than the fastest; where ways are about equally fast
    next to nothing is lost, else what the limit still allows is left to insertion in Python.

    Raises
    ------
    ProblemError
        If a way of no time has metres: then seconds bound none.
    """
    if all(duty.most_metres >= NO_LIMIT for duty in model.duties):
        return [duty.most_travel for duty in model.duties]
    numbers = sorted({*model.entry, *model.place, *model.base})
    seconds, metres = model.ways_with_metres(numbers)
    if ((seconds == 0) & (metres > 0)).any():
        raise ProblemError("travel: a way of no time has metres, and a team's metres in a shift are limited")
    # Metres in a thousand seconds, rounded up.
    fastest = int((-(-1000 * metres // np.maximum(seconds, 1))).max(initial=1))
    return [
        duty.most_travel
        if duty.most_metres >= NO_LIMIT
        else min(duty.most_travel, 1000 * duty.most_metres // max(1, fastest))
        for duty in model.duties
    ]


def _gone(tour: Tour, past: int) -> int:
    """Return the seconds on the way to the last begun stop of a tour."""
    return sum(tour.hops[:past]) + sum(tour.model.within[v] for v in tour.stops[:past])


def _near(way: Ints, visits: Ints) -> Ints:
    """Return the nearest visits that may move, each visit itself first."""
    movable = np.flatnonzero((visits[:, layout.FIXED] == 0) & (visits[:, layout.FIT_TO] > visits[:, layout.FIT_FROM]))
    most = min(NEIGHBOURS, len(movable))
    near = np.full((len(visits), max(1, most)), -1, np.int32)
    if most == 0:
        return near
    places = visits[movable, layout.PLACE]
    # Way and number in one key, so that equal ways leave no choice to the sorting method.
    size = len(visits)
    for at in range(0, len(movable), ROWS_AT_ONCE):
        keys = way[places[at : at + ROWS_AT_ONCE]][:, places].astype(np.int64) * size + movable
        own = np.arange(at, min(at + ROWS_AT_ONCE, len(movable)))
        keys[own - at, own] = -1
        if most < len(movable):
            keys = np.partition(keys, most - 1, axis=1)[:, :most]
        keys.sort(axis=1)
        near[movable[own]] = keys % size
        near[movable[own], 0] = movable[own]
    return near


def _weights(model: Model) -> Longs:
    weights, row = model.weights, np.zeros(layout.WEIGHTS, np.int64)
    row[layout.TRAVEL_WEIGHT], row[layout.LATENESS_WEIGHT] = weights.travel, weights.lateness
    row[layout.MOVE_WEIGHT], row[layout.LOAD_WEIGHT] = weights.move, weights.load
    row[layout.SYMMETRIC] = model.problem.travel.symmetric
    row[layout.MOVE_TOLERANCE], row[layout.LOAD_UNIT] = MOVE_TOLERANCE, 2 * HOUR * HOUR
    return row


def _tours(timetable: Timetable, begun: Mapping[int, int], most: int) -> Longs:
    tours = np.zeros((len(timetable.model.duties), most + layout.FIRST_STOP), np.int64)
    for tour in timetable.tours:
        stops = tour.stops[begun.get(tour.duty, 0) :]
        tours[tour.duty, layout.STOPS] = len(stops)
        tours[tour.duty, layout.FIRST_STOP : layout.FIRST_STOP + len(stops)] = stops
    return tours


def timetable_of(timetable: Timetable, arrays: Arrays, tours: Longs) -> Timetable:
    """Return a timetable with other tours, given by their stops; those that did not change are taken over.

    Raises
    ------
    EngineFaultError
        If a tour does not hold: then a kernel was wrong.
    """
    changed: list[Tour] = []
    for d in np.flatnonzero((tours[:, layout.STOPS] > 0) | (arrays.tours[:, layout.STOPS] > 0)).tolist():
        before = timetable.tours[d].stops
        stops = before[: arrays.begun.get(d, 0)] + stops_of(tours, d)
        if stops != before:
            changed.append(tour_of(timetable.model, d, stops))
    return timetable.with_tours(changed)


def stops_of(tours: Longs, duty: int) -> list[int]:
    """Return a duty's stops from tours given by their stops."""
    stops: list[int] = tours[duty, layout.FIRST_STOP : layout.FIRST_STOP + tours[duty, layout.STOPS]].tolist()
    return stops
