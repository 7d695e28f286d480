"""Asks whether the traps of the pinned Faust are still there, and whether our way around each still holds.

Every test shows first that the trap strikes, then that our code does not fall into it. Red means: Faust has changed,
look again at what `linli.streams.intake.faust_strict` and `linli.streams.intake.faust_transport` do and why; or our way
around was taken away.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupCoordinatorNotAvailableError

from linli.services.child import Child, ProcessSpec, log_tail
from linli.streams.intake.faust_strict import EXIT_FAILED, strict_app
from linli.streams.kafka_client import KafkaAddress

pytestmark = pytest.mark.broker

PROBE = Path(__file__).with_name("faust_probe.py")
VALUES = [str(number).encode() for number in range(10)]
FAILING = "3"
PATIENCE_S = 40.0
"""How long to wait for what must happen."""

STILLNESS_S = 4.0
"""How long to watch that something does not happen: sixteen of the probe's commit intervals."""

TRANSACTIONS = 120
"""A third of them aborted. Where one transaction is committed per interval, the end is 20 s away, not four."""

SMALL_BYTES, BIG = 2_000, b"b" * 5_000


class Bench:
    """A source, a target and a group of their own on the run's Kafka, and probes that work on them."""

    def __init__(self, kafka: str, folder: Path, fresh_name: Callable[[str], str]) -> None:
        self.kafka = kafka
        self.folder = folder
        self.source, self.target, self.group = (fresh_name(name) for name in ("source", "target", "group"))

    async def make_topics(self, target_bytes_max: int | None = None) -> None:
        """Make source and target, the target with a limit on its batches if one is given."""
        limit = {} if target_bytes_max is None else {"max.message.bytes": str(target_bytes_max)}
        async with self._admin() as admin:
            topics = [NewTopic(self.source, 1, 1), NewTopic(self.target, 1, 1, topic_configs=limit)]
            await admin.create_topics(topics)

    async def member_ids(self) -> list[str]:
        """Return the ids that the broker gave to the group's members."""
        async with self._admin() as admin:
            try:
                (answer,) = await admin.describe_consumer_groups([self.group])
            except GroupCoordinatorNotAvailableError:  # The broker's first group: it is still making its own topic.
                return []
        return [member[0] for member in answer.groups[0][5]]

    @asynccontextmanager
    async def _admin(self) -> AsyncGenerator[Any]:
        admin: Any = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()

    async def send(self, values: list[bytes]) -> None:
        """Write values into the source."""
        producer: Any = AIOKafkaProducer(bootstrap_servers=self.kafka, enable_idempotence=True)
        async with producer:
            for value in values:
                await producer.send_and_wait(self.source, value)

    async def send_in_transactions(self, transactions: int) -> list[bytes]:
        """Write transactions of two values each, aborting every third; return what was committed."""
        producer: Any = AIOKafkaProducer(bootstrap_servers=self.kafka, transactional_id=self.group)
        committed: list[bytes] = []
        async with producer:
            for number in range(transactions):
                aborted = number % 3 == 1
                values = [f"{number}{'-aborted' if aborted else ''}-{part}".encode() for part in (0, 1)]
                await producer.begin_transaction()
                for value in values:
                    await producer.send_and_wait(self.source, value)
                await (producer.abort_transaction() if aborted else producer.commit_transaction())
                committed += [] if aborted else values
        return committed

    async def arrived(self) -> list[bytes]:
        """Read the whole target."""
        consumer: Any = AIOKafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest")
        async with consumer:
            partition = TopicPartition(self.target, 0)
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            values: list[bytes] = []
            while await consumer.position(partition) < end:
                values += [one.value for some in (await consumer.getmany(timeout_ms=200)).values() for one in some]
        return values

    async def committed(self) -> int:
        """Return the offset that the group has committed on the source, 0 for none."""
        consumer: Any = AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id=self.group, enable_auto_commit=False)
        async with consumer:
            return int(await consumer.committed(TopicPartition(self.source, 0)) or 0)

    @asynccontextmanager
    async def probe(self, **chosen: object) -> AsyncGenerator[Child]:
        """Run a probe."""
        defaults = {"agent": "careless", "transport": "stock", "fails_at": None, "instance": None}
        told = {
            "bootstrap": self.kafka,
            "group": self.group,
            "source": self.source,
            "target": self.target,
            "folder": str(self.folder),
        }
        argv = (sys.executable, str(PROBE), json.dumps(defaults | told | chosen))
        child = await Child.launch(ProcessSpec("probe", argv, self.folder / "probe.log", tethered=True))
        try:
            yield child
        finally:
            if child.code is None:
                await child.stop()

    async def until(self, done: Callable[[], Any], what: str) -> None:
        """Wait until something holds; say what and show the probe's last words if it never does."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await done():
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"{what} never came. {log_tail(self.folder / 'probe.log', 15)}") from None

    async def ended(self, child: Child) -> int:
        """Wait for a probe's end."""
        async with asyncio.timeout(PATIENCE_S):
            return await child.wait()


