"""The synthetic county: real names and codes of Sinan's places, invented positions.

Everything is computed from the three data files beside this module, always to the same result.
"""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from linli.schemas.places import District, Grid, Terrain

Point = tuple[float, float]
"""Latitude and longitude in WGS-84 degrees."""

KM_PER_DEGREE = 111.195
"""Length of a degree of latitude on a sphere of mean radius; positions are invented, so a sphere is good enough."""

GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))
"""Turning by it from point to point fills a disc evenly (Vogel 1979, doi 10.1016/0025-5564(79)90080-4)."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town, street or township with its synthetic centre."""

    code: str
    name: str
    centre: Point
    urban: bool


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community with its synthetic centre; ``community`` tells a residents' committee from a village."""

    code: str
    name: str
    town: str
    community: bool
    centre: Point


class Layout(BaseModel):
    """The numbers of ``county.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    zone: str
    west: float
    east: float
    south: float
    north: float
    seat: Point
    streets: tuple[str, ...]
    urban_grids: int
    towns_centre: Point
    towns_half_axes: tuple[float, float]
    community_km: float
    grid_km: float
    street_village_km: tuple[float, float]
    town_village_km: tuple[float, float]
    river: tuple[Point, ...]
    river_height: float
    height_per_km: float
    height_max: float
    mountain_above: float


def data_text(name: str) -> str:
    """Return a data file of the demo as text."""
    return files("linli.services.demo").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def layout() -> Layout:
    """Read ``county.toml``."""
    return Layout.model_validate(tomllib.loads(data_text("county.toml")))


def distance_km(a: Point, b: Point) -> float:
    """Return the straight distance in kilometres, on a plane that touches the earth at the county."""
    east = (b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2.0))
    return KM_PER_DEGREE * math.hypot(b[0] - a[0], east)


def sunflower(index: int, count: int) -> Point:
    """Return point ``index`` of ``count`` spread evenly over the unit disc, as (north, east)."""
    radius = math.sqrt((index + 0.5) / count)
    return radius * math.sin(index * GOLDEN_ANGLE), radius * math.cos(index * GOLDEN_ANGLE)


def around(centre: Point, km: tuple[float, float], index: int, count: int) -> Point:
    """Return point ``index`` of ``count`` in a ring of the given inner and outer radius around a centre."""
    north, east = sunflower(index, count)
    length = math.hypot(north, east)
    reach = (km[0] + (km[1] - km[0]) * length) / length / KM_PER_DEGREE
    lon = centre[1] + east * reach / math.cos(math.radians(centre[0]))
    return round(centre[0] + north * reach, 5), round(lon, 5)


@lru_cache(maxsize=1)
def towns() -> tuple[Town, ...]:
    """Return the 28 towns: the three streets at the seat, the others on an ellipse over the county."""
    plan = layout()
    rows = list(csv.DictReader(data_text("sinan_towns.csv").splitlines()))
    rural = [row["code"] for row in rows if row["code"] not in plan.streets]
    return tuple(_town(row["code"], row["name"], rural) for row in rows)


def _town(code: str, name: str, rural: Sequence[str]) -> Town:
    plan = layout()
    if code not in rural:
        return Town(code, name, plan.seat, urban=True)
    north, east = sunflower(rural.index(code), len(rural))
    lat = plan.towns_centre[0] + north * plan.towns_half_axes[0]
    lon = plan.towns_centre[1] + east * plan.towns_half_axes[1]
    return Town(code, name, (round(lat, 5), round(lon, 5)), urban=False)


@lru_cache(maxsize=1)
def villages() -> tuple[Village, ...]:
    """Return the 529 villages and communities around their towns."""
    rows = list(csv.DictReader(data_text("sinan_villages.csv").splitlines()))
    by_town = {town.code: town for town in towns()}
    places: list[Village] = []
    for town in by_town.values():
        own = [row for row in rows if row["town"] == town.code]
        for committee in (True, False):
            group = [row for row in own if row["name"].endswith("居民委员会") is committee]
            places += [_village(row, town, committee, i, len(group)) for i, row in enumerate(group)]
    return tuple(sorted(places, key=lambda place: place.code))


def _village(row: dict[str, str], town: Town, community: bool, index: int, count: int) -> Village:
    plan = layout()
    if town.urban and community:
        # All communities of the three streets share one disc: street by street they would lie on top of each other.
        street = plan.streets.index(town.code)
        centre = around(town.centre, (0.1, plan.community_km), index * len(plan.streets) + street, 15)
    elif town.urban:
        street = plan.streets.index(town.code)
        centre = around(town.centre, plan.street_village_km, index * len(plan.streets) + street, 3 * count)
    elif community:
        centre = around(town.centre, (0.0, 0.6), index, count)
    else:
        centre = around(town.centre, plan.town_village_km, index, count)
    return Village(row["code"], short_name(row["name"]), town.code, community, centre)


def short_name(name: str) -> str:
    """Return the place's name without the committee that governs it."""
    return name.removesuffix("居民委员会").removesuffix("村民委员会")


