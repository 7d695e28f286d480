"""The dispatcher's memory: restoring a partition's districts from the ledger, and where to go on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from linli.matcher.ledger.state import DistrictState, Kept, with_kept
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.plan import PlanRecord
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import RoundRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.topics import ASSIGNMENTS, PLANS, ROSTER, ROUNDS, Topic
from linli.streams.dispatch.crash_points import CrashPlan, CrashPoint
from linli.streams.dispatch.round_work import requests_in_order
from linli.streams.kafka_client import KafkaAddress
from linli.streams.kept_topics import KEPT_TOPICS
from linli.streams.log_reader import LogReader, LogRecord, Span, open_reader
from linli.streams.tombstones import round_of_tombstone

ROUND_TAIL: Final = 256
"""Offsets looked at first for the last round record; more only if all of them are markers and aborted rounds."""

_ROUND_IN_VALUE: Final = re.compile(rb'"round":(\d+)')
"""A ledger record's round, read without decoding: ids come before it in the bytes, free text after it."""


class LedgerError(RuntimeError):
    """The ledger cannot be restored; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Torn:
    """A round whose transaction was cut in two: ``found`` records of it lie in the ledger, ``counted`` were promised.

    ``counted`` is ``None`` when its round record is missing.
    """

    number: int
    found: int
    counted: int | None


@dataclass(slots=True)
class Restored:
    """What the ledger of one partition says.

    Parameters
    ----------
    last
        The last round record; ``None`` before the first round.
    requests, plans, roster
        Last record per request id, team id and team id.
    kept
        Last record of every key of the further tables.
    torn
        Set if the last round was torn.
    seen
        How many ledger records were read.
    """

    last: RoundRecord | None = None
    requests: dict[str, AssignmentRecord] = field(default_factory=dict[str, AssignmentRecord])
    plans: dict[str, PlanRecord] = field(default_factory=dict[str, PlanRecord])
    roster: dict[str, RosterRecord] = field(default_factory=dict[str, RosterRecord])
    kept: list[Kept] = field(default_factory=list[Kept])
    torn: Torn | None = None
    seen: int = 0

    @property
    def next_offset(self) -> int | None:
        """Where in ``commands`` to go on; ``None`` for the log's beginning.

        A round whose own ledger records are missing is read again: what it had written of its commands is recognised.
        """
        if self.last is None:
            return None
        cut = self.torn is not None and self.torn.counted is not None
        return self.last.first_offset if cut else self.last.next_offset

    def states(self, policy: Policy, districts: Iterable[str]) -> dict[str, DistrictState]:
        """Give the state of every district of the partition.

        Raises
        ------
        LedgerError
            If the ledger speaks of a district that does not live here.
        """
        now = self.last.now if self.last else None
        parts = {code: _Part(DistrictState(code, policy, now=now)) for code in districts}
        for request in self.requests.values():
            _part(parts, request.district).requests[request.request_id] = request
        for plan in self.plans.values():
            _part(parts, plan.district).plans[plan.team] = plan
        for team in self.roster.values():
            _part(parts, team.district).roster[team.details.team] = team
        for kept in self.kept:
            _part(parts, kept.district).kept.append(kept)
        return {code: part.state() for code, part in parts.items()}


@dataclass(slots=True)
class _Part:
    """A district while its records are being collected."""

    empty: DistrictState
    requests: dict[str, AssignmentRecord] = field(default_factory=dict[str, AssignmentRecord])
    plans: dict[str, PlanRecord] = field(default_factory=dict[str, PlanRecord])
    roster: dict[str, RosterRecord] = field(default_factory=dict[str, RosterRecord])
    kept: list[Kept] = field(default_factory=list[Kept])

    def state(self) -> DistrictState:
        """Give the district's state, in the order that every state has; service records only of requests it knows."""
        state = replace(
            self.empty,
            requests=requests_in_order(self.requests.values()),
            plans=dict(sorted(self.plans.items())),
            roster=dict(sorted(self.roster.items())),
        )
        known = (one for one in self.kept if not isinstance(one, ServiceRecord) or one.request_id in self.requests)
        return with_kept(state, known)


def _part(parts: dict[str, _Part], district: str) -> _Part:
    if district not in parts:
        raise LedgerError(f"The ledger of this partition speaks of district {district}, which does not live on it.")
    return parts[district]