@pytest.fixture
def bench(kafka: str, tmp_path: Path, fresh_name: Callable[[str], str]) -> Bench:
    return Bench(kafka, tmp_path, fresh_name)


def test_the_versions_are_those_that_were_measured() -> None:
    """Tests that what these tests prove is proved of the versions in use: private names are used."""
    assert (version("faust-streaming"), version("aiokafka")) == ("0.15.3", "0.14.0")


async def test_an_exception_loses_an_event_unless_it_ends_the_process(bench: Bench) -> None:
    """Tests F1: after an exception Faust commits past the event; our loop ends, and a restart handles it."""
    await bench.make_topics()
    await bench.send(VALUES)
    async with bench.probe(fails_at=FAILING):
        await bench.until(lambda: _reached(bench, len(VALUES)), "Faust's commit past the event that failed")
    assert FAILING.encode() not in await bench.arrived(), "the trap did not strike: Faust no longer loses the event"


async def test_our_loop_loses_no_event_to_an_exception(bench: Bench) -> None:
    """Tests the way around F1 with our own loop on the same events."""
    await bench.make_topics()
    await bench.send(VALUES)
    async with bench.probe(agent="strict", fails_at=FAILING) as failing:
        assert await bench.ended(failing) == EXIT_FAILED
    assert await bench.committed() <= VALUES.index(FAILING.encode())
    async with bench.probe(agent="strict"):
        await bench.until(lambda: _reached(bench, len(VALUES)), "the commit of everything")
    assert set(await bench.arrived()) == set(VALUES)


async def test_a_refused_send_is_forgotten_unless_it_is_awaited_twice(bench: Bench) -> None:
    """Tests F4: Faust commits the events whose outputs the broker refused."""
    await bench.make_topics(SMALL_BYTES)
    values = [*VALUES[:5], BIG, *VALUES[5:]]
    await bench.send(values)
    async with bench.probe():
        await bench.until(lambda: _reached(bench, len(values)), "Faust's commit past the refused send")
    assert BIG not in await bench.arrived(), "the trap did not strike: the broker took the record"


async def test_our_send_is_not_forgotten(bench: Bench) -> None:
    """Tests the way around F4: the process ends at the refused send, and its event stays uncommitted."""
    await bench.make_topics(SMALL_BYTES)
    values = [*VALUES[:5], BIG, *VALUES[5:]]
    await bench.send(values)
    async with bench.probe(agent="strict") as refused:
        assert await bench.ended(refused) == EXIT_FAILED
    assert await bench.committed() <= values.index(BIG)
    assert await bench.arrived() == VALUES[:5]


async def test_the_stock_transport_shows_aborted_records_and_hardly_commits(bench: Bench) -> None:
    """Tests F7 and F8: aborted records come through, and commits lag behind on a topic full of transactions."""
    await bench.make_topics()
    committed = await bench.send_in_transactions(TRANSACTIONS)
    last = await _last_data_offset(bench)
    async with bench.probe():
        await bench.until(lambda: _has_all(bench, committed), "the handling of every event")
        await asyncio.sleep(STILLNESS_S)
        assert await bench.committed() < last, "the trap did not strike: Faust's commits reach the end"
    aborted = set(await bench.arrived()) - set(committed)
    assert len(aborted) == 2 * TRANSACTIONS // 3, "the trap did not strike: Faust hides aborted records"


