"""Sending the simulated people's events at their time, and knowing what was sent when."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from linli.schemas.topics import INBOX
from linli.services.demo.timed import TimedEvent
from linli.streams.clock import Clock
from linli.streams.codec import headers_of
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs

_NAP_S = 0.02
"""Real seconds between looks at what is due: 9 seconds of a day in two minutes, less than any delay that matters."""


class Post:
    """Everybody's letter box: events wait in it for their time, and each is sent once.

    Parameters
    ----------
    address
        Of Kafka.
    clock
        The shared clock.
    partition_of
        The partition of a district; what no one serves goes to partition 0.
    on_sent
        Told of every event, with the real instant at which it was handed to Kafka.
    """

    def __init__(
        self,
        address: KafkaAddress,
        clock: Clock,
        partition_of: Callable[[str], int | None],
        on_sent: Callable[[TimedEvent, datetime], None],
    ) -> None:
        self._producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True, linger_ms=2)
        self._clock = clock
        self._partition_of = partition_of
        self._on_sent = on_sent
        self._waiting: list[tuple[datetime, int, TimedEvent]] = []
        self._known: set[tuple[str, datetime]] = set()
        self._serial = 0
        self._unacknowledged: list[asyncio.Future[Any]] = []
        self.sent = 0

    async def __aenter__(self) -> Post:
        """Connect."""
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self._producer.stop()

    def put(self, events: Iterable[TimedEvent]) -> None:
        """Let events wait for their time."""
        for event in events:
            self._serial += 1
            heapq.heappush(self._waiting, (event.at, self._serial, event))

    def put_once(self, events: Iterable[TimedEvent]) -> None:
        """Let events wait that were perhaps put before: whoever answers a later record says the same again."""
        for event in events:
            known = (event.event_id, event.at)
            if known not in self._known:
                self._known.add(known)
                self.put([event])

    def waiting(self, kinds: frozenset[str] | None = None) -> int:
        """Count the events that wait, all or of some kinds."""
        return sum(1 for _, _, event in self._waiting if kinds is None or event.kind in kinds)

    async def send_now(self, events: Iterable[TimedEvent]) -> None:
        """Send at once, whatever the time."""
        for event in events:
            await self._send(event)
        await self.settle()

    async def run(self, until: datetime) -> None:
        """Send what falls due up to a decision time."""
        while (now := self._clock.now()) <= until:
            while self._waiting and self._waiting[0][0] <= now:
                await self._send(heapq.heappop(self._waiting)[2])
            await asyncio.sleep(_NAP_S)
        await self.settle()

    async def settle(self) -> None:
        """Wait until Kafka has acknowledged everything that was sent.

        Raises
        ------
        aiokafka.errors.KafkaError
            If it refused a record.
        """
        waiting, self._unacknowledged = self._unacknowledged, []
        for future in waiting:
            await future

    async def _send(self, event: TimedEvent) -> None:
        self._on_sent(event, datetime.now(UTC))
        headers = headers_of(event_type=event.event_type, source=event.source, event_id=event.event_id, time=event.at)
        partition = self._partition_of(event.district) or 0
        future = await self._producer.send(
            INBOX.name, event.value, event.district.encode(), partition=partition, headers=headers
        )
        self._unacknowledged.append(future)
        self.sent += 1
