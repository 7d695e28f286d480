"""Does every process serve its metrics: a running house is scraped, every name of its section, after real traffic."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from linli.schemas.metrics import SECTIONS
from linli.schemas.topics import INBOX
from linli.services.demo.callers import Callers
from linli.services.demo.demand import Scenario, ask
from linli.services.demo.door import Door
from linli.services.demo.post import Post
from linli.services.demo.requests import ordered
from linli.services.demo.teams import registrations
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from tests.support.gateway import address_of, client_of, token_for
from tests.support.house import House, environment, linli

pytestmark = pytest.mark.broker

ORDERS = 12
LIMIT_S = 60.0


@pytest.fixture(scope="module", name="house")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start a house, let it work, kill its board once."""
    with House(tmp_path_factory.mktemp("metered"), LINLI_MODE="auto") as house:
        asyncio.run(_traffic(house))
        board = next(process for process in house.running.processes if process.name == "board")
        os.kill(board.pid, signal.SIGKILL)
        yield house


async def _traffic(house: House) -> None:
    """Send teams, orders and garbage."""
    address, now = KafkaAddress(house.running.kafka), datetime.now(UTC)
    facts, day = await read_facts(address), (now + timedelta(days=2)).date()
    dice = random.Random(3)
    door = Door(address_of(house), Callers(house.state), lambda request: "", {})
    async with door, Post(address, facts.clock.now, facts.partition_of, lambda event, at: None, door) as post:
        await post.send_now(registrations(day, now))
        await post.send_now([ordered(ask(dice, day, serial, Scenario.CALM)) for serial in range(1, ORDERS + 1)])
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address))
    async with producer:
        await producer.send_and_wait(INBOX.name, b"no event", key=b"520624", partition=0)


def scraped(house: House, served_by: str) -> dict[str, Family]:
    """Scrape a process where the status says; by name, counters with their ending."""
    seen = house.json("status")
    addresses = {one["name"]: one["metrics"] for one in seen["processes"]} | seen["metrics"]
    with urllib.request.urlopen(f"http://{addresses[served_by]}/metrics", timeout=10) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {family.name + ("_total" if family.type == "counter" else ""): family for family in families}


def value(families: dict[str, Family], name: str, **labels: str) -> float:
    """Add up the samples of a metric that have these labels; of a histogram how many were observed."""
    samples = [s for s in families[name].samples if not s.name.endswith(("_created", "_bucket", "_sum"))]
    return sum(s.value for s in samples if labels.items() <= s.labels.items())


def until_value(house: House, served_by: str, least: float, name: str, **labels: str) -> dict[str, Family]:
    """Wait until a metric has grown to a value; return all of the process."""
    deadline = time.monotonic() + LIMIT_S
    while value(found := scraped(house, served_by), name, **labels) < least:
        assert time.monotonic() < deadline, f"{name} {labels} stays below {least}"
        time.sleep(0.2)
    return found


def test_intake_counts_what_it_judged(house: House) -> None:
    """Tests names and values of intake: 54 teams, the orders, one record that is no event."""
    found = until_value(house, "intake", 1, "linli_intake_dead_letters_total")
    assert set(found) == {metric.name for metric in SECTIONS["intake"]}
    assert value(found, "linli_intake_records_total", kind="team", outcome="command") == 54
    assert value(found, "linli_intake_records_total", kind="order") == ORDERS
    assert value(found, "linli_intake_records_total", outcome="dead_letter") == 1
    assert value(found, "linli_intake_record_seconds") == 54 + ORDERS + 1
    assert 0 <= value(found, "linli_inbox_unread_ratio", partition="0") < 0.01


