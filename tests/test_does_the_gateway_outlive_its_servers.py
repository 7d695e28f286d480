"""Does the gateway outlive its servers: a dead broker, a dead Redis, its own death, seen by those who speak HTTP.

The servers that are struck here belong to this house alone. Each test waits until everything is well again.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx2
import pytest

from linli.services.gateway.session import COOKIE
from linli.services.running import RunningProcess
from tests.support.days_ahead import order_ahead
from tests.support.event_stream import events
from tests.support.gateway import Json, client_of, token_for
from tests.support.house import House

pytestmark = pytest.mark.broker

T = TypeVar("T")

PATIENCE_S = 120
"""How long a restart may take on a busy machine: usual is ten seconds."""


def eventually(look: Callable[[], T | None]) -> T:
    """Look until something is there; a process that is on its way back is not."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if found := look():
                return found
        except httpx2.TransportError:
            pass
        time.sleep(0.3)
    raise AssertionError("it did not come")


def process(house: House, name: str) -> RunningProcess:
    """Give a process of the house as it is now."""
    return next(one for one in house.running.processes if one.name == name)


@pytest.fixture(autouse=True)
def _well_again(own_house: House, own_centre: httpx2.Client) -> Iterator[None]:
    """Wait until everything works once more."""
    yield
    eventually(lambda: own_centre.get("/v1/ready").status_code == 200)
    assert own_house.running.alive


def place(client: httpx2.Client, order: Json, **params: int) -> httpx2.Response:
    """Place an order under a key of its own."""
    return client.post("/v1/requests", json=order, params=params, headers={"idempotency-key": order["source_id"]})


def times_ordered(client: httpx2.Client, number: str) -> list[int]:
    """Count, for every request of a number, how often its history says that it was ordered."""
    found: list[Json] = client.get("/v1/requests", params={"number": number}).json()["requests"]
    histories = [client.get(f"/v1/requests/{one['request_id']}/history").json()["steps"] for one in found]
    return [sum(step["version"] == 1 for step in steps) for steps in histories]


def test_no_answer_from_the_broker_is_no_registered(own_house: House, own_centre: httpx2.Client) -> None:
    """Tests a broker that hangs and then dies: 503 until it is back, and exactly one request however often it is sent.

    Whether the record that was not acknowledged is in the log nobody knows: that is what the sender's number is for.
    """
    order = order_ahead(own_house, "dead-broker")
    broker = process(own_house, "kafka")
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        refused = place(own_centre, order)
        assert (refused.status_code, refused.json()["code"]) == (503, "not_acknowledged"), refused.text
        assert int(refused.headers["retry-after"]) > 0
        assert own_centre.get("/v1/requests").status_code == 200
    finally:
        os.kill(broker.pid, signal.SIGKILL)
    eventually(lambda: process(own_house, "kafka").pid != broker.pid)
    taken = eventually(lambda: _taken(place(own_centre, order)))
    assert taken["request_id"]
    assert place(own_centre, order, wait=20).status_code in (201, 202, 422)
    eventually(lambda: times_ordered(own_centre, "dead-broker") == [1])


def _taken(answer: httpx2.Response) -> Json | None:
    """Give what was taken; whatever else is answered in the meantime says when to try again."""
    if answer.status_code in (201, 202):
        found: Json = answer.json()
        return found
    assert answer.status_code == 503 or answer.json()["code"] == "in_progress", answer.text
    assert answer.status_code != 503 or answer.headers["retry-after"]
    return None


@contextmanager
def without_redis(house: House) -> Generator[None]:
    """Kill Redis and sit on its port, so that nobody starts it again before the end; whoever calls is hung up on."""
    host, _, port = str(process(house, "valkey").address).partition(":")
    with socket.socket() as seat:
        seat.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        os.kill(process(house, "valkey").pid, signal.SIGKILL)
        _sit_down(seat, host, int(port))
        seat.listen()
        threading.Thread(target=_hang_up, args=(seat,), daemon=True).start()
        yield
        # Closing alone would leave the thread in its call, and the port taken.
        seat.shutdown(socket.SHUT_RDWR)


def _hang_up(seat: socket.socket) -> None:
    while True:
        try:
            caller, _ = seat.accept()
        except OSError:
            return
        caller.close()


def _sit_down(seat: socket.socket, host: str, port: int) -> None:
    until = time.monotonic() + 5
    while True:
        try:
            seat.bind((host, port))
        except OSError:
            assert time.monotonic() < until, "Redis was faster"
        else:
            return


def test_orders_are_taken_without_redis_and_everything_else_waits(own_house: House, own_centre: httpx2.Client) -> None:
    """Tests 503 for whoever reads or tries a code, 202 for whoever orders, and that the order is there afterwards."""
    order = order_ahead(own_house, "dead-redis")
    with without_redis(own_house):
        looked = own_centre.get("/v1/requests")
        assert (looked.status_code, looked.json()["code"]) == (503, "store_unreachable"), looked.text
        assert int(looked.headers["retry-after"]) > 0
        taken = place(own_centre, order)
        assert taken.status_code == 202, taken.text
        code = own_centre.post("/v1/cases", json={"case": "r-any", "code": "123456"})
        assert code.status_code == 503
        assert own_centre.get("/v1/ready").json()["waits_for"] == ["board"]
    eventually(lambda: own_centre.get("/v1/ready").status_code == 200)
    eventually(lambda: times_ordered(own_centre, "dead-redis") == [1])


