"""The one writer of ``deliveries``: what was told, and what is about to be tried, in transactions that fence.

Transactions and not merely idempotence, for two reasons. A transactional id makes a second delivery process shut the
first one out, also one that was paused for an hour and wakes up: it may finish the tries it had begun, under the same
ids, but it can write nothing and ends. And the many records of one look at the clock are there together or not at all.
What goes out over HTTP cannot be part of a transaction: that stays *at least once*, which is why the try is written
before it is made.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from linli.schemas import event_types
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.topics import DELIVERIES
from linli.streams.codec import Encoded, encode
from linli.streams.fenced_producer import TRANSACTION_LIMIT_S, start_fenced
from linli.streams.kafka_client import KafkaAddress

SOURCE: Final = "delivery"


def transactional_id(partition: int) -> str:
    """Give the name under which delivery processes fence each other out of a partition."""
    return f"delivery-{partition}"


class DeliveryWriter:
    """Writes records of deliveries, each on the partition of its district.

    Parameters
    ----------
    address
        How to reach Kafka.
    partitions
        By district, where its records lie.
    """

    def __init__(self, address: KafkaAddress, partitions: Mapping[str, int]) -> None:
        self._address = address
        self._partitions = partitions
        self._producers: dict[int, Any] = {}

    async def fence(self) -> None:
        """Become the writer of every partition; what a former one left open is aborted."""
        for partition in sorted(set(self._partitions.values())):
            self._producers[partition] = await start_fenced(self._address, transactional_id(partition))

    async def close(self) -> None:
        """Let go of the connections; harmless when there are none."""
        for producer in self._producers.values():
            await producer.stop()
        self._producers.clear()

    async def write(self, records: Iterable[DeliveryRecord]) -> None:
        """Write records, in one transaction for each partition.

        Raises
        ------
        TimeoutError
            If it takes longer than `TRANSACTION_LIMIT_S`.
        aiokafka.errors.KafkaError, AssertionError
            If the broker refuses any of it, or another process has taken over (the client says that with either).

        Notes
        -----
        After any error nothing is known about the outcome: the process must end and restore.
        """
        by_partition: defaultdict[int, list[DeliveryRecord]] = defaultdict(list)
        for record in records:
            by_partition[self._partitions[record.district or ""]].append(record)
        async with asyncio.timeout(TRANSACTION_LIMIT_S):
            await asyncio.gather(*(self._write(partition, some) for partition, some in by_partition.items()))

    async def _write(self, partition: int, records: Sequence[DeliveryRecord]) -> None:
        producer = self._producers[partition]
        await producer.begin_transaction()
        answers = [await self._send(producer, partition, record) for record in records]
        for answer in answers:  # A commit does not notice a record that the broker refused.
            await answer
        await producer.commit_transaction()

    @staticmethod
    async def _send(producer: Any, partition: int, record: DeliveryRecord) -> Any:
        event = delivery_event(record)
        return await producer.send(
            DELIVERIES.name, event.value, record.id.encode(), partition=partition, headers=event.headers
        )


def delivery_event(record: DeliveryRecord) -> Encoded:
    """Give the event of a record: its id names the state, so that a repeated record is seen to be one."""
    tries = ".".join(f"{track.channel.value}:{track.attempt}" for track in record.tracks)
    event_id = f"{record.id}/{record.state.value}/{tries}/{int(record.at.timestamp() * 1000)}"
    return encode(record, event_type=event_types.DELIVERY, source=SOURCE, event_id=event_id, time=record.at)
