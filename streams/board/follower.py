"""The board: follows the ledger and writes the read model, and rebuilds it when what is in Redis cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from typing_extensions import override

from linli.schemas.metrics import SECTIONS
from linli.streams.board import keys
from linli.streams.board.entries import TOPICS, entries_of, merged
from linli.streams.board.store import BoardGoneError, BoardStore, Epoch, Found
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer
from linli.streams.log_lines import log_for
from linli.streams.log_reader import LogReader, LogRecord, Span, log_record, open_reader
from linli.streams.meters import Meters

BATCH_MAX: Final = 500
"""Records per script call: some 20 ms in which Redis serves nobody else."""

LOOK: Final = timedelta(seconds=1)
"""How long to wait for records before the board is looked after anyway: so soon is a flushed Redis noticed."""

TOO_OLD: Final = timedelta(days=7)
"""A board that nobody looked after for so long is rebuilt: a record may be compacted away after eight days, a tombstone
a day later, and a removal that was never seen would leave a request standing for ever."""

PROGRESS: Final = 20_000
"""Records between two lines about a long rebuild."""

_LAYOUT: Final = "layout"

CAUSES: Final = {
    "there is none": "missing",
    "it has another layout": "layout",
    "it is too old": "too_old",
    "its positions cannot be read": "unreadable",
    "it follows other partitions": "partitions",
}
"""Why a board is rebuilt, as a label; whatever else is wrong names a topic and means that the log is another one."""

_log = log_for("board")


@dataclass(frozen=True, slots=True)
class Position:
    """Where the board stands in a partition.

    Parameters
    ----------
    after
        The offset of the next record.
    last, appended_ms
        Offset and append time of the last record that was applied, -1 for none. They tell this topic from another one
        of the same name: the broker's append times of two topics do not agree.
    """

    after: int
    last: int = -1
    appended_ms: int = -1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote.

        Raises
        ------
        ValueError
            If it is something else.
        """
        after, last, appended_ms = (int(part) for part in text.split(":"))
        return cls(after, last, appended_ms)

    @override
    def __str__(self) -> str:
        return f"{self.after}:{self.last}:{self.appended_ms}"


Positions = dict[tuple[str, int], Position]
"""The position of every partition of every topic."""


def fields_of(positions: Positions) -> dict[str, str]:
    """Write positions as the fields of the hash in Redis."""
    return {f"{topic}/{partition}": str(position) for (topic, partition), position in positions.items()}


def positions_in(fields: Mapping[str, str]) -> Positions:
    """Read the fields of the hash in Redis.

    Raises
    ------
    ValueError
        If one of them is no position.
    """
    found: Positions = {}
    for field, text in fields.items():
        if field != _LAYOUT:
            topic, _, partition = field.rpartition("/")
            found[topic, int(partition)] = Position.parse(text)
    return found


