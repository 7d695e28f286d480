"""Do ways that a routing server measured decide who goes, from the ledger alone, and never against a promise?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, DistrictState, NumberedCommand, Translations, apply
from linli.matcher.measured_travel import MeasuredTravel
from linli.matcher.problem import Place
from linli.matcher.rounds.unmeasured import Wanted, unmeasured
from linli.matcher.travel import HaversineTravel
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.orders import Cancel, Target
from linli.schemas.ways import BASES_MAX, PLACES_MAX, MeasuredPlace, WayBetween, WaysRecord
from tests.support.district import DISTRICT, MONDAY, Desk, order, place, team


def measured(north: float, *ways: tuple[float, int, int]) -> MeasuredPlace:
    """Make the ways of a place to others some degrees north: seconds there and back."""
    here, others = place(north), [(place(other), there, back) for other, there, back in ways]
    found = (WayBetween(one.lat, one.lon, there, there * 10, back, back * 10) for one, there, back in others)
    return MeasuredPlace(lat=here.lat, lon=here.lon, ways=tuple(found))


class Measuring(Desk):
    """A desk that is told of ways, and decides everything a second time as one that has just been restored."""

    def told(self, *places: MeasuredPlace, **details: object) -> Decision:
        """Place an order for which ways were measured."""
        number = str(details.pop("number", "1"))
        body = PlaceOrder(details=order(number, **details))  # type: ignore[arg-type]
        return self.decided((self.command(body, f"r-{number}"),), places)

    def decided(self, commands: tuple[NumberedCommand, ...], places: tuple[MeasuredPlace, ...]) -> Decision:
        """Take a decision, twice, and fold it."""
        self.round += 1
        moment = replace(self.moment(), measured=places)
        restored = replace(self.state, translations=Translations())
        decision = decide(self.state, commands, moment)
        assert decide(restored, commands, moment) == decision
        self.state = apply(self.state, decision, self.now)
        return decision


def two_teams() -> Measuring:
    """A team nearby and one some five kilometres farther."""
    desk = Measuring(teams=0)
    desk.send(ApplyTeam(details=team("near", north=0.01)), ApplyTeam(details=team("far", north=0.06)))
    return desk


def sent(decision: Decision) -> set[str]:
    """Give the teams on whose plans something stands."""
    return {plan.team for plan in decision.plans if any(plan.crews)}


def test_who_is_near_on_the_road_goes() -> None:
    """Tests that the team with the longer line and the shorter road is planned, and the other one without roads."""
    assert sent(two_teams().place_order("1")) == {"near"}
    desk = two_teams()
    river = measured(0.0, (0.01, 3_000, 3_000), (0.06, 400, 500))
    decision = desk.told(river)
    assert sent(decision) == {"far"}
    [kept] = desk.state.ways.values()
    assert decision.kept == (kept,)
    assert (kept.version, kept.round, kept.place) == (1, desk.round, river)


def test_the_next_round_remembers_and_a_restored_desk_agrees() -> None:
    """Tests later rounds over measured and unmeasured places; `Measuring` compares each with a restored desk."""
    desk = two_teams()
    desk.told(measured(0.0, (0.01, 3_000, 3_000), (0.06, 400, 500)))
    desk.told(measured(0.02, (0.0, 100, 2_000), (0.01, 2_500, 60), (0.06, 900, 900)), number="2", north=0.02)
    desk.told(number="3", north=0.03)
    desk.told(measured(0.02, (0.0, 90, 1_800), (0.03, 200, 200)), number="4", north=0.02)
    assert [(one.version, len(one.place.ways)) for one in desk.state.ways.values()] == [(1, 2), (2, 2)]
    desk.now = MONDAY + timedelta(days=1)
    desk.decided((), ())


def test_only_what_is_free_is_measured() -> None:
    """Tests that a new order's place is wanted, to all bases and other places, and a promised one no more."""
    desk = two_teams()
    desk.place_order("1")
    assert unmeasured(desk.state, ()) == []
    new = desk.command(PlaceOrder(details=order("2", north=0.02)), "r-2")
    [wanted] = unmeasured(desk.state, (new,))
    assert (wanted.place.lat, sorted(round(one.lat - 27.938, 3) for one in wanted.others)) == (
        27.958,
        [0.0, 0.01, 0.06],
    )
    same = desk.command(PlaceOrder(details=order("3")), "r-3")
    assert unmeasured(desk.state, (same,)) == []
    known = measured(0.02, (0.06, 1, 1), (0.01, 1, 1), (0.0, 1, 1))
    record = WaysRecord(district=DISTRICT, version=1, round=1, at=MONDAY, place=known)
    assert unmeasured(replace(desk.state, ways={record.key: record}), (new,)) == []