async def restore(address: KafkaAddress, partition: int, crash: CrashPlan | None = None) -> Restored:
    """Restore a partition from its ledger, read committed, up to the end at this moment.

    Call it after the fence: then nobody else writes, and the end is the end.

    Raises
    ------
    pydantic.ValidationError
        If a record of the ledger is none.
    linli.streams.log_reader.LogStalledError
        If the ledger cannot be read to its end.

    Notes
    -----
    Only the last bytes of a key are kept and only they are decoded, which is more than twice as fast as decoding
    every record. Memory grows with the number of requests, not with the length of the log.
    """
    crash = crash or CrashPlan()
    async with open_reader(address) as reader:
        restored = Restored(last=await read_last_round(reader, partition))
        tail = _Tail(restored.last.number if restored.last else 0)
        requests = await _last_values(reader, ASSIGNMENTS, partition, tail)
        crash.passing(CrashPoint.DURING_RESTORE)
        plans = await _last_values(reader, PLANS, partition, tail)
        roster = await _last_values(reader, ROSTER, partition, tail)
        for table in KEPT_TOPICS:
            values = await _last_values(reader, table.topic, partition, tail)
            restored.kept += [table.model.model_validate_json(raw) for raw in values.values()]
    restored.requests = {key.decode(): AssignmentRecord.model_validate_json(raw) for key, raw in requests.items()}
    restored.plans = {key.decode(): PlanRecord.model_validate_json(raw) for key, raw in plans.items()}
    restored.roster = {key.decode(): RosterRecord.model_validate_json(raw) for key, raw in roster.items()}
    restored.seen = tail.seen
    restored.torn = tail.torn(restored.last)
    return restored


async def last_round(address: KafkaAddress, partition: int) -> RoundRecord | None:
    """Read the last round record of a partition; ``None`` before the first round."""
    async with open_reader(address) as reader:
        return await read_last_round(reader, partition)


async def read_last_round(reader: LogReader, partition: int) -> RoundRecord | None:
    """Read the end of ``rounds``, going further back only while there is nothing but markers."""
    [span] = await reader.spans(ROUNDS.name, [partition])
    reach = ROUND_TAIL
    while True:
        start = max(span.start, span.end - reach)
        last: bytes | None = None
        async for record in reader.read(Span(span.topic, span.partition, start, span.end)):
            last = record.value or last
        if last is not None:
            return RoundRecord.model_validate_json(last)
        if start == span.start:
            return None
        reach *= 16


@dataclass(slots=True)
class _Tail:
    """Counts the ledger records of the last round, and of rounds that have no record; tombstones are records."""

    last: int
    seen: int = 0
    of_last: int = 0
    beyond: dict[int, int] = field(default_factory=dict[int, int])

    def count(self, record: LogRecord) -> None:
        """Count one ledger record; a tombstone that names no round is none of a dispatcher's."""
        number = round_of_record(record)
        if number is None:
            return
        self.seen += 1
        if number == self.last:
            self.of_last += 1
        elif number > self.last:
            self.beyond[number] = self.beyond.get(number, 0) + 1

    def torn(self, last: RoundRecord | None) -> Torn | None:
        """Tell whether the last round is whole."""
        if self.beyond:
            return Torn(max(self.beyond), sum(self.beyond.values()), None)
        if last is not None and last.records + last.forgotten != self.of_last:
            return Torn(last.number, self.of_last, last.records + last.forgotten)
        return None


def round_of(value: bytes) -> int:
    """Read a ledger record's round without decoding the record.

    Raises
    ------
    LedgerError
        If it has none.
    """
    found = _ROUND_IN_VALUE.search(value)
    if found is None:
        raise LedgerError("A record of the ledger names no round.")
    return int(found.group(1))


def round_of_record(record: LogRecord) -> int | None:
    """Read the round of a ledger record or of a tombstone; ``None`` for a tombstone that no round wrote.

    Raises
    ------
    LedgerError
        If it has a value that names none.
    """
    return round_of_tombstone(record.headers) if record.value is None else round_of(record.value)


async def _last_values(reader: LogReader, topic: Topic, partition: int, tail: _Tail) -> dict[bytes, bytes]:
    """Keep the last bytes of every key of one topic; a tombstone removes its key."""
    values: dict[bytes, bytes] = {}
    for span in await reader.spans(topic.name, [partition]):
        async for record in reader.read(span):
            key = record.key or b""
            tail.count(record)
            if record.value is None:
                values.pop(key, None)
            else:
                values[key] = record.value
    return values
