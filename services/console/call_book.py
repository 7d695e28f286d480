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
from linli.streams.delivery_book import DeliveryBook
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
    It holds every delivery of the last thirty days, some 10,000 for a county: a few tens of megabytes.
    """

    def __init__(self, address: KafkaAddress, partitions: int) -> None:
        self._address = address
        self._partitions: Sequence[int] = range(partitions)
        self._next: dict[int, int] = {}
        self._book = DeliveryBook()
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
        return waiting(self._book.open())

    async def get(self, delivery: str) -> DeliveryRecord | None:
        """Give one delivery as it stands."""
        await self.waiting()
        return self._book.get(delivery)

    async def _read_on(self) -> None:
        async with open_reader(self._address) as reader:
            for span in await reader.spans(DELIVERIES.name, self._partitions):
                start = max(span.start, self._next.get(span.partition, 0))
                async for record in reader.read(Span(span.topic, span.partition, start, span.end)):
                    self._put(record.value)
                self._next[span.partition] = span.end

    def _put(self, value: bytes | None) -> None:
        if value is None:
            return
        try:
            self._book.put(decode_as(DeliveryRecord, value))
        except ValidationError:
            # Whoever wrote it, it is no delivery; the delivery process has said so in its log.
            return


def waiting(records: Iterable[DeliveryRecord]) -> list[DeliveryRecord]:
    """Give the deliveries that somebody at the desk must see to, the most urgent first."""
    found = [one for one in records if one.track is not None]
    return sorted(found, key=lambda one: (one.urgency, one.answer_by or one.until or one.at, one.id))
