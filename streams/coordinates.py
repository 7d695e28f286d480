"""Coordinates of the three systems in use in China, converted once at the edge; distances on the globe.

Everything inside Linli is WGS-84. Points are in degrees throughout.

Notes
-----
GCJ-02 and BD-09 have no published definition; the formulas are those that have been in use since 2013 (eviltransform
and its descendants; https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China). Map providers
add a little noise of their own, so a converted point is as good as the formulas, not better.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from linli.schemas.places import Crs

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""

KRASOVSKY_A = 6_378_245.0
"""Half the equator's diameter in metres of the Krasovsky ellipsoid, which GCJ-02 uses."""

KRASOVSKY_EE = 0.006_693_421_622_965_943
"""Square of that ellipsoid's first eccentricity."""

BAIDU_SHIFT = (0.0060, 0.0065)
"""What BD-09 adds to every latitude and longitude."""

CLOSE_ENOUGH_DEGREES = 1e-9
"""An inverse is iterated until it moves by less: a tenth of a millimetre, far below the centimetre that is promised."""

ITERATIONS_MAX = 20
"""Each step of an inverse gains about two digits, so five suffice; the limit only guards against absurd input."""

GCJ_BOX = (0.8293, 72.004, 55.8271, 137.8347)
"""South, west, north and east of the box in which GCJ-02 is shifted; outside of it a point is left as it is."""


class Point(NamedTuple):
    """A point on the globe, in degrees."""

    lat: float
    lon: float


def to_wgs84(point: Point, crs: Crs) -> Point:
    """Convert a point of a stated system to WGS-84, to within 1 cm of the formulas' exact inverse.

    Parameters
    ----------
    point
        The point in degrees of ``crs``.
    crs
        The system the sender states. It is never guessed.
    """
    match crs:
        case Crs.WGS84:
            return point
        case Crs.GCJ02:
            return gcj02_to_wgs84(point)
        case Crs.BD09:
            return gcj02_to_wgs84(bd09_to_gcj02(point))


def from_wgs84(point: Point, crs: Crs) -> Point:
    """Convert a WGS-84 point to another system, for a map that is drawn in it."""
    match crs:
        case Crs.WGS84:
            return point
        case Crs.GCJ02:
            return wgs84_to_gcj02(point)
        case Crs.BD09:
            return gcj02_to_bd09(wgs84_to_gcj02(point))


def wgs84_to_gcj02(point: Point) -> Point:
    """Shift a WGS-84 point as GCJ-02 does; a point outside `GCJ_BOX` is left as it is."""
    return _shifted(point) if _is_shifted(point) else point


def gcj02_to_wgs84(point: Point) -> Point:
    """Undo `wgs84_to_gcj02` by iteration: one step would err by up to two metres."""
    return _inverse(_shifted, point) if _is_shifted(point) else point


def gcj02_to_bd09(point: Point) -> Point:
    """Turn and shift a GCJ-02 point as BD-09 does."""
    lat, lon = point
    radius = math.hypot(lon, lat) + 2e-5 * math.sin(math.radians(lat) * 3000.0)
    angle = math.atan2(lat, lon) + 3e-6 * math.cos(math.radians(lon) * 3000.0)
    return Point(radius * math.sin(angle) + BAIDU_SHIFT[0], radius * math.cos(angle) + BAIDU_SHIFT[1])


def bd09_to_gcj02(point: Point) -> Point:
    """Undo `gcj02_to_bd09` by iteration."""
    return _inverse(gcj02_to_bd09, point)


def rounded(point: Point, digits: int) -> Point:
    """Round a point so that it no longer tells a door; three digits are about 100 m."""
    return Point(round(point.lat, digits), round(point.lon, digits))


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance of two points in metres, by the haversine formula."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2.0, math.radians(b.lon - a.lon) / 2.0
    square = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, square)))


def _is_shifted(point: Point) -> bool:
    south, west, north, east = GCJ_BOX
    return south <= point.lat <= north and west <= point.lon <= east


def _inverse(forward: Callable[[Point], Point], image: Point) -> Point:
    """Find the point whose image is given: subtract what the forward formula is off by, until it is off no more."""
    guess = image
    for _ in range(ITERATIONS_MAX):
        there = forward(guess)
        error = Point(there.lat - image.lat, there.lon - image.lon)
        guess = Point(guess.lat - error.lat, guess.lon - error.lon)
        if math.hypot(*error) < CLOSE_ENOUGH_DEGREES:
            break
    return guess


def _shifted(point: Point) -> Point:
    north_m, east_m = _gcj_shift_m(point.lon - 105.0, point.lat - 35.0)
    lat = math.radians(point.lat)
    curvature = 1.0 - KRASOVSKY_EE * math.sin(lat) ** 2
    metres_per_lat = math.radians(KRASOVSKY_A * (1.0 - KRASOVSKY_EE) / curvature**1.5)
    metres_per_lon = math.radians(KRASOVSKY_A * math.cos(lat) / math.sqrt(curvature))
    return Point(point.lat + north_m / metres_per_lat, point.lon + east_m / metres_per_lon)


def _gcj_shift_m(x: float, y: float) -> tuple[float, float]:
    """Return the metres north and east by which GCJ-02 shifts a point ``x`` and ``y`` degrees from 105 E, 35 N."""
    ripple = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (ripple + _waves(y, 20.0, 40.0, 160.0, 320.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (ripple + _waves(x, 20.0, 40.0, 150.0, 300.0)) * 2.0 / 3.0
    return north, east


def _waves(degrees: float, first: float, third: float, twelfth: float, thirtieth: float) -> float:
    angle = degrees * math.pi
    waves = first * math.sin(angle) + third * math.sin(angle / 3.0)
    return waves + twelfth * math.sin(angle / 12.0) + thirtieth * math.sin(angle / 30.0)
