"""What the compiled insertion works on: what each column means. Times are seconds since the epoch, as everywhere else.

These arrays live as long as a roster, so they hold nothing that depends on the clock.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from linli.matcher.kernels.layout import Ints, Longs

Floats = npt.NDArray[np.float64]

BEYOND: Final = 1 << 60
"""Later than any time, farther than any way, dearer than any tour."""

# Columns of teams. A team's duties lie shift by shift, and in each shift crew by crew. ASKING is what it costs to ask.
DUTY_FROM, SHIFT_FROM, SHIFT_TO, CREWS, LIMIT_SECONDS, LIMIT_METRES, ASKED_UNTIL = 0, 1, 2, 3, 4, 5, 6
# MAKES_NONE is 1 where a crew may make no visit at all, WIDEST the largest stretch of any of the team's tours so far.
# MOST_SECONDS and MOST_METRES are how much of a shift a crew may be on the way.
LOAD, ASKING, BASE, MAKES_NONE, WIDEST, MOST_SECONDS, MOST_METRES = 7, 8, 9, 10, 11, 12, 13
TEAM_COLUMNS = 14

# Columns of shifts.
OPENS, CLOSES = 0, 1

# Columns of rows, one for a position of a tour that has stops: when the crew is done at the place before, the latest
# arrival at the stop that stands here, the place before, the way from it, the place it leads to, and the way's metres
# where a crew's are limited; then of the stop itself what a later start costs, the place where it is left, and its
# start windows.
DONE, LATE, AT, HOP, ENTRY, HOP_METRES, DURATION, DUE, TOLD, START, PLACE, WINDOWS, FIRST_WINDOW = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
)
WINDOWS_MOST = 4
ROW_COLUMNS = FIRST_WINDOW + 2 * WINDOWS_MOST

# Columns of books, one row for a tour that has stops. STRETCH is by how many seconds a detour from this tour may be
# shorter than the way from its base and back; MANY says that a stop has more windows than a row holds. SPARE_SECONDS
# and SPARE_METRES are how much longer the crew may be on the way.
COUNT, ROOM, WORK, LOAD_COST, SOFT, STRETCH, MANY, SPARE_SECONDS, SPARE_METRES = 0, 1, 2, 3, 4, 5, 6, 7, 8
BOOK_COLUMNS = 9

# Places in prices.
TRAVEL_WEIGHT, LATENESS_WEIGHT, MOVE_WEIGHT, LOAD_WEIGHT, CONTINUITY, MOVE_TOLERANCE, LOAD_UNIT = 0, 1, 2, 3, 4, 5, 6
MOST_STRETCH = 7  # the largest stretch of any tour so far: no price, but it bounds one
LOOKED_AT = 8  # how many teams' tours were looked at so far: for tests of how much is passed over
PRICES = 9

# Places in what is wanted. Where something is fetched, its start and length count from there, FIRST_AT, LEAD seconds
# before the visit; WITHIN and WITHIN_METRES are the way from there to the visit, and FETCHING is what that way costs.
# After its windows follow the BARRED teams that may not be sent.
NOW, ENDS, LENGTH, WHERE, ASKED_FROM, MAX_SECONDS, MAX_METRES, REGULAR = 0, 1, 2, 3, 4, 5, 6, 7
IS_SOFT, IS_DUE, WAS_TOLD, LEAD, WITHIN, WITHIN_METRES, FETCHING, FIRST_AT = 8, 9, 10, 11, 12, 13, 14, 15
BARRED, SPANS = 16, 17
FIRST_SPAN = 18

# Places in a grid: its corner and the size of its cells in radians, how many rows and columns, the smallest cosine of a
# latitude, the seconds that a metre takes at least, the longest shift, and the seconds that any team goes at most.
SOUTH, WEST, HIGH, WIDE, ROWS, COLUMNS, COSINE, PACE, LONGEST, FARTHEST = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
GRID = 10

# Columns of places.
LATITUDE, LONGITUDE, COSINE_OF, METRES_OF, SECONDS_OF = 0, 1, 2, 3, 4
PLACE_COLUMNS = 5

# Columns of boxes: the parallels and meridians, in radians, between which a visit must lie to have a place. There is a
# box for visits of every length, in steps of `LENGTH_STEP` seconds: the longer a visit, the less time is left to go.
LEAST_LATITUDE, MOST_LATITUDE, LEAST_LONGITUDE, MOST_LONGITUDE = 0, 1, 2, 3
BOX_COLUMNS = 4
LENGTHS, LENGTH_STEP = 6, 900

# Columns of answers. LATEST is the last start that the duty and the people on it allow, FEE what the pair costs
# wherever the visit lands on the duty.
COST, DUTY, POSITION, LATEST, FEE = 0, 1, 2, 3, 4
ANSWER_COLUMNS = 5

# What is asked for: the cheapest place of all, the cheapest of every team, or how much choice there is.
CHEAPEST, EVERY_TEAM, CHOICE = 0, 1, 2

NOWHERE: Final = -1
"""Where a route begins or ends that does so wherever it likes: no way leads from there or to it."""


class Ground(NamedTuple):
    """A roster and its tours.

    Parameters
    ----------
    teams, shifts : array
        Each team's and each shift's data.
    slot : array of int32, (duties,)
        Where in `rows` and `books` a duty's tour is, -1 while it has no stops.
    places : array of float, (places, PLACE_COLUMNS)
        Places prepared for the formula of ways.
    left, reached : array of int32, (places,)
        From which of them one goes who leaves a place, and to which who comes to it: a base of its own stands for two.
        `NOWHERE` where a route begins, or ends, wherever it likes. Where ways stand in a table, rows of it.
    seconds, metres : array, (rows, rows)
        A table of all ways; empty where there is none.
    rows : array, (tours, positions, ROW_COLUMNS)
        Tours, position by position.
    books : array, (tours, BOOK_COLUMNS)
        Each tour's sums.
    prices : array, (PRICES,)
        Weights.
    boxes : array of float, (LENGTHS, teams, BOX_COLUMNS)
        Where each team, with its tours as they are, can make one more visit of such a length at most.
    cell_boxes : array of float, (LENGTHS, cells, BOX_COLUMNS)
        The same for all teams of a cell of the roster's grid.
    """

    teams: Longs
    shifts: Longs
    slot: Ints
    places: Floats
    left: Ints
    reached: Ints
    seconds: Longs
    metres: Longs
    rows: Longs
    books: Longs
    prices: Longs
    boxes: Floats
    cell_boxes: Floats


class Cells(NamedTuple):
    """All teams of a roster in a grid of cells.

    Parameters
    ----------
    grid : array of float, (GRID,)
        Where the cells are; what depends on who is able is 0.
    cell : array of int32, (teams,)
        Each team's cell.
    begins : array of int32, (cells + 1,)
        Where in `teams` those of each cell begin.
    teams : array of int32, (teams,)
        Their numbers, cell by cell.
    """

    grid: Floats
    cell: Ints
    begins: Ints
    teams: Ints


class Able(NamedTuple):
    """The teams that hold what a kind of visit needs, in the roster's grid, or in one cell if they are few.

    Parameters
    ----------
    grid : array of float, (GRID,)
        Where the cells are.
    cells : array of int32, (cells + 1,)
        Where in `teams` those of each cell begin.
    teams : array of int32, (teams,)
        Their numbers, cell by cell.
    until : array, (teams, crews)
        Until when enough people are cleared, beside those kept for crews of lower number.
    spared : array, (teams,)
        The price of a thousand hours of each for the sake of skills that are not needed.
    """

    grid: Floats
    cells: Ints
    teams: Ints
    until: Longs
    spared: Longs


class Ways(NamedTuple):
    """The ways to and from one visit, place by place, or none: then a table of all ways or the formula tells them.

    Parameters
    ----------
    to, back : array, (places,)
        Seconds from every place to the visit, or to where something is fetched for it, and from the visit to them.
    to_metres, back_metres : array, (places,)
        The same in metres; read only for teams whose metres in a shift are limited.
    """

    to: Longs
    back: Longs
    to_metres: Longs
    back_metres: Longs
