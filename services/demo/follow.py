"""Following the ledger as any reader of Linli would: committed records only, from the beginning, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.plan import PlanRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import RoundRecord
from linli.schemas.topics import ASSIGNMENTS, DEAD_LETTERS, PLANS, ROSTER, ROUNDS
from linli.services.demo.tally import Tally
from linli.streams.codec import decode
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer

FOLLOWED = (ASSIGNMENTS, PLANS, ROSTER, ROUNDS, DEAD_LETTERS)

_POLL_MS = 100
"""Longest wait for records: how late a lead hears of an offer at most, 42 seconds of a day in two minutes."""


async def follow(
    address: KafkaAddress, partitions: int, tally: Tally, on_assignment: Callable[[AssignmentRecord], None]
) -> None:
    """Read the ledger into the tally until cancelled.

    Parameters
    ----------
    address
        Of Kafka.
    partitions
        How many partitions the topics have.
    tally
        Where everything is counted.
    on_assignment
        Told of every record of ``assignments``: leads and residents answer from it.
    """
    consumer: Any = AIOKafkaConsumer(
        **kafka_client_kwargs(address), isolation_level="read_committed", enable_auto_commit=False, fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        pairs = [TopicPartition(topic.name, number) for topic in FOLLOWED for number in range(partitions)]
        consumer.assign(pairs)
        await consumer.seek_to_beginning(*pairs)
        while True:
            for pair, records in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
                for record in records:
                    _note(tally, pair.topic, record, on_assignment)
            await asyncio.sleep(0)
    finally:
        await stop_consumer(consumer)


def _note(tally: Tally, topic: str, record: Any, on_assignment: Callable[[AssignmentRecord], None]) -> None:
    """Count one record."""
    if record.value is None:
        return
    appended = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    value = decode(topic, cast("bytes", record.value))
    match value:
        case AssignmentRecord():
            tally.note_assignment(value, appended)
            on_assignment(value)
        case PlanRecord():
            tally.plans[value.team] = value
        case RosterRecord():
            tally.roster[value.details.team] = value
        case RoundRecord():
            tally.rounds.append((appended, value))
        case DeadLetter():
            tally.dead_letters.append(value)
        case _:
            raise TypeError(f"{topic} holds a {type(value).__name__}")
