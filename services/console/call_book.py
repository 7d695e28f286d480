"""What the desk has to tell somebody by itself: the deliveries that no machine could make, followed in the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import ValidationError

from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.topics import DELIVERIES
from linli.streams.codec import decode_as
from linli.streams.delivery.book import KEPT
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import Span, open_reader

FRESH_S: Final = 1.0
"""How old the list may be: several desks that look at once read the log once."""


class CallBook:
    """Knows the deliveries that wait for a person. It reads the topic once whole and from then on what is new.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions the topic has.

    Notes
    -----
    It holds the deliveries that wait for a person, and no others: one that is settled, or taken over by a machine, is
    forgotten at once, and one that nobody has touched for as long as the topic keeps it as well.
    """

    def __init__(self, address: KafkaAddress, partitions: int) -> None:
        self._address = address
        self._partitions: Sequence[int] = range(partitions)
        self._next: dict[int, int] = {}
        self._waiting: dict[str, DeliveryRecord] = {}
        self._read_at = float("-inf")
        self._alone = asyncio.Lock()

    async def waiting(self, *, at_once: bool = False) -> list[DeliveryRecord]:
        """Give what waits for a person, the most urgent first.

        Parameters
        ----------
        at_once
            Whether the log is looked at although that was done a moment ago.

        Raises
        ------
        aiokafka.errors.KafkaError
            If Kafka does not answer.
        """
        async with self._alone:
            if at_once or time.monotonic() - self._read_at > FRESH_S:
                await self._read_on()
                self._read_at = time.monotonic()
        return waiting(self._waiting.values())

    async def get(self, delivery: str) -> DeliveryRecord | None:
        """Give one delivery that waits for a person; ``None`` if it does not any more."""
        await self.waiting()
        return self._waiting.get(delivery)

    def __len__(self) -> int:
        return len(self._waiting)

    async def _read_on(self) -> None:
        async with open_reader(self._address) as reader:
            for span in await reader.spans(DELIVERIES.name, self._partitions):
                start = max(span.start, self._next.get(span.partition, 0))
                async for record in reader.read(Span(span.topic, span.partition, start, span.end)):
                    self._put(record.value)
                self._next[span.partition] = span.end
        newest = max((one.at for one in self._waiting.values()), default=None)
        if newest is not None:
            self._waiting = {name: one for name, one in self._waiting.items() if one.at >= newest - KEPT}

    def _put(self, value: bytes | None) -> None:
        if value is None:
            return
        try:
            record = decode_as(DeliveryRecord, value)
        except ValidationError:
            # Whoever wrote it, it is no delivery; the delivery process has said so in its log.
            return
        if record.track is None or record.settled:
            self._waiting.pop(record.id, None)
        else:
            self._waiting[record.id] = record


def waiting(records: Iterable[DeliveryRecord]) -> list[DeliveryRecord]:
    """Give the deliveries that somebody at the desk must see to, the most urgent first."""
    found = [one for one in records if one.track is not None]
    return sorted(found, key=lambda one: (one.urgency, one.answer_by or one.until or one.at, one.id))
