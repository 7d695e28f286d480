"""Asks whether intake says in a sentence why it cannot start, ends loudly when it fails, and politely when told to."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import urllib.request
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from linli.schemas.dead_letters import DeadLetter, Reason
from linli.schemas.topics import COMMANDS, DEAD_LETTERS, SUBJECT_KEYS
from linli.services.child import Child, ProcessSpec
from linli.services.county_files import load_admission, load_districts, load_menu
from linli.services.ground.local import LocalGround
from linli.services.settings import SettingsError, load_settings
from linli.streams.bootstrap import Wanted, bootstrap, make_topics
from linli.streams.codec import decode_as, to_bytes
from linli.streams.intake.app import Intake, IntakeConfig
from linli.streams.intake.dead_letter_brake import IN_A_ROW, WINDOW, DeadLetterBrake
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.master_key_file import create_master_key
from tests.support.inbox import DISTRICT, NAME, county, good_order, record, world
from tests.support.intake_stack import IntakeStack, intake_stack

NOWHERE = KafkaAddress("127.0.0.1:9")


class ProbeError(Exception):
    """What judging raises in these tests."""


class Collected:
    """Takes what would be sent to a topic; the broker's answer is at once."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    async def send(self, **record_fields: Any) -> Any:
        self.values.append(record_fields["value"])
        return asyncio.sleep(0)


def _fails(real: datetime) -> datetime:
    raise ProbeError(f"{NAME} {real}")


async def test_a_record_that_breaks_judging_is_set_aside_at_the_third_time(tmp_path: Path) -> None:
    """Tests that such a record ends the process twice more and then becomes a dead letter, whoever else waits."""
    broken = world()
    topics = {name: Collected() for name in (COMMANDS.name, DEAD_LETTERS.name, SUBJECT_KEYS.name)}
    for _ in range(3):
        failing = IntakeConfig(NOWHERE, {DISTRICT: 0}, replace(broken, at=_fails), 0, tmp_path)
        with pytest.raises(ProbeError):
            await Intake(failing, topics).handle(record(good_order()))
    again = IntakeConfig(NOWHERE, {DISTRICT: 0}, broken, 0, tmp_path)
    await Intake(again, topics).handle(record(good_order()))
    (letter,) = [decode_as(DeadLetter, value) for value in topics[DEAD_LETTERS.name].values]
    assert (letter.reason, letter.attempts) == (Reason.INTERNAL, 3)
    assert topics[COMMANDS.name].values == []
    assert NAME not in to_bytes(letter).decode()
    await Intake(again, topics).handle(record(good_order(), offset=8))
    assert len(topics[COMMANDS.name].values) == 1


def test_the_brake_speaks_once_for_each_flood() -> None:
    """Tests the alarm: at twenty in a row, at a fifth of a full window, and again only after it was well."""
    brake = DeadLetterBrake()
    assert [brake.note(dead=True) for _ in range(IN_A_ROW + 5)] == [False] * (IN_A_ROW - 1) + [True] + [False] * 5
    assert not any(brake.note(dead=False) for _ in range(WINDOW))
    assert not any(brake.note(dead=index % 50 == 0) for index in range(WINDOW))
    assert sum(brake.note(dead=index % 3 == 0) for index in range(WINDOW)) == 1


def test_a_countys_files_are_read_and_mistakes_named(tmp_path: Path) -> None:
    """Tests the district files, the menu and the list: read where they are right, one sentence where not."""
    (tmp_path / "520624.json").write_bytes(to_bytes(county()))
    (tmp_path / "520625.json").write_bytes(to_bytes(county()))
    (tmp_path / "520626.json").write_text('{"code": "520626"}')
    assert load_districts(load_settings({}, district_folder=tmp_path))["520624"] == county()
    assert load_districts(load_settings({}))["520624"].synthetic
    for code, words in (("520625", "describes the district 520624"), ("520626", "at name"), ("520627", "no file")):
        with pytest.raises(SettingsError, match=words):
            load_districts(load_settings({}, district_folder=tmp_path, districts=code))
    with pytest.raises(SettingsError, match="LINLI_DISTRICT_FOLDER"):
        load_districts(load_settings({}, districts="110101"))
    broken = tmp_path / "list.toml"
    broken.write_text("name = 1")
    with pytest.raises(SettingsError, match=r"list\.toml"):
        load_menu(load_settings({}, service_menu=broken))
    with pytest.raises(SettingsError, match="task admission list"):
        load_admission(load_settings({}, task_admission=broken))
    with pytest.raises(SettingsError, match="LINLI_SERVICE_MENU: there is no file"):
        load_menu(load_settings({}, service_menu=tmp_path / "none.toml"))


