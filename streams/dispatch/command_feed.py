"""The dispatcher's input: the commands of one partition in the order of the log, read to a known end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from pydantic import ValidationError

from linli.matcher.ledger.state import NumberedCommand
from linli.schemas.commands import Command
from linli.schemas.dead_letters import Reason
from linli.schemas.identity import position_id
from linli.schemas.topics import COMMANDS
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer
from linli.streams.ledger_records import RefusedCommand
from linli.streams.log_reader import LogRecord, LogStalledError, log_record

_RETRY_BACKOFF_MS: Final = 30
"""The client's default, 100, is added to the first question of every start; much less would spin without a broker."""

_POLL_MS: Final = 200
"""One look at the log while commands are known to be there."""

_LOOKS_MAX: Final = 150
"""Looks without any command before the process gives up and starts again: half a minute."""


class LogMadeAnewError(RuntimeError):
    """The log is shorter than what was read of it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Commands of one round: the offsets from ``first`` to ``next`` (exclusive), holes included."""

    first: int
    next: int
    commands: tuple[NumberedCommand, ...] = ()
    refused: tuple[RefusedCommand, ...] = ()

    @property
    def count(self) -> int:
        """How many records of the log there are in it."""
        return len(self.commands) + len(self.refused)


class CommandFeed:
    """Reads ``commands`` from a position that the ledger knows; without a group, for groups know it less well.

    Parameters
    ----------
    address
        How to reach Kafka.
    partition
        The partition to read.
    districts
        Districts that live on it: a command for another one is refused.
    """

    def __init__(self, address: KafkaAddress, partition: int, districts: Iterable[str]) -> None:
        self._address = address
        self._pair = TopicPartition(COMMANDS.name, partition)
        self._districts = frozenset(districts)
        self._waiting: deque[LogRecord] = deque()
        self._taken_to: int = 0
        self._consumer: Any = None
        # It only asks where the log ends: on the connection of the first consumer the question would wait behind a
        # fetch that waits for commands, half a second.
        self._asker: Any = None

    async def open(self, position: int | None) -> int:
        """Open the feed at a position; ``None`` for the beginning of the log.

        Returns
        -------
        int
            How many offsets were deleted before they were read; the feed begins behind them.

        Raises
        ------
        LogMadeAnewError
            If the log ends before the position: what is in it has another past than the ledger.
        """
        self._consumer, self._asker = self._new_consumer(), self._new_consumer()
        await self._consumer.start()
        await self._asker.start()
        self._consumer.assign([self._pair])
        beginning, end = await self._beginning(), await self.end()
        if position is not None and position > end:
            raise LogMadeAnewError(
                f"{self._pair.topic}-{self._pair.partition} ends at {end}, but the ledger has read up to {position}: "
                "the topic was made anew beside an old ledger. Restore it, or start on an empty Kafka."
            )
        self._taken_to = beginning if position is None else max(position, beginning)
        self._consumer.seek(self._pair, self._taken_to)
        return 0 if position is None else self._taken_to - position

    async def close(self) -> None:
        """Let go of the connections; harmless when there are none."""
        for consumer in (self._consumer, self._asker):
            if consumer is not None:
                await stop_consumer(consumer)
        self._consumer = self._asker = None

    async def _beginning(self) -> int:
        starts: dict[Any, int] = await self._asker.beginning_offsets([self._pair])
        return starts[self._pair]

    def _new_consumer(self) -> Any:
        return AIOKafkaConsumer(
            **kafka_client_kwargs(self._address),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            retry_backoff_ms=_RETRY_BACKOFF_MS,
        )

    @property
    def position(self) -> int:
        """Everything before this offset was taken."""
        return self._taken_to

    async def end(self) -> int:
        """Ask the broker where the log ends now."""
        ends: dict[Any, int] = await self._asker.end_offsets([self._pair])
        return ends[self._pair]

    async def wait(self, seconds: float) -> bool:
        """Wait until there is a command, at most for so long; tell whether there is one."""
        if not self._waiting:
            await self._fetch(max(0, int(seconds * 1000)))
        return bool(self._waiting)

    async def take(self, end: int, count_max: int) -> Batch:
        """Take the next commands before ``end``, at most so many.

        Raises
        ------
        LogStalledError
            If the log does not give what its end promises.
        """
        records: list[LogRecord] = []
        while len(records) < count_max and (record := await self._next_before(end)) is not None:
            records.append(record)
        return self._batch(records, end, len(records) == count_max)

    async def _next_before(self, end: int) -> LogRecord | None:
        """Give the next record before an offset; ``None`` when there is none left."""
        for _ in range(_LOOKS_MAX):
            if self._waiting:
                return self._waiting.popleft() if self._waiting[0].offset < end else None
            if await self._consumer.position(self._pair) >= end:
                return None
            await self._fetch(_POLL_MS)
        raise LogStalledError(f"{self._pair.topic}-{self._pair.partition} ends at {end} but gives nothing more")

    def _batch(self, records: list[LogRecord], end: int, full: bool) -> Batch:
        first = self._taken_to
        self._taken_to = records[-1].offset + 1 if full and records else max(end, first)
        read = [self._read(record) for record in records]
        return Batch(
            first=first,
            next=self._taken_to,
            commands=tuple(one for one in read if isinstance(one, NumberedCommand)),
            refused=tuple(one for one in read if isinstance(one, RefusedCommand)),
        )

    async def _fetch(self, timeout_ms: int) -> None:
        got = await self._consumer.getmany(self._pair, timeout_ms=timeout_ms)
        self._waiting.extend(log_record(raw) for raw in got.get(self._pair, []))

    def _read(self, record: LogRecord) -> NumberedCommand | RefusedCommand:
        """Read a command; what is none, or is not for this partition, is refused and not a reason to stop."""
        name = position_id(record.topic, record.partition, record.offset)
        try:
            command = Command.model_validate_json(record.value or b"")
        except ValidationError:
            return RefusedCommand(record.offset, name, None, record.appended, Reason.SCHEMA)
        if command.district not in self._districts:
            return RefusedCommand(record.offset, command.id, None, record.appended, Reason.UNKNOWN_DISTRICT)
        return NumberedCommand(record.offset, command)