def river_longitude(lat: float) -> float:
    """Return the synthetic river's longitude at a latitude of the county."""
    bends = layout().river
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise(bends):
        if lat <= lat_b:
            return lon_a + (lon_b - lon_a) * (lat - lat_a) / (lat_b - lat_a)
    return bends[-1][1]


def is_east_of_river(point: Point) -> bool:
    """Tell on which bank of the synthetic river a point lies."""
    return point[1] > river_longitude(point[0])


def height(point: Point) -> float:
    """Return the synthetic height in metres: rising from the river on both sides."""
    plan = layout()
    away = distance_km(point, (point[0], river_longitude(point[0])))
    return min(plan.height_max, plan.river_height + plan.height_per_km * away)


def terrain_at(point: Point) -> Terrain:
    """Return the terrain of a point outside the county town."""
    return Terrain.MOUNTAIN if height(point) > layout().mountain_above else Terrain.HILL


@lru_cache(maxsize=1)
def urban_communities() -> tuple[Village, ...]:
    """Return the communities of the three streets, among which the urban grids are dealt out."""
    return tuple(place for place in villages() if place.community and place.town in layout().streets)


def _urban_grids() -> list[Grid]:
    communities = urban_communities()
    grids: list[Grid] = []
    for i, community in enumerate(communities):
        count = len(range(i, layout().urban_grids, len(communities)))
        for number in range(count):
            lat, lon = around(community.centre, (0.0, layout().grid_km), number, count)
            code = f"{community.code}-{number + 1:02d}"
            name = f"{community.name}第{number + 1}网格"
            grids.append(Grid(code=code, name=name, community=community.code, lat=lat, lon=lon, terrain=Terrain.SEAT))
    return grids


def _village_grids() -> list[Grid]:
    urban = {place.code for place in urban_communities()}
    names = {town.code: town.name for town in towns()}
    return [
        Grid(
            code=place.code,
            name=f"{names[place.town]}{place.name}",
            community=place.code,
            lat=place.centre[0],
            lon=place.centre[1],
            terrain=terrain_at(place.centre),
        )
        for place in villages()
        if place.code not in urban
    ]


@lru_cache(maxsize=1)
def sinan() -> District:
    """Return the county as the edge needs it: 209 urban grids, then one grid for each village and rural community."""
    plan = layout()
    return District(
        code=plan.code,
        name=plan.name,
        zone=plan.zone,
        synthetic=True,
        west=plan.west,
        south=plan.south,
        east=plan.east,
        north=plan.north,
        grids=tuple(_urban_grids() + _village_grids()),
    )


@lru_cache(maxsize=1)
def grids_by_code() -> dict[str, Grid]:
    """Return the county's grids by code."""
    return {grid.code: grid for grid in sinan().grids}
