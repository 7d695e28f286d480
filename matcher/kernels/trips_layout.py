"""What the kernels of `trips` work on: errands of one or two tasks, and trips on which several things are aboard.

Task ``2 e`` fetches for errand ``e``, task ``2 e + 1`` serves it. Times are seconds since the problem's first moment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.matcher.kernels.layout import Ints, Longs

Flags = npt.NDArray[np.bool_]

# Columns of `Ground.tasks`.
PLACE, LENGTH, WINDOW_FROM, WINDOW_TO = 0, 1, 2, 3
TASK_COLUMNS = 4

# Columns of `Ground.errands`: whether it is fetched, its level from 0, how wide its windows are, and how far it goes.
FETCHED, RANK, WIDTH, FAR = 0, 1, 2, 3
ERRAND_COLUMNS = 4

# Columns of `Ground.vehicles`. KIND is the same for vehicles of which an empty one is as good as another.
START, END, OPENS, CLOSES, MOST, MOST_WAY, MOST_METRES, KIND = 0, 1, 2, 3, 4, 5, 6, 7
VEHICLE_COLUMNS = 8

ANY_METRES = 1 << 60
"""A vehicle's limit of metres from which on there is none, and none are counted: more than any sum of ways."""

# Columns of `State.rows`, one row for a position: the task that stands here (-1 at the end), its place and the place
# before, the way between them, when the vehicle may leave the place before, and the latest arrival here.
TASK, TO, AT, HOP, FREE, LATE = 0, 1, 2, 3, 4, 5
ROW_COLUMNS = 6

# Columns of `State.books`: tasks, seconds of way, metres of it where they are limited, which version of the trip, and
# the last version given to one.
COUNT, COST, METRES, VERSION, ISSUED = 0, 1, 2, 3, 4
BOOK_COLUMNS = 5

# Columns of `State.memo`: for which version of a trip what an errand would cost on it, and where it would stand: before
# which stops the fetching and the serving.
MEMO_VERSION, MEMO_COST, MEMO_FETCH, MEMO_SERVE = 0, 1, 2, 3
MEMO_COLUMNS = 4


class Ground(NamedTuple):
    """What does not change.

    Parameters
    ----------
    way : array of int32, (places, places)
        Seconds.
    metres : array, (places, places)
        Metres; of another shape where no vehicle has a limit of them.
    tasks : array, (tasks, TASK_COLUMNS)
        Each task's data.
    windows : array, (windows, 2)
        When tasks may begin, those of a task side by side.
    errands : array, (errands, ERRAND_COLUMNS)
        Each errand's data.
    brought, taken : array, (errands, dimensions)
        Loads.
    able : array of bool, (errands, vehicles)
        Who may run what.
    vehicles : array, (vehicles, VEHICLE_COLUMNS)
        Each vehicle's data.
    capacity : array, (vehicles, dimensions)
        What each carries.
    near : array of int32, (tasks, neighbours)
        The tasks nearest to each, itself first, -1 where there are no more.
    """

    way: Ints
    metres: Longs
    tasks: Longs
    windows: Longs
    errands: Longs
    brought: Longs
    taken: Longs
    able: Flags
    vehicles: Longs
    capacity: Longs
    near: Ints


class State(NamedTuple):
    """The trips, and what is known of them.

    Parameters
    ----------
    rows : array, (vehicles, most tasks + 2, ROW_COLUMNS)
        Each trip, position by position.
    load, peak : array, (vehicles, most tasks + 2, dimensions)
        What is aboard on the way to each position, and the most from there on.
    books : array, (vehicles, BOOK_COLUMNS)
        Each trip's sums.
    where : array of int32, (errands,)
        Each errand's vehicle, or -1.
    memo : array, (errands, vehicles, MEMO_COLUMNS)
        The cheapest place known.
    worth : array, (errands,)
        What it costs to leave an errand out.
    best : array, (vehicles, most tasks + 1)
        The best trips met: how many tasks, then the tasks.
    """

    rows: Longs
    load: Longs
    peak: Longs
    books: Longs
    where: Ints
    memo: Longs
    worth: Longs
    best: Longs


class Notes(NamedTuple):
    """A search's own notes.

    Parameters
    ----------
    absent, saved_absent, order : array, (errands,)
        Errands without a place now and before the step, and the keys they are sorted by.
    old : array of int32, (errands,)
        1 for errands that had no place before the step.
    touched, mark : array of int32, (vehicles,)
        The vehicles changed by the step, those ruined first, and 1 for each of them.
    seen : array, (vehicles,)
        By kind, the last look in which an empty vehicle of it was tried.
    saved_rows, saved_load, saved_peak, saved_books : arrays
        The touched trips as they were.
    numbers : array
        As `linli.matcher.kernels.layout.Notes.numbers`, and the number of the present look after them.
    """

    absent: Longs
    saved_absent: Longs
    order: Longs
    old: Ints
    touched: Ints
    mark: Ints
    seen: Longs
    saved_rows: Longs
    saved_load: Longs
    saved_peak: Longs
    saved_books: Longs
    numbers: Longs
