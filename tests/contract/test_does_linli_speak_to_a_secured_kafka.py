"""Does Linli speak to a secured Kafka: SASL_SSL and SCRAM-SHA-512 with an authority of its own, told by settings alone.

One house, its clients all of them: aiokafka's of administration, reading and transactions, Faust's, and the gateway's.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from linli.schemas.topics import TOPICS
from linli.services.supervisor import Supervisor
from linli.streams.log_reader import open_reader
from tests.support.certificates import Authority
from tests.support.gateway import Json, client_of, token_for
from tests.support.house import House, linli
from tests.support.secured_kafka import PASSWORD, USER, SecuredKafka

T = TypeVar("T")

pytestmark = pytest.mark.broker

PATIENCE_S = 60.0
"""How long anything may take that usually takes a second, on a machine that does other things as well."""

WRONG = "synthetic-wr0ng-77aa"

AT_A_TERMINAL = (("up",), ("teams", "list"))
"""The start of everything, and a command."""


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """Start the broker; to start it is to have entered it."""
    folder = tmp_path_factory.mktemp("secured")
    supervisor, kafka = Supervisor(), SecuredKafka(folder / "kafka", Authority(folder))
    with asyncio.Runner() as runner:
        runner.run(kafka.start(supervisor))
        yield kafka
        runner.run(kafka.stop(supervisor))
        runner.run(supervisor.stop())


@pytest.fixture(scope="module")
def house(secured: SecuredKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start Linli on it, with nothing but the settings that a county would make."""
    with House(tmp_path_factory.mktemp("house"), **settings_of(secured)) as running:
        yield running


def settings_of(kafka: SecuredKafka) -> dict[str, str]:
    """Give the settings of somebody who may enter."""
    return {
        "LINLI_KAFKA": kafka.address.bootstrap,
        "LINLI_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "LINLI_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "LINLI_KAFKA_SASL_USERNAME": USER,
        "LINLI_KAFKA_SASL_PASSWORD": PASSWORD,
        "LINLI_KAFKA_CA_FILE": str(kafka.authority),
    }


def eventually(look: Callable[[], T | None]) -> T:
    """Look until something is there."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")


def test_an_order_goes_its_whole_way(house: House) -> None:
    """Tests teams by the command line, orders by the gateway, a promise on the board, and the word of the audit."""
    day = datetime.now(UTC) + timedelta(days=1)
    house.json("teams", "import", "-", given=house.linli("export", "sample-teams", "--day", f"{day:%Y-%m-%d}").stdout)
    with client_of(house, token_for(house, "dispatch_centre", "county-desk")) as desk:
        eventually(lambda: len(desk.get("/v1/teams", params={"limit": 100}).json()["teams"]) == 54)
        taken = (desk.post("/v1/requests", json=order, params={"wait": 20}).json() for order in orders(house))
        promised = next(one["request_id"] for one in taken if one["state"] == "promised")
    assert house.json("show", promised)["state"] == "promised"
    audit = house.linli("audit")
    assert audit.returncode == 0, audit.stdout


def orders(house: House) -> list[Json]:
    """Give a few synthetic orders: not every wish can be met."""
    lines = house.linli("export", "sample-orders", "--count", "6", "--seed", "72", "--json").stdout.splitlines()
    return [json.loads(line) for line in lines]


async def test_every_topic_is_there_and_the_password_nowhere(house: House, secured: SecuredKafka) -> None:
    """Tests that the topics were made, and that no log, record or file of the house holds the password."""
    async with open_reader(secured.address) as reader:
        assert all([await reader.spans(topic.name, [0]) for topic in TOPICS])
    logs = [file for file in house.state.rglob("*") if file.is_file()]
    assert {"intake.log", "dispatcher-0.log", "board.log", "delivery.log", "gateway.log"} <= {one.name for one in logs}
    assert [file.name for file in logs if PASSWORD.encode() in file.read_bytes()] == []


@pytest.mark.parametrize("words", [*AT_A_TERMINAL, *(("run", name) for name in ("intake", "dispatcher", "board"))])
def test_a_wrong_password_is_one_clear_sentence(house: House, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Tests that it is said that we were not let in and what to check, with neither password."""
    said = refused(house, tmp_path, *words, LINLI_KAFKA_SASL_PASSWORD=WRONG)
    assert "SaslAuthenticationFailed" in said
    assert "LINLI_KAFKA_SASL_PASSWORD" in said or "Check user, password" in said


@pytest.mark.parametrize("words", [*AT_A_TERMINAL, *(("run", name) for name in ("delivery", "gateway"))])
def test_an_unknown_authority_is_one_clear_sentence(house: House, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Tests that it is said that the certificate is not to be believed and what to check."""
    stranger = Authority(tmp_path).file()
    said = refused(house, tmp_path, *words, LINLI_KAFKA_CA_FILE=str(stranger))
    assert "LINLI_KAFKA_CA_FILE" in said or "SSLCertVerificationError" in said
    assert "certificate" in said


def refused(house: House, folder: Path, *words: str, **wrong: str) -> str:
    """Run a command that must end badly, and give its last line; a process has one of aiokafka's in its log before."""
    known = {"LINLI_STATE": str(folder), "LINLI_REDIS": house.running.redis}
    key = {"LINLI_MASTER_KEY_FILE": str(house.state / "master.key")}
    done = linli(*words, env={**house.env, **known, **key, **wrong})
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert len(said.splitlines()) == (1 if words in AT_A_TERMINAL else 2), said
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert WRONG not in said
    return said.splitlines()[-1]
