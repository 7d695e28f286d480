"""Travel between two places: seconds and metres, behind one interface.

A table from a file or a routing server plugs in here later; the matcher only knows the `Travel` protocol.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from linli.matcher.known_rows import KnownRows

if TYPE_CHECKING:
    from linli.matcher.problem import Place

IntTable = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth, IUGG."""

CELLS_AT_ONCE = 1 << 16
"""Pairs of places computed at once: a table of thousands of places would otherwise take ten times its own memory."""

PI = 3.141592653589793
_DEGREE = PI / 180.0

NEAR = 0.05
"""Half a central angle, or its sine, up to which the short series below are exact to 1e-16: some 600 km apart."""

# Taylor coefficients in x**2, highest power first: sin(x)/x, cos(x), asin(x)/x. The long ones are exact to 1e-15 up to
# a right angle (asin: up to one half).
SINE = (
    *(1 / 51090942171709440000, -1 / 121645100408832000, 1 / 355687428096000, -1 / 1307674368000, 1 / 6227020800),
    *(-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1.0),
)
_COS = (
    *(1 / 2432902008176640000, -1 / 6402373705728000, 1 / 20922789888000, -1 / 87178291200, 1 / 479001600),
    *(-1 / 3628800, 1 / 40320, -1 / 720, 1 / 24, -1 / 2, 1.0),
)


def _asin_coefficients(terms: int) -> tuple[float, ...]:
    coefficients = [1.0]
    ratio = 1.0
    for n in range(1, terms):
        ratio *= (2 * n - 1) / (2 * n)
        coefficients.append(ratio / (2 * n + 1))
    return tuple(reversed(coefficients))


ARC_SINE = _asin_coefficients(24)
SHORT_SINE = SINE[-6:]
SHORT_ARC_SINE = ARC_SINE[-6:]


class Travel(Protocol):
    """Where travel times come from."""

    @property
    def quality(self) -> str:
        """How good the figures are: ``estimated``, ``table``, ``routed`` or ``fallback``."""
        ...

    @property
    def symmetric(self) -> bool:
        """Whether the way back always equals the way there."""
        ...

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres from `a` to `b`."""
        ...

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres, each of shape (origins, destinations), equal to `between` for every pair."""
        ...


@runtime_checkable
class TellsSeconds(Protocol):
    """A travel that may be asked for seconds alone, in less time than for metres as well."""

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> IntTable:
        """Return the seconds of `Travel.matrix`."""
        ...


def seconds_by(travel: Travel) -> Callable[[Sequence[Place], Sequence[Place]], IntTable]:
    """Return how a travel is asked for the seconds of its `matrix`."""
    return travel.seconds if isinstance(travel, TellsSeconds) else lambda origins, ends: travel.matrix(origins, ends)[0]


@dataclass(frozen=True, slots=True)
class Ground:
    """How one goes over a kind of terrain: road length over straight line, and metres per hour on the road."""

    detour: float
    metres_per_hour: int


GROUNDS: Mapping[str, Ground] = {
    # The detour factors are the project's proposal, between the 1.32 published for Chinese cities
    # (doi 10.1080/19475683.2021.1966503) and about 2 for the rural west. The speeds are assumptions: town traffic by
    # electric scooter or bus, county roads by car, mountain roads by car.
    "seat": Ground(1.35, 18_000),
    "hill": Ground(1.7, 32_000),
    "mountain": Ground(2.0, 25_000),
}


Number = TypeVar("Number", float, Floats)


def _poly(coefficients: Sequence[float], x: Number) -> Number:
    total = x * coefficients[0] + coefficients[1]
    for c in coefficients[2:]:
        total *= x  # in place: of tables of thousands, new memory takes longer than the sums
        total += c
    return total


def _sin(x: float) -> float:
    return x * _poly(SHORT_SINE if x <= NEAR else SINE, x * x)


def _asin(x: float) -> float:
    """Arc sine on [0, 1]; above one half by asin(x) = pi/2 - 2 asin(sqrt((1 - x) / 2))."""
    if x <= 0.5:
        return x * _poly(SHORT_ARC_SINE if x <= NEAR else ARC_SINE, x * x)
    y = math.sqrt((1.0 - x) / 2.0)
    return PI / 2 - 2.0 * (y * _poly(ARC_SINE, y * y))


def _sins(x: Floats) -> Floats:
    """`_sin` of a whole table, step by step the same."""
    near = x * _poly(SHORT_SINE, x * x)
    return near if x.size == 0 or x.max() <= NEAR else np.where(x <= NEAR, near, x * _poly(SINE, x * x))


def _asins(x: Floats) -> Floats:
    """`_asin` of a whole table, step by step the same."""
    near = x * _poly(SHORT_ARC_SINE, x * x)
    if x.size == 0 or x.max() <= NEAR:
        return near
    low = x <= 0.5
    y = np.where(low, x, np.sqrt((1.0 - x) / 2.0))
    base = y * _poly(ARC_SINE, y * y)
    return np.where(x <= NEAR, near, np.where(low, base, PI / 2 - 2.0 * base))