async def test_our_transport_shows_committed_records_and_commits_to_the_end(bench: Bench) -> None:
    """Tests the way around F7 and F8."""
    await bench.make_topics()
    committed = await bench.send_in_transactions(TRANSACTIONS)
    last = await _last_data_offset(bench)
    async with bench.probe(agent="strict"):
        await bench.until(lambda: _has_all(bench, committed), "the handling of every event")
        await asyncio.sleep(STILLNESS_S)
        assert await bench.committed() >= last
    assert await bench.arrived() == committed


async def test_a_killed_member_is_waited_for_unless_it_has_a_name(bench: Bench) -> None:
    """Tests F13: after SIGKILL the broker keeps a nameless member beside its successor, a named one is replaced."""
    await bench.make_topics()
    killed, now = await _killed_and_back(bench, instance=None)
    assert killed in now, "the trap did not strike: the killed member is gone already"
    assert len(now) == 2


async def test_our_killed_member_takes_its_place_again(bench: Bench) -> None:
    """Tests the way around F13: one member before and after, at work again at once."""
    await bench.make_topics()
    killed, now = await _killed_and_back(bench, agent="strict", instance="intake-0")
    assert killed not in now
    assert len(now) == 1
    await bench.send(VALUES)
    async with bench.probe(agent="strict", instance="intake-0"):
        await bench.until(lambda: _has_all(bench, VALUES), "the handling of every event")


def test_the_defaults_are_still_bad_and_ours_still_set(tmp_path: Path) -> None:
    """Tests F13, F14, F16 and F19 in the settings: each default that would hurt, and that ours is another."""
    stock = faust.App("stock", datadir=tmp_path).conf
    app: Any = strict_app("ours", KafkaAddress("127.0.0.1:9"), instance="i-0", folder=tmp_path)
    ours = app.conf
    expected = {
        "broker_session_timeout": (60.0, 10.0),
        "producer_request_timeout": (1200.0, 30.0),
        "broker_commit_interval": (2.8, 0.25),
        "consumer_group_instance_id": (None, "i-0"),
        "table_standby_replicas": (1, 0),
        "topic_allow_declare": (True, False),
        "topic_disable_leader": (False, True),
        "web_enabled": (True, False),
    }
    assert {name: (getattr(stock, name), getattr(ours, name)) for name in expected} == expected
    assert app.producer._settings_default()["acks"] in (-1, "all")
    assert "enable_idempotence" not in app.producer._settings_extra(), "Faust's producer is idempotent now: use it"


async def _killed_and_back(bench: Bench, **chosen: object) -> tuple[str, list[str]]:
    """Run a probe until it is a member, kill it, run another; return the killed one, and all when the other is in."""
    async with bench.probe(**chosen) as first:
        await bench.until(lambda: _counted(bench, 1), "the first member")
        (killed,) = await bench.member_ids()
        first.send(signal.SIGKILL)
        await first.wait()
    seen: list[list[str]] = []

    async def another_is_in() -> bool:
        seen.append(await bench.member_ids())
        return bool(set(seen[-1]) - {killed})

    async with bench.probe(**chosen):
        await bench.until(another_is_in, "the second member")
    return killed, seen[-1]


async def _counted(bench: Bench, count: int) -> bool:
    return len(await bench.member_ids()) == count


async def _reached(bench: Bench, offset: int) -> bool:
    return await bench.committed() >= offset


async def _has_all(bench: Bench, values: list[bytes]) -> bool:
    return set(values) <= set(await bench.arrived())


async def _last_data_offset(bench: Bench) -> int:
    """Return the offset behind the source's last committed record; behind that lies only a marker."""
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bench.kafka, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    async with consumer:
        partition = TopicPartition(bench.source, 0)
        consumer.assign([partition])
        end, last = (await consumer.end_offsets([partition]))[partition], 0
        while await consumer.position(partition) < end:
            for some in (await consumer.getmany(timeout_ms=200)).values():
                last = some[-1].offset + 1
    return last