def test_a_dispatcher_counts_its_rounds_and_what_they_changed(house: House) -> None:
    """Tests names and values of a dispatcher: outcomes, transitions, promises and their latency, states."""
    found = until_value(house, "dispatcher-0", 54 + ORDERS, "linli_outcomes_total", code="applied")
    assert set(found) == {metric.name for metric in SECTIONS["dispatcher"]}
    promised = value(found, "linli_transitions_total", district="520624", state="promised")
    assert 0 < promised <= ORDERS
    assert value(found, "linli_promise_seconds", district="520624") == promised
    assert value(found, "linli_requests", district="520624") == ORDERS
    rounds = value(found, "linli_rounds_total", partition="0")
    assert rounds >= 2
    assert value(found, "linli_round_decide_seconds") == value(found, "linli_round_commit_seconds") == rounds
    assert value(found, "linli_restore_seconds") == 1
    assert value(found, "linli_torn_rounds_total") == value(found, "linli_districts_held") == 0
    assert value(found, "linli_commands_behind_records") == 0
    assert abs(value(found, "linli_clock_skew_seconds")) < 5
    [info] = found["linli_build_info"].samples
    assert info.value == 1
    assert all(info.labels.values())


def test_a_board_counts_what_it_shows(house: House) -> None:
    """Tests names and values of a board, and that it starts from nothing after a death."""
    found = until_value(house, "board", 0, "linli_board_records_total")
    assert set(found) == {metric.name for metric in SECTIONS["board"]}
    assert value(found, "linli_board_behind_records") == 0
    house.json("cancel", "desk/1", "--reason", "synthetic")
    found = until_value(house, "board", 1, "linli_board_records_total", topic="assignments")
    assert value(found, "linli_board_age_seconds") >= 1


def test_a_gateway_counts_what_it_answered(house: House) -> None:
    """Tests names and values of the gateway: orders by status, their time, whom it did not let in, who follows."""
    with client_of(house) as stranger, client_of(house, token_for(house, "operator", "looker")) as operator:
        assert stranger.get("/v1/me").status_code == 401
        assert operator.get("/v1/requests").status_code == 403
        assert stranger.get("/nothing/at/all").status_code == 404
    with client_of(house, token_for(house, "dispatch_centre", "follower")) as desk, desk.stream("GET", "/v1/feed"):
        until_value(house, "gateway", 1, "linli_gateway_feed_followers")
    found = scraped(house, "gateway")
    assert set(found) == {metric.name for metric in SECTIONS["gateway"]}
    assert value(found, "linli_gateway_requests_total", operation="order", status="2xx") == ORDERS
    assert value(found, "linli_gateway_request_seconds", operation="order") == ORDERS
    assert value(found, "linli_gateway_refused_total", code="unauthenticated") == 1
    assert value(found, "linli_gateway_refused_total", code="forbidden") == 1
    operations = {sample.labels["operation"] for sample in found["linli_gateway_requests_total"].samples}
    assert not [one for one in operations if "/" in one or "nothing" in one]


def test_delivery_serves_its_figures(house: House) -> None:
    """Tests the names of delivery; what they count is tested where things are delivered."""
    assert set(scraped(house, "delivery")) == {metric.name for metric in SECTIONS["delivery"]}


def test_the_house_counts_restarts(house: House) -> None:
    """Tests that the death of the board was counted."""
    found = until_value(house, "house", 1, "linli_process_restarts_total", process="board")
    assert set(found) == {metric.name for metric in SECTIONS["house"]}


def test_an_audit_writes_its_counts_to_a_file(house: House, tmp_path: Path) -> None:
    """Tests the file for the textfile collector, and that a place that cannot be written is said."""
    file = tmp_path / "linli.prom"
    house.json("audit", "--metrics-file", str(file))
    families = {one.name + "_total": one for one in text_string_to_metric_families(file.read_text())}
    assert set(families) == {metric.name for metric in SECTIONS["audit"]}
    assert value(families, "linli_guarantees_checked_total") >= 11
    assert value(families, "linli_guarantees_broken_total") == 0
    refused = house.linli("audit", "--metrics-file", str(tmp_path / "nowhere" / "linli.prom"))
    assert refused.returncode != 0
    assert "nowhere" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    """Tests that a process that cannot listen where it is told says so in a sentence and starts nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        done = linli("up", env=environment(tmp_path, LINLI_METRICS=place))
    assert done.returncode != 0
    assert f"LINLI_METRICS={place}" in done.stderr
    assert "Traceback" not in done.stderr
