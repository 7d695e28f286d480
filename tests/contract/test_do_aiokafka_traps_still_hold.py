"""What aiokafka does that could lose or double, each shown to strike, and beside it our way around.

A test that turns red after an upgrade says that a trap is gone, or that something we stand on has moved.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerFenced, RequestTimedOutError
from aiokafka.structs import TopicPartition

from linli.streams.dispatch.crash_points import CrashPlan
from linli.streams.dispatch.transaction import RoundWriter, skew_between
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer
from linli.streams.ledger_records import Outgoing
from linli.streams.log_reader import open_reader
from tests.support.topic_maker import make_topic

pytestmark = pytest.mark.broker

Name = Callable[[str], str]

LARGE = b"x" * 5_000


@asynccontextmanager
async def producer_named(address: KafkaAddress, name: str) -> AsyncGenerator[Any]:
    """Give a started transactional producer."""
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), transactional_id=name)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
        gc.collect()  # aiokafka leaves exceptions of fenced producers unread; they are logged here and not elsewhere.


async def committed_values(address: KafkaAddress, topic: str) -> list[bytes | None]:
    """Give what a reader of committed records sees."""
    async with open_reader(address) as reader:
        [span] = await reader.spans(topic, [0])
        return [record.value async for record in reader.read(span)]


async def committed_offset(address: KafkaAddress, group: str, topic: str) -> int | None:
    """Give the offset that a group has committed."""
    consumer: Any = AIOKafkaConsumer(**kafka_client_kwargs(address), group_id=group, enable_auto_commit=False)
    await consumer.start()
    pair = TopicPartition(topic, 0)
    consumer.assign([pair])
    offset: int | None = await consumer.committed(pair)
    await consumer.stop()
    return offset


async def test_a_fenced_producer_fails_in_two_ways(kafka_address: KafkaAddress, fresh_name: Name) -> None:
    """Tests that a zombie's send says ProducerFenced, but its commit an AssertionError: we must catch everything."""
    topic, name = await make_topic(kafka_address, fresh_name("fenced")), fresh_name("owner")
    async with producer_named(kafka_address, name) as zombie, producer_named(kafka_address, name) as owner:
        await zombie.begin_transaction()
        with pytest.raises(ProducerFenced):
            await zombie.send_and_wait(topic, b"zombie", partition=0)
        with pytest.raises(AssertionError):
            await zombie.commit_transaction()
        async with owner.transaction():
            await owner.send_and_wait(topic, b"owner", partition=0)
    assert await committed_values(kafka_address, topic) == [b"owner"]


async def test_a_commit_hides_a_refused_record(kafka_address: KafkaAddress, fresh_name: Name) -> None:
    """Tests that a commit succeeds, offsets and all, although the broker refused a record nobody had awaited."""
    source = await make_topic(kafka_address, fresh_name("source"))
    topic = await make_topic(kafka_address, fresh_name("small"), max_message_bytes="2000")
    group = fresh_name("group")
    async with producer_named(kafka_address, fresh_name("careless")) as producer:
        await producer.begin_transaction()
        refused = await producer.send(topic, LARGE, partition=0)
        await producer.send_offsets_to_transaction({TopicPartition(source, 0): 7}, group)
        await producer.commit_transaction()
        with pytest.raises(MessageSizeTooLargeError):
            await refused
    assert await committed_values(kafka_address, topic) == []
    assert await committed_offset(kafka_address, group, source) == 7, "the trap did not strike"


async def test_our_writer_notices_a_refused_record(kafka_address: KafkaAddress, fresh_name: Name) -> None:
    """Tests that a round with a refused record is not committed, and leaves nothing behind once it is fenced."""
    topic = await make_topic(kafka_address, fresh_name("small"), max_message_bytes="2000")
    writer = RoundWriter(kafka_address, 0, CrashPlan())
    await writer.fence()
    records = [Outgoing(topic, b"k", [], value) for value in (b"small", LARGE)]
    with pytest.raises(KafkaError):
        await writer.write(records, records[0], 1)
    await writer.fence()
    await writer.close()
    assert await committed_values(kafka_address, topic) == []
    gc.collect()


async def test_a_zombie_of_another_name_commits_as_if_nothing_had_happened(
    kafka_address: KafkaAddress, fresh_name: Name
) -> None:
    """Tests that an owner evicted from its group still commits: the broker is not told about groups."""
    source = await make_topic(kafka_address, fresh_name("source"))
    topic = await make_topic(kafka_address, fresh_name("doubled"))
    group = fresh_name("group")
    async with producer_named(kafka_address, fresh_name("slow")) as slow:
        evicted = await _member(kafka_address, group, source)
        await slow.begin_transaction()
        await slow.send_and_wait(topic, b"decided by the slow one", partition=0)
        await evicted.stop()
        async with producer_named(kafka_address, fresh_name("quick")) as quick, quick.transaction():
            await quick.send_and_wait(topic, b"decided by the quick one", partition=0)
            await quick.send_offsets_to_transaction({TopicPartition(source, 0): 9}, group)
        await slow.send_offsets_to_transaction({TopicPartition(source, 0): 1}, group)
        await slow.commit_transaction()
    assert len(await committed_values(kafka_address, topic)) == 2, "the trap did not strike"
    assert await committed_offset(kafka_address, group, source) == 1, "the zombie did not set the offset back"


