"""Asks whether coordinates of the three systems are converted to within a centimetre, and grids found."""

from __future__ import annotations

import prcoords
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.schemas.places import Crs, Location
from linli.services.demo.county import sinan
from linli.streams.coordinates import (
    Point,
    distance_m,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    rounded,
    to_wgs84,
    wgs84_to_gcj02,
)
from linli.streams.gazetteer import Gazetteer

CENTIMETRE = 0.01
SINAN = Gazetteer(sinan())

in_china = st.builds(Point, lat=st.floats(18.2, 53.5), lon=st.floats(73.7, 134.9))
in_sinan = st.builds(Point, lat=st.floats(27.54, 28.16), lon=st.floats(107.87, 108.46))


@given(point=in_china)
def test_the_shifts_are_those_in_use(point: Point) -> None:
    """Tests the forward formulas against an independent implementation."""
    assert distance_m(wgs84_to_gcj02(point), Point(*prcoords.wgs_gcj(point))) < CENTIMETRE
    assert distance_m(gcj02_to_bd09(point), Point(*prcoords.gcj_bd(point))) < CENTIMETRE


@given(point=in_china, crs=st.sampled_from(Crs))
def test_an_inverse_comes_back_to_a_centimetre(point: Point, crs: Crs) -> None:
    """Tests that converting to another system and back moves no point by a centimetre."""
    assert distance_m(to_wgs84(from_wgs84(point, crs), crs), point) < CENTIMETRE


@given(point=in_china)
def test_an_inverse_is_right_by_an_independent_forward_formula(point: Point) -> None:
    """Tests that what we take for WGS-84 is shifted by prcoords to the very point that was given."""
    assert distance_m(Point(*prcoords.wgs_gcj(to_wgs84(point, Crs.GCJ02))), point) < CENTIMETRE
    assert distance_m(Point(*prcoords.wgs_bd(to_wgs84(point, Crs.BD09))), point) < CENTIMETRE


def test_one_step_would_not_be_enough() -> None:
    """Tests that the iteration is needed: the usual one-step inverse is off by decimetres at Sinan."""
    shifted = wgs84_to_gcj02(Point(27.938, 108.254))
    assert distance_m(Point(*prcoords.gcj_wgs(shifted)), gcj02_to_wgs84(shifted)) > 10 * CENTIMETRE


def test_a_point_outside_china_is_left_alone() -> None:
    """Tests that the shift ends where its box ends, in both directions."""
    for point in (Point(48.85, 2.35), Point(-33.9, 151.2), Point(90.0, 0.0), Point(-90.0, -180.0)):
        assert to_wgs84(point, Crs.GCJ02) == from_wgs84(point, Crs.GCJ02) == point


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180), crs=st.sampled_from(Crs))
def test_any_valid_numbers_give_numbers(lat: float, lon: float, crs: Crs) -> None:
    """Tests that absurd input ends and gives no NaN."""
    point = to_wgs84(Point(lat, lon), crs)
    assert point == point


def test_a_degree_of_latitude_has_its_length() -> None:
    """Tests the distance against the length of a degree on the mean sphere, and across the date line."""
    assert distance_m(Point(0.0, 0.0), Point(1.0, 0.0)) == pytest.approx(111_195, abs=1)
    assert distance_m(Point(0.0, 179.5), Point(0.0, -179.5)) == pytest.approx(111_195, abs=1)
    assert distance_m(Point(0.0, 0.0), Point(0.0, 180.0)) == pytest.approx(20_015_115, abs=10)


@given(point=in_sinan)
def test_the_nearest_grid_is_the_nearest(point: Point) -> None:
    """Tests the search by scalar products against measuring every distance."""
    found = SINAN.nearest(point)
    best = min(distance_m(point, Point(grid.lat, grid.lon)) for grid in SINAN.district.grids)
    assert distance_m(point, Point(found.lat, found.lon)) == pytest.approx(best, abs=CENTIMETRE)


@given(point=in_sinan, digits=st.integers(1, 6))
def test_no_more_digits_leave_the_edge(point: Point, digits: int) -> None:
    """Tests that a place has the digits configured, and is no further off than they explain."""
    place = SINAN.place(Location(crs=Crs.WGS84, lat=point.lat, lon=point.lon), None, digits, "x")
    assert rounded(Point(place.lat, place.lon), digits) == (place.lat, place.lon)
    assert abs(place.lat - point.lat) <= 0.51 * 10.0**-digits
    assert not place.coarse
