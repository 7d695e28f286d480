"""Travel as a routing server measured it where it did, and as estimated everywhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from linli.matcher.problem import Place
from linli.matcher.travel import HaversineTravel, IntTable
from linli.schemas.ways import WayBetween, WaysRecord

Spot = tuple[float, float]
"""Latitude and longitude: what a routing server knows of a place."""

Cells = Mapping[Spot, Sequence[int]]
"""Where in a sequence of places each spot stands; the same spot may stand there under two terrains."""


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
        self._ways: dict[Spot, dict[Spot, WayBetween]] = {}

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
            del self._ways[_spot_of(one)]
        for one in new:
            self._ways[_spot_of(one)] = {(way.lat, way.lon): way for way in one.place.measured()}
        self._taken = ways
        return frozenset(_spot_of(one) for one in (*gone, *new))

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres from `a` to `b`."""
        there, here = (a.lat, a.lon), (b.lat, b.lon)
        if (way := self._ways.get(there, {}).get(here)) is not None:
            return way.seconds, way.metres
        if (way := self._ways.get(here, {}).get(there)) is not None:
            return way.back_seconds, way.back_metres
        return self.estimate.between(a, b)

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres of shape (origins, destinations), equal to `between` for every pair."""
        seconds, metres = self.estimate.matrix(origins, destinations)
        rows, columns = _cells(origins), _cells(destinations)
        for here, at in columns.items():
            for there, way in self._common(here, rows):
                for i in rows[there]:
                    seconds[i, at], metres[i, at] = way.back_seconds, way.back_metres
        for there, at in rows.items():
            for here, way in self._common(there, columns):
                for j in columns[here]:
                    seconds[at, j], metres[at, j] = way.seconds, way.metres
        return seconds, metres

    def _common(self, spot: Spot, others: Cells) -> list[tuple[Spot, WayBetween]]:
        """Return the measured ways of a spot to others that are asked for."""
        known = self._ways.get(spot)
        if not known:
            return []
        if len(others) < len(known):
            return [(other, known[other]) for other in others if other in known]
        return [(other, way) for other, way in known.items() if other in others]


def _spot_of(record: WaysRecord) -> Spot:
    return record.place.lat, record.place.lon


def _cells(places: Sequence[Place]) -> dict[Spot, list[int]]:
    found: defaultdict[Spot, list[int]] = defaultdict(list)
    for number, place in enumerate(places):
        found[place.lat, place.lon].append(number)
    return found
