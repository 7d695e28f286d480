"""The report ``medical-circle``: which households a medical team reaches in time, and where one more base would help.

A household is one that has ordered something: its place as the matcher knows it, rounded, never an address. It is
inside when the base of some qualified team is within the menu's limit, by the very ways that plans are made with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from linli.matcher.problem import Place
from linli.matcher.rounds.ways import travel_over
from linli.matcher.travel import HaversineTravel
from linli.schemas.errors import Both
from linli.schemas.menu import MenuItem, ServiceMenu
from linli.schemas.people import Beneficiary
from linli.schemas.places import Crs, Grid, RoundedPlace
from linli.schemas.roster import RosterRecord
from linli.schemas.topics import ASSIGNMENTS, ROSTER
from linli.services.reports import wording
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.coordinates import Point, from_wgs84
from linli.streams.ledger_tables import Tables

AT_ONCE: Final = 200
"""Grids whose ways are looked at together: a table of 200 by 10,000 households takes some 30 MB."""


@dataclass(frozen=True, slots=True)
class Household:
    """Where a household is: its grid and its rounded place."""

    grid: str
    place: Place


@dataclass(frozen=True, slots=True)
class Circle:
    """The households of a district and how each is reached.

    ``minutes`` of a household are those of the way from ``base``, the nearest, or null where there is no base;
    ``reach`` counts for every grid the households outside that a base at its centroid would reach.
    """

    limit: int
    households: tuple[Household, ...]
    base: tuple[str | None, ...]
    seconds: tuple[int | None, ...]
    reach: Mapping[str, int]

    def is_inside(self, number: int) -> bool:
        """Tell whether a household is inside."""
        seconds = self.seconds[number]
        return seconds is not None and seconds <= self.limit


def circle_of(tables: Tables, asked: Asked) -> Circle:
    """Work out who is reached, exactly: every household against every base and every grid."""
    menu, grids = asked.county.menu, asked.county.district.grids
    limit = 60 * min((item.travel_minutes_max or 0 for item in circled(menu)), default=0)
    travel, households = travel_over(asked.county.policy.grounds), households_of(tables)
    places = [one.place for one in households]
    bases = bases_of(tables.roster, menu)
    near: list[tuple[int, str] | None] = [None] * len(places)
    if bases and places:
        ways, _ = travel.matrix([place for _, place in bases], places)
        near = [min((int(way), bases[row][0]) for row, way in enumerate(ways[:, one])) for one in range(len(places))]
    outside = [place for place, found in zip(places, near, strict=True) if found is None or found[0] > limit]
    return Circle(
        limit=limit,
        households=households,
        base=tuple(None if found is None else found[1] for found in near),
        seconds=tuple(None if found is None else found[0] for found in near),
        reach=dict(_reach(travel, grids, outside, limit)),
    )


def circled(menu: ServiceMenu) -> list[MenuItem]:
    """Give the categories of the circle: for the qualified alone, within a limit of travel."""
    qualified = (item for item in menu.items if any(need.qualification for need in item.skills))
    return [item for item in qualified if item.travel_minutes_max is not None]


def households_of(tables: Tables) -> tuple[Household, ...]:
    """Give every household that the ledger knows, once, where it was last; whoever asked for nobody is none.

    Restricted cases are left out: not even that there is one may be told.
    """
    found: dict[str, Household] = {}
    for record in tables.assignments:
        details = record.details
        if details is None or details.restricted or details.beneficiary is Beneficiary.PUBLIC:
            continue
        name = details.marks.household or record.request_id
        found[name] = Household(details.place.grid, _place(details.place))
    return tuple(found[name] for name in sorted(found))


def bases_of(roster: Iterable[RosterRecord], menu: ServiceMenu) -> list[tuple[str, Place]]:
    """Give the teams that may go for a category of the circle, and from where."""
    return [(one.details.team, _place(one.details.base)) for one in roster if _is_qualified(one, menu)]


def _is_qualified(record: RosterRecord, menu: ServiceMenu) -> bool:
    team = record.details
    shown = {(skill.skill, name) for skill in team.skills for name in (None, *skill.qualifications)}
    return team.active and any(
        team.team_kind in item.team_kinds and all((need.skill, need.qualification) in shown for need in item.skills)
        for item in circled(menu)
    )


def _place(place: RoundedPlace) -> Place:
    return Place(place.lat, place.lon, place.terrain.value)


def _reach(
    travel: HaversineTravel, grids: Sequence[Grid], outside: Sequence[Place], limit: int
) -> Iterator[tuple[str, int]]:
    for first in range(0, len(grids), AT_ONCE):
        some = grids[first : first + AT_ONCE]
        if not outside:
            yield from ((grid.code, 0) for grid in some)
            continue
        ways, _ = travel.matrix([Place(grid.lat, grid.lon, grid.terrain.value) for grid in some], outside)
        reached = (ways <= limit).sum(axis=1)
        yield from ((grid.code, int(count)) for grid, count in zip(some, reached, strict=True))


def circle_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield a row for each grid with households, or where a base would reach some, the most useful place first."""
    circle = circle_of(tables, asked)
    of_grid: defaultdict[str, list[int]] = defaultdict(list)
    for number, household in enumerate(circle.households):
        of_grid[household.grid].append(number)
    best = best_place(circle)
    wanted = {code for code, count in circle.reach.items() if count} | set(of_grid)
    for code in sorted(wanted, key=lambda code: (-circle.reach.get(code, 0), code)):
        yield _row(circle, code, of_grid[code], best)


