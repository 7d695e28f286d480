"""Where something is: a stated coordinate system at the edge, a rounded WGS-84 point inside."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from linli.schemas.base import Edge, Inside, Name, Ref

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Crs(StrEnum):
    """The coordinate systems in use in China. Inputs state theirs; it is never guessed."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Terrain(StrEnum):
    """How roads wind at a place; it decides the detour factor and speed of travel."""

    SEAT = "seat"
    HILL = "hill"
    MOUNTAIN = "mountain"


class Location(Edge):
    """A point as a sender knows it, in degrees of the stated system."""

    crs: Crs
    lat: Latitude
    lon: Longitude


class RoundedPlace(Inside):
    """What the matcher may know of a place: WGS-84 rounded as configured, and its grid.

    ``coarse`` says that only a grid's or village's centroid was known.
    """

    lat: Latitude
    lon: Longitude
    grid: Ref
    terrain: Terrain
    coarse: bool


class Grid(Edge):
    """A grid or village of a district with its centroid in WGS-84."""

    code: Ref
    name: Name
    community: Ref
    lat: Latitude
    lon: Longitude
    terrain: Terrain


class District(Edge):
    """A county as the edge needs it: its extent, its time zone, its grids.

    ``west, south, east, north`` bound it in WGS-84 degrees; a point outside is refused as ``bad_geo``.
    """

    code: Ref
    name: Name
    zone: str
    synthetic: bool
    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude
    grids: tuple[Grid, ...] = Field(min_length=1, max_length=20_000)
