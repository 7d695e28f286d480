"""The synthetic day is as believable, and as disturbed, as it says it is."""

import json
from collections import Counter
from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter

from linli.schemas.commands import InboxBody
from linli.schemas.dead_letters import Reason
from linli.schemas.orders import Order
from linli.schemas.people import AgeBand, Beneficiary
from linli.services.demo import county_day
from linli.services.demo.county import grids_by_code
from linli.services.demo.demand import Scenario, ask, demand, is_urban, usual_requests
from linli.services.demo.flood import closed_hours, is_cut_off
from linli.services.demo.malformed import MISTAKES, every_mistake
from linli.services.demo.organisation import SYNTHETIC, organisation
from linli.services.demo.requests import MONDAY, day
from linli.services.demo.special_cases import CASES
from linli.services.demo.teams import midnight, roster
from linli.services.demo.timed import chance
from linli.services.demo.units import ALONE, UNITS

INBOX = TypeAdapter[InboxBody](InboxBody)
MANY = 4000
"""So many orders make a share exact to about one percent point."""


@pytest.fixture(scope="module", name="orders")
def _orders() -> list[Order]:
    dice = chance("shares")
    return [ask(dice, MONDAY, serial, Scenario.CALM).order for serial in range(1, MANY)]


def test_same_seed_gives_the_same_day() -> None:
    """Tests that a day is a function of its arguments."""
    assert day(7) == day(7)
    assert day(7) != day(8)


@pytest.mark.parametrize("requests", [0, 1, 5, 110, 300])
def test_a_day_has_as_many_requests_as_asked(requests: int) -> None:
    """Tests that special cases are counted in, and repeated and malformed records are not."""
    numbers = {e.body.source_id for e in day(1, requests) if isinstance(e.body, Order)}
    assert len(numbers) == requests


def test_every_wellformed_event_is_an_inbox_body() -> None:
    """Tests that what is sent parses back to what was meant."""
    for scenario in Scenario:
        for event in day(2, scenario=scenario):
            if event.body is not None:
                assert INBOX.validate_json(event.value) == event.body


def test_shares_are_those_written_down(orders: list[Order]) -> None:
    """Tests beneficiaries, proxies and urgency against ``demand.toml``, to three percent points."""
    who = Counter(order.beneficiary for order in orders)
    for beneficiary, share in demand().beneficiaries.items():
        assert who[beneficiary] / len(orders) == pytest.approx(share, abs=0.03)
    proxy = sum(order.requester in demand().proxies for order in orders) / len(orders)
    assert proxy == pytest.approx(demand().proxy, abs=0.03)
    assert sum(order.urgent for order in orders) / len(orders) == pytest.approx(demand().urgent, abs=0.03)


def test_children_are_ordered_for_by_others_after_school(orders: list[Order]) -> None:
    """Tests that no child orders, that guardians consent, and that visits begin after school."""
    for order in orders:
        if order.beneficiary is Beneficiary.LEFT_BEHIND_CHILD:
            assert order.requester != "beneficiary"
            assert order.consent.guardian
            assert order.personal is not None
            assert order.personal.guardian is not None
            assert order.age_band in (AgeBand.UNDER_14, AgeBand.FROM_14_TO_17)
        else:
            assert order.age_band is AgeBand.ADULT


def test_places_are_given_in_every_way(orders: list[Order]) -> None:
    """Tests that WGS-84, GCJ-02 and a grid alone all occur, and that town and country have their shares."""
    ways = Counter(o.personal.location.crs if o.personal and o.personal.location else "grid" for o in orders)
    assert set(ways) == {"wgs84", "gcj02", "grid"}
    urban = sum(is_urban(grids_by_code()[str(order.grid)]) for order in orders) / len(orders)
    assert urban == pytest.approx(demand().urban, abs=0.03)


def test_windows_lie_one_hour_ahead_or_later() -> None:
    """Tests that an undisturbed order leaves at least an hour to its window."""
    dice = chance("windows")
    for serial in range(500):
        placed = ask(dice, MONDAY, serial, Scenario.CALM)
        assert all(window.start - placed.at >= timedelta(hours=1) for window in placed.order.windows)


