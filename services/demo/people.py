"""Invented people: names, telephone numbers and addresses that can belong to nobody."""

from __future__ import annotations

from linli.schemas.people import ContactPart
from linli.schemas.places import Crs, Grid, Location

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"

SERIAL_MAX = 10_000
"""Invented numbers end in four digits; a day of the demo has fewer people than that."""

GCJ_SHIFT = (-0.003378, 0.004203)
"""GCJ-02 minus WGS-84 at the county seat in degrees of latitude and longitude. Over the county it varies by 34 m at
most, which for invented addresses is nothing."""


def name(serial: int) -> str:
    """Return a name that says it is a test: 测试 and a sign of the sexagenary cycle."""
    return f"测试{_STEMS[serial % 10]}{_BRANCHES[serial // 10 % 12]}"


def phone(serial: int) -> str:
    """Return a telephone number that no subscriber has: mainland numbers do not begin with 100-0000."""
    return f"100-0000-{serial % SERIAL_MAX:04d}"


def contact(serial: int) -> ContactPart:
    """Return the invented contact of a team."""
    return ContactPart(name=name(serial), phone=phone(serial))


def address(grid: Grid, number: int) -> str:
    """Return an invented address in a grid."""
    return f"{grid.name}{number}号（模拟地址）"


def location(grid: Grid, crs: Crs, north: float, east: float) -> Location:
    """Return a point near the grid's centre, ``north`` and ``east`` of it in degrees, in the system asked for.

    Raises
    ------
    ValueError
        For BD-09, in which the demo sends nothing.
    """
    if crs is Crs.BD09:
        raise ValueError("the demo sends no BD-09 coordinates")
    shift = GCJ_SHIFT if crs is Crs.GCJ02 else (0.0, 0.0)
    lat, lon = grid.lat + north + shift[0], grid.lon + east + shift[1]
    return Location(crs=crs, lat=round(lat, 6), lon=round(lon, 6))