def best_place(circle: Circle) -> str | None:
    """Give the grid at which one more base would reach most households; of several the first by code."""
    found = min(circle.reach, key=lambda code: (-circle.reach[code], code), default=None)
    return found if found is not None and circle.reach[found] else None


def _row(circle: Circle, grid: str, numbers: Sequence[int], best: str | None) -> Row:
    inside = sum(circle.is_inside(number) for number in numbers)
    nearest = Counter(base for number in numbers if (base := circle.base[number]) is not None)
    ways = [seconds for number in numbers if (seconds := circle.seconds[number]) is not None]
    return (
        grid,
        grid,
        len(numbers),
        inside,
        len(numbers) - inside,
        min(nearest, key=lambda base: (-nearest[base], base), default=None),
        round(median(ways) / 60, 1) if ways else None,
        circle.reach.get(grid, 0),
        grid == best,
    )


def circle_map(tables: Tables, asked: Asked) -> dict[str, object]:
    """Make the map: a point for every row, at the grid's centroid, and one for every base.

    Notes
    -----
    GeoJSON is WGS-84 by its definition (RFC 7946), and so is this; Chinese map services draw GCJ-02, so every point
    brings its GCJ-02 coordinates as properties.
    """
    grids = {grid.code: grid for grid in asked.county.district.grids}
    names = [column.name for column in REPORT.columns]
    features = [
        _feature(grids[code].lat, grids[code].lon, {"kind": "grid", **dict(zip(names, row, strict=True))})
        for row in circle_rows(tables, asked)
        if (code := str(row[0])) in grids
    ]
    bases = bases_of(tables.roster, asked.county.menu)
    features += [_feature(place.lat, place.lon, {"kind": "base", "team": team}) for team, place in bases]
    return {"type": "FeatureCollection", "coordinates_are": "WGS-84, longitude first", "features": features}


def _feature(lat: float, lon: float, properties: Mapping[str, object]) -> dict[str, object]:
    shifted = from_wgs84(Point(lat, lon), Crs.GCJ02)
    gcj = {"gcj02_lon": round(shifted.lon, 6), "gcj02_lat": round(shifted.lat, 6)}
    point = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": point, "properties": {**properties, **gcj}}


REPORT: Final = Report(
    about=Both(
        "Households that have ordered something and are still in the ledger, by grid; a household is inside when the "
        "way from a qualified medical team's base takes no longer than the menu's travel_minutes_max. The last columns "
        "count, one by one, the households outside that one more base at this grid's centre would reach. Ways are the "
        "plan's own estimates. The map is in WGS-84 and names GCJ-02 beside it.",
        "按网格统计台账中下过单的住户。由具备资质的医疗队驻地出发、路程不超过清单 travel_minutes_max 的，为圈内。"
        "末两列为逐户计数：若在该网格中心增设一处驻地，可新覆盖的圈外住户数。路程采用排班所用估计值。"
        "地图坐标为 WGS-84，并附 GCJ-02。",
    ),
    reads=(ASSIGNMENTS, ROSTER),
    columns=(
        Column("grid", "Grid", "网格编码"),
        Column("name", "Name", "网格名称", wording.grid),
        Column("households", "Households", "住户数"),
        Column("inside", "Inside the circle", "圈内"),
        Column("outside", "Outside the circle", "圈外"),
        Column("base", "Nearest base", "最近医疗队"),
        Column("minutes", "Minutes from it (median)", "路程中位数（分钟）"),
        Column("reach", "Reached by a base here", "增设后新覆盖"),
        Column("best", "Best place", "最佳增设点"),
    ),
    rows=circle_rows,
    geojson=circle_map,
)
