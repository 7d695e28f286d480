"""Does the gateway take orders: acknowledged, decided, followed live, refused in one clear problem."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.event_stream import events
from tests.support.gateway import Json, client_of, token_for
from tests.support.house import House


@pytest.fixture(scope="module")
def centre(house: House) -> str:
    """Give a dispatch centre's token."""
    return token_for(house, "dispatch_centre", "hotline")


@pytest.fixture(scope="module")
def orders(house: House) -> Iterator[Json]:
    """Give one synthetic order after another."""
    lines = house.linli("export", "sample-orders", "--count", "20", "--seed", "71", "--json").stdout.splitlines()
    return (json.loads(line) for line in lines)


def test_an_order_is_acknowledged_then_decided(house: House, centre: str, orders: Iterator[Json]) -> None:
    """Tests the way of one order: taken, decided, shown; the same again changes nothing; another content conflicts."""
    order = next(orders)
    with client_of(house, centre) as client:
        taken = client.post("/v1/requests", json=order)
        assert taken.status_code == 202
        assert taken.json()["outcome"] is None
        again = client.post("/v1/requests", json=order, params={"wait": 20})
        assert again.status_code == 201
        assert again.json()["outcome"] == "duplicate"
        assert again.json()["request_id"] == taken.json()["request_id"]
        other = client.post("/v1/requests", json={**order, "minutes": 55}, params={"wait": 20})
        assert other.status_code == 409
        assert other.json()["code"] == "not_applied"
        assert other.json()["request"]["request_id"] == taken.json()["request_id"]
        for name in (taken.json()["request_id"], order["source_id"]):
            shown = client.get(f"/v1/requests/{name}")
            assert shown.status_code == 200
            assert shown.json()["need"]["number"] == order["source_id"]
            assert order["personal"]["name"] not in shown.text


def test_what_is_wrong_is_one_clear_problem(house: House, centre: str, orders: Iterator[Json]) -> None:
    """Tests that a refusal names code, field and rule, and repeats no value."""
    order = next(orders)
    wrong = {**order, "category": "balloon_ride"}
    repeated = json.dumps(order)[:-1] + ', "category": "company"}'
    with client_of(house, centre) as client:
        refused = client.post("/v1/requests", json=wrong)
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["refused"]["reason"] == "not_on_menu"
        assert order["personal"]["name"] not in refused.text
        twice = client.post("/v1/requests", content=repeated, headers={"content-type": "application/json"})
        assert (twice.status_code, twice.json()["refused"]["rule"]) == (422, "key_repeated")
        assert client.post("/v1/requests", content=b"a=1").status_code == 415
        chinese = client.get("/v1/requests/nothing", headers={"accept-language": "zh-CN,en"}).json()
        assert chinese["title"].startswith("没有编号为 nothing 的点单")


def test_nobody_comes_in_without_a_token(house: House) -> None:
    """Tests strangers, and that the API says how to come in."""
    with client_of(house) as stranger:
        assert stranger.get("/v1/health").json()["ok"] is True
        answer = stranger.get("/v1/me")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert stranger.get("/v1/nothing-here").status_code == 404
    with client_of(house, "linli_0000_forged") as forger:
        assert forger.get("/v1/me").status_code == 401


def test_a_transition_is_on_the_feed(house: House, centre: str, orders: Iterator[Json]) -> None:
    """Tests that a follower sees what it ordered, and after a break goes on where it stopped."""
    with client_of(house, centre) as client:
        first, second = next(orders), next(orders)
        with client.stream("GET", "/v1/feed") as stream:
            found = events(stream)
            client.post("/v1/requests", json=first, params={"wait": 20})
            seen = next(one for one in found if one["data"]["number"] == first["source_id"])
        client.post("/v1/requests", json=second, params={"wait": 20})
        with client.stream("GET", "/v1/feed", headers={"last-event-id": seen["id"]}) as stream:
            following = events(stream)
            missed = next(one for one in following if one["data"].get("number") == second["source_id"])
            assert missed["event"] == "change"
        with client.stream("GET", "/v1/feed", headers={"last-event-id": "0-999999999"}) as stream:
            assert next(events(stream))["event"] == "reload"


def test_the_log_tells_nothing_of_a_person(house: House, centre: str, orders: Iterator[Json]) -> None:
    """Tests that a request's log line has route and status, and no value of what was sent."""
    order = next(orders)
    with client_of(house, centre) as client:
        answer = client.post("/v1/requests", json=order)
    log = (house.state / "logs" / "gateway.log").read_text(encoding="utf-8")
    [line] = [json.loads(one) for one in log.splitlines() if answer.headers["x-request-id"] in one]
    assert (line["route"], line["status"], line["role"]) == ("order", 202, "dispatch_centre")
    for value in (order["personal"]["name"], order["personal"]["address_line"], order["source_id"], centre):
        assert value not in log
