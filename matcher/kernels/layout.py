"""What the kernels work on: arrays, and what each column of them means.

Small integers, small arrays, what is used together side by side: the search is as fast as the nearest cache lets it.
Times are seconds since the problem's present, costs priced seconds. The words are those of `linli.matcher.model`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]

NEVER = 1 << 30
"""Later than any time, dearer than any place on a tour: 34 years, in 32 bits with room for sums."""

# Columns of `World.visits`. PLACE is where a visit is entered, EXIT where it is left; the same, but where something is
# fetched first. RANK orders insertion: held visits are 0, then by level (class, band of waiting) from 1.
PLACE, DURATION, FIRST, LAST, WINDOW_FROM, WINDOW_TO, FIXED, SOFT = 0, 1, 2, 3, 4, 5, 6, 7
DUE, TOLD, FIT_FROM, FIT_TO, RANK, WIDTH, HELD, EXIT = 8, 9, 10, 11, 12, 13, 14, 15
VISIT_COLUMNS = 16

# Columns of `World.fits`: one row for a visit on a duty; the latest start there, and what the pair costs.
DUTY, LATEST, PRICE = 0, 1, 2
FIT_COLUMNS = 3

# Columns of `World.duties`. A duty that has begun sets out from its last begun visit: ORIGIN, LEAVE (not before now),
# DONE (what a committed stop may reckon with), WORK_BEFORE. MOST stops, MOST_WORK and MOST_TRAVEL seconds are allowed.
ORIGIN, HOME, LEAVE, DONE, CLOSES, MOST, WORK_BEFORE, LOAD, MOST_WORK, MOST_TRAVEL = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
DUTY_COLUMNS = 10

# Places in `World.weights`.
TRAVEL_WEIGHT, LATENESS_WEIGHT, MOVE_WEIGHT, LOAD_WEIGHT, MOVE_TOLERANCE, LOAD_UNIT = 0, 1, 2, 3, 4, 5
SYMMETRIC = 6  # 1 where the way back always equals the way there
WEIGHTS = 7

# Columns of tours given by their stops: how many, what they cost, then the stops.
STOPS, TOUR_COST, FIRST_STOP = 0, 1, 2

# Columns of `State.rows`, one row for a position: when the crew may leave the stop before, the latest arrival at the
# stop that stands here, the place before, the way from it, the visit (-1 at the end), its latest start on this duty,
# what the pair costs, and where the stop is entered (the base at the end).
FREE, LATE, AT, HOP, VISIT, CAP, FEE, TO = 0, 1, 2, 3, 4, 5, 6, 7
ROW_COLUMNS = 8

# Columns of `State.books`.
COUNT, COST, WORK, ROOM, VERSION, ISSUED, IS_SOFT, LOAD_COST, SPARE = 0, 1, 2, 3, 4, 5, 6, 7, 8
BOOK_COLUMNS = 9  # SPARE: seconds that may still be added to the way; `NEVER` without a limit

# Columns of `State.memo`: a fit's duty, for which version of it what inserting would cost, and where.
ON, MEMO_VERSION, MEMO_COST, MEMO_POSITION = 0, 1, 2, 3
MEMO_COLUMNS = 4

# Places in `Notes.numbers`.
DICE, ABSENT, TOUCHED, RUINED, CURRENT, BEST, TICKS, STEPS, BLINK, FAULTS = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
NUMBERS = 10


class World(NamedTuple):
    """What does not change while the kernels work: the whole problem, or a part with its own numbering.

    Parameters
    ----------
    way, back : array of int32, (places, places)
        Travel seconds, and the same the other way round: ``back[a, b] == way[b, a]``. One array where it is symmetric.
    visits : array of int32, (visits, VISIT_COLUMNS)
        Each visit's data.
    windows : array of int32, (windows, 2)
        Start windows, those of a visit side by side.
    fits : array of int32, (fits, FIT_COLUMNS)
        Where each visit fits, those of a visit side by side.
    slot : array of int32, (visits, duties)
        The row of `fits` for a visit on a duty, or -1. Empty for a whole problem.
    duties : array, (duties, DUTY_COLUMNS)
        Each duty's data.
    near : array of int32, (visits, neighbours)
        The nearest visits of each, itself first, -1 where there are no more.
    weights : array, (WEIGHTS,)
        Prices.
    within : array of int32, (visits,)
        The way from a pick-up to its visit; 0 where nothing is fetched.
    """

    way: Ints
    back: Ints
    visits: Ints
    windows: Ints
    fits: Ints
    slot: Ints
    duties: Longs
    near: Ints
    weights: Longs
    within: Ints


class State(NamedTuple):
    """The tours of a part, and what is known of them.

    Parameters
    ----------
    rows : array of int32, (duties, most stops + 2, ROW_COLUMNS)
        Each tour, position by position.
    books : array, (duties, BOOK_COLUMNS)
        Each tour's sums.
    where : array of int32, (visits,)
        Each visit's duty, or -1.
    memo : array of int32, (fits, MEMO_COLUMNS)
        The cheapest place known of a visit on a duty.
    worth : array, (visits,)
        What it costs to leave a visit without a place.
    best : array, (duties, most stops + FIRST_STOP)
        The best tours met.
    """

    rows: Ints
    books: Longs
    where: Ints
    memo: Ints
    worth: Longs
    best: Longs


class Notes(NamedTuple):
    """A search's own notes.

    Parameters
    ----------
    movable : array of int32
        The visits that may move.
    absent, saved_absent, order : arrays, (visits,)
        Visits without a place now and before the step, and the keys they are sorted by.
    old : array of int32, (visits,)
        1 for visits that had no place before the step.
    touched : array of int32, (duties,)
        The duties changed by the step; those ruined come first.
    mark : array of int32, (duties,)
        1 for touched duties.
    saved_rows, saved_books : arrays
        The touched tours as they were.
    numbers : array, (NUMBERS,)
        Random state, counters and sums.
    """

    movable: Ints
    absent: Ints
    saved_absent: Ints
    order: Longs
    old: Ints
    touched: Ints
    mark: Ints
    saved_rows: Ints
    saved_books: Longs
    numbers: Longs
