"""Sending the simulated people's events at their time, and knowing what was sent when."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from linli.schemas.topics import INBOX
from linli.services.demo.door import Door
from linli.services.demo.said import goes_to_kafka
from linli.services.demo.timed import TimedEvent
from linli.streams.codec import headers_of
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs

_NAP_S = 0.02
"""Real seconds between looks at what is due: 9 seconds of a day in two minutes, less than any delay that matters."""


class Post:
    """Everybody's letter box: events wait in it for their time, and each is sent once.

    Most go through the gateway's door; what other systems say themselves goes to Kafka.

    Parameters
    ----------
    address
        Of Kafka.
    now
        Gives the decision time.
    partition_of
        The partition of a district; what no one serves goes to partition 0.
    on_sent
        Told of every event, with the real instant at which it was sent for the first time.
    door
        The way to the gateway; ``None``: everything goes to Kafka, as another system may send it.
    """

    def __init__(
        self,
        address: KafkaAddress,
        now: Callable[[], datetime],
        partition_of: Callable[[str], int | None],
        on_sent: Callable[[TimedEvent, datetime], None],
        door: Door | None = None,
    ) -> None:
        self._producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True, linger_ms=2)
        self._now = now
        self._partition_of = partition_of
        self._door = door
        self._on_sent = on_sent
        self._waiting: list[tuple[datetime, int, TimedEvent]] = []
        self._known: set[tuple[str, datetime]] = set()
        self._serial = 0
        self._under_way: set[asyncio.Future[Any]] = set()
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

    def leave_to_a_person(self, team: str) -> None:
        """Let nothing wait that a team would say: its lead is a real person from now on."""
        self._waiting = [one for one in self._waiting if getattr(one[2].body, "team", "") != team]
        heapq.heapify(self._waiting)

    async def send_now(self, events: Iterable[TimedEvent]) -> None:
        """Send at once, whatever the time."""
        for event in events:
            await self._send(event)
        await self.settle()

    async def run(self, until: datetime | None) -> None:
        """Send what falls due up to a decision time; ``None``: until cancelled."""
        while until is None or self._now() <= until:
            now = self._now()
            while self._waiting and self._waiting[0][0] <= now:
                await self._send(heapq.heappop(self._waiting)[2])
            await asyncio.sleep(_NAP_S)
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything that was sent is acknowledged by Kafka, or answered by the gateway.

        Raises
        ------
        aiokafka.errors.KafkaError
            If it refused a record.
        """
        waiting, self._under_way = self._under_way, set()
        await asyncio.gather(*waiting)

    async def _send(self, event: TimedEvent) -> None:
        self._on_sent(event, datetime.now(UTC))
        if self._door is None or goes_to_kafka(event):
            self._under_way.add(await self._to_kafka(event))
        else:
            self._under_way.add(self._to_the_door(self._door, event))
        self.sent += 1

    def _to_the_door(self, door: Door, event: TimedEvent) -> asyncio.Future[Any]:
        """Say an event to the gateway; nobody waits for the answer that another gets."""
        task = asyncio.create_task(door.say(event), name=event.event_id)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Future[Any]) -> None:
        """Let go of what went well; what failed is told to whoever settles."""
        if not task.cancelled() and task.exception() is None:
            self._under_way.discard(task)

    async def _to_kafka(self, event: TimedEvent) -> asyncio.Future[Any]:
        headers = headers_of(event_type=event.event_type, source=event.source, event_id=event.event_id, time=event.at)
        partition = self._partition_of(event.district) or 0
        written: asyncio.Future[Any] = await self._producer.send(
            INBOX.name, event.value, event.district.encode(), partition=partition, headers=headers
        )
        return written
