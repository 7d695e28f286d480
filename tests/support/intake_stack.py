"""Intake as it really runs: a Kafka of its own, the process under its supervisor, and a look at everything it wrote."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from linli.schemas.commands import Command
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.topics import COMMANDS, DEAD_LETTERS, INBOX, SUBJECT_KEYS
from linli.services.child import ProcessSpec
from linli.services.ground.local import LocalGround
from linli.services.supervisor import ProcessEvent
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.codec import decode_as, to_bytes
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.log_reader import LogRecord, open_reader
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.master_key_file import create_master_key
from tests.support.dispatchers import PATIENT
from tests.support.inbox import DISTRICT, NOW, county

OTHER_DISTRICT = "520625"
PARTITIONS = 2
NAME = "intake"

STILL_S = 60.0
"""How long nothing may come before a test says that nothing will. A limit on the whole would be a bet on how busy the
machine is: what is waited for grows with the load, and only standing still means that something is wrong."""

LOOK_S = 0.2


@dataclass(frozen=True)
class Outcome:
    """An outcome as it lies in the log. ``source`` is the id made of the record's position in the inbox."""

    source: str
    record: LogRecord
    command: Command | None = None
    letter: DeadLetter | None = None


@dataclass
class IntakeStack:
    """A running intake; decision time is `NOW` when it starts."""

    ground: LocalGround
    folder: Path
    keyring: Keyring
    producer: Any
    events: list[ProcessEvent]

    async def send(self, record: InboxRecord, partition: int) -> str:
        """Write a record into the inbox; return the id its outcome will have."""
        sent = await self.producer.send_and_wait(
            INBOX.name, record.value, record.key, partition, headers=list(record.headers)
        )
        return f"{INBOX.name}-{sent.partition}-{sent.offset}"

    async def read(self, topic: str) -> list[LogRecord]:
        """Read everything that a topic holds."""
        async with open_reader(self.ground.kafka_address) as reader:
            spans = await reader.spans(topic, range(PARTITIONS))
            return [record for span in spans async for record in reader.read(span)]

    async def outcomes(self) -> list[Outcome]:
        """Read every outcome there is."""
        commands = [(decode_as(Command, one.value or b""), one) for one in await self.read(COMMANDS.name)]
        letters = [(decode_as(DeadLetter, one.value or b""), one) for one in await self.read(DEAD_LETTERS.name)]
        return [Outcome(command.id, one, command=command) for command, one in commands] + [
            Outcome(letter.id, one, letter=letter) for letter, one in letters
        ]

    async def count(self) -> int:
        """Count outcomes without reading them."""
        async with open_reader(self.ground.kafka_address) as reader:
            spans = [await reader.spans(topic, range(PARTITIONS)) for topic in (COMMANDS.name, DEAD_LETTERS.name)]
        return sum(span.end for pair in spans for span in pair)

    async def outcomes_of(self, ids: Sequence[str]) -> list[Outcome]:
        """Wait until every record of a list has an outcome, and return all outcomes.

        Raises
        ------
        TimeoutError
            If nothing comes any more; the message says how many are missing.
        """
        count = await self.until_there_are(len(ids))
        while True:
            found = await self.outcomes()
            missing = set(ids) - {one.source for one in found}
            if not missing:
                return found
            # Records handled twice count as well, so that more may have to come.
            try:
                count = await self.until_there_are(count + 1)
            except TimeoutError:
                raise TimeoutError(f"{len(missing)} of {len(ids)} have no outcome. {self.log()[-2000:]}") from None

    async def until_there_are(self, wanted: int) -> int:
        """Wait until so many outcomes were written, and return how many there are.

        Raises
        ------
        TimeoutError
            If nothing comes for `STILL_S`.
        """
        count, moved = await self.count(), time.monotonic()
        while count < wanted:
            await asyncio.sleep(LOOK_S)
            before, count = count, await self.count()
            if count > before:
                moved = time.monotonic()
            elif time.monotonic() - moved > STILL_S:
                raise TimeoutError(f"{count} of {wanted} outcomes, and no more for {STILL_S:g} s. {self.log()[-2000:]}")
        return count

    async def everything_written(self) -> bytes:
        """Return all keys, headers and values of every topic that intake writes, and its log."""
        topics = (COMMANDS.name, DEAD_LETTERS.name, SUBJECT_KEYS.name)
        records = [record for topic in topics for record in await self.read(topic)]
        parts = [part for one in records for part in (one.key or b"", one.value or b"", *(v for _, v in one.headers))]
        return b"\n".join([*parts, self.log().encode()])

    def log(self) -> str:
        """Return the process's log."""
        return (self.folder / "intake.log").read_text()

    def kill(self) -> None:
        """Send SIGKILL to the process."""
        os.kill(self.ground.supervisor.pid(NAME), signal.SIGKILL)


def county_files(folder: Path) -> None:
    """Write the files of the two districts."""
    for code in (DISTRICT, OTHER_DISTRICT):
        (folder / f"{code}.json").write_bytes(to_bytes(county().model_copy(update={"code": code})))


@asynccontextmanager
async def intake_stack(folder: Path) -> AsyncGenerator[IntakeStack]:
    """Start a Kafka, set it up, and start intake on it."""
    events: list[ProcessEvent] = []
    ground = LocalGround(folder / "ground", tethered=True, on_event=events.append, policy=PATIENT)
    async with ground:
        wanted = Wanted((DISTRICT, OTHER_DISTRICT), PARTITIONS, clock_origin=NOW)
        await bootstrap(ground.kafka_address, wanted)
        county_files(folder)
        keyring = create_master_key(folder / "master.key")
        producer: Any = AIOKafkaProducer(bootstrap_servers=ground.kafka, enable_idempotence=True)
        await producer.start()
        try:
            await ground.supervisor.start(intake_spec(ground, folder))
            yield IntakeStack(ground, folder, keyring, producer, events)
        finally:
            await producer.stop()


def intake_spec(ground: LocalGround, folder: Path, slot: int = 0) -> ProcessSpec:
    """Say how to run an intake on the stack's ground, the one under its supervisor or a further one beside it."""
    return ProcessSpec(
        name=f"{NAME}-{slot}" if slot else NAME,
        argv=(sys.executable, "-m", "linli.services.intake", "--slot", str(slot)),
        log=folder / (f"{NAME}-{slot}.log" if slot else f"{NAME}.log"),
        env={
            "LINLI_KAFKA": ground.kafka,
            "LINLI_STATE": str(folder),
            "LINLI_DISTRICTS": f"{DISTRICT},{OTHER_DISTRICT}",
            "LINLI_DISTRICT_FOLDER": str(folder),
            "LINLI_PARTITIONS": str(PARTITIONS),
        },
        tethered=True,
    )


def seconds_between(earlier: datetime, later: datetime) -> float:
    """Return the seconds from one instant to another."""
    return (later - earlier).total_seconds()
