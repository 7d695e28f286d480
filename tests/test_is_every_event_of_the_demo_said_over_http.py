"""Is every event of the demo said over HTTP: to the right address, by the right person, without a word too much?"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason, Rate, Reschedule
from linli.schemas.base import Edge
from linli.schemas.identity import request_id
from linli.schemas.orders import Target
from linli.schemas.proving import ConfirmService
from linli.services.demo.callers import grid_worker_of, ordered_from, sends_as
from linli.services.demo.county_day import orders
from linli.services.demo.demand import HOTLINE_SOURCE, PROXY_SOURCE, Scenario
from linli.services.demo.requests import MONDAY, day
from linli.services.demo.said import Said, code_wanted, goes_to_kafka, own_word, said
from linli.services.demo.timed import TimedEvent, timed
from tests.support.examples import NINE, WINDOW


def by_proxy(request: str) -> str:
    """Say that every request was ordered by a grid worker."""
    assert request
    return sends_as(PROXY_SOURCE)


def spoken(body: Edge, kind: str) -> Said:
    """Say an event of a lead or a resident."""
    return said(timed(NINE, body, kind, "somebody", "520624", "e-1"), by_proxy)


@pytest.mark.parametrize("scenario", Scenario)
def test_a_whole_day_has_its_addresses(scenario: Scenario) -> None:
    """Tests that everything but a roster and other systems' events is said, each as its sender."""
    events = [event for event in day(3, 300, scenario) if not goes_to_kafka(event)]
    words = {event.event_id: said(event, by_proxy) for event in events}
    assert all(one.path.startswith("/v1/") and one.who for one in words.values())
    first = {one.path.partition("?")[0].split("/")[2] for one in words.values()}
    assert first == {"requests", "cancellations"}


@pytest.mark.parametrize("seed", range(8))
def test_every_day_shows_both_ways_of_being_refused(seed: int) -> None:
    """Tests that on a day of two mistakes one is another system's event and one is refused at the door."""
    mistakes = [event for event in day(seed, 110) if event.body is None]
    assert Counter(event.by_event for event in mistakes) == {True: 1, False: 1}


def test_an_order_is_sent_as_it_stands_and_an_amendment_by_its_id() -> None:
    """Tests that the request's id is the one that the gateway gives to what a proxy orders."""
    events = day(5, 300)
    order = next(event for event in events if event.kind == "order" and event.source == PROXY_SOURCE and event.body)
    assert said(order, by_proxy).body == order.value
    amended = next(event for event in events if event.kind == "amend")
    number = json.loads(amended.value)["target"]["source_id"]
    path = said(amended, by_proxy).path
    assert path.split("/")[3] == request_id(sends_as(amended.source), number)
    assert "target" not in json.loads(said(amended, by_proxy).body)


def test_an_answer_leaves_out_what_address_and_token_say() -> None:
    """Tests an acceptance, and an answer under another team's name: it carries that team's token."""
    accepted = spoken(Accept(offer="r-1.0.1", team="t-07", members=("m-1",)), "accept")
    assert (accepted.who, accepted.path.partition("?")[0]) == ("lead-t-07", "/v1/offers/r-1.0.1/accept")
    assert json.loads(accepted.body) == {"members": ["m-1"], "series": False}
    wrong = spoken(Decline(offer="r-1.0.1", team="t-01", reason=DeclineReason.OTHER), "decline")
    assert wrong.who == "lead-t-01"


@pytest.mark.parametrize(("by", "who"), [("proxy", PROXY_SOURCE), ("call_back", HOTLINE_SOURCE)])
def test_a_word_for_somebody_else_is_said_by_who_heard_it(by: str, who: str) -> None:
    """Tests that a proxy's and a call-back's rating carry their tokens, and do not say whose word it is."""
    rating = Rate.model_validate({"target": {"request_id": "r-1"}, "stars": 5, "by": by})
    rated = spoken(rating, "rate")
    assert rated.who == who
    assert json.loads(rated.body) == {"stars": 5, "tags": []}


def test_a_resident_rates_with_a_code_that_whoever_ordered_tells() -> None:
    """Tests both steps: who asks for the code, and that nobody's token goes with the rating."""
    rating = Rate(target=Target(request_id="r-1"), stars=4, tags=("on_time",), by="resident")
    assert code_wanted("r-1", by_proxy).who == PROXY_SOURCE
    word = own_word(rating, "r-1", "123456")
    assert (word.who, json.loads(word.body)["code"]) == ("", "123456")


def test_what_the_county_does_has_its_addresses() -> None:
    """Tests the clinic, the standing order, and the word of a grid worker, each by whom it is theirs to say."""
    events = orders(MONDAY)
    spoken_as = {event.note: said(event, by_proxy) for event in events}
    assert {note: one.path.partition("?")[0] for note, one in spoken_as.items()} == {
        "county:clinic": "/v1/requests",
        "county:weekly": "/v1/standing-orders",
        "county:unit": "/v1/requests",
    }
    assert {one.who for one in spoken_as.values()} == {HOTLINE_SOURCE}
    worker = grid_worker_of("520624001001")
    confirmed = said(
        timed(NINE, ConfirmService(target=Target(request_id="r-1"), by=worker), "confirm_service", worker, "c", "e"),
        by_proxy,
    )
    assert (confirmed.who, confirmed.path.partition("?")[0]) == (worker, "/v1/requests/r-1/confirm-service")
    assert json.loads(confirmed.body) == {"leg": 0, "note": ""}


def test_another_day_is_asked_for_by_who_ordered() -> None:
    """Tests that a resident's wish goes through the sender of the order."""
    wish = Reschedule(target=Target(request_id="r-1"), windows=(WINDOW,), by="resident")
    assert spoken(wish, "reschedule").who == ordered_from(by_proxy("r-1"))


def test_nothing_is_said_without_an_address() -> None:
    """Tests that an event that nobody foresaw ends the demo instead of being left out."""
    team = next(event for event in day(3, 300, Scenario.FLOOD) if event.kind == "team")
    with pytest.raises(TypeError, match="team"):
        said(team, by_proxy)
    assert isinstance(team, TimedEvent)