class Board:
    """Writes one cluster's board. Use `run`.

    Parameters
    ----------
    address
        The Kafka with the log.
    store
        The Redis side.
    partitions
        How many partitions each topic has.
    meters
        What is counted; ``None`` to count for nobody.

    Notes
    -----
    Topics are read side by side, so for a moment the board may show a request with a plan of the round before. Two
    boards that run by mistake do no harm: while they read the same batches the second of them repeats the first, and as
    soon as they do not, one ends with `BoardMovedError`.
    """

    def __init__(self, address: KafkaAddress, store: BoardStore, partitions: int, meters: Meters | None = None) -> None:
        self._address = address
        self._meters = meters or Meters(SECTIONS["board"])
        self._store = store
        self._pairs = [(topic.name, partition) for topic in TOPICS for partition in range(partitions)]

    async def run(self) -> None:
        """Follow the log until cancelled.

        Raises
        ------
        linli.streams.board.store.BoardMovedError
            If another board writes.
        linli.streams.board.store.StoreUnreachableError
            If Redis stays away.
        aiokafka.errors.KafkaError
            If Kafka refuses us or the log is not where it was.
        """
        while True:
            try:
                await self._follow(*await self._open())
            except BoardGoneError:
                _log.warning("the board is gone from redis and is rebuilt from the log")

    async def _open(self) -> tuple[Epoch, Positions]:
        """Find a board to go on with, or build one."""
        found = await self._store.find()
        async with open_reader(self._address) as reader:
            reason = await self._why_not(found, reader)
            if found is not None and reason is None:
                opened = found.epoch, positions_in(found.positions)
                _log.info("going on", epoch=found.epoch.name)
            else:
                _log.info("rebuilding", reason=reason)
                self._meters.count("linli_board_rebuilds_total", CAUSES.get(reason or "", "another_log"))
                opened = await self._rebuild(found, reader)
        removed = await self._store.sweep(opened[0])
        if removed:
            _log.info("removed what was left of former boards", keys=removed)
        return opened

    async def _why_not(self, found: Found | None, reader: LogReader) -> str | None:
        """Say why the board that was found cannot be trusted; ``None`` if it can."""
        if found is None:
            return "there is none"
        if found.positions.get(_LAYOUT) != keys.LAYOUT:
            return "it has another layout"
        if found.beat is None or datetime.now(UTC) - found.beat > TOO_OLD:
            return "it is too old"
        try:
            positions = positions_in(found.positions)
        except ValueError:
            return "its positions cannot be read"
        if set(positions) != set(self._pairs):
            return "it follows other partitions"
        return await _first_mismatch(positions, await self._spans(reader), reader)

    async def _spans(self, reader: LogReader) -> list[Span]:
        return [span for topic, partition in self._pairs for span in await reader.spans(topic, [partition])]

    async def _rebuild(self, found: Found | None, reader: LogReader) -> tuple[Epoch, Positions]:
        former = None if found is None else found.epoch
        epoch = self._store.next_epoch(former)
        spans = await self._spans(reader)
        positions: Positions = {(span.topic, span.partition): Position(span.start) for span in spans}
        begin = {_LAYOUT: keys.LAYOUT, **fields_of(positions)}
        await self._store.apply(epoch, [], {}, begin, building=True)
        count = 0
        for span in spans:
            count += await self._build(epoch, positions, span, reader)
        await self._store.swap(former, epoch, fields_of(positions))
        _log.info("rebuilt", epoch=epoch.name, records=count)
        return epoch, positions

    async def _build(self, epoch: Epoch, positions: Positions, span: Span, reader: LogReader) -> int:
        """Apply one piece of the log to an epoch that is not current yet."""
        batch: list[LogRecord] = []
        count = 0
        async for record in reader.read(span):
            batch.append(record)
            count += 1
            if len(batch) == BATCH_MAX:
                await self._apply(epoch, positions, batch, {}, building=True)
                batch = []
            if count % PROGRESS == 0:
                _log.info("rebuilding", topic=span.topic, partition=span.partition, records=count)
        # The end of the piece may be a transaction's marker, which is no record: the position is set beyond it.
        await self._apply(epoch, positions, batch, {(span.topic, span.partition): span.end}, building=True)
        return count

    async def _follow(self, epoch: Epoch, positions: Positions) -> None:
        consumer: Any = AIOKafkaConsumer(
            **kafka_client_kwargs(self._address),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
        )
        await consumer.start()
        try:
            pairs = [TopicPartition(topic, partition) for topic, partition in self._pairs]
            consumer.assign(pairs)
            for pair in pairs:
                consumer.seek(pair, positions[pair.topic, pair.partition].after)
            while True:
                got = await consumer.getmany(timeout_ms=int(LOOK.total_seconds() * 1000), max_records=BATCH_MAX)
                batch = [log_record(raw) for records in got.values() for raw in records]
                reached = {(pair.topic, pair.partition): await consumer.position(pair) for pair in pairs}
                await self._apply(epoch, positions, batch, reached)
                self._measure(batch, {pair: (consumer.highwater(pair) or 0) for pair in pairs}, reached)
        finally:
            await stop_consumer(consumer)

    def _measure(
        self, batch: list[LogRecord], ends: Mapping[TopicPartition, int], reached: Mapping[tuple[str, int], int]
    ) -> None:
        """Note how far the board is behind, and how old the records were that just got onto it."""
        behind: dict[int, int] = {}
        for pair, end in ends.items():
            left = max(0, end - reached[pair.topic, pair.partition])
            behind[pair.partition] = behind.get(pair.partition, 0) + left
        for partition, records in behind.items():
            self._meters.show("linli_board_behind_records", records, str(partition))
        now = datetime.now(UTC)
        for record in batch:
            self._meters.observe("linli_board_age_seconds", max(0.0, (now - record.appended).total_seconds()))

    async def _apply(
        self,
        epoch: Epoch,
        positions: Positions,
        batch: list[LogRecord],
        reached: Mapping[tuple[str, int], int],
        *,
        building: bool = False,
    ) -> None:
        """Apply a batch, even an empty one: that is how a board that is gone is noticed."""
        following = moved(positions, batch, reached)
        entries = merged(entry for record in batch for entry in entries_of(record))
        await self._store.apply(epoch, entries, fields_of(positions), fields_of(following), building=building)
        positions.update(following)
        for record in batch:
            self._meters.count("linli_board_records_total", record.topic)


