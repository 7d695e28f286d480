"""Carving a part out of the problem, small enough for a processor's cache, and bringing back what was found."""

from __future__ import annotations

import numpy as np

from linli.matcher.compiled import maker
from linli.matcher.kernels.layout import (
    ABSENT,
    BEST,
    BOOK_COLUMNS,
    CAP,
    COST,
    COUNT,
    CURRENT,
    DICE,
    DUTY,
    EXIT,
    FAULTS,
    FEE,
    FIRST_STOP,
    FIT_COLUMNS,
    FIT_FROM,
    FIT_TO,
    FIXED,
    HOME,
    LATEST,
    MEMO_COLUMNS,
    NUMBERS,
    ON,
    ORIGIN,
    PLACE,
    PRICE,
    ROW_COLUMNS,
    STOPS,
    SYMMETRIC,
    TOUR_COST,
    VISIT,
    Ints,
    Longs,
    Notes,
    State,
    World,
)
from linli.matcher.kernels.steps import keep_best, value
from linli.matcher.kernels.tours import schedule


@maker
def carve(world: World, duties: Ints, visits: Ints) -> World:
    """Return a part of a problem, numbered anew: some duties, and some visits with their fits on these.

    Parameters
    ----------
    world : World
        The whole problem.
    duties, visits : array of int32
        What belongs to the part, ascending.
    """
    of_visit = np.full(world.visits.shape[0], -1, np.int32)
    for i in range(len(visits)):
        of_visit[visits[i]] = i
    of_place, places = _places(world, duties, visits)
    way = _among(world.way, places)
    back = way
    if world.weights[SYMMETRIC] == 0:
        back = _among(world.back, places)
    data = world.visits[visits]
    for i in range(len(visits)):
        data[i, PLACE] = of_place[data[i, PLACE]]
        data[i, EXIT] = of_place[data[i, EXIT]]
    slot, fits = _fits(world, duties, visits, data)
    crews = world.duties[duties]
    for x in range(len(duties)):
        crews[x, ORIGIN] = of_place[crews[x, ORIGIN]]
        crews[x, HOME] = of_place[crews[x, HOME]]
    near, within = _near(world, visits, of_visit), world.within[visits]
    return World(way, back, data, world.windows, fits, slot, crews, near, world.weights, within)


@maker
def _among(way: Ints, places: Ints) -> Ints:
    """Return the ways between some places."""
    among = np.empty((len(places), len(places)), np.int32)
    for a in range(len(places)):
        for b in range(len(places)):
            among[a, b] = way[places[a], places[b]]
    return among


@maker
def _places(world: World, duties: Ints, visits: Ints) -> tuple[Ints, Ints]:
    """Return each place's number in the part, or -1, and the part's places."""
    of_place = np.full(world.way.shape[0], -1, np.int32)
    places = np.empty(2 * len(visits) + 2 * len(duties), np.int32)
    many = 0
    for i in range(2 * len(visits) + 2 * len(duties)):
        if i < len(visits):
            place = np.int64(world.visits[visits[i], PLACE])
        elif i < 2 * len(visits):
            place = np.int64(world.visits[visits[i - len(visits)], EXIT])
        elif i < 2 * len(visits) + len(duties):
            place = world.duties[duties[i - 2 * len(visits)], ORIGIN]
        else:
            place = world.duties[duties[i - 2 * len(visits) - len(duties)], HOME]
        if of_place[place] < 0:
            of_place[place] = many
            places[many] = place
            many += 1
    return of_place, places[:many].copy()


@maker
def _fits(world: World, duties: Ints, visits: Ints, data: Ints) -> tuple[Ints, Ints]:
    """Return the part's `slot` and `fits`, and write into the visits' data where their fits begin."""
    of_duty = np.full(world.duties.shape[0], -1, np.int32)
    for x in range(len(duties)):
        of_duty[duties[x]] = x
    total = 0
    for i in range(len(visits)):
        total += data[i, FIT_TO] - data[i, FIT_FROM]
    slot = np.full((len(visits), len(duties)), -1, np.int32)
    fits = np.empty((total, FIT_COLUMNS), np.int32)
    many = 0
    for i in range(len(visits)):
        begin, end = data[i, FIT_FROM], data[i, FIT_TO]
        data[i, FIT_FROM] = many
        for fit in range(begin, end):
            x = of_duty[world.fits[fit, DUTY]]
            if x >= 0:
                fits[many, DUTY] = x
                fits[many, LATEST] = world.fits[fit, LATEST]
                fits[many, PRICE] = world.fits[fit, PRICE]
                slot[i, x] = many
                many += 1
        data[i, FIT_TO] = many
    return slot, fits[:many].copy()


