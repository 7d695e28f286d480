"""Does the ground hold: Kafka and Valkey start, keep their data and address, and end when they should."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from linli.services.ground.errors import GroundError
from linli.services.ground.local import LocalGround
from linli.services.supervisor import EventKind, ProcessEvent

pytestmark = pytest.mark.broker

RECOVERY_LIMIT_S = 120
"""A restarted broker answers within 10 s; the limit only keeps a broken one from holding up the run."""


async def make_topic(bootstrap: str, name: str) -> None:
    """Make a topic with one partition."""
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name=name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def write(bootstrap: str, topic: str, values: list[bytes]) -> None:
    """Write records and wait until the broker has them."""
    producer: Any = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def read(bootstrap: str, topic: str, count: int) -> list[Any]:
    """Read that many records from the start of a topic."""
    consumer: Any = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(RECOVERY_LIMIT_S):
            return [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()


async def test_are_there_two_real_servers(ground: LocalGround, redis_client: Any) -> None:
    """Tests that the ground is a real Apache Kafka 4 and a real Valkey, by their own words."""
    assert ground.versions["broker"].startswith("Apache Kafka 4.")
    assert ground.versions["redis"].startswith("Valkey ")
    assert await redis_client.ping()


async def test_do_records_carry_the_brokers_clock(ground: LocalGround, fresh_name: Callable[[str], str]) -> None:
    """Tests that a record's time is the broker's, whatever its writer says, and that nothing makes topics by itself."""
    topic = fresh_name("clock")
    await make_topic(ground.kafka, topic)
    producer: Any = AIOKafkaProducer(bootstrap_servers=ground.kafka)
    await producer.start()
    await producer.send_and_wait(topic, b"late", timestamp_ms=1)
    await producer.stop()
    (record,) = await read(ground.kafka, topic, 1)
    assert record.timestamp_type == 1, "1 is LogAppendTime"
    assert record.timestamp > 1


async def test_is_data_kept_when_kafka_is_killed(tmp_path: Path) -> None:
    """Tests that after kill -9 the supervisor brings Kafka back with its records on the same address, and says so."""
    told: list[ProcessEvent] = []
    back = asyncio.Event()

    def note(event: ProcessEvent) -> None:
        told.append(event)
        if event.kind is EventKind.RESTARTED:
            back.set()

    async with LocalGround(tmp_path, tethered=True, on_event=note) as ground:
        address, first_pid = ground.kafka, ground.kafka_pid
        await make_topic(address, "kept")
        await write(address, "kept", [b"one", b"two"])
        assert first_pid is not None
        os.kill(first_pid, signal.SIGKILL)
        async with asyncio.timeout(RECOVERY_LIMIT_S):
            await back.wait()
            await ground.wait_ready()
        records = await read(address, "kept", 2)
    assert [record.value for record in records] == [b"one", b"two"]
    died = next(event for event in told if event.kind is EventKind.DIED)
    assert (died.name, died.pid, died.code) == ("kafka", first_pid, -signal.SIGKILL)


async def test_is_everything_kept_over_a_stop(tmp_path: Path) -> None:
    """Tests that a stopped ground starts again with the same addresses, records and keys."""
    async with LocalGround(tmp_path, tethered=True) as ground:
        before = (ground.kafka, ground.redis)
        await make_topic(ground.kafka, "kept")
        await write(ground.kafka, "kept", [b"one"])
        async with redis.asyncio.from_url(ground.redis) as client:
            await client.set("kept", "one")
    async with LocalGround(tmp_path, tethered=True) as ground:
        assert (ground.kafka, ground.redis) == before
        (record,) = await read(ground.kafka, "kept", 1)
        async with redis.asyncio.from_url(ground.redis) as client:
            kept = await client.get("kept")
    assert (record.value, kept) == (b"one", b"one")


async def test_do_two_grounds_stand_side_by_side(tmp_path: Path, ground: LocalGround) -> None:
    """Tests that a second ground beside the run's own has other addresses and other data."""
    async with LocalGround(tmp_path / "邻里 folder", tethered=True) as other:
        assert other.kafka != ground.kafka
        assert other.redis != ground.redis
        async with redis.asyncio.from_url(other.redis) as client:
            await client.set("only-here", "1")
    async with redis.asyncio.from_url(ground.redis) as client:
        assert await client.get("only-here") is None


async def test_is_a_folder_used_once(ground: LocalGround, running_state: Path) -> None:
    """Tests that a second ground on a folder in use is refused in one sentence and does not disturb the first."""
    with pytest.raises(GroundError, match="in use by another running Linli"):
        await LocalGround(running_state).start()
    client: Any
    async with redis.asyncio.from_url(ground.redis) as client:
        assert await client.ping()


async def test_is_a_port_in_use_survived(tmp_path: Path) -> None:
    """Tests that a ground whose port was taken by somebody else moves to another one and says so."""
    said: list[str] = []
    async with LocalGround(tmp_path, tethered=True) as ground:
        port = int(ground.kafka.rpartition(":")[2])
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        async with LocalGround(tmp_path, tethered=True, say=said.append) as ground:
            assert not ground.kafka.endswith(f":{port}")
    assert any(str(port) in sentence for sentence in said)


async def test_is_an_unwritable_folder_one_sentence(tmp_path: Path) -> None:
    """Tests that a state folder that cannot be made is named with what to do, and nothing is left running."""
    file = tmp_path / "file"
    file.touch()
    ground = LocalGround(file / "state")
    with pytest.raises(GroundError, match=r"cannot be written.*LINLI_STATE"):
        await ground.start()
    assert ground.supervisor.pids == {}
