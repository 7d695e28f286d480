"""One round, one transaction: the fenced producer of a partition, which writes all of a round or nothing.

Every line follows from something measured: a commit succeeds although the broker refused a record, so every send is
awaited first; an end of transaction that is sent again on another connection may end a later transaction, so the
whole is limited to less than a request's time-out and nothing is ever tried twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiokafka.structs import TopicPartition

from linli.schemas.topics import COMMANDS
from linli.streams.dispatch.crash_points import CrashPlan, CrashPoint
from linli.streams.fenced_producer import TRANSACTION_LIMIT_S, start_fenced
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger_records import Outgoing

SLOW_COMMIT: Final = timedelta(seconds=1)
"""A commit slower than this may have been retried inside the client: the producer is fenced anew (0.1 s)."""

GROUP: Final = "dispatcher"
"""The consumer group whose offsets say how far behind a dispatcher is; nobody ever starts from them."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the broker said of a committed round.

    Parameters
    ----------
    skew
        Broker's clock minus ours, as the round record's append time shows it; zero if it lies between send and answer.
    commit, whole
        How long the commit alone, and the whole transaction, took.
    """

    skew: timedelta
    commit: timedelta
    whole: timedelta


def transactional_id(partition: int) -> str:
    """Give the name under which one partition's dispatchers fence each other out."""
    return f"dispatcher-{partition}"


class RoundWriter:
    """The only writer of one partition's ledger, as long as nobody fences it out.

    Parameters
    ----------
    address
        How to reach Kafka.
    partition
        The partition whose ledger is written.
    crash
        Where to die on purpose.
    """

    def __init__(self, address: KafkaAddress, partition: int, crash: CrashPlan) -> None:
        self._address = address
        self._partition = partition
        self._crash = crash
        self._producer: Any = None

    async def fence(self) -> None:
        """Become the writer: the former one can commit nothing more, and what it left open is aborted."""
        await self.close()
        self._producer = await start_fenced(self._address, transactional_id(self._partition))

    async def close(self) -> None:
        """Let go of the connection; harmless when there is none."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def write(self, records: Sequence[Outgoing], round_record: Outgoing, next_offset: int) -> Written:
        """Write a round: its records, then the round record, then the position, all or nothing.

        Raises
        ------
        TimeoutError
            If it takes longer than `TRANSACTION_LIMIT_S`.
        aiokafka.errors.KafkaError, AssertionError
            If the broker refuses any of it, or another writer has taken over (the client says that with either).

        Notes
        -----
        After any error nothing is known about the outcome: the process must end and restore.
        """
        began = time.monotonic()
        async with asyncio.timeout(TRANSACTION_LIMIT_S):
            await self._producer.begin_transaction()
            self._crash.passing(CrashPoint.AFTER_BEGIN)
            await self._send_all(records)
            self._crash.passing(CrashPoint.BEFORE_ROUND_RECORD)
            skew = await self._send_round(round_record)
            position = {TopicPartition(COMMANDS.name, self._partition): next_offset}
            await self._producer.send_offsets_to_transaction(position, GROUP)
            self._crash.passing(CrashPoint.BEFORE_COMMIT)
            committing = time.monotonic()
            await self._producer.commit_transaction()
        ended = time.monotonic()
        return Written(skew, timedelta(seconds=ended - committing), timedelta(seconds=ended - began))

    async def _send_all(self, records: Sequence[Outgoing]) -> None:
        """Send, then wait for the broker's word on every single record."""
        answers = [await self._send(record) for record in records]
        for number, answer in enumerate(answers):
            await answer
            if number == 0:
                self._crash.passing(CrashPoint.AFTER_FIRST_SEND)

    async def _send_round(self, record: Outgoing) -> timedelta:
        """Send the round record and compare the broker's clock with ours."""
        before = datetime.now(UTC)
        answer = await (await self._send(record))
        after = datetime.now(UTC)
        appended = datetime.fromtimestamp(answer.timestamp / 1000, UTC)
        return skew_between(before, appended, after)

    async def _send(self, record: Outgoing) -> Any:
        return await self._producer.send(
            record.topic, record.value, record.key, partition=self._partition, headers=record.headers
        )


def skew_between(before: datetime, appended: datetime, after: datetime) -> timedelta:
    """Give how far the broker's clock is from ours at least: zero if its time lies between our two."""
    if appended < before:
        return appended - before
    return max(appended - after, timedelta(0))
