"""Travel is an integer that every machine computes alike, close to the textbook; pairs agree with tables."""

from __future__ import annotations

import math
import random

import pytest

from linli.matcher.problem import Place
from linli.matcher.travel import EARTH_RADIUS_M, GROUNDS, Ground, HaversineTravel

SEAT = Place(27.938, 108.254, "seat")
"""About where the county seat is."""


def _places(count: int, seed: int) -> list[Place]:
    """Return places in the county and some anywhere on earth, poles and antipodes included."""
    rng = random.Random(seed)
    near = [
        Place(round(rng.uniform(27.5, 28.2), 3), round(rng.uniform(107.8, 108.5), 3), rng.choice(sorted(GROUNDS)))
        for _ in range(count)
    ]
    far = [Place(rng.uniform(-90, 90), rng.uniform(-180, 180), "hill") for _ in range(count // 4)]
    return [*near, *far, Place(90, 0, "hill"), Place(-90, 5, "hill"), Place(-27.938, -71.746, "seat"), SEAT]


def _textbook(a: Place, b: Place) -> float:
    """Return metres on the road as the formula is printed in textbooks, with the machine's own functions."""
    up, side = math.radians(a.lat - b.lat) / 2, math.radians(a.lon - b.lon) / 2
    half = math.sin(up) ** 2 + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * math.sin(side) ** 2
    line = 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))
    return line * (GROUNDS[a.terrain].detour + GROUNDS[b.terrain].detour) / 2


def test_metres_are_the_textbooks() -> None:
    """Tests that our own sine, cosine and arc sine change no distance by a metre, in the county or round the globe."""
    travel = HaversineTravel()
    for a in _places(40, 1):
        for b in _places(40, 2):
            assert abs(travel.between(a, b)[1] - _textbook(a, b)) <= 0.51


def test_tables_and_single_pairs_agree() -> None:
    """Tests that a table's every entry is the pair's own, exactly, and that ways back are ways there."""
    travel, origins, destinations = HaversineTravel(), _places(60, 3), _places(80, 4)
    seconds, metres = travel.matrix(origins, destinations)
    for i, a in enumerate(origins):
        for j, b in enumerate(destinations):
            assert (seconds[i, j], metres[i, j]) == travel.between(a, b) == travel.between(b, a)
    assert travel.symmetric
    assert travel.quality == "estimated"


def test_known_ways_keep_their_figures() -> None:
    """Tests that some ways have the figures written here: another machine, library or release must give the same."""
    travel = HaversineTravel()
    assert travel.between(SEAT, SEAT) == (0, 0)
    assert travel.between(SEAT, Place(27.9, 108.2, "seat")) == (1831, 9157)
    assert travel.between(SEAT, Place(27.6, 108.0, "hill")) == (10409, 68830)
    assert travel.between(Place(28.1, 108.4, "mountain"), Place(27.6, 108.0, "hill")) == (16318, 125985)


def test_terrain_sets_detour_and_speed() -> None:
    """Tests that half of the way goes by the terrain of each end."""
    flat = HaversineTravel({"flat": Ground(1.0, 36_000), "steep": Ground(2.0, 18_000)})
    near, far = Place(27.9, 108.2, "flat"), Place(28.0, 108.2, "flat")
    seconds, metres = flat.between(near, far)
    assert abs(seconds * 10 - metres) <= 10
    uphill = flat.between(near, Place(28.0, 108.2, "steep"))
    assert abs(uphill[1] - 1.5 * metres) <= 1
    assert abs(uphill[0] - 2.5 * seconds) <= 2


def test_an_unknown_terrain_is_an_error() -> None:
    """Tests that a terrain nobody described is not guessed at."""
    with pytest.raises(KeyError, match="swamp"):
        HaversineTravel().between(SEAT, Place(28.0, 108.2, "swamp"))


def test_empty_tables_are_empty() -> None:
    """Tests that no places give an empty table of the right shape."""
    seconds, metres = HaversineTravel().matrix([], [SEAT])
    assert seconds.shape == metres.shape == (0, 1)
