"""Routes that end elsewhere than they begin, or wherever they like, though a team begins and ends at its base.

Such a team's base is a place of its own: leaving it is leaving the start, coming home is coming to the end, and
whichever of the two there is not costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.matcher.problem import Place
from linli.matcher.table_travel import NO_TABLE, TableTravel, WholeTable
from linli.matcher.travel import HaversineTravel, IntTable, Travel, seconds_by

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a route begins and where it ends; None for wherever it likes."""

    start: Place | None
    end: Place | None


class _Side(NamedTuple):
    """Places as origins and as destinations.

    Parameters
    ----------
    begins, ends : list of Place
        The real places that they begin and end at; any where there is none.
    numbers : array
        Which are the same place.
    begin_rows, end_rows : array
        Where those real places stand among all that were asked for.
    from_nowhere, to_nowhere : array of bool
        Where the route begins, or ends, wherever it likes.
    """

    begins: list[Place]
    ends: list[Place]
    numbers: IntTable
    begin_rows: IntTable
    end_rows: IntTable
    from_nowhere: Flags
    to_nowhere: Flags


_NUMBERS, _FLAGS = np.zeros(0, np.int64), np.zeros(0, np.bool_)


def _with_nothing(table: IntTable, a: _Side, b: _Side) -> IntTable:
    """Return a table in which no way is one from a place to itself, or from or to wherever the route likes."""
    nothing = a.from_nowhere[:, None] | b.to_nowhere | (a.numbers[:, None] == b.numbers)
    return np.where(nothing, 0, table)


class EndsTravel:
    """Travel in which some bases stand for a start and an end.

    Parameters
    ----------
    inner : Travel
        Between real places.
    ends : dict of Place to Ends
        What each base of its own stands for; one of them at least has a start or an end.
    """

    def __init__(self, inner: Travel, ends: Mapping[Place, Ends]) -> None:
        self.inner = inner
        self.ends = dict(ends)
        self._seconds = seconds_by(inner)
        self._any = next(one for each in self.ends.values() for one in (each.start, each.end) if one is not None)
        self._number: dict[Place, int] = {}
        self._real: list[Place] = []
        self._real_rows: dict[Place, int] = {}
        self._row: tuple[Place | None, IntTable] = None, _NUMBERS
        self._last: tuple[Sequence[Place], _Side] = (), _Side([], [], _NUMBERS, _NUMBERS, _NUMBERS, _FLAGS, _FLAGS)

    @property
    def quality(self) -> str:
        """As of the real places."""
        return self.inner.quality

    @property
    def symmetric(self) -> bool:
        """The way home is another one."""
        return False

    def real(self, places: Sequence[Place]) -> list[Place]:
        """Return the real places that some places stand for, each once."""
        found = dict[Place, None]()
        for place in places:
            ends = self.ends.get(place)
            for one in (place,) if ends is None else (ends.start, ends.end):
                if one is not None:
                    found[one] = None
        return list(found)

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres; nothing from or to a base that is wherever the route likes."""
        origin, destination = self._origin(a), self._destination(b)
        if origin is None or destination is None or a == b:
            return 0, 0
        return self.inner.between(origin, destination)

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres of shape (origins, destinations)."""
        a, b = self._side_of(origins), self._side_of(destinations)
        seconds, metres = self.inner.matrix(a.begins, b.ends)
        return _with_nothing(seconds, a, b), _with_nothing(metres, a, b)

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> IntTable:
        """Return the seconds of `matrix` alone."""
        if self.inner.symmetric and len(origins) == 1:
            to, one = self._side_of(destinations), origins[0]
            return self._of_one(one, self._origin(one), to, to.end_rows, to.to_nowhere)[None]
        if self.inner.symmetric and len(destinations) == 1:
            by, one = self._side_of(origins), destinations[0]
            return self._of_one(one, self._destination(one), by, by.begin_rows, by.from_nowhere)[:, None]
        a, b = self._side_of(origins), self._side_of(destinations)
        return _with_nothing(self._seconds(a.begins, b.ends), a, b)

    def _of_one(self, place: Place, real: Place | None, others: _Side, rows: IntTable, nowhere: Flags) -> IntTable:
        """Return seconds from or to one place, which is what most ask for, without making a side of it."""
        if real is None:
            return np.zeros(len(rows), np.int64)
        seconds = self._row_of(real).take(rows)
        seconds[nowhere | (others.numbers == self._number.get(place, -1))] = 0
        return seconds

    def _row_of(self, place: Place) -> IntTable:
        """Return seconds to all real places; the last is kept, for ways back are asked for after ways there."""
        known, row = self._row
        if known != place or len(row) < len(self._real):
            row = self._seconds((place,), self._real)[0]
            self._row = place, row
        return row

    def _side_of(self, places: Sequence[Place]) -> _Side:
        """Return places as this travel knows them; a sequence that is asked for again may only have grown."""
        known, side = self._last
        if known is not places or len(side.numbers) > len(places):
            side = _Side([], [], _NUMBERS, _NUMBERS, _NUMBERS, _FLAGS, _FLAGS)
        if len(side.numbers) < len(places):
            side = self._longer(side, places[len(side.numbers) :])
        if len(places) > 1:
            self._last = places, side
        return side

    def _longer(self, side: _Side, more: Sequence[Place]) -> _Side:
        """Return a side with more places behind those it has; its lists themselves grow, so that they are known."""
        begins, ends = [self._origin(place) for place in more], [self._destination(place) for place in more]
        real_begins = [self._any if one is None else one for one in begins]
        real_ends = [self._any if one is None else one for one in ends]
        side.begins.extend(real_begins)
        side.ends.extend(real_ends)
        numbers = [self._number.setdefault(place, len(self._number)) for place in more]
        return _Side(
            side.begins,
            side.ends,
            np.concatenate((side.numbers, np.array(numbers, dtype=np.int64))),
            np.concatenate((side.begin_rows, self._rows_of(real_begins))),
            np.concatenate((side.end_rows, self._rows_of(real_ends))),
            np.concatenate((side.from_nowhere, np.array([one is None for one in begins], dtype=np.bool_))),
            np.concatenate((side.to_nowhere, np.array([one is None for one in ends], dtype=np.bool_))),
        )

    def _rows_of(self, places: Sequence[Place]) -> IntTable:
        for place in places:
            if self._real_rows.setdefault(place, len(self._real)) == len(self._real):
                self._real.append(place)
        return np.array([self._real_rows[place] for place in places], dtype=np.int64)

    def _origin(self, place: Place) -> Place | None:
        ends = self.ends.get(place)
        return place if ends is None else ends.start

    def _destination(self, place: Place) -> Place | None:
        ends = self.ends.get(place)
        return place if ends is None else ends.end


class AllWays(NamedTuple):
    """What tells every way of a travel at once: a formula or, else, a table; and what bases of their own stand for."""

    formula: HaversineTravel | None
    table: WholeTable
    ends: Mapping[Place, Ends]


def all_ways_of(travel: Travel) -> AllWays | None:
    """Return what tells every way of a travel at once; None where it has to be asked for every way."""
    inner, ends = (travel.inner, travel.ends) if type(travel) is EndsTravel else (travel, dict[Place, Ends]())
    if type(inner) is HaversineTravel:
        return AllWays(inner, NO_TABLE, ends)
    table = inner.whole() if type(inner) is TableTravel else None
    return None if table is None else AllWays(None, table, ends)
