"""Detour and speed fitted from trips that were made: robust against a wrong one, and saying how sure they are.

The middle ratio of all trips is taken, not the mean: a trip with a lunch in it, or a place typed wrongly, moves it by
one place in the order. The interval is that of order statistics, which assumes nothing of how ratios are spread.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from linli.matcher.problem import Place
from linli.matcher.travel import GROUNDS, Ground, HaversineTravel
from linli.schemas.errors import Code, LinliError
from linli.services.language import both

COLUMNS = ("from_lat", "from_lon", "to_lat", "to_lon", "seconds")
OPTIONAL = ("metres", "terrain")

TRIPS_MIN = 20
"""Fewer leave the middle open by a third or more."""

TRIPS_MAX = 1_000_000
SHORTEST_M = 300.0
"""Straight metres below which rounding of places and the walk to the car are most of a trip."""

SLOWEST, FASTEST = 3_000, 80_000
"""Metres per hour on the road, door to door, that can be believed. Slower than one walks, or faster than is allowed on
roads that are no expressway, something else was measured, or the detour that was taken over is not that of these trips.
"""

_STRAIGHT = HaversineTravel({"line": Ground(1.0, 3_600)})


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip that was made: straight metres, seconds taken, road metres where known, terrain."""

    straight: float
    seconds: float
    metres: float | None
    terrain: str