async def test_under_one_name_the_zombie_commits_nothing(kafka_address: KafkaAddress, fresh_name: Name) -> None:
    """Tests our way around: one transactional id per partition, and the same zombie is shut out."""
    topic, name = await make_topic(kafka_address, fresh_name("single")), fresh_name("dispatcher")
    async with producer_named(kafka_address, name) as slow:
        await slow.begin_transaction()
        await slow.send_and_wait(topic, b"decided by the slow one", partition=0)
        async with producer_named(kafka_address, name) as quick, quick.transaction():
            await quick.send_and_wait(topic, b"decided by the quick one", partition=0)
        with pytest.raises(KafkaError):
            await slow.send_offsets_to_transaction({TopicPartition(topic, 0): 1}, fresh_name("group"))
    assert await committed_values(kafka_address, topic) == [b"decided by the quick one"]


async def test_a_reader_gets_past_markers_and_aborted_records(kafka_address: KafkaAddress, fresh_name: Name) -> None:
    """Tests that a reader's position reaches the end of a log whose end holds nothing to show."""
    topic = await make_topic(kafka_address, fresh_name("markers"))
    async with producer_named(kafka_address, fresh_name("writer")) as producer:
        async with producer.transaction():
            await producer.send_and_wait(topic, b"committed", partition=0)
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"aborted", partition=0)
        await producer.abort_transaction()
    async with asyncio.timeout(10):
        assert await committed_values(kafka_address, topic) == [b"committed"]


async def test_the_end_of_the_log_is_the_end_of_what_is_committed(
    kafka_address: KafkaAddress, fresh_name: Name
) -> None:
    """Tests that a reader of committed records is told to stop before an open transaction, not to wait for it."""
    topic = await make_topic(kafka_address, fresh_name("open"))
    async with producer_named(kafka_address, fresh_name("writer")) as producer:
        async with producer.transaction():
            await producer.send_and_wait(topic, b"committed", partition=0)
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"open", partition=0)
        async with asyncio.timeout(10):
            assert await committed_values(kafka_address, topic) == [b"committed"]
        await producer.abort_transaction()


async def test_the_broker_tells_its_append_time(kafka_address: KafkaAddress, fresh_name: Name) -> None:
    """Tests that a send's answer holds the broker's clock, whatever time the sender claims: our skew hangs on it."""
    topic = await make_topic(kafka_address, fresh_name("stamped"), message_timestamp_type="LogAppendTime")
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    async with producer_named(kafka_address, fresh_name("writer")) as producer, producer.transaction():
        answer = await producer.send_and_wait(topic, b"x", partition=0, timestamp_ms=long_ago.timestamp() * 1000)
    appended = datetime.fromtimestamp(answer.timestamp / 1000, UTC)
    assert abs(appended - datetime.now(UTC)) < timedelta(minutes=1)


async def failing(address: KafkaAddress, topic: str) -> Any:
    """Give a consumer whose fetch has just failed, and which pauses before it tries again."""
    consumer: Any = AIOKafkaConsumer(**kafka_client_kwargs(address), auto_offset_reset="none", retry_backoff_ms=30_000)
    await consumer.start()
    failed, send = asyncio.Event(), consumer._client.send

    async def fail(node: int, request: Any, **more: Any) -> Any:
        if type(request).__name__.startswith("Fetch"):
            failed.set()
            raise RequestTimedOutError
        return await send(node, request, **more)

    consumer._client.send = fail
    pair = TopicPartition(topic, 0)
    consumer.assign([pair])
    consumer.seek(pair, 0)
    async with asyncio.timeout(20):
        await failed.wait()
    await asyncio.sleep(0.05)
    return consumer


async def test_a_consumer_that_pauses_cancels_who_stops_it(kafka_address: KafkaAddress, fresh_name: Name) -> None:
    """Tests that stopping right after a failed fetch looks like being cancelled, and that our way around closes."""
    topic = fresh_name("pauses")
    await make_topic(kafka_address, topic)
    theirs = await failing(kafka_address, topic)
    with pytest.raises(asyncio.CancelledError):
        await theirs.stop()
    await theirs._client.close()
    ours = await failing(kafka_address, topic)
    await stop_consumer(ours)
    assert not any(one.connected() for one in ours._client._conns.values())
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_real_cancellation_gets_through() -> None:
    """Tests that whoever is cancelled while stopping a consumer is cancelled."""

    class Slow:
        async def stop(self) -> None:
            await asyncio.sleep(30)

    stopping = asyncio.create_task(stop_consumer(Slow()))
    await asyncio.sleep(0)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping


def test_skew_is_counted_only_beyond_the_time_of_the_answer() -> None:
    """Tests that a slow answer is not taken for a wrong clock."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert skew_between(noon, noon + second, noon + 3 * second) == timedelta(0)
    assert skew_between(noon, noon + 9 * second, noon + 3 * second) == 6 * second
    assert skew_between(noon, noon - 7 * second, noon + 3 * second) == -7 * second


async def _member(address: KafkaAddress, group: str, topic: str) -> Any:
    """Give a consumer that has joined a group and owns the topic."""
    consumer: Any = AIOKafkaConsumer(topic, **kafka_client_kwargs(address), group_id=group, enable_auto_commit=False)
    await consumer.start()
    async with asyncio.timeout(20):
        while not consumer.assignment():
            await asyncio.sleep(0.05)
    return consumer
