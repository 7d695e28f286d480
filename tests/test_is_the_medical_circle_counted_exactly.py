"""Is the medical circle counted exactly: who is inside whose, and where one more base would reach most."""

from __future__ import annotations

import json

import pytest

from linli.matcher.problem import Place
from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import RequestDetails
from linli.schemas.places import District, Grid, Terrain
from linli.schemas.policy import Policy
from linli.schemas.roster import TeamDetails, TeamKind, TeamSkill
from linli.services.demo.county import sinan
from linli.services.reports.medical_circle import REPORT, circle_of, circle_rows
from linli.services.reports.periods import Period
from linli.services.reports.report import Asked, County
from linli.streams.coordinates import Point, gcj02_to_wgs84
from linli.streams.ledger_tables import Tables
from tests.support.district import AUTO, MONDAY, Desk, order, team

LIMIT_S = 15 * 60
NEAR, FAR, FARTHER = 0.01, 0.3, 0.32
"""Degrees of latitude to the north: a kilometre, and beyond a quarter of an hour; the last two near each other."""


def nurses(name: str, north: float, **changes: object) -> TeamDetails:
    """A medical team with a nurse."""
    skills = (TeamSkill(skill="nursing", qualifications=("nurse",)),)
    made = team(name, north=north).model_copy(update={"team_kind": TeamKind.MEDICAL, "skills": skills})
    return made.model_copy(update=changes)


def grid(code: str, north: float) -> Grid:
    """A grid whose centroid lies some degrees north of the seat."""
    return Grid(code=code, name=f"网格 {code}", community="c1", lat=27.938 + north, lon=108.25, terrain=Terrain.SEAT)


GRIDS = (grid("g1", 0), grid("g2", FAR), grid("g3", FARTHER), grid("g4", 0.6))
PLACES = {"1": NEAR, "2": FAR, "3": FARTHER, "4": FARTHER + 0.001}


def district() -> District:
    """The district of these tests."""
    return sinan().model_copy(update={"grids": GRIDS})


def tables(*teams: TeamDetails) -> Tables:
    """Four households and an order that comes from one of them again."""
    desk = Desk(AUTO, teams=0)
    desk.send(*(ApplyTeam(details=one) for one in teams))
    for number, north in PLACES.items():
        desk.send(PlaceOrder(details=_at(number, north, number)), request=f"r-{number}")
    desk.send(PlaceOrder(details=_at("5", PLACES["2"], "2")), request="r-5")
    return Tables(tuple(desk.state.requests.values()), tuple(desk.state.roster.values()))


def _at(number: str, north: float, household: str) -> RequestDetails:
    details = order(number, content=number, household=household, north=north)
    nearest = min(GRIDS, key=lambda one: abs(one.lat - 27.938 - north))
    return details.model_copy(update={"place": details.place.model_copy(update={"grid": nearest.code})})


def asked() -> Asked:
    """Ask as of Monday."""
    return Asked(MONDAY, County(district(), shipped_menu(), Policy()), Period())


def test_who_is_inside_is_counted_one_by_one() -> None:
    """Tests every household against a computation of its own, for bases of which two do not count."""
    bases = (nurses("t-a", 0), nurses("t-b", 0.002))
    others = (nurses("t-closed", FAR, active=False), nurses("t-lay", FAR, skills=(TeamSkill(skill="nursing"),)))
    found = circle_of(tables(*bases, *others, team("t-v", north=FAR)), asked())
    travel = HaversineTravel()
    ways = [
        min((travel.between(Place(one.base.lat, one.base.lon, "seat"), household.place)[0], one.team) for one in bases)
        for household in found.households
    ]
    assert len(found.households) == 4
    assert list(zip(found.seconds, found.base, strict=True)) == ways
    assert [found.is_inside(number) for number in range(4)] == [way <= LIMIT_S for way, _ in ways]
    assert sum(found.is_inside(number) for number in range(4)) == 1


def test_one_more_base_is_the_best_of_all_grids() -> None:
    """Tests the count for every grid by hand, and that the first row is the best."""
    found = circle_of(tables(nurses("t-a", 0)), asked())
    travel = HaversineTravel()
    outside = [one.place for number, one in enumerate(found.households) if not found.is_inside(number)]
    by_hand = {
        one.code: sum(travel.between(Place(one.lat, one.lon, "seat"), place)[0] <= LIMIT_S for place in outside)
        for one in GRIDS
    }
    assert found.reach == by_hand
    rows = list(circle_rows(tables(nurses("t-a", 0)), asked()))
    assert rows[0][7] == max(by_hand.values()) == 3
    assert [row[0] for row in rows if row[8]] == [rows[0][0]]
    assert sum(int(str(row[2])) for row in rows) == 4
    assert sum(int(str(row[3])) for row in rows) == 1


def test_without_any_base_everybody_is_outside() -> None:
    """Tests a county without a medical team, and one without orders."""
    rows = list(circle_rows(tables(team("t-v")), asked()))
    assert {(row[3], row[5], row[6]) for row in rows} == {(0, None, None)}
    assert list(circle_rows(Tables(), asked())) == []


def test_the_map_says_its_coordinates() -> None:
    """Tests that it is GeoJSON in WGS-84 with GCJ-02 beside every point, and holds no address and no household."""
    assert REPORT.geojson is not None
    made = REPORT.geojson(tables(nurses("t-a", 0)), asked())
    assert str(made["coordinates_are"]).startswith("WGS-84")
    features = json.loads(json.dumps(made))["features"]
    assert [one["properties"]["kind"] for one in features].count("base") == 1
    for one in features:
        lon, lat = one["geometry"]["coordinates"]
        given = one["properties"]
        back = gcj02_to_wgs84(Point(given["gcj02_lat"], given["gcj02_lon"]))
        assert back.lat == pytest.approx(lat, abs=1e-5)
        assert back.lon == pytest.approx(lon, abs=1e-5)


def test_a_restricted_case_is_in_no_circle() -> None:
    """Tests that a case that nobody may know of is counted nowhere."""
    known = tables(nurses("t-a", 0))
    hidden = [_restricted(one) for one in known.assignments if one.request_id == "r-4"]
    rest = [one for one in known.assignments if one.request_id != "r-4"]
    found = circle_of(Tables((*rest, *hidden), known.roster), asked())
    assert len(found.households) == 3


def _restricted(record: AssignmentRecord) -> AssignmentRecord:
    assert record.details is not None
    return record.model_copy(update={"details": record.details.model_copy(update={"restricted": True})})


def test_beyond_the_circle_nobody_is_sent() -> None:
    """Tests the way from the menu to the plan: the qualified team goes where it is near, and the rule is named else."""
    item = shipped_menu().item("nursing")
    assert item is not None
    assert item.travel_minutes_max == 15
    desk = Desk(AUTO, teams=0)
    desk.send(ApplyTeam(details=nurses("t-a", 0)))
    for number, north in (("1", NEAR), ("2", FAR)):
        details = order(number, content=number, north=north).model_copy(
            update={
                "skills": (("nursing", "nurse"),),
                "team_kinds": ("medical",),
                "travel_minutes_max": item.travel_minutes_max,
            }
        )
        desk.send(PlaceOrder(details=details), request=f"r-{number}")
    assert not isinstance(desk.state.requests["r-1"].status, Unmet)
    beyond = desk.state.requests["r-2"].status
    assert isinstance(beyond, Unmet)
    assert "travel_limit" in {rule.rule for rule in beyond.why.rules}
