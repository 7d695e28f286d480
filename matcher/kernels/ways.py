"""Ways over the ground, compiled: step by step the formula of `linli.matcher.travel.HaversineTravel`, to the last bit.

The only floating-point numbers in the kernels: sums, products and square roots, which IEEE 754 fixes everywhere.
"""

from __future__ import annotations

import math

import numpy as np

from linli.matcher.compiled import bare, inner, kernel
from linli.matcher.kernels.layout import Ints
from linli.matcher.kernels.placing_layout import COSINE_OF, LATITUDE, LONGITUDE, METRES_OF, SECONDS_OF, Floats
from linli.matcher.travel import ARC_SINE, EARTH_RADIUS_M, NEAR, PI, SHORT_ARC_SINE, SHORT_SINE, SINE


@inner
def _sin(x: float) -> float:
    square = x * x
    if x <= NEAR:
        total = square * SHORT_SINE[0] + SHORT_SINE[1]
        for k in range(2, len(SHORT_SINE)):
            total = total * square + SHORT_SINE[k]
    else:
        total = square * SINE[0] + SINE[1]
        for k in range(2, len(SINE)):
            total = total * square + SINE[k]
    return x * total


@inner
def _long_arc(square: float) -> float:
    total = square * ARC_SINE[0] + ARC_SINE[1]
    for k in range(2, len(ARC_SINE)):
        total = total * square + ARC_SINE[k]
    return total


@inner
def _asin(x: float) -> float:
    if x <= NEAR:
        square = x * x
        total = square * SHORT_ARC_SINE[0] + SHORT_ARC_SINE[1]
        for k in range(2, len(SHORT_ARC_SINE)):
            total = total * square + SHORT_ARC_SINE[k]
        return x * total
    if x <= 0.5:
        return x * _long_arc(x * x)
    y = math.sqrt((1.0 - x) / 2.0)
    return PI / 2 - 2.0 * (y * _long_arc(y * y))


@kernel
def line(places: Floats, a: int, b: int) -> float:
    """Return metres of straight line between two places."""
    turn = abs(places[a, LONGITUDE] - places[b, LONGITUDE])
    if turn > PI:
        turn = 2 * PI - turn
    up, side = _sin(abs(places[a, LATITUDE] - places[b, LATITUDE]) / 2.0), _sin(turn / 2.0)
    half = up * up + places[a, COSINE_OF] * places[b, COSINE_OF] * (side * side)
    return 2.0 * EARTH_RADIUS_M * _asin(math.sqrt(min(half, 1.0)))


NARROW = 0.5
"""Radians up to which `apart` bounds a way: some three thousand kilometres."""

SHORTENED = 0.999999
"""Far more than what rounding could add to a bound."""


@inner
def apart(places: Floats, a: int, b: int) -> float:
    """Return metres of straight line that lie between two places at least, in a tenth of the time that `line` takes.

    Twice the sine of half an angle is at least the angle less a 24th of its cube, and an arc is no shorter than its
    chord. Beyond `NARROW` nothing is said.
    """
    up, side = abs(places[a, LATITUDE] - places[b, LATITUDE]), abs(places[a, LONGITUDE] - places[b, LONGITUDE])
    widest = max(up, side)
    if widest > NARROW:
        return 0.0
    chord = math.sqrt(up * up + places[a, COSINE_OF] * places[b, COSINE_OF] * (side * side))
    return float(EARTH_RADIUS_M * SHORTENED * (1.0 - widest * widest / 24.0) * chord)


@inner
def least_seconds(places: Floats, a: int, b: int) -> int:
    """Return seconds that the way from one place to another takes at least."""
    return int(apart(places, a, b) * (places[a, SECONDS_OF] + places[b, SECONDS_OF]))


@inner
def seconds(places: Floats, a: int, b: int) -> int:
    """Return seconds from one place to another."""
    return int(np.rint(line(places, a, b) * (places[a, SECONDS_OF] + places[b, SECONDS_OF])))


@inner
def metres(places: Floats, a: int, b: int) -> int:
    """Return metres from one place to another."""
    return int(np.rint(line(places, a, b) * (places[a, METRES_OF] + places[b, METRES_OF])))


@inner
def over(places: Floats, a: int, b: int, straight: float) -> tuple[int, int]:
    """Return seconds and metres from one place to another, so many metres apart in a straight line."""
    seconds_each = places[a, SECONDS_OF] + places[b, SECONDS_OF]
    metres_each = places[a, METRES_OF] + places[b, METRES_OF]
    return int(np.rint(straight * seconds_each)), int(np.rint(straight * metres_each))


@bare
def fill_ways(places: Floats, ways: Ints) -> None:
    """Write seconds between all of some places into a table: each pair is worked out once, for the way back is as long.

    Parameters
    ----------
    places : array of float, (places, PLACE_COLUMNS)
        As `linli.matcher.travel.HaversineTravel` prepares them.
    ways : array of int32, (places, places)
        Filled.
    """
    for a in range(len(places)):
        for b in range(a + 1):
            ways[a, b] = ways[b, a] = seconds(places, a, b)