def moved(positions: Positions, batch: Iterable[LogRecord], reached: Mapping[tuple[str, int], int]) -> Positions:
    """Give the positions after a batch.

    Parameters
    ----------
    positions
        The positions before.
    batch
        Records in the order of their partitions.
    reached
        How far the reader got, beyond markers that are no records.
    """
    following = dict(positions)
    for record in batch:
        appended_ms = round(record.appended.timestamp() * 1000)
        following[record.topic, record.partition] = Position(record.offset + 1, record.offset, appended_ms)
    for pair, after in reached.items():
        known = following[pair]
        following[pair] = Position(max(after, known.after), known.last, known.appended_ms)
    return following


async def _first_mismatch(positions: Positions, spans: list[Span], reader: LogReader) -> str | None:
    """Say where the log is not the one the board was made from; ``None`` if it is that log everywhere."""
    for span in spans:
        position, name = positions[span.topic, span.partition], f"{span.topic}-{span.partition}"
        if position.after < span.start:
            return f"{name} begins behind it"
        if position.after > span.end:
            return f"{name} ends before it"
        if position.last >= span.start and not await _still_lies_there(position, span, reader):
            return f"{name} is another topic"
    return None


async def _still_lies_there(position: Position, span: Span, reader: LogReader) -> bool:
    piece = Span(span.topic, span.partition, position.last, position.last + 1)
    found = [record async for record in reader.read(piece)]
    return [round(record.appended.timestamp() * 1000) for record in found] == [position.appended_ms]


async def log_ends(address: KafkaAddress, partitions: int) -> dict[tuple[str, int], int]:
    """Tell where every partition that the board follows ends now."""
    async with open_reader(address) as reader:
        found = [await reader.spans(topic.name, range(partitions)) for topic in TOPICS]
    return {(span.topic, span.partition): span.end for spans in found for span in spans}


def has_reached(found: Found, ends: Mapping[tuple[str, int], int]) -> bool:
    """Tell whether a board has got as far as some ends of the log."""
    positions = positions_in(found.positions)
    return all(pair in positions and positions[pair].after >= end for pair, end in ends.items())


async def cluster_id(address: KafkaAddress) -> str:
    """Ask a Kafka for the id of its cluster.

    Raises
    ------
    aiokafka.errors.KafkaError
        If it does not answer or does not let us in.
    """
    from aiokafka.admin import AIOKafkaAdminClient

    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    try:
        await admin.start()
        described: dict[str, Any] = await admin.describe_cluster()
        return str(described["cluster_id"])
    finally:
        await admin.close()
