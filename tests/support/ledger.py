"""Writing decisions of a desk in memory to the topics, as the dispatcher does: one transaction a round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from pydantic import BaseModel

from linli.matcher.ledger.state import Decision
from linli.schemas import topics
from linli.schemas.policy import Policy
from linli.schemas.rounds import RoundRecord
from linli.schemas.topics import Topic
from linli.streams.codec import to_bytes
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.kept_topics import topic_of
from linli.streams.log_reader import LogRecord, open_reader
from tests.support.district import MONDAY


class Ledger:
    """A writer of the ledger. Use ``async with``."""

    def __init__(self, address: KafkaAddress, partition: int = 0, name: str = "dispatcher-0") -> None:
        self._producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), transactional_id=name)
        self._partition = partition
        self._round = 0
        self._commands = 0
        self.policy = Policy()

    async def __aenter__(self) -> Ledger:
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def write(self, decision: Decision, *, abort: bool = False) -> None:
        """Write a decision in one transaction; with ``abort`` nobody must ever see it."""
        self._round += 1
        await self._producer.begin_transaction()
        for record in decision.assignments:
            await self._send(topics.ASSIGNMENTS, record.request_id, record)
        for plan in decision.plans:
            await self._send(topics.PLANS, plan.team, plan)
        for team in decision.roster:
            await self._send(topics.ROSTER, team.details.team, team)
        for kept in decision.kept:
            await self._send(topic_of(kept).topic, kept.key, kept)
        await self._send(topics.ROUNDS, str(self._partition), self._round_record(decision))
        await (self._producer.abort_transaction() if abort else self._producer.commit_transaction())

    async def write_one(self, topic: Topic, key: str, value: BaseModel | None) -> None:
        """Write one record, or a tombstone, in a transaction of its own."""
        await self._producer.begin_transaction()
        await self._send(topic, key, value)
        await self._producer.commit_transaction()

    async def _send(self, topic: Topic, key: str, value: BaseModel | None) -> None:
        data = None if value is None else to_bytes(value)
        await self._producer.send_and_wait(topic.name, data, key.encode(), self._partition)

    def _round_record(self, decision: Decision) -> RoundRecord:
        first, self._commands = self._commands, self._commands + len(decision.outcomes)
        return RoundRecord(
            partition=self._partition,
            number=self._round,
            first_offset=first,
            next_offset=self._commands,
            now=MONDAY,
            build="test",
            policy=self.policy,
            outcomes=decision.outcomes,
        )


async def committed(address: KafkaAddress, wanted: Sequence[Topic], partitions: int) -> list[LogRecord]:
    """Read everything that was committed to some topics."""
    async with open_reader(address) as reader:
        return [
            record
            for topic in wanted
            for span in await reader.spans(topic.name, range(partitions))
            async for record in reader.read(span)
        ]