@maker
def _near(world: World, visits: Ints, of_visit: Ints) -> Ints:
    """Return each visit's nearest within the part."""
    near = np.full((len(visits), world.near.shape[1]), -1, np.int32)
    for i in range(len(visits)):
        many = 0
        for q in range(world.near.shape[1]):
            v = world.near[visits[i], q]
            if v >= 0 and of_visit[v] >= 0:
                near[i, many] = of_visit[v]
                many += 1
    return near


@maker
def settle(world: World, tours: Longs, duties: Ints, visits: Ints, worth: Longs, seed: int) -> tuple[State, Notes]:
    """Return a part's state and a search's notes, set up from the tours of the whole problem.

    Where a tour does not hold ``Notes.numbers[FAULTS]`` is not 0, and the part must not be searched.
    """
    of_visit = np.full(worth.shape[0], -1, np.int32)
    for i in range(len(visits)):
        of_visit[visits[i]] = i
    many, most = len(duties), tours.shape[1] - FIRST_STOP
    state = State(
        np.zeros((many, most + 2, ROW_COLUMNS), np.int32),
        np.zeros((many, BOOK_COLUMNS), np.int64),
        np.full(len(visits), -1, np.int32),
        np.zeros((world.fits.shape[0], MEMO_COLUMNS), np.int32),
        worth[visits],
        np.zeros((many, most + FIRST_STOP), np.int64),
    )
    for fit in range(world.fits.shape[0]):
        state.memo[fit, ON] = world.fits[fit, DUTY]
    faults = 0
    for x in range(many):
        for k in range(tours[duties[x], STOPS]):
            v = of_visit[tours[duties[x], FIRST_STOP + k]]
            state.rows[x, k, VISIT] = v
            state.rows[x, k, CAP] = world.fits[world.slot[v, x], LATEST]
            state.rows[x, k, FEE] = world.fits[world.slot[v, x], PRICE]
            state.where[v] = x
        state.books[x, COUNT] = tours[duties[x], STOPS]
        if not schedule(world, state, x):
            faults += 1
    notes = _notes(world, state, most, seed)
    notes.numbers[CURRENT] = value(state, notes)
    notes.numbers[BEST] = notes.numbers[CURRENT]
    notes.numbers[FAULTS] = faults
    keep_best(state)
    return state, notes


@maker
def _notes(world: World, state: State, most: int, seed: int) -> Notes:
    many, visits = world.duties.shape[0], world.visits.shape[0]
    notes = Notes(
        np.empty(visits, np.int32),
        np.empty(visits, np.int32),
        np.empty(visits, np.int32),
        np.empty(visits, np.int64),
        np.zeros(visits, np.int32),
        np.empty(many, np.int32),
        np.zeros(many, np.int32),
        np.zeros((many, most + 2, ROW_COLUMNS), np.int32),
        np.zeros((many, BOOK_COLUMNS), np.int64),
        np.zeros(NUMBERS, np.int64),
    )
    movable = 0
    for v in range(visits):
        if world.visits[v, FIXED] == 0 and world.visits[v, FIT_TO] > world.visits[v, FIT_FROM]:
            notes.movable[movable] = v
            movable += 1
            if state.where[v] < 0:
                notes.absent[notes.numbers[ABSENT]] = v
                notes.numbers[ABSENT] += 1
    notes.numbers[DICE] = seed
    return Notes(
        notes.movable[:movable].copy(),
        notes.absent,
        notes.saved_absent,
        notes.order,
        notes.old,
        notes.touched,
        notes.mark,
        notes.saved_rows,
        notes.saved_books,
        notes.numbers,
    )


@maker
def bring_back(state: State, duties: Ints, visits: Ints, present: Longs, best: Longs) -> None:
    """Write a part's present and best tours into those of the whole problem."""
    for x in range(len(duties)):
        d = duties[x]
        present[d, STOPS], present[d, TOUR_COST] = state.books[x, COUNT], state.books[x, COST]
        for k in range(state.books[x, COUNT]):
            present[d, FIRST_STOP + k] = visits[state.rows[x, k, VISIT]]
        best[d, STOPS], best[d, TOUR_COST] = state.best[x, STOPS], state.best[x, TOUR_COST]
        for k in range(state.best[x, STOPS]):
            best[d, FIRST_STOP + k] = visits[state.best[x, FIRST_STOP + k]]
