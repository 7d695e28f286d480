"""Does each process need only its own rights: the whole way of an order on a Kafka that allows nothing else?"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from linli.schemas.kafka_access import ACCESS, Operation, Resource, may, principal_of
from linli.schemas.lifecycle import State
from linli.schemas.topics import ASSIGNMENTS, DELIVERIES, TOPICS, Topic
from linli.services.child import ProcessSpec
from linli.services.demo.county import sinan
from linli.services.ground.local import LocalGround
from linli.services.supervisor import EventKind, ProcessEvent, Supervisor
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.delivery.writer import transactional_id as delivery_id
from linli.streams.dispatch.transaction import GROUP as DISPATCHER_GROUP
from linli.streams.dispatch.transaction import transactional_id
from linli.streams.fenced_producer import start_fenced
from linli.streams.intake.app import GROUP as INTAKE_GROUP
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.log_reader import open_reader
from linli.streams.sealed.master_key_file import create_master_key
from tests.support.certificates import Authority
from tests.support.closed_kafka import ClosedKafka, password_of
from tests.support.house import environment, linli

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

PROCESSES: Final = {
    "intake": ("linli.services.intake",),
    "dispatcher": ("linli.services.dispatcher", "--slot", "0"),
    "board": ("linli.services.board",),
    "delivery": ("linli.services.delivery", "--slot", "0"),
    "gateway": ("linli.services.gateway.main",),
}

PATIENCE_S: Final = 120.0
"""How long the whole way may take on a busy machine; it takes ten seconds."""


def test_the_names_are_those_that_the_processes_use() -> None:
    """Tests that groups and transactional ids are listed as they are used, and every topic has its writers."""
    granted = {
        (one.resource, one.name) for grants in ACCESS.values() for one in grants if one.resource != Resource.TOPIC
    }
    assert (Resource.GROUP, INTAKE_GROUP) in granted
    assert (Resource.GROUP, DISPATCHER_GROUP) in granted
    for name in (transactional_id(0), delivery_id(0)):
        assert (Resource.TRANSACTIONAL_ID, name.removesuffix("0")) in granted
    for topic in TOPICS:
        writers = {"operator" if one == "command line" else one for one in topic.writers}
        listed = {process for process in ACCESS if may(process, Operation.WRITE, topic)}
        assert listed == writers or writers == {"anyone allowed"}, topic.name


async def test_a_whole_way_with_nothing_but_these_rights(tmp_path: Path, ground: LocalGround) -> None:
    """Tests every process, each under its own user, and that each is refused whatever is not its own."""
    supervisor, kafka = Supervisor(), ClosedKafka(tmp_path / "kafka", Authority(tmp_path))
    await kafka.start(supervisor)
    try:
        await kafka.grant_all()
        await bootstrap(kafka.address_of("bootstrap"), Wanted((sinan().code,), 1))
        create_master_key(tmp_path / "master.key")
        async with _running(kafka, tmp_path, ground.redis) as died:
            await asyncio.to_thread(_orders, _settings(kafka, "operator", tmp_path, ground.redis))
            await _until_promised_and_told(kafka.address_of("operator"))
            assert died == []
            env = _settings(kafka, "operator", tmp_path, ground.redis)
            audit = await asyncio.to_thread(lambda: linli("audit", env=env))
            assert audit.returncode == 0, audit.stdout + audit.stderr
        await asyncio.gather(*(_is_refused_the_rest(kafka.address_of(process), process) for process in ACCESS))
    finally:
        await kafka.stop(supervisor)
        await supervisor.stop()


def _settings(kafka: ClosedKafka, process: str, folder: Path, redis: str) -> dict[str, str]:
    """Give the settings of one process under its own user."""
    return environment(
        folder / process,
        LINLI_KAFKA=kafka.address.bootstrap,
        LINLI_KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        LINLI_KAFKA_SASL_MECHANISM="SCRAM-SHA-512",
        LINLI_KAFKA_SASL_USERNAME=principal_of(process),
        LINLI_KAFKA_SASL_PASSWORD=password_of(process),
        LINLI_KAFKA_CA_FILE=str(kafka.authority),
        LINLI_MASTER_KEY_FILE=str(folder / "master.key"),
        LINLI_REDIS=redis,
        LINLI_MODE="auto",
    )


@asynccontextmanager
async def _running(kafka: ClosedKafka, folder: Path, redis: str) -> AsyncGenerator[list[ProcessEvent]]:
    """Run every process; give those that died."""
    died: list[ProcessEvent] = []
    processes = Supervisor(on_event=lambda event: died.append(event) if event.kind is EventKind.DIED else None)
    for name, words in PROCESSES.items():
        settings = {
            key: value for key, value in _settings(kafka, name, folder, redis).items() if key.startswith("LINLI_")
        }
        argv = (sys.executable, "-m", *words)
        (folder / name).mkdir()
        await processes.start(ProcessSpec(name, argv, folder / f"{name}.log", env=settings, tethered=True))
    try:
        yield died
    finally:
        await processes.stop()


def _orders(env: dict[str, str]) -> None:
    """Register teams and order, at the command line."""
    day = datetime.now(UTC) + timedelta(days=1)
    teams = linli("export", "sample-teams", "--day", f"{day:%Y-%m-%d}", env=env).stdout
    for words, given in ((("teams", "import", "-"), teams), (("submit", "-"), _sample_orders(env))):
        done = linli(*words, env=env, given=given)
        assert done.returncode == 0, done.stdout + done.stderr


def _sample_orders(env: dict[str, str]) -> str:
    return linli("export", "sample-orders", "--count", "8", "--seed", "72", env=env).stdout


async def _until_promised_and_told(address: KafkaAddress) -> None:
    """Wait until the dispatcher has promised something and delivery has written something."""
    async with asyncio.timeout(PATIENCE_S), open_reader(address) as reader:
        while True:
            found: dict[str, list[bytes]] = {}
            for topic in (ASSIGNMENTS, DELIVERIES):
                [span] = await reader.spans(topic.name, [0])
                found[topic.name] = [one.value or b"" async for one in reader.read(span)]
            states = {json.loads(one)["status"]["state"] for one in found[ASSIGNMENTS.name]}
            if State.PROMISED in states and found[DELIVERIES.name]:
                return
            await asyncio.sleep(0.5)


async def _is_refused_the_rest(address: KafkaAddress, process: str) -> None:
    """Check what a user sees, and that writing, reading, fencing and joining are refused where not granted."""
    granted = {one.name for one in ACCESS[process] if one.resource is Resource.TOPIC}
    assert await _seen(address) == granted, process
    for topic in (topic for topic in TOPICS if topic.name in granted):
        if not may(process, Operation.WRITE, topic):
            await _cannot_write(address, topic)
        if not may(process, Operation.READ, topic):
            await _cannot_read(address, topic)
    for name in (transactional_id(0), delivery_id(0), "bootstrap"):
        if not any(one.resource is Resource.TRANSACTIONAL_ID and name.startswith(one.name) for one in ACCESS[process]):
            with pytest.raises(TransactionalIdAuthorizationFailed):
                await start_fenced(address, name)
    for group in (INTAKE_GROUP, DISPATCHER_GROUP):
        if not any(one.resource is Resource.GROUP and one.name == group for one in ACCESS[process]):
            await _cannot_join(address, group)


async def _seen(address: KafkaAddress) -> set[str]:
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    await admin.start()
    try:
        return {name for name in await admin.list_topics() if not name.startswith("__")}
    finally:
        await admin.close()


async def _cannot_write(address: KafkaAddress, topic: Topic) -> None:
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address))
    async with producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(topic.name, b"x", b"x", 0)


async def _cannot_read(address: KafkaAddress, topic: Topic) -> None:
    consumer: Any = AIOKafkaConsumer(topic.name, **kafka_client_kwargs(address), auto_offset_reset="earliest")
    async with consumer:
        with pytest.raises(TopicAuthorizationFailedError):
            async with asyncio.timeout(PATIENCE_S):
                await consumer.getone()


async def _cannot_join(address: KafkaAddress, group: str) -> None:
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    await admin.start()
    try:
        with pytest.raises(GroupAuthorizationFailedError):
            await admin.find_coordinator(group)
    finally:
        await admin.close()
