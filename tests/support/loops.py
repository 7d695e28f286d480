"""Dispatch loops inside the test's own process, and what they wrote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.policy import Mode, Policy
from linli.schemas.rounds import RoundRecord
from linli.schemas.topics import ASSIGNMENTS, DEAD_LETTERS, ROUNDS
from linli.streams.dispatch.loop import DispatchLoop, LoopSettings
from linli.streams.dispatch.round_work import Desk
from linli.streams.dispatch.surveying import Surveyor
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import LogRecord, open_reader
from tests.support.stand_in_desk import STAND_IN

REACH_S = 20.0
"""How long something may take to appear in the log."""


class Loops:
    """Makes loops of one partition, one after the other."""

    def __init__(self, address: KafkaAddress, facts: Facts, partition: int, folder: Path) -> None:
        self.address = address
        self.facts = facts
        self.partition = partition
        self._folder = folder

    def make(self, *, desk: Desk = STAND_IN, batch_max: int = 500, surveyor: Surveyor | None = None) -> DispatchLoop:
        """Make a loop that does not run yet."""
        settings = LoopSettings(
            address=self.address,
            partition=self.partition,
            facts=self.facts,
            policy=Policy(mode=Mode.AUTO, work=100),
            build="test",
            counts=self._folder,
            batch_max=batch_max,
            idle_s=0.05,
            surveyor=surveyor,
        )
        return DispatchLoop(settings, desk)

    @asynccontextmanager
    async def running(
        self, *, desk: Desk = STAND_IN, batch_max: int = 500, surveyor: Surveyor | None = None
    ) -> AsyncGenerator[DispatchLoop]:
        """Run a loop, then stop it; what it raises is raised here."""
        loop = self.make(desk=desk, batch_max=batch_max, surveyor=surveyor)
        task = asyncio.create_task(loop.run())
        try:
            yield loop
        finally:
            loop.stop()
            await task

    async def fails(self, error: type[Exception]) -> None:
        """Run a loop until it fails as expected."""
        loop = self.make()
        try:
            async with asyncio.timeout(REACH_S):
                await loop.run()
        except error:
            return
        finally:
            await loop.close()
        raise AssertionError(f"the loop ended without {error.__name__}")

    async def rounds(self) -> list[RoundRecord]:
        """Give every round that was written."""
        return [RoundRecord.model_validate_json(one.value or b"") for one in await self.log(ROUNDS.name)]

    async def requests(self) -> dict[str, AssignmentRecord]:
        """Give the last record of every request."""
        last = {one.key: one.value for one in await self.log(ASSIGNMENTS.name)}
        records = [AssignmentRecord.model_validate_json(value) for value in last.values() if value is not None]
        return {record.request_id: record for record in records}

    async def dead_letters(self) -> list[DeadLetter]:
        """Give every dead letter."""
        return [DeadLetter.model_validate_json(one.value or b"") for one in await self.log(DEAD_LETTERS.name)]

    async def log(self, topic: str) -> list[LogRecord]:
        """Give what is committed in a topic's partition."""
        async with open_reader(self.address) as reader:
            [span] = await reader.spans(topic, [self.partition])
            return [record async for record in reader.read(span)]

    async def read_to(self, offset: int) -> None:
        """Wait until commands up to an offset (exclusive) have been read by committed rounds."""
        async with asyncio.timeout(REACH_S):
            while not (rounds := await self.rounds()) or rounds[-1].next_offset < offset:
                await asyncio.sleep(0.05)