GIVES_UP_S = 8
"""A caller's own patience: more than one wait for Redis, less than what every call would take if each waited."""


def test_whoever_calls_while_redis_hangs_is_told_soon(own_house: House, own_centre: httpx2.Client) -> None:
    """Tests a Redis that takes calls and does not answer: 503 on every path, orders are taken, and it is well again."""
    order = order_ahead(own_house, "hung-redis")
    session = {"cookie": f"{COOKIE}={own_centre.headers['authorization'].removeprefix('Bearer ')}"}
    valkey = process(own_house, "valkey").pid
    os.kill(valkey, signal.SIGSTOP)
    try:
        for path in ("/v1/requests", "/v1/offers", "/v1/teams", "/desk", "/desk/day"):
            looked = own_centre.get(path, headers=session, timeout=GIVES_UP_S)
            assert looked.status_code == 503, looked.text
            assert int(looked.headers["retry-after"]) > 0
        taken = own_centre.post("/v1/requests", json=order, headers={"idempotency-key": "hung"}, timeout=GIVES_UP_S)
        assert taken.status_code == 202, taken.text
    finally:
        os.kill(valkey, signal.SIGCONT)
    eventually(lambda: own_centre.get("/v1/ready").status_code == 200)
    eventually(lambda: times_ordered(own_centre, "hung-redis") == [1])


def test_a_follower_misses_nothing_when_the_gateway_dies(own_house: House, own_centre: httpx2.Client) -> None:
    """Tests that after a death of the gateway the feed goes on after the last event, with no gap and nothing twice."""
    request = place(own_centre, order_ahead(own_house, "feed-1"), wait=20).json()["request_id"]
    with own_centre.stream("GET", "/v1/feed") as stream:
        following = events(stream)
        own_house.json("hold", request, "--reason", "synthetic")
        last = next(one for one in following if one["data"].get("request_id") == request)
    gateway = process(own_house, "gateway")
    os.kill(gateway.pid, signal.SIGKILL)
    for turn in ("release", "hold", "release"):
        own_house.json(turn, request, *(["--reason", "synthetic"] if turn == "hold" else []))
    eventually(lambda: process(own_house, "gateway").pid != gateway.pid and own_centre.get("/v1/health").is_success)
    final = eventually(lambda: own_centre.get(f"/v1/requests/{request}").json().get("version"))
    seen: list[Json] = []
    with own_centre.stream("GET", "/v1/feed", headers={"last-event-id": last["id"]}) as stream:
        for one in events(stream):
            assert one["event"] == "change"
            seen += [one["data"]] if one["data"]["request_id"] == request else []
            if seen and seen[-1]["version"] >= final:
                break
    assert [one["version"] for one in seen] == list(range(last["data"]["version"] + 1, final + 1))
    assert "hold" in [one["cause"] for one in seen]


def test_tokens_are_made_rotated_and_revoked_at_the_command_line(own_house: House) -> None:
    """Tests that the former token works on until its hours are over, and that a revoked one is worthless at once."""
    former = own_house.json("tokens", "issue", "operator", "watcher")
    assert _role(own_house, former["token"]) == "operator"
    new = own_house.json("tokens", "rotate", former["id"], "--grace-hours", "1")
    assert [_role(own_house, one["token"]) for one in (former, new)] == ["operator", "operator"]
    own_house.json("tokens", "revoke", former["id"])
    assert [_role(own_house, one["token"]) for one in (former, new)] == [None, "operator"]
    at_once = own_house.json("tokens", "rotate", new["id"], "--grace-hours", "0")
    assert [_role(own_house, one["token"]) for one in (new, at_once)] == [None, "operator"]
    listed = own_house.linli("tokens", "list", "--json").stdout
    # A secret may hold the sign that stands before it; whatever follows its own last one could be a single letter.
    assert not any(one["token"].split("_", 2)[2] in listed for one in (former, new, at_once))
    unknown = own_house.linli("tokens", "revoke", "nothing")
    assert unknown.returncode != 0
    assert "Traceback" not in unknown.stderr


def _role(house: House, token: str) -> str | None:
    """Say as whom a token is let in; ``None`` if it is not."""
    with client_of(house, token) as client:
        answer = client.get("/v1/me")
    assert answer.status_code in (200, 401)
    return str(answer.json()["role"]) if answer.status_code == 200 else None


def test_a_revoked_token_loses_the_feed_at_the_next_request(own_house: House) -> None:
    """Tests that whoever lost a token cannot take the feed up again."""
    made = token_for(own_house, "dispatch_centre", "leaver")
    with client_of(own_house, made) as client:
        with client.stream("GET", "/v1/feed") as stream:
            assert stream.status_code == 200
        own_house.json("tokens", "revoke", made.split("_")[1])
        assert client.get("/v1/feed").status_code == 401