def test_of_many_neighbours_the_nearest_are_measured() -> None:
    """Tests the limits: as many bases and places as a record takes, the nearest of them."""
    desk = Desk(teams=0)
    state = DistrictState(DISTRICT, desk.state.policy)
    teams = [desk.command(ApplyTeam(details=team(f"t{i}", north=i / 1_000))) for i in range(1, BASES_MAX + 21)]
    orders = [
        desk.command(PlaceOrder(details=order(str(i), north=-i / 1_000)), f"r-{i}") for i in range(PLACES_MAX + 21)
    ]
    wanted = unmeasured(state, [*teams, *orders])
    assert len(wanted) == PLACES_MAX + 21
    assert isinstance(wanted[0], Wanted)
    assert len(wanted[0].others) == BASES_MAX + PLACES_MAX
    norths = [round(one.lat - 27.938, 3) for one in wanted[0].others]
    assert (min(norths), max(norths)) == (-PLACES_MAX / 1_000, BASES_MAX / 1_000)


def test_ways_go_on_the_day_after_the_last_request_that_needs_them() -> None:
    """Tests that a measured place is forgotten on a new day once nothing is to be done there, and not before."""
    desk = two_teams()
    desk.told(measured(0.0, (0.01, 300, 300)))
    desk.told(measured(0.03, (0.01, 200, 200)), number="2", north=0.03, hours=(30, 33))
    desk.send(Cancel(target=Target(request_id="r-1"), reason=""))
    [gone, _] = desk.state.ways.values()
    assert desk.at(3).forgotten_ways == ()
    decision = desk.at(25)
    assert [(one.key, one.version) for one in decision.forgotten_ways] == [(gone.key, 1)]
    assert [one.place.lat for one in desk.state.ways.values()] == [27.968]
    assert desk.at(26).forgotten_ways == ()


def test_a_table_says_what_every_pair_says() -> None:
    """Tests measured, turned and estimated ways, and a point that stands under two terrains."""
    places = [Place(round(27.9 + i / 100, 2), 108.2, terrain) for i in range(5) for terrain in ("seat", "hill")]
    records = [
        WaysRecord(district=DISTRICT, version=1, round=1, at=MONDAY, place=MeasuredPlace(lat=a, lon=108.2, ways=ways))
        for a, ways in (
            (27.9, (WayBetween(27.91, 108.2, 1, 2, 3, 4), WayBetween(27.92, 108.2, 5, 6, 7, 8))),
            (27.92, (WayBetween(27.9, 108.2, 9, 10, 11, 12), WayBetween(27.93, 108.2, 13, 14, 15, 16))),
        )
    ]
    travel = MeasuredTravel(HaversineTravel())
    assert travel.take({one.key: one for one in records}) == {(27.9, 108.2), (27.92, 108.2)}
    seconds, metres = travel.matrix(places, places)
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            assert (seconds[i, j], metres[i, j]) == travel.between(a, b)
    assert travel.between(places[0], places[5]) == (5, 6)
    assert travel.between(places[5], places[0]) == (9, 10)
    assert travel.between(places[7], places[4]) == (15, 16)
    assert travel.between(places[0], places[8]) == HaversineTravel().between(places[0], places[8])
    assert travel.take({}) == {(27.9, 108.2), (27.92, 108.2)}
    assert travel.between(places[0], places[5]) == HaversineTravel().between(places[0], places[5])