class PreparedPlace(NamedTuple):
    """A place prepared for the formula: radians, the latitude's cosine, and half a way's metres and seconds a metre."""

    lat: float
    lon: float
    cosine: float
    metres: float
    seconds: float


def _line(a: PreparedPlace, b: PreparedPlace) -> float:
    turn = abs(a.lon - b.lon)
    turn = 2 * PI - turn if turn > PI else turn
    up, side = _sin(abs(a.lat - b.lat) / 2.0), _sin(turn / 2.0)
    half = up * up + a.cosine * b.cosine * (side * side)
    return 2.0 * EARTH_RADIUS_M * _asin(math.sqrt(min(half, 1.0)))


def _lines(a: Floats, b: Floats) -> Floats:
    """`_line` for every pair, step by step the same; `a` and `b` hold one prepared place a row."""
    turn = np.abs(a[:, None, 1] - b[None, :, 1])
    turn = np.where(turn > PI, 2 * PI - turn, turn)
    up, side = _sins(np.abs(a[:, None, 0] - b[None, :, 0]) / 2.0), _sins(turn / 2.0)
    half = up * up + a[:, None, 2] * b[None, :, 2] * (side * side)
    return 2.0 * EARTH_RADIUS_M * _asins(np.sqrt(np.minimum(half, 1.0)))


class HaversineTravel:
    """Great-circle distance (haversine formula) times a detour factor, at a speed by terrain.

    Half of the way counts as the terrain of one end and half as that of the other. Seconds and metres are rounded to
    integers, once, and remembered by pair of places inside the object.

    Parameters
    ----------
    grounds : mapping of str to Ground
        Detour factor and speed for every terrain that places may name.

    Notes
    -----
    Sine, cosine and arc sine are summed here from additions, multiplications and square roots, which IEEE 754 fixes to
    the last bit. A library's own functions differ between machines, and a plan must not.

    Symmetric, but no metric: a way through the valley may be estimated shorter than the direct one over the hills.
    Roads, rivers and bridges are unknown to it; expect errors of a third on single trips. What it remembers is never
    forgotten: a process that plans for years should make a new one now and then.
    """

    def __init__(self, grounds: Mapping[str, Ground] = GROUNDS) -> None:
        self.grounds = grounds
        self._memo: dict[tuple[Place, Place], tuple[int, int]] = {}
        self._spots: dict[Place, PreparedPlace] = {}
        self._rows = KnownRows(self._prepared)

    @property
    def quality(self) -> str:
        """Always ``estimated``."""
        return "estimated"

    @property
    def symmetric(self) -> bool:
        """Always true."""
        return True

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres from `a` to `b`.

        Raises
        ------
        KeyError
            If a place names a terrain that `grounds` does not know.
        """
        known = self._memo.get((a, b))
        if known is None:
            from_a, from_b = self.prepared(a), self.prepared(b)
            line = _line(from_a, from_b)
            known = round(line * (from_a.seconds + from_b.seconds)), round(line * (from_a.metres + from_b.metres))
            self._memo[a, b] = self._memo[b, a] = known
        return known

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres of shape (origins, destinations)."""
        seconds, metres = self._tables(origins, destinations, ("seconds", "metres"))
        return seconds, metres

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> IntTable:
        """Return the seconds of `matrix` alone; whoever gives other ones there gives them here."""
        return self._tables(origins, destinations, ("seconds",))[0]

    def _tables(self, origins: Sequence[Place], destinations: Sequence[Place], wanted: Sequence[str]) -> list[IntTable]:
        """Return a table for each field of a prepared place that is wanted."""
        a, b = self.rows(origins), self.rows(destinations)
        tables = [np.empty((len(a), len(b)), np.int64) for _ in wanted]
        columns = [PreparedPlace._fields.index(field) for field in wanted]
        step = max(1, CELLS_AT_ONCE // max(1, len(b)))
        for at in range(0, len(a), step):
            rows = a[at : at + step]
            line = _lines(rows, b)
            for table, column in zip(tables, columns, strict=True):
                table[at : at + step] = np.rint(line * (rows[:, None, column] + b[None, :, column]))
        return tables

    def prepared(self, place: Place) -> PreparedPlace:
        """Return a place prepared for the formula."""
        known = self._spots.get(place)
        if known is None:
            ground, lat = self.grounds[place.terrain], place.lat * _DEGREE
            half = ground.detour / 2.0
            pace = 3600.0 / ground.metres_per_hour
            known = PreparedPlace(lat, place.lon * _DEGREE, _poly(_COS, lat * lat), half, half * pace)
            self._spots[place] = known
        return known

    def rows(self, places: Sequence[Place]) -> Floats:
        """Return places prepared for the formula, a row for each.

        A sequence that is asked for again may have grown, but not changed.
        """
        return self._rows.of(places)

    def _prepared(self, places: Sequence[Place]) -> Floats:
        return np.array([self.prepared(place) for place in places], dtype=np.float64).reshape(-1, 5)
