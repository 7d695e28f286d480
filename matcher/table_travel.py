"""Travel read from a table that somebody else has filled: a file, a routing server, a problem's own matrix.

The table is fetched before a decision and handed in as a frozen value, so a decision never waits for a network and can
be made again from the same table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from linli.matcher.known_rows import KnownRows
from linli.matcher.problem import Place
from linli.matcher.travel import IntTable, Travel

TABLE_MAX = 1 << 40
"""Seconds or metres that no way takes: beyond it sums over a plan could leave 64 bits."""


class TableError(ValueError):
    """A table that cannot be used: the message says where and why."""


class WholeTable(NamedTuple):
    """A table as it is: each place's row, and seconds and metres, each lying in one piece."""

    rows: Mapping[Place, int]
    seconds: IntTable
    metres: IntTable

    def row(self, place: Place) -> int:
        """Return a place's row.

        Raises
        ------
        TableError
            If the place is not in the table.
        """
        row = self.rows.get(place)
        if row is None:
            raise TableError(f"{place} is not in the table")
        return row


NO_TABLE: Final = WholeTable({}, np.zeros((0, 0), np.int64), np.zeros((0, 0), np.int64))


class TableTravel:
    """Seconds and metres between known places, looked up; other pairs are estimated where an estimate is given.

    Parameters
    ----------
    places : sequence of Place
        What the rows and columns stand for, each place once.
    seconds, metres : array of int, shape (places, places)
        From row to column. The diagonal is taken as it is.
    quality : str
        How good the figures are: ``table``, ``routed``, or ``fallback`` where a server's answer had to be replaced.
    estimate : Travel or None
        Asked for pairs of which a place is not in the table. Without it such a pair is an error.

    Raises
    ------
    TableError
        If a place stands twice, a table is not square of the right size, or a figure is negative or too large.

    Notes
    -----
    A table has as many figures as pairs of places: for a county's round it is small, for thousands of places use an
    estimate and leave the table to those that matter.
    """

    def __init__(
        self,
        places: Sequence[Place],
        seconds: IntTable,
        metres: IntTable,
        quality: str = "table",
        estimate: Travel | None = None,
    ) -> None:
        self.places = tuple(places)
        self._row = {place: number for number, place in enumerate(self.places)}
        if len(self._row) != len(self.places):
            raise TableError("places: one stands twice")
        self._seconds = _checked(seconds, len(self.places), "seconds")
        self._metres = _checked(metres, len(self.places), "metres")
        self._quality = quality
        self._rows = KnownRows(self._found)
        self._estimate = estimate
        self._symmetric = bool(np.array_equal(self._seconds, self._seconds.T)) and (
            estimate is None or estimate.symmetric
        )

    @property
    def quality(self) -> str:
        """As told when the table was made."""
        return self._quality

    @property
    def symmetric(self) -> bool:
        """Whether every way back takes as long as the way there."""
        return self._symmetric

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres from `a` to `b`.

        Raises
        ------
        TableError
            If a place is not in the table and there is no estimate.
        """
        row, column = self._row.get(a), self._row.get(b)
        if row is not None and column is not None:
            return int(self._seconds[row, column]), int(self._metres[row, column])
        if self._estimate is None:
            raise TableError(f"{a if row is None else b} is not in the table")
        return self._estimate.between(a, b)

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres of shape (origins, destinations)."""
        rows, columns = self._rows.of(origins), self._rows.of(destinations)
        if rows.min(initial=0) >= 0 and columns.min(initial=0) >= 0:
            return _cut(self._seconds, rows, columns), _cut(self._metres, rows, columns)
        pairs = [[self.between(a, b) for b in destinations] for a in origins]
        both = np.array(pairs, dtype=np.int64).reshape(len(rows), len(columns), 2)
        return both[:, :, 0].copy(), both[:, :, 1].copy()

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> IntTable:
        """Return the seconds of `matrix` alone: half as much is looked up."""
        rows, columns = self._rows.of(origins), self._rows.of(destinations)
        if rows.min(initial=0) >= 0 and columns.min(initial=0) >= 0:
            return _cut(self._seconds, rows, columns)
        return self.matrix(origins, destinations)[0]

    def whole(self) -> WholeTable | None:
        """Return the table; None where others are asked as well, or a way from a place to itself is one."""
        if self._estimate is not None or self._seconds.diagonal().any() or self._metres.diagonal().any():
            return None
        return WholeTable(self._row, np.ascontiguousarray(self._seconds), np.ascontiguousarray(self._metres))

    def _found(self, places: Sequence[Place]) -> IntTable:
        """Return the places' rows, -1 where there is none."""
        return np.array([self._row.get(one, -1) for one in places], dtype=np.int64)


def _cut(table: IntTable, rows: IntTable, columns: IntTable) -> IntTable:
    """Return some rows and columns of a table; a single row, which is asked for most, in a third of the time."""
    return table[int(rows[0])].take(columns)[None] if len(rows) == 1 else table[np.ix_(rows, columns)]


def _checked(table: IntTable, size: int, name: str) -> IntTable:
    if table.shape != (size, size):
        raise TableError(f"{name}: shape {table.shape} instead of {(size, size)}")
    if table.size and (int(table.min()) < 0 or int(table.max()) > TABLE_MAX):
        raise TableError(f"{name}: figures must lie between 0 and {TABLE_MAX}")
    frozen = table.astype(np.int64)
    frozen.flags.writeable = False
    return frozen
