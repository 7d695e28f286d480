"""The demo county is what was published about Sinan, and labelled where it is not."""

from collections import Counter
from datetime import date, timedelta

import prcoords

from linli.schemas.places import Crs, Terrain
from linli.schemas.roster import TeamKind
from linli.services.demo import people
from linli.services.demo.county import distance_km, layout, sinan, towns, urban_communities, villages
from linli.services.demo.teams import midnight, roster

DAY = date(2026, 3, 16)


def test_county_has_its_28_towns_and_529_villages() -> None:
    """Tests that the extract holds every town and village of the county once."""
    assert len({town.code for town in towns()}) == 28
    assert len({village.code for village in villages()}) == 529
    assert {village.town for village in villages()} == {town.code for town in towns()}
    assert sum(town.urban for town in towns()) == 3


def test_county_has_209_urban_grids_in_the_three_streets() -> None:
    """Tests that the urban grids are dealt out to the streets' communities alone, evenly."""
    urban = [grid for grid in sinan().grids if grid.terrain is Terrain.SEAT]
    assert len(urban) == 209
    per_community = Counter(grid.community for grid in urban)
    assert set(per_community) == {place.code for place in urban_communities()}
    assert set(per_community.values()) == {17, 18}


def test_every_grid_is_one_place_inside_the_county() -> None:
    """Tests that codes and points are all different and lie in the published extent."""
    county = sinan()
    assert len({grid.code for grid in county.grids}) == len(county.grids) == 209 + 529 - 12
    assert len({(grid.lat, grid.lon) for grid in county.grids}) == len(county.grids)
    assert all(county.west < grid.lon < county.east and county.south < grid.lat < county.north for grid in county.grids)


def test_county_says_that_it_is_synthetic() -> None:
    """Tests that flag and name both say so."""
    assert sinan().synthetic
    assert "模拟" in sinan().name


def test_seat_is_where_it_was_published() -> None:
    """Tests that the seat in WGS-84 is the published GCJ-02 point, to within two metres."""
    published = prcoords.gcj_wgs((27.938, 108.254))
    assert distance_km((published[0], published[1]), layout().seat) < 0.002


def test_shift_to_gcj02_is_good_enough_everywhere_in_the_county() -> None:
    """Tests that the one shift used for invented addresses errs by less than 40 m on every grid."""
    for grid in sinan().grids:
        ours = people.location(grid, Crs.GCJ02, 0.0, 0.0)
        exact = prcoords.wgs_gcj((grid.lat, grid.lon))
        assert distance_km((ours.lat, ours.lon), (exact[0], exact[1])) < 0.040


def test_there_are_54_teams_mostly_in_the_streets() -> None:
    """Tests the number of teams, their kinds and where they are based."""
    teams = roster(DAY)
    streets = tuple(layout().streets)
    assert len({team.team for team in teams}) == 54
    assert {team.team_kind for team in teams} == set(TeamKind)
    assert sum(str(team.grid).startswith(streets) for team in teams) == 36
    assert all(1 <= team.crews <= 3 and 5 <= len(team.members) <= 30 for team in teams)


def test_most_but_not_all_teams_may_go_to_a_child() -> None:
    """Tests that the rule of two vetted adults keeps some teams away and leaves enough."""
    end = midnight(DAY) + timedelta(days=2)
    vetted = [
        sum(1 for m in team.members if m.vetting and m.vetting.passed and m.vetting.valid_until > end)
        for team in roster(DAY)
    ]
    assert 40 <= sum(count >= 2 for count in vetted) < 54


def test_teams_are_the_same_on_every_day() -> None:
    """Tests that only dates move: skills, bases, crews and members of a team do not depend on the day."""
    for one, other in zip(roster(DAY), roster(DAY + timedelta(days=30)), strict=True):
        assert (one.team, one.skills, one.base, one.crews) == (other.team, other.skills, other.base, other.crews)
        assert [m.ref for m in one.members] == [m.ref for m in other.members]


def test_nobody_in_the_demo_can_be_a_real_person() -> None:
    """Tests that every team's contact has a test name and a number that no subscriber has."""
    for team in roster(DAY):
        assert team.contact is not None
        assert team.contact.name.startswith("测试")
        assert str(team.contact.phone).startswith("100-0000-")
        assert "模拟" in team.name
