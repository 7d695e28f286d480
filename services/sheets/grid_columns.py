"""A county's own places as a spreadsheet: grids or villages with their middle, from which a district is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import Field

from linli.schemas.base import Edge, Name, Ref
from linli.schemas.places import District, Grid, Location, Terrain
from linli.services.sheets.columns import Column, Columns, Context, Draft
from linli.services.sheets.reading import Line
from linli.services.sheets.values import decimal, number_as_text, text, word_from
from linli.streams.coordinates import Point, to_wgs84

MARGIN_DEGREES: Final = 0.1
"""How far beyond the outermost middles the district is taken to reach: ten kilometres, more than half a village."""


class Place(Edge):
    """A line of the sheet."""

    kind: str = "place"
    code: Ref
    name: Name
    community: Ref
    location: Location
    terrain: Terrain = Field(default=Terrain.HILL)


_COLUMNS: Final[tuple[Column, ...]] = (
    Column("code", "code", number_as_text, ("code of the grid or village", "网格或村居编码"), required=True),
    Column("name", "name", text, ("its name, with the town before it", "名称，村名前可加乡镇"), required=True),
    Column("community", "community", number_as_text, ("code of its community", "所属村（社区）编码")),
    Column("lat", "location.lat", decimal, ("latitude of its middle", "中心点纬度"), required=True),
    Column("lon", "location.lon", decimal, ("longitude of its middle", "中心点经度"), required=True),
    Column("crs", "location.crs", text, ("wgs84, gcj02 or bd09", "坐标系：wgs84、gcj02 或 bd09"), required=True),
    Column("terrain", "terrain", word_from("terrain"), ("seat, hill or mountain", "县城、丘陵或山区；不填按丘陵")),
)


def _finish(draft: Draft, _: Context) -> None:
    """Take a place that names no community for one of its own."""
    if "code" in draft.event:
        draft.event.setdefault("community", draft.event["code"])


GRID_COLUMNS: Final = Columns(
    "place", _COLUMNS, _finish, ((("code",),), (("name",),), (("lat", "lon"),), (("crs",),)), Place, "code"
)
"""The columns of a spreadsheet of places."""


def district_of(lines: Iterable[Line], code: str, name: str, zone: str) -> District:
    """Make a district of the places that could be read.

    Parameters
    ----------
    lines
        Lines of the sheet; refused ones are passed over.
    code, name, zone
        Of the district.

    Raises
    ------
    ValueError
        If there is no place at all.
    """
    grids = tuple(_grid(line.body) for line in lines if isinstance(line.body, Place))
    if not grids:
        raise ValueError("no place could be read")
    lats, lons = [grid.lat for grid in grids], [grid.lon for grid in grids]
    bounds: dict[str, Any] = {
        "south": min(lats) - MARGIN_DEGREES,
        "north": max(lats) + MARGIN_DEGREES,
        "west": min(lons) - MARGIN_DEGREES,
        "east": max(lons) + MARGIN_DEGREES,
    }
    return District(code=code, name=name, zone=zone, synthetic=False, grids=grids, **bounds)


def _grid(place: Place) -> Grid:
    point = to_wgs84(Point(place.location.lat, place.location.lon), place.location.crs)
    return Grid(
        code=place.code,
        name=place.name,
        community=place.community,
        lat=round(point.lat, 6),
        lon=round(point.lon, 6),
        terrain=place.terrain,
    )
