"""Carving a part out of the problem, small enough for a processor's cache."""

from __future__ import annotations

import numpy as np

from linli.matcher.kernels.carve import copy_fits, copy_near, copy_ways, number_places, settle_in
from linli.matcher.kernels.layout import (
    BOOK_COLUMNS,
    DICE,
    EXIT,
    FIRST_STOP,
    FIT_COLUMNS,
    FIT_FROM,
    FIT_TO,
    HOME,
    MEMO_COLUMNS,
    NUMBERS,
    ORIGIN,
    PLACE,
    ROW_COLUMNS,
    SYMMETRIC,
    Ints,
    Longs,
    Notes,
    State,
    World,
)


def carve(world: World, duties: Ints, visits: Ints) -> World:
    """Return a part of a problem, numbered anew: some duties, and some visits with their fits on these.

    Parameters
    ----------
    world : World
        The whole problem.
    duties, visits : array of int32
        What belongs to the part, ascending.
    """
    of_visit = _numbers(visits, world.visits.shape[0])
    of_place = np.full(world.way.shape[0], -1, np.int32)
    places = np.empty(2 * len(visits) + 2 * len(duties), np.int32)
    places = places[: number_places(world, duties, visits, of_place, places)]
    way = _among(world.way, places)
    back = way if world.weights[SYMMETRIC] != 0 else _among(world.back, places)
    data, crews = world.visits[visits], world.duties[duties]
    for rows, column in ((data, PLACE), (data, EXIT), (crews, ORIGIN), (crews, HOME)):
        rows[:, column] = of_place[rows[:, column]]
    slot = np.full((len(visits), len(duties)), -1, np.int32)
    fits = np.empty((int((data[:, FIT_TO] - data[:, FIT_FROM]).sum()), FIT_COLUMNS), np.int32)
    many = copy_fits(world, _numbers(duties, world.duties.shape[0]), data, slot, fits)
    near = np.full((len(visits), world.near.shape[1]), -1, np.int32)
    copy_near(world.near, visits, of_visit, near)
    return World(
        way, back, data, world.windows, fits[:many].copy(), slot, crews, near, world.weights, world.within[visits]
    )


def _numbers(chosen: Ints, many: int) -> Ints:
    """Return each one's number among the chosen, or -1."""
    numbers = np.full(many, -1, np.int32)
    numbers[chosen] = np.arange(len(chosen), dtype=np.int32)
    return numbers


def _among(way: Ints, places: Ints) -> Ints:
    """Return the ways between some places."""
    among = np.empty((len(places), len(places)), np.int32)
    copy_ways(way, places, among)
    return among


def settle(world: World, tours: Longs, duties: Ints, visits: Ints, worth: Longs, seed: int) -> tuple[State, Notes]:
    """Return a part's state and a search's notes, set up from the tours of the whole problem.

    Where a tour does not hold ``Notes.numbers[FAULTS]`` is not 0, and the part must not be searched.
    """
    many, most, all_visits = len(duties), tours.shape[1] - FIRST_STOP, len(visits)
    state = State(
        rows=np.zeros((many, most + 2, ROW_COLUMNS), np.int32),
        books=np.zeros((many, BOOK_COLUMNS), np.int64),
        where=np.full(all_visits, -1, np.int32),
        memo=np.zeros((world.fits.shape[0], MEMO_COLUMNS), np.int32),
        worth=worth[visits],
        best=np.zeros((many, most + FIRST_STOP), np.int64),
    )
    notes = Notes(
        movable=np.empty(all_visits, np.int32),
        absent=np.empty(all_visits, np.int32),
        saved_absent=np.empty(all_visits, np.int32),
        order=np.empty(all_visits, np.int64),
        old=np.zeros(all_visits, np.int32),
        touched=np.empty(many, np.int32),
        mark=np.zeros(many, np.int32),
        saved_rows=np.zeros((many, most + 2, ROW_COLUMNS), np.int32),
        saved_books=np.zeros((many, BOOK_COLUMNS), np.int64),
        numbers=np.zeros(NUMBERS, np.int64),
    )
    notes.numbers[DICE] = seed
    movable = settle_in(world, state, notes, tours, duties, _numbers(visits, len(worth)))
    return state, notes._replace(movable=notes.movable[:movable])
