"""Travel as a routing server measured it where it did, and as estimated everywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.matcher.problem import Place
from linli.matcher.travel import HaversineTravel, IntTable
from linli.schemas.ways import UNKNOWN, WaysRecord

Spot = tuple[float, float]
"""Latitude and longitude: what a routing server knows of a place."""

Figures = tuple[int, int, int, int]
"""Seconds and metres of a way, and of the way back."""

THERE, BACK = slice(2), slice(2, 4)

FEW = 4
"""So many spots are looked up one by one in less time than a row of a hundred ways is compared with them."""

Numbers = npt.NDArray[np.int64]


class _Row(NamedTuple):
    """The measured ways of a spot: by the other spot, and as arrays beside the numbers of the others."""

    ways: dict[Spot, Figures]
    others: Numbers
    figures: Numbers


class MeasuredTravel:
    """Seconds and metres by the ledger's measured ways, and by an estimate for every other pair.

    Parameters
    ----------
    estimate : HaversineTravel
        Asked for pairs that nobody measured.

    Notes
    -----
    The way from a to b is what was measured of a; else what was measured of b as the way back. Both were asked for
    between the same two points, so they differ by what the roads did in between. Not symmetric, and no metric where
    measured and estimated ways meet: a way around may seem shorter than the way.
    """

    def __init__(self, estimate: HaversineTravel) -> None:
        self.estimate = estimate
        self._taken: Mapping[str, WaysRecord] = {}
        self._rows: dict[Spot, _Row] = {}
        self._number: dict[Spot, int] = {}

    @property
    def quality(self) -> str:
        """Always ``routed``: what is estimated among it, the round that could not measure it tells."""
        return "routed"

    @property
    def symmetric(self) -> bool:
        """Never: one-way roads are what it is for."""
        return False

    def take(self, ways: Mapping[str, WaysRecord]) -> frozenset[Spot]:
        """Have the ways of these records and no others; return the spots of which something is new.

        Parameters
        ----------
        ways
            By key. Records are compared as objects: an equal one that is another is taken again.
        """
        if ways is self._taken:
            return frozenset()
        before = self._taken
        gone = [one for key, one in before.items() if key not in ways]
        new = [one for key, one in ways.items() if before.get(key) is not one]
        for one in gone:
            del self._rows[_spot_of(one)]
        for one in new:
            self._rows[_spot_of(one)] = self._row(one)
        self._taken = ways
        return frozenset(_spot_of(one) for one in (*gone, *new))

    def _row(self, record: WaysRecord) -> _Row:
        # Thousands a decision: read as they stand in the record, without names.
        ways = {row[:2]: row[2:] for row in record.place.ways}
        number = self._number
        others = [number.setdefault(spot, len(number)) for spot in (_spot_of(record), *ways)][1:]
        figures = np.array(list(ways.values()), dtype=np.int64).reshape(-1, 4)
        return _Row(ways, np.array(others, dtype=np.int64), figures.T)

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres from `a` to `b`."""
        there, here = (a.lat, a.lon), (b.lat, b.lon)
        if there in self._rows and (way := self._rows[there].ways.get(here)) is not None:
            return way[0], way[1]
        if here in self._rows and (way := self._rows[here].ways.get(there)) is not None:
            return way[2], way[3]
        return self.estimate.between(a, b)

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres of shape (origins, destinations), equal to `between` for every pair."""
        seconds, metres = self.estimate.matrix(origins, destinations)
        rows, columns = _distinct(origins), _distinct(destinations)
        found = self._measured(rows, columns)
        # A spot may stand there several times, under several terrains: what was measured is the same for all.
        at = np.ix_([rows[one.lat, one.lon] for one in origins], [columns[one.lat, one.lon] for one in destinations])
        for table, known in ((seconds, found[0]), (metres, found[1])):
            if table.size:
                np.copyto(table, known[at], where=known[at] != UNKNOWN)
        return seconds, metres

    def _measured(self, rows: Mapping[Spot, int], columns: Mapping[Spot, int]) -> Numbers:
        """Return what was measured, of shape (2, rows, columns); the way there counts before the way back."""
        found = np.full((2, len(rows), len(columns)), UNKNOWN, np.int64)
        self._fill(found.transpose(0, 2, 1), columns, rows, BACK)
        self._fill(found, rows, columns, THERE)
        return found

    def _fill(self, found: Numbers, lines: Mapping[Spot, int], others: Mapping[Spot, int], which: slice) -> None:
        """Write what was measured of some spots, the ways there or back, where it leads to others."""
        measured = [(self._rows[spot], line) for spot, line in lines.items() if spot in self._rows]
        if len(others) <= FEW:
            for row, line in measured:
                for spot, place in others.items():
                    if (way := row.ways.get(spot)) is not None:
                        found[:, line, place] = way[which]
            return
        places = self._places(others)
        for row, line in measured:
            at = places[row.others]
            found[:, line, at[at != UNKNOWN]] = row.figures[which, at != UNKNOWN]

    def _places(self, spots: Mapping[Spot, int]) -> Numbers:
        """Return by a spot's number where it stands among others, or `UNKNOWN`."""
        places = np.full(len(self._number), UNKNOWN, np.int64)
        for spot, place in spots.items():
            if (number := self._number.get(spot)) is not None:
                places[number] = place
        return places


def _spot_of(record: WaysRecord) -> Spot:
    return record.place.lat, record.place.lon


def _distinct(places: Sequence[Place]) -> dict[Spot, int]:
    found: dict[Spot, int] = {}
    for one in places:
        found.setdefault((one.lat, one.lon), len(found))
    return found