def test_peaks_are_in_the_morning_and_in_the_afternoon() -> None:
    """Tests that the hours 8-11 and 14-17 bring most of the day."""
    dice = chance("peaks")
    hours = Counter(ask(dice, MONDAY, serial, Scenario.CALM).at.hour for serial in range(MANY))
    assert sum(hours[h] for h in (8, 9, 10, 14, 15, 16)) / MANY > 0.55


def test_a_day_has_every_special_case() -> None:
    """Tests that each story of the demo is in the stream exactly once."""
    notes = Counter(event.note for event in day(5))
    assert all(notes[note] == 1 for note, _ in CASES)


def test_a_day_is_disturbed_as_it_says() -> None:
    """Tests that repeated, late, conflicting and out-of-order records and cancellations are all there."""
    notes = Counter(event.note for event in day(5, 300))
    for note in (
        "repeated",
        "cancelled before its order",
        "late",
        "cancelled",
        "amended",
        "invalid: number used twice",
    ):
        assert notes[note] > 0, note


def test_a_cancellation_can_come_before_its_order() -> None:
    """Tests that the pair is really sent in the wrong order."""
    events = day(5)
    before = next(e for e in events if e.note == "cancelled before its order")
    after = next(e for e in events if e.note == "after its cancellation")
    assert before.at < after.at
    assert before.source == after.source


def test_weekends_and_weather_change_the_volume() -> None:
    """Tests 30 % less on a weekend and five times as much in a cold snap."""
    assert usual_requests(Scenario.CALM, MONDAY) == 110
    assert usual_requests(Scenario.CALM, date(2026, 3, 21)) == 77
    assert usual_requests(Scenario.COLD_SNAP, MONDAY) == 550


def test_flood_cuts_off_the_rural_east_bank() -> None:
    """Tests that teams there are absent while the bridges are closed, and residents ask for the next day."""
    closes, opens = closed_hours(MONDAY)
    events = [e for e in day(3, 300, Scenario.FLOOD) if e.note == "flood"]
    kinds = Counter(e.kind for e in events)
    assert kinds["team"] > 0
    assert kinds["reschedule"] > 0
    assert all(closes <= e.at <= opens + timedelta(hours=1) for e in events)
    assert not is_cut_off("520624001001-01")


def test_every_mistake_has_a_reason_and_no_body() -> None:
    """Tests that at least 20 ways of getting it wrong exist and cover every reason that an order can earn."""
    good = ask(chance("good"), MONDAY, 1, Scenario.CALM)
    events = every_mistake(good)
    assert len(events) == len(MISTAKES) >= 20
    assert len({event.event_id for event in events}) == len(events)
    assert all(event.body is None and event.expected is not None for event in events)
    not_of_an_order = {Reason.DUPLICATE_CONFLICT, Reason.SOLVER_CRASH, Reason.INTERNAL}
    assert {event.expected for event in events} == set(Reason) - not_of_an_order


def test_every_team_stands_at_a_node_of_the_tree() -> None:
    """Tests that teams, units and members belong to nodes that are registered before them, and that each says so."""
    nodes = {one.node: one.level for one in organisation()}
    found = county_day.everybody(MONDAY)
    assert len(found) == len(roster(MONDAY)) + UNITS + ALONE
    assert {nodes[one.organisation or ""] for one in found} == {"community", "village"}
    assert all(one.name.endswith(SYNTHETIC) for one in found)
    registered = county_day.registered(MONDAY, midnight(MONDAY))
    assert [event.body for event in registered] == list(found)
    assert all(json.loads(event.value)["organisation"] in nodes for event in registered)


def test_the_countys_own_orders_are_for_many_weekly_and_of_the_evening() -> None:
    """Tests what the file says, that it is synthetic, and that it is the same every time."""
    events = county_day.orders(MONDAY)
    assert events == county_day.orders(MONDAY)
    assert [event.kind for event in events] == ["order", "standing", "order"]
    assert all("模拟" in event.value.decode() for event in events)
    assert json.loads(events[0].value)["headcount"] == 60
    assert len(county_day.served_for_certain(MONDAY)) == 3
