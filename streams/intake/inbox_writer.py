"""Writing to the inbox: keys first, every record acknowledged before anybody is told that it was submitted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer
from pydantic import BaseModel

from linli.schemas.event_types import TYPE_OF_KIND
from linli.schemas.identity import position_id
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.topics import INBOX
from linli.streams.codec import encode
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.sealed.subject_keys import subject_key_record

ACKNOWLEDGED_S: Final = 30.0
"""How long the broker may take for a batch: a broker that restarts is back in ten seconds."""


class NotAcknowledgedError(RuntimeError):
    """The broker did not acknowledge a batch in time: what was sent may or may not be in the inbox."""


class UnknownDistrictError(ValueError):
    """The district is not served by this Kafka."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event for the inbox.

    Parameters
    ----------
    district
        Code of the district it belongs to.
    body
        One of the inbox models; its ``kind`` decides the event's type.
    source
        Who sends it.
    event_id
        Its id, the same when it is sent again.
    at
        When, in decision time.
    subject_keys
        The keys of its sealed parts.
    """

    district: str
    body: BaseModel
    source: str
    event_id: str
    at: datetime
    subject_keys: tuple[SubjectKey, ...] = ()


class InboxWriter:
    """Writes to the inbox. Use ``async with``.

    Parameters
    ----------
    address
        Where Kafka is.
    facts
        They say on which partition a district lives.

    Notes
    -----
    Sending the same events again is harmless: an order that is known is recorded as a duplicate and changes nothing.
    """

    def __init__(self, address: KafkaAddress, facts: Facts) -> None:
        self._producer: Any = AIOKafkaProducer(
            **kafka_client_kwargs(address), acks="all", enable_idempotence=True, linger_ms=5
        )
        self._facts = facts

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go; nothing is waiting any more."""
        await self._producer.stop()

    async def send(self, events: Sequence[Outgoing]) -> list[str]:
        """Write events and wait until the broker has acknowledged every one; the keys of sealed parts before them.

        Returns
        -------
        list of str
            The ids of the commands, or dead letters, that the records become, in the order of the events.

        Raises
        ------
        UnknownDistrictError
            If a district is not served here; then nothing was written.
        NotAcknowledgedError
            If the broker takes longer than `ACKNOWLEDGED_S`.
        aiokafka.errors.KafkaError
            If it refuses a record.
        """
        partitions = [self._partition_of(event.district) for event in events]
        try:
            async with asyncio.timeout(ACKNOWLEDGED_S):
                await self._send_keys(events)
                waiting = [await self._send(event, where) for event, where in zip(events, partitions, strict=True)]
                written = [await future for future in waiting]
        except TimeoutError as error:
            raise NotAcknowledgedError(
                f"Kafka did not acknowledge within {ACKNOWLEDGED_S:g} s what was sent last. "
                "Look at `linli status`, then send it again: what is known already is not done twice."
            ) from error
        return [position_id(INBOX.name, record.partition, record.offset) for record in written]

    async def _send_keys(self, events: Sequence[Outgoing]) -> None:
        records = [subject_key_record(key, event.source) for event in events for key in event.subject_keys]
        waiting = [
            await self._producer.send(record.topic, record.value, record.key, record.partition, headers=record.headers)
            for record in records
        ]
        for future in waiting:
            await future

    async def _send(self, event: Outgoing, partition: int) -> Any:
        kind = str(type(event.body).model_fields["kind"].default)
        encoded = encode(
            event.body, event_type=TYPE_OF_KIND[kind], source=event.source, event_id=event.event_id, time=event.at
        )
        key = event.district.encode()
        return await self._producer.send(INBOX.name, encoded.value, key, partition, headers=encoded.headers)

    def _partition_of(self, district: str) -> int:
        partition = self._facts.partition_of(district)
        if partition is None:
            raise UnknownDistrictError(f"The district {district} is not served by this Kafka.")
        return partition
