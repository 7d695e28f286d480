"""Reading a piece of the log from one offset to another: committed records only, in order, without a consumer group."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer

FETCH_BATCH_MAX = 2_000
"""Records taken from the client at once: enough to hide the call, few enough to keep memory flat."""

STALL_S = 30.0
"""Reading ends with an error when nothing moved for so long: a partition that cannot be read must not look empty."""

RETRY_BACKOFF_MS = 10
"""The client asks again so soon for a topic it has not met yet; its default would add 0.1 s to every first question."""

_POLL_MS = 20
"""How long one look waits. Short, for the end of a topic written in transactions is a marker, which is never shown."""

_FETCH_WAIT_MS = 20
"""How long the broker may hold back a fetch for more bytes: a reader to a known end waits for nothing new."""


class LogStalledError(RuntimeError):
    """A partition did not give the records that its end offset promises."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record as it lies in the log; ``appended`` is the broker's append time."""

    topic: str
    partition: int
    offset: int
    appended: datetime
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one partition: ``start`` inclusive, ``end`` exclusive."""

    topic: str
    partition: int
    start: int
    end: int


class LogReader:
    """Reads pieces of the log. Use `open_reader`.

    Notes
    -----
    Offsets have holes: transactions leave markers, aborted and compacted records are not shown. The end of a piece is
    therefore recognised by the reader's position and not by the last record seen.
    """

    def __init__(self, consumer: Any) -> None:
        self._consumer: Any = consumer

    async def knows(self, topic: str) -> bool:
        """Tell whether the broker has a topic: to ask for the offsets of one that is missing takes 40 s to fail."""
        topics: set[str] = await self._consumer.topics()
        return topic in topics

    async def spans(self, topic: str, partitions: Sequence[int]) -> list[Span]:
        """Tell what can be read at this moment of some partitions of a topic, without waiting for open transactions."""
        pairs = [TopicPartition(topic, partition) for partition in partitions]
        starts: dict[Any, int] = await self._consumer.beginning_offsets(pairs)
        ends: dict[Any, int] = await self._consumer.end_offsets(pairs)
        return [Span(topic, pair.partition, starts[pair], ends[pair]) for pair in pairs]

    async def read(self, span: Span) -> AsyncIterator[LogRecord]:
        """Yield the committed records of a piece in order.

        Raises
        ------
        LogStalledError
            If nothing moves for `STALL_S`.
        """
        if span.start >= span.end:
            return
        pair = TopicPartition(span.topic, span.partition)
        self._consumer.assign([pair])
        self._consumer.seek(pair, span.start)
        position, idle_ms = span.start, 0
        while position < span.end:
            got = await self._consumer.getmany(pair, timeout_ms=_POLL_MS, max_records=FETCH_BATCH_MAX)
            for raw in got.get(pair, []):
                if raw.offset < span.end:
                    yield log_record(raw)
            reached = await self._consumer.position(pair)
            idle_ms = 0 if reached > position else idle_ms + _POLL_MS
            position = reached
            if idle_ms >= STALL_S * 1_000:
                raise LogStalledError(
                    f"{span.topic}-{span.partition} ends at {span.end} but stands still at {position}"
                )


def log_record(raw: Any) -> LogRecord:
    """Turn a record of the Kafka client into one of ours."""
    return LogRecord(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        appended=datetime.fromtimestamp(raw.timestamp / 1000, UTC),
        key=raw.key,
        value=raw.value,
        headers=tuple(raw.headers),
    )


@asynccontextmanager
async def open_reader(address: KafkaAddress) -> AsyncGenerator[LogReader]:
    """Open a reader that belongs to no consumer group and leaves no trace on the broker."""
    consumer: Any = AIOKafkaConsumer(
        **kafka_client_kwargs(address),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=_FETCH_WAIT_MS,
        retry_backoff_ms=RETRY_BACKOFF_MS,
    )
    await consumer.start()
    try:
        yield LogReader(consumer)
    finally:
        await stop_consumer(consumer)
