"""What is counted and copied when a part is carved out of the problem, and when what was found is brought back."""

from __future__ import annotations

from linli.matcher.compiled import bare
from linli.matcher.kernels.layout import (
    ABSENT,
    BEST,
    CAP,
    COST,
    COUNT,
    CURRENT,
    DUTY,
    EXIT,
    FAULTS,
    FEE,
    FIRST_STOP,
    FIT_FROM,
    FIT_TO,
    FIXED,
    HOME,
    LATEST,
    ON,
    ORIGIN,
    PLACE,
    PRICE,
    STOPS,
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


@bare
def number_places(world: World, duties: Ints, visits: Ints, of_place: Ints, places: Ints) -> int:
    """Number a part's places as they are met; return how many there are.

    Parameters
    ----------
    world : World
        The whole problem.
    duties, visits : array of int32
        What belongs to the part, ascending.
    of_place : array of int32
        -1 for every place; filled with numbers in the part.
    places : array of int32
        Filled with the part's places.
    """
    many = 0
    for i in range(2 * len(visits) + 2 * len(duties)):
        if i < len(visits):
            place = int(world.visits[visits[i], PLACE])
        elif i < 2 * len(visits):
            place = int(world.visits[visits[i - len(visits)], EXIT])
        elif i < 2 * len(visits) + len(duties):
            place = int(world.duties[duties[i - 2 * len(visits)], ORIGIN])
        else:
            place = int(world.duties[duties[i - 2 * len(visits) - len(duties)], HOME])
        if of_place[place] < 0:
            of_place[place] = many
            places[many] = place
            many += 1
    return many


@bare
def copy_ways(way: Ints, places: Ints, among: Ints) -> None:
    """Copy the ways between some places."""
    for a in range(len(places)):
        for b in range(len(places)):
            among[a, b] = way[places[a], places[b]]


@bare
def copy_fits(world: World, of_duty: Ints, data: Ints, slot: Ints, fits: Ints) -> int:
    """Fill a part's `slot` and `fits`, write into the visits' data where their fits begin; return how many there are.

    Parameters
    ----------
    world : World
        The whole problem.
    of_duty : array of int32
        Each duty's number in the part, or -1.
    data : array of int32, (visits, VISIT_COLUMNS)
        The part's visits.
    slot, fits : array of int32
        See `World`; `slot` holds -1, `fits` has room for all.
    """
    many = 0
    for i in range(len(data)):
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
    return many


@bare
def copy_near(all_near: Ints, visits: Ints, of_visit: Ints, near: Ints) -> None:
    """Copy each visit's nearest that are within the part; `near` holds -1."""
    for i in range(len(visits)):
        many = 0
        for q in range(all_near.shape[1]):
            v = all_near[visits[i], q]
            if v >= 0 and of_visit[v] >= 0:
                near[i, many] = of_visit[v]
                many += 1


@bare
def settle_in(world: World, state: State, notes: Notes, tours: Longs, duties: Ints, of_visit: Ints) -> int:
    """Set up a part's empty state and notes from the tours of the whole problem; return how many visits may move.

    Where a tour does not hold ``Notes.numbers[FAULTS]`` is not 0 then, and the part must not be searched.
    """
    for fit in range(world.fits.shape[0]):
        state.memo[fit, ON] = world.fits[fit, DUTY]
    for x in range(len(duties)):
        for k in range(tours[duties[x], STOPS]):
            v = of_visit[tours[duties[x], FIRST_STOP + k]]
            state.rows[x, k, VISIT] = v
            state.rows[x, k, CAP] = world.fits[world.slot[v, x], LATEST]
            state.rows[x, k, FEE] = world.fits[world.slot[v, x], PRICE]
            state.where[v] = x
        state.books[x, COUNT] = tours[duties[x], STOPS]
        if not schedule(world, state, x):
            notes.numbers[FAULTS] += 1
    movable = 0
    for v in range(world.visits.shape[0]):
        if world.visits[v, FIXED] == 0 and world.visits[v, FIT_TO] > world.visits[v, FIT_FROM]:
            notes.movable[movable] = v
            movable += 1
            if state.where[v] < 0:
                notes.absent[notes.numbers[ABSENT]] = v
                notes.numbers[ABSENT] += 1
    notes.numbers[CURRENT] = value(state, notes)
    notes.numbers[BEST] = notes.numbers[CURRENT]
    keep_best(state)
    return movable


@bare
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