async def _run(folder: Path, **environment: str) -> tuple[int, str]:
    """Run the real process until it ends; return its exit code and what it said."""
    log = folder / "run.log"
    log.unlink(missing_ok=True)
    argv = (sys.executable, "-m", "linli.services.intake")
    env = {"LINLI_STATE": str(folder), **environment}
    child = await Child.launch(ProcessSpec("intake", argv, log, env, tethered=True))
    async with asyncio.timeout(60):
        code = await child.wait()
    return code, log.read_text()


@pytest.mark.broker
async def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Tests exit code and sentence: no Kafka named, none there, not set up, no key, a bad key, an unknown district."""
    assert await _run(tmp_path) == (78, "LINLI_KAFKA is not set: run `linli up`, or name your own Kafka in it.\n")
    async with LocalGround(tmp_path / "ground", tethered=True) as ground:
        await make_topics(ground.kafka_address, 1)
        code, said = await _run(tmp_path, LINLI_KAFKA=ground.kafka)
        assert (code, "Nothing was set up" in said) == (78, True)
        await bootstrap(ground.kafka_address, Wanted((DISTRICT,), 1))
        code, said = await _run(tmp_path, LINLI_KAFKA=ground.kafka)
        assert (code, "There is no master key" in said) == (78, True)
        create_master_key(tmp_path / "master.key")
        os.chmod(tmp_path / "master.key", 0o644)
        code, said = await _run(tmp_path, LINLI_KAFKA=ground.kafka)
        assert (code, "chmod 600" in said) == (78, True)
        os.chmod(tmp_path / "master.key", 0o600)
        (tmp_path / "520629.json").write_bytes(to_bytes(county().model_copy(update={"code": "520629"})))
        strange = {"LINLI_DISTRICTS": "520629", "LINLI_DISTRICT_FOLDER": str(tmp_path)}
        code, said = await _run(tmp_path, LINLI_KAFKA=ground.kafka, **strange)
        assert (code, "not set up for" in said) == (78, True)
        gone = ground.kafka
    code, _ = await _run(tmp_path, LINLI_KAFKA=gone)
    assert code == 70


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncGenerator[IntakeStack]:
    async with intake_stack(tmp_path) as running:
        yield running


def figures_at(port: int) -> bytes:
    """Read what a process serves for Prometheus."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return bytes(answer.read())


@pytest.mark.broker
async def test_its_only_door_is_that_of_its_figures_and_it_goes_when_told(stack: IntakeStack) -> None:
    """Tests that the process listens on this machine alone and shows figures there; that it ends well on SIGTERM."""
    numbers = [await stack.send(record(good_order() | {"source_id": f"SN-{i}"}), 0) for i in range(20)]
    await stack.outcomes_of(numbers)
    process = psutil.Process(stack.ground.supervisor.pid("intake"))
    (door,) = [one.laddr for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    assert door.ip == "127.0.0.1"
    assert b"linli_intake_records_total" in await asyncio.to_thread(figures_at, door.port)
    process.send_signal(signal.SIGTERM)
    later = [await stack.send(record(good_order() | {"source_id": f"SN-{i}"}), 0) for i in range(20, 40)]
    outcomes = await stack.outcomes_of(later)
    assert sorted(one.source for one in outcomes) == sorted([*numbers, *later])
    assert [event.code for event in stack.events if event.name == "intake" and event.code is not None] == [0]
    lines = [json.loads(line) for line in stack.log().splitlines()]
    assert [line["event"] for line in lines if line.get("part") == "intake"].count("stopped") == 1
