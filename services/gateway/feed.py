"""The live feed: one reader of the ledger per process, the last transitions in memory, any number of followers.

A follower has no queue of its own: it reads the shared ring at its own pace, and whoever is a whole ring behind is told
so and let go. That bounds the memory whatever the followers do. Whoever reads nothing at all cannot be told: its
connection ends, as every connection that takes nothing (`linli.services.listening.TAKES_NOTHING_S`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.topics import ASSIGNMENTS
from linli.streams.codec import decode_as
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer
from linli.streams.meters import Meters

RING_MAX: Final = 4_000
"""Transitions kept in memory over all partitions: a county's day, some 40 MB."""

RING_MIN: Final = 200
"""Transitions kept of a partition at least: a burst of a bulk order must not outrun those who follow."""

SLICE: Final = 100
"""Transitions taken out of the ring at once: so many may a follower hold that is not read from, some megabyte."""

POLL_MS: Final = 200
"""How long one look waits when nothing comes; what comes ends it at once."""


class Notice(StrEnum):
    """What a follower is told besides transitions."""

    RELOAD = "reload"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Transition:
    """A request's new record, and where it lies in the ledger."""

    partition: int
    offset: int
    number: int
    record: AssignmentRecord

    @property
    def id(self) -> str:
        """What a follower resumes after: its place in the ledger."""
        return f"{self.partition}-{self.offset}"


class _Ring:
    """The last transitions of one partition, without a hole from ``floor`` to ``end`` (exclusive)."""

    def __init__(self, size: int, floor: int, end: int) -> None:
        self.items: deque[Transition] = deque(maxlen=size)
        self.floor = floor
        self.end = end
        self.next_number = 0

    @property
    def first_number(self) -> int:
        """The number of the oldest transition that is kept, or of the next one."""
        return self.next_number - len(self.items)

    def add(self, partition: int, offset: int, record: AssignmentRecord) -> None:
        """Keep a transition; the oldest may have to go."""
        if len(self.items) == self.items.maxlen:
            self.floor = self.items[0].offset + 1
        self.items.append(Transition(partition, offset, self.next_number, record))
        self.next_number += 1
        self.end = max(self.end, offset + 1)

    def since(self, number: int) -> list[Transition]:
        """Give the transitions from the one with this number on, at most a slice of them."""
        first = max(0, number - self.first_number)
        return list(islice(self.items, first, first + SLICE))

    def holds_what_followed(self, offset: int) -> bool:
        """Tell whether everything after an offset is here."""
        return self.floor <= offset + 1 <= self.end


class Feed:
    """Follows ``assignments`` and passes on what is committed.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions the ledger has.
    meters
        Where followers are counted.
    kept
        Transitions kept in memory over all partitions; a partition keeps at least `RING_MIN` of them, or as many.

    Notes
    -----
    After a start the ring is filled with what the ledger held last, so a follower can resume across a restart.
    """

    def __init__(self, address: KafkaAddress, partitions: int, meters: Meters, kept: int = RING_MAX) -> None:
        self._address = address
        self._meters = meters
        self._size = max(min(RING_MIN, kept), kept // partitions)
        self._partitions = partitions
        self._rings: dict[int, _Ring] = {}
        self._followers = 0
        self._news = asyncio.Condition()
        self._over = False

    @property
    def running(self) -> bool:
        """Whether the ledger is being followed."""
        return bool(self._rings) and not self._over

    def kept(self, partition: int) -> tuple[Transition, ...]:
        """Give what is kept of a partition, the oldest first."""
        return tuple(self._rings[partition].items)

    async def run(self) -> None:
        """Follow the ledger until cancelled."""
        consumer: Any = AIOKafkaConsumer(
            **kafka_client_kwargs(self._address), isolation_level="read_committed", enable_auto_commit=False
        )
        await consumer.start()
        try:
            await self._begin(consumer)
            while True:
                batches = await consumer.getmany(timeout_ms=POLL_MS)
                if batches:
                    await self._take(batches)
        finally:
            await self.close()
            await stop_consumer(consumer)

    async def close(self) -> None:
        """Let every follower go."""
        self._over = True
        async with self._news:
            self._news.notify_all()

    async def follow(self, partition: int, last: str | None) -> AsyncGenerator[Transition | Notice]:
        """Yield every transition of a partition, from the one after ``last`` or from now on.

        Parameters
        ----------
        partition
            Which; a district lives on one.
        last
            The id of the last transition that the follower has; ``None`` for a new one.

        Yields
        ------
        Transition or Notice
            `Notice.RELOAD` first if what came after ``last`` is not kept any more: read the present state anew.
            `Notice.DROPPED` at the end of a follower that was too slow.
        """
        ring = await self._ring(partition)
        if ring is None:
            return
        self._count(1)
        try:
            async for one in self._followed(ring, partition, last):
                yield one
        finally:
            self._count(-1)

    async def _followed(self, ring: _Ring, partition: int, last: str | None) -> AsyncGenerator[Transition | Notice]:
        place, offset = (partition, ring.end - 1) if last is None else _place(last)
        number = ring.first_number
        if place != partition or not ring.holds_what_followed(offset):
            yield Notice.RELOAD
            number, offset = ring.next_number, ring.end - 1
        while not self._over:
            if number < ring.first_number:
                self._meters.count("linli_gateway_feed_dropped_total")
                yield Notice.DROPPED
                return
            found = ring.since(number)
            number += len(found)
            for transition in found:
                if transition.offset > offset:
                    yield transition
            if not found:
                await self._wait(ring, number)

    def _count(self, more: int) -> None:
        self._followers += more
        self._meters.show("linli_gateway_feed_followers", self._followers)

    async def _ring(self, partition: int) -> _Ring | None:
        async with self._news:
            await self._news.wait_for(lambda: self._over or partition in self._rings)
        return self._rings.get(partition)

    async def _wait(self, ring: _Ring, number: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self._over or ring.next_number > number)

    async def _begin(self, consumer: Any) -> None:
        """Stand so far before the end that the ring is filled; what is there already counts as kept."""
        pairs = [TopicPartition(ASSIGNMENTS.name, number) for number in range(self._partitions)]
        consumer.assign(pairs)
        starts: dict[Any, int] = await consumer.beginning_offsets(pairs)
        ends: dict[Any, int] = await consumer.end_offsets(pairs)
        for pair in pairs:
            start = max(starts[pair], ends[pair] - self._size)
            consumer.seek(pair, start)
            self._rings[pair.partition] = _Ring(self._size, start, ends[pair])
        async with self._news:
            self._news.notify_all()

    async def _take(self, batches: dict[Any, list[Any]]) -> None:
        for pair, records in batches.items():
            ring = self._rings[pair.partition]
            for raw in records:
                if raw.value is not None:
                    ring.add(pair.partition, raw.offset, decode_as(AssignmentRecord, raw.value))
        async with self._news:
            self._news.notify_all()


def _place(last: str) -> tuple[int, int]:
    """Read the id of a transition; ``(-1, -1)`` for one that is none of ours."""
    partition, _, offset = last.partition("-")
    if not (partition.isascii() and partition.isdigit() and offset.isascii() and offset.isdigit()):
        return -1, -1
    return int(partition), int(offset)
