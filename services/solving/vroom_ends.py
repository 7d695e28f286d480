"""Routes that end elsewhere than they begin, or wherever they like, though a team of ours begins and ends at its base.

Such a vehicle's base is a place of its own: leaving it is leaving the start, coming home is coming to the end, and
whichever of the two the file leaves out costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from linli.matcher.problem import Place
from linli.matcher.travel import IntTable, Travel
from linli.services.solving.vroom_format import Vehicle
from linli.services.solving.vroom_tasks import place_key


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a route begins and where it ends; None for wherever it likes."""

    start: Place | None
    end: Place | None


def has_own_base(vehicle: Vehicle) -> bool:
    """Say whether a vehicle ends elsewhere than it begins."""
    return place_key(vehicle.start, vehicle.start_index) != place_key(vehicle.end, vehicle.end_index)


class EndsTravel:
    """Travel in which some bases stand for a start and an end.

    Parameters
    ----------
    inner : Travel
        Between real places.
    ends : dict of Place to Ends
        What each base of its own stands for.
    """

    def __init__(self, inner: Travel, ends: Mapping[Place, Ends]) -> None:
        self.inner = inner
        self.ends = dict(ends)

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
        rows, columns = [self._origin(a) for a in origins], [self._destination(b) for b in destinations]
        some = next((place for place in (*rows, *columns) if place is not None), None)
        filled = [[some if place is None else place for place in side] for side in (rows, columns)]
        seconds, metres = (
            table.copy() for table in self.inner.matrix(*([p for p in side if p is not None] for side in filled))
        )
        for table in (seconds, metres):
            table[[number for number, place in enumerate(rows) if place is None], :] = 0
            table[:, [number for number, place in enumerate(columns) if place is None]] = 0
            for number, place in enumerate(origins):
                table[number, [k for k, other in enumerate(destinations) if other == place]] = 0
        return seconds, metres

    def _origin(self, place: Place) -> Place | None:
        ends = self.ends.get(place)
        return place if ends is None else ends.start

    def _destination(self, place: Place) -> Place | None:
        ends = self.ends.get(place)
        return place if ends is None else ends.end
