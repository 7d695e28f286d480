"""Looks for tours by machine code: for all sets below a reduced cost, and for the order in which a set is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from linli.matcher.engine_fault import EngineFaultError
from linli.matcher.exact.choices import Column
from linli.matcher.exact.duty_groups import DutyGroups
from linli.matcher.exact.meter import LOOK, WAYS_PER_WORK, Meter
from linli.matcher.kernels import tour_sets_layout as kernel
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.tour_sets import FULL, list_tours

LABELS_MOST = 400_000
"""Partial tours of one group, 35 MB; memory is taken only for those there are."""

SETS_MOST = 30_000
"""Sets listed by one look, 1.5 MB."""

BUCKETS = 1 << 16
"""Lists of partial tours: a power of two, so that few stand in one."""

AT_ONCE = 1_000_000
"""Ways tried by one look where a clock is asked in between: some twenty milliseconds."""

ANY_DEPTH = 64
"""More visits than a set has."""

NO_ROOF = 1 << 60
"""More than any reduced cost."""

AT_ANY_COST = 1 << 26
"""Seconds, two years: more than any tour costs."""


class Listed(NamedTuple):
    """Sets found, as rows of the kernel; whether these are all, as far as allowed; whether more stops might do more."""

    sets: Longs
    whole: bool
    was_cut: bool


class Lister:
    """Working memory, for one thread, and where the work is counted."""

    def __init__(self, groups: DutyGroups, meter: Meter) -> None:
        self.groups = groups
        self.meter = meter
        self._labels = np.empty((LABELS_MOST, kernel.LABEL_COLUMNS), np.int64)
        self._sets = np.empty((SETS_MOST, kernel.SET_COLUMNS), np.int64)
        self._buckets = np.full((2, BUCKETS), -1, np.int32)
        self._gain = np.zeros((3, len(groups.able)), np.int64)
        self._numbers = np.zeros(kernel.NUMBERS, np.int64)

    def look(self, price: Longs, roofs: Sequence[int] | Longs, depth: int) -> Listed:
        """Return all sets below each group's roof, with so many stops at most beside what is agreed.

        Parameters
        ----------
        price : array, (pairs,)
            What a visit takes off a tour's reduced cost, by the rows of `DutyGroups.able`.
        roofs : sequence of int
            By group, in parts of `SCALE`.
        depth : int
            How many stops.
        """
        self.groups.rows[:, kernel.ROOF] = roofs
        most = self.meter.left() * WAYS_PER_WORK
        listed = self._listed(self.groups, price, depth, most if self.meter.until is None else min(most, AT_ONCE))
        self.meter.spent += LOOK + int(self._numbers[kernel.TRIED]) // WAYS_PER_WORK
        return listed

    def _listed(self, groups: DutyGroups, price: Longs, depth: int, most: int) -> Listed:
        self._numbers[:] = 0
        self._numbers[kernel.TRIED_MOST], self._numbers[kernel.STOPS_MOST] = most, depth
        rooms = self._gain, self._labels, self._sets, self._buckets, self._numbers
        state = list_tours(groups.world, groups.least, groups.rows, groups.able, price, *rooms)
        found = self._sets[: int(self._numbers[kernel.SETS])]
        return Listed(found, state != FULL, bool(self._numbers[kernel.WAS_CUT]))

    def made(self, column: Column) -> list[int]:
        """Return a column's visits, by the model's numbers, what is agreed among them, in no order."""
        begin = int(self.groups.rows[column.group, kernel.ABLE_FROM])
        found: list[int] = self.groups.able[[begin + k for k in column.rows], kernel.WHO].tolist()
        return found

    def order(self, column: Column) -> list[int] | None:
        """Return a column's visits, by the model's numbers, in an order that costs what the column does, or less.

        None if there is no room to find it: of a long tour's parts there are very many.

        Raises
        ------
        EngineFaultError
            If there is none: then the kernel was wrong.
        """
        row = self.groups.rows[column.group]
        begin, bits = int(row[kernel.ABLE_FROM]), column.rows
        able, whole = self.groups.able[[begin + k for k in bits]], (1 << len(bits)) - 1
        agreed = int(row[kernel.AGREED]) & whole  # those agreed stand first, and are all in every whole tour
        one = np.array([[row[kernel.ON], 0, len(bits), whole, agreed, *row[kernel.BEGUN :].tolist()]], dtype=np.int64)
        # All of these visits are wanted, at any price: so what cannot make them all for the column's cost is given up.
        wanted = np.array([0 if agreed >> k & 1 else kernel.SCALE * AT_ANY_COST for k in range(len(bits))], np.int64)
        one[0, kernel.ROOF] = kernel.SCALE * column.cost - int(wanted.sum()) + 1
        alone = self.groups._replace(rows=one, able=np.ascontiguousarray(able))
        found, was_whole, _ = self._listed(alone, wanted, ANY_DEPTH, NO_ROOF)
        if not was_whole:
            return None
        if len(found) != 1:
            raise EngineFaultError(f"a listed tour of duty {int(row[kernel.ON])} cannot be made again")
        label, stops = int(found[0, kernel.SET_LABEL]), list[int]()
        while label > 0:
            stops.append(int(able[self._labels[label, kernel.AT_LAST], kernel.WHO]))
            label = int(self._labels[label, kernel.BEFORE])
        return stops[::-1]
