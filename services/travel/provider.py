"""What every source of travel times answers: seconds, metres and how good they are, for origins and destinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from linli.matcher.problem import Place
from linli.matcher.table_travel import TableTravel
from linli.matcher.travel import IntTable, Travel
from linli.schemas.errors import Both

PLACES_MAX = 2_000
"""Places of one table: four million pairs, some sixty megabytes, minutes of a routing server's time."""


class ProviderError(Exception):
    """A source that gave no usable answer; ``said`` is what it did instead, in both languages."""

    def __init__(self, english: str, chinese: str) -> None:
        self.said = Both(english, chinese)
        super().__init__(english)


class MissingWaysError(ProviderError):
    """A source that knows some of the ways; those that it does not know are `UNKNOWN` in ``ways``."""

    def __init__(self, english: str, chinese: str, ways: Ways) -> None:
        self.ways = ways
        super().__init__(english, chinese)


@dataclass(frozen=True, slots=True)
class Ways:
    """Seconds and metres of shape (origins, destinations), and where they are from.

    ``quality`` is ``estimated``, ``table``, ``routed``, or ``fallback`` where a source had to be replaced by the
    estimate, wholly or in part.
    """

    seconds: IntTable
    metres: IntTable
    quality: str


class Provider(Protocol):
    """A source of travel times."""

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Ways:
        """Return the ways between all pairs, for somebody who leaves at `departure`.

        Raises
        ------
        ProviderError
            If there is no usable answer.
        """
        ...


class Estimate:
    """The estimate behind the same interface: straight line, detour, speed by terrain; the hour does not matter."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Ways:
        """Return estimated ways."""
        seconds, metres = self._travel.matrix(origins, destinations)
        return Ways(seconds, metres, self._travel.quality)


def frozen(provider: Provider, places: Sequence[Place], departure: datetime, estimate: Travel) -> TableTravel:
    """Fetch the ways between all places once, as a value for the matcher.

    Raises
    ------
    ProviderError
        If the provider gave no usable answer, or there are more than `PLACES_MAX` places.
    """
    distinct = tuple(dict.fromkeys(places))
    if len(distinct) > PLACES_MAX:
        raise ProviderError(
            f"{len(distinct)} places; a table holds at most {PLACES_MAX}",
            f"共 {len(distinct)} 个地点，一张路程表最多 {PLACES_MAX} 个",
        )
    ways = provider.matrix(distinct, distinct, departure)
    return TableTravel(distinct, ways.seconds, ways.metres, ways.quality, estimate)