@dataclass(frozen=True, slots=True)
class Fit:
    """What trips on one terrain say.

    Parameters
    ----------
    terrain
        Which.
    trips
        How many were used.
    seconds_per_km
        Of straight line: the middle of all trips, with its 95 % interval.
    detour
        Road over straight line, with its interval; null where no trip told its metres.
    metres_per_hour
        The speed that gives the middle time with that detour, or with the detour assumed today.
    error_before, error_after
        How far the middle trip is from the estimate, as a share of its time: with today's figures, and with these.
    sure
        ``yes`` where the interval is within a tenth of the middle, ``roughly`` within a quarter, else ``no``.
    road
        The detour that belongs to `metres_per_hour`: the fitted one, or the one assumed today.
    taken_over
        Whether `road` is the one assumed today: then the speed holds with it alone, and only time is measured.
    plausible
        Whether the speed is one that can be believed, from `SLOWEST` to `FASTEST`.
    """

    terrain: str
    trips: int
    seconds_per_km: tuple[float, float, float]
    detour: tuple[float, float, float] | None
    metres_per_hour: int
    error_before: float
    error_after: float
    sure: str
    road: float
    taken_over: bool
    plausible: bool

    def as_dict(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return asdict(self)


def read_trips(text: str, name: str) -> tuple[list[Trip], int]:
    """Read trips from CSV; return them and how many were too short to tell anything.

    Raises
    ------
    LinliError
        If a column is missing or a line is malformed.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), strict=True)
    try:
        return _read(rows, name)
    except csv.Error:
        where = f"{name}:{rows.line_num}"
        raise LinliError(Code.PROBLEM, detail=f"{where}: {both('not CSV', '不是有效的 CSV')}") from None


def _read(rows: csv.DictReader[str], name: str) -> tuple[list[Trip], int]:
    header = set(rows.fieldnames or ())
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        lacks = ", ".join(missing)
        raise LinliError(Code.PROBLEM, detail=f"{name}: {both(f'lacks the columns {lacks}', f'缺少列 {lacks}')}")
    trips: list[Trip] = []
    short = 0
    for row in rows:
        if len(trips) >= TRIPS_MAX:
            raise LinliError(Code.PROBLEM, detail=f"{name}: > {TRIPS_MAX}")
        trip = _trip(row, f"{name}:{rows.line_num}")
        if trip.straight < SHORTEST_M:
            short += 1
        else:
            trips.append(trip)
    return trips, short


def _trip(row: dict[str, str], where: str) -> Trip:
    lat, lon, to_lat, to_lon, seconds = (_number(row, column, where) for column in COLUMNS)
    if max(abs(lat), abs(to_lat)) > 90 or max(abs(lon), abs(to_lon)) > 180:
        raise LinliError(Code.PROBLEM, detail=f"{where}: {both('a place off the earth', '坐标超出地球范围')}")
    metres = _number(row, "metres", where) if (row.get("metres") or "").strip() else None
    terrain = (row.get("terrain") or "").strip() or "hill"
    if terrain not in GROUNDS:
        raise LinliError(Code.PROBLEM, detail=f"{where}: terrain: {', '.join(GROUNDS)}")
    for column, value, most in (("seconds", seconds, 86_400), ("metres", metres, 2e6)):
        if value is not None and not 0 < value < most:
            says = both(f"between 0 and {most:.0f}", f"须大于 0、小于 {most:.0f}")
            raise LinliError(Code.PROBLEM, detail=f"{where}: {column}: {says}")
    return Trip(straight_metres((lat, lon), (to_lat, to_lon)), seconds, metres, terrain)


def _number(row: dict[str, str], column: str, where: str) -> float:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise LinliError(Code.PROBLEM, detail=f"{where}: {column}: {both('not a number', '不是数字')}")
    return value


def straight_metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the straight line between two points, degrees of latitude and longitude."""
    return float(_STRAIGHT.between(Place(*one, "line"), Place(*other, "line"))[1])


def too_few(trips: Sequence[Trip]) -> dict[str, int]:
    """Return how many trips there are on each terrain that is not fitted, because they are fewer than `TRIPS_MIN`."""
    counted = Counter(trip.terrain for trip in trips)
    return {terrain: count for terrain, count in sorted(counted.items()) if count < TRIPS_MIN}


def fit(trips: Sequence[Trip], today: Mapping[str, Ground] = GROUNDS) -> list[Fit]:
    """Fit each terrain that has trips enough, and compare with what is assumed today."""
    terrains = sorted({trip.terrain for trip in trips})
    groups = [(terrain, [trip for trip in trips if trip.terrain == terrain]) for terrain in terrains]
    return [_fit(terrain, group, today[terrain]) for terrain, group in groups if len(group) >= TRIPS_MIN]


def _fit(terrain: str, trips: Sequence[Trip], today: Ground) -> Fit:
    pace = middle([trip.seconds / trip.straight * 1000 for trip in trips])
    known = [trip.metres / trip.straight for trip in trips if trip.metres is not None]
    detour = middle(known) if len(known) >= TRIPS_MIN else None
    road = detour[1] if detour else today.detour
    before, speed = today.detour * 3600 / today.metres_per_hour, round(road * 3_600_000 / pace[1])
    return Fit(
        terrain,
        len(trips),
        pace,
        detour,
        speed,
        _error(trips, before),
        _error(trips, pace[1] / 1000),
        _sure(pace),
        round(road, 3),
        detour is None,
        SLOWEST <= speed <= FASTEST,
    )


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower end of the median's 95 % interval, the median, and the upper end.

    Notes
    -----
    The ends are order statistics: the number of values below the true median is binomial with one half, here by its
    normal approximation, good from twenty values on.
    """
    ordered = sorted(values)
    n = len(ordered)
    reach = 1.96 * math.sqrt(n) / 2
    low, high = max(0, math.floor(n / 2 - reach)), min(n - 1, math.ceil(n / 2 + reach))
    return round(ordered[low], 3), round(median(ordered), 3), round(ordered[high], 3)


def _error(trips: Sequence[Trip], seconds_per_metre: float) -> float:
    return round(median(abs(trip.straight * seconds_per_metre - trip.seconds) / trip.seconds for trip in trips), 3)


def _sure(interval: tuple[float, float, float]) -> str:
    low, mid, high = interval
    width = max(high - mid, mid - low) / mid
    return "yes" if width <= 0.1 else "roughly" if width <= 0.25 else "no"
