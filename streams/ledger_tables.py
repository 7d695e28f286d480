"""The latest record of everything in some tables of the ledger: read once whole, and from then on what is new."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pydantic import BaseModel

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.errors import Code, LinliError
from linli.schemas.kept import KeptRecord
from linli.schemas.organisation import NodeRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.topics import ASSIGNMENTS, ORGANISATION, ROSTER, SERVICE, STANDING, Topic
from linli.streams.codec import decode_as
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import LogReader, Span, open_reader

RECORDS_MAX: Final = 200_000
"""Records of one table and partition held at once. A county's requests of five weeks are some 3,500; a year of service
records is some 40,000. At 10 KB each this is where a reader should be a database instead."""

_BREATH: Final = 200
"""Records decoded before others get a turn: some 40 ms."""

KNOWN_S: Final = 7 * 86_400.0
"""What nobody asked for in a week is read whole again: a tombstone stays in the log for eight days at least."""

Record = TypeVar("Record", bound=AssignmentRecord | RosterRecord | KeptRecord)


class TooManyRecordsError(LinliError):
    """A table has more records than are held here."""

    def __init__(self, table: str) -> None:
        super().__init__(Code.REPORT_LIMIT, table=table, limit=RECORDS_MAX)


@dataclass(frozen=True, slots=True)
class Tables:
    """The latest records of one district, by table; a table that was not asked for is empty."""

    assignments: tuple[AssignmentRecord, ...] = ()
    roster: tuple[RosterRecord, ...] = ()
    service: tuple[ServiceRecord, ...] = ()
    organisation: tuple[NodeRecord, ...] = ()
    standing: tuple[StandingRecord, ...] = ()


@dataclass(slots=True)
class _Table:
    """One topic's partition: where reading goes on, when it was read, and the latest record of every key."""

    next: int = 0
    read_at: float = 0.0
    records: dict[bytes, BaseModel] = field(default_factory=dict[bytes, BaseModel])


@dataclass(frozen=True, slots=True)
class _View:
    """Of the tables that were asked for, what belongs to a district."""

    tables: Mapping[str, _Table]
    district: str

    def of(self, topic: Topic, model: type[Record]) -> tuple[Record, ...]:
        table = self.tables.get(topic.name, _Table())
        records = (table.records[key] for key in sorted(table.records))
        return tuple(one for one in records if isinstance(one, model) and one.district == self.district)


class LedgerTables:
    """Follows tables of the ledger for as long as somebody asks.

    Parameters
    ----------
    address
        Where Kafka is.

    Notes
    -----
    Records come as they were committed: a
    round is a transaction, but two topics are read one after the other, so the second may be a round ahead.
    """

    def __init__(self, address: KafkaAddress) -> None:
        self._address = address
        self._tables: defaultdict[tuple[str, int], _Table] = defaultdict(_Table)
        self._alone = asyncio.Lock()

    async def read(self, partition: int, topics: Iterable[Topic], district: str) -> Tables:
        """Read on, and give the latest records of a district in order of their keys.

        Raises
        ------
        TooManyRecordsError
            If a table has more than `RECORDS_MAX`.
        pydantic.ValidationError
            If a record of the ledger is none.
        linli.streams.log_reader.LogStalledError
            If a partition cannot be read to its end.
        aiokafka.errors.KafkaError
            If Kafka does not answer.
        """
        wanted = tuple(topics)
        async with self._alone, open_reader(self._address) as reader:
            for topic in wanted:
                [span] = await reader.spans(topic.name, [partition])
                await self._read_on(reader, span, topic)
        view = _View({topic.name: self._tables[topic.name, partition] for topic in wanted}, district)
        return Tables(
            view.of(ASSIGNMENTS, AssignmentRecord),
            view.of(ROSTER, RosterRecord),
            view.of(SERVICE, ServiceRecord),
            view.of(ORGANISATION, NodeRecord),
            view.of(STANDING, StandingRecord),
        )

    async def _read_on(self, reader: LogReader, span: Span, topic: Topic) -> None:
        table = self._tables[topic.name, span.partition]
        if time.monotonic() - table.read_at > KNOWN_S:
            table.next, table.records = 0, {}
        start = max(span.start, table.next)
        latest: dict[bytes, bytes | None] = {}
        async for record in reader.read(Span(span.topic, span.partition, start, span.end)):
            latest[record.key or b""] = record.value
            if len(latest) > RECORDS_MAX:
                raise TooManyRecordsError(topic.name)
        model = topic.value or BaseModel
        for number, (key, value) in enumerate(latest.items()):
            if value is None:
                table.records.pop(key, None)
            else:
                table.records[key] = decode_as(model, value)
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        table.next, table.read_at = span.end, time.monotonic()
        if len(table.records) > RECORDS_MAX:
            raise TooManyRecordsError(topic.name)
