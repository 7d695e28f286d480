"""Ways that a routing server measured: what it said of a place is an event before any plan uses it (实测路程)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from pydantic import Field

from linli.schemas.base import Inside
from linli.schemas.kept import KeptRecord
from linli.schemas.places import Latitude, Longitude

BASES_MAX: Final = 100
"""Bases of teams to which the ways from one place are measured, the nearest first: twice what a county has."""

PLACES_MAX: Final = 100
"""Other places to which they are: a team goes from a visit to one nearby, and a record stays some 10 KB."""

NO_WAY_S: Final = 7 * 86_400
"""What a way counts for that a router does not find: longer than any shift, so that nobody is sent."""

UNKNOWN: Final = -1
"""Stands for the seconds and metres of a way that a source does not know."""

METRES_MAX: Final = 10_000_000
"""As far as one can go on land."""


def place_key(lat: float, lon: float) -> str:
    """Return a place as the key of a record: degrees as they are written in JSON."""
    return f"{lat},{lon}"


class WayBetween(NamedTuple):
    """A measured way: the other place in degrees, seconds and metres to it, and back from it."""

    lat: float
    lon: float
    seconds: int
    metres: int
    back_seconds: int
    back_metres: int


_Row = tuple[Latitude, Longitude, int, int, int, int]
"""A `WayBetween` on the wire: hundreds in a record, whose names would be most of it."""


class MeasuredPlace(Inside):
    """The ways from and to one place, by the other's latitude and longitude; coordinates are WGS-84 as rounded."""

    lat: Latitude
    lon: Longitude
    ways: tuple[_Row, ...] = Field(max_length=BASES_MAX + PLACES_MAX)

    def measured(self) -> Iterator[WayBetween]:
        """Yield the ways by the names of their figures."""
        return (WayBetween(*row) for row in self.ways)

    @property
    def key(self) -> str:
        """The place as the key of a record."""
        return place_key(self.lat, self.lon)


class WaysRecord(KeptRecord):
    """What was measured of a place, the last time that it was."""

    place: MeasuredPlace

    @property
    def key(self) -> str:
        """The record key."""
        return self.place.key


class Unmeasured(StrEnum):
    """Why ways that were asked for are estimated: the server failed, rests after that, or the round could not wait."""

    FAILED = "failed"
    RESTING = "resting"
    NO_TIME = "no_time"


class WaysReport(Inside):
    """What a round asked a routing server for.

    ``measured``: places whose ways it got; ``estimated``: places of which it has none, so that the estimate stands in,
    and ``fallback`` why: empty where nothing is estimated that was asked for.
    """

    source: str
    measured: int
    estimated: int
    fallback: Unmeasured | None = None
