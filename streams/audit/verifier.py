"""The audit: reads the topics as anybody could, and judges whether every guarantee was kept.

It shares no code with the dispatcher or the desk, only the words and the reader of the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.organisation import NodeRecord
from linli.schemas.plan import PlanRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import RoundRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.topics import (
    ASSIGNMENTS,
    COMMANDS,
    DEAD_LETTERS,
    DELIVERIES,
    INBOX,
    PLANS,
    ROSTER,
    ROUNDS,
    STANDING,
    WAYS,
    Topic,
)
from linli.streams.audit.climbs import ClimbAudit
from linli.streams.audit.day_lists import DayListAudit, Evening, evening_of
from linli.streams.audit.deliveries import DUE, DeliveryAudit
from linli.streams.audit.homes import judge_homes
from linli.streams.audit.offset_set import OffsetSet
from linli.streams.audit.requests import RequestAudit, Visit
from linli.streams.audit.rounds import RoundAudit
from linli.streams.audit.verdict import Findings, Guarantee, Verdict
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.kept_topics import KEPT_TOPICS, KeptTopic
from linli.streams.log_reader import LogReader, LogRecord, Span, open_reader
from linli.streams.tombstones import round_of_tombstone

_ORDER: Final = (
    INBOX,
    COMMANDS,
    ROUNDS,
    DEAD_LETTERS,
    ASSIGNMENTS,
    PLANS,
    ROSTER,
    *(table.topic for table in KEPT_TOPICS),
    DELIVERIES,
)
"""Ends of the log are asked for in this order, so that what follows from a record is never read too early."""

_COMMIT_TIME: Final = timedelta(seconds=60)
"""A round's records lie no further apart; when they are older than this without a round record, none will come."""

Model = TypeVar("Model", bound=BaseModel)
Handled = dict[int, OffsetSet]
Spans = dict[str, Span]


@dataclass(slots=True)
class _Partition:
    """What is known of one partition while it is judged."""

    number: int
    findings: Findings
    spans: Spans
    rounds: RoundAudit
    requests: RequestAudit
    climbs: ClimbAudit
    deliveries: DeliveryAudit
    handled: Handled
    dead: OffsetSet = field(default_factory=OffsetSet)
    orders: dict[int, str] = field(default_factory=dict[int, str])
    planned: dict[str, tuple[Visit, ...]] = field(default_factory=dict[str, tuple[Visit, ...]])
    standing: dict[str, tuple[bool, datetime]] = field(default_factory=dict[str, tuple[bool, datetime]])
    homes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    commands: int = 0
    whole_from: int | None = None


async def judge(
    address: KafkaAddress,
    partitions: Sequence[int] | None = None,
    *,
    patience: timedelta = timedelta(0),
    delivered: bool = False,
    day_list_at: time | None = None,
) -> Verdict:
    """Judge what is in the topics at this moment.

    Parameters
    ----------
    address
        How to reach Kafka.
    partitions
        Which partitions; ``None`` for all.
    patience
        How old an inbox record or a command may be before the lack of an outcome counts as a loss: zero when
        everything was given time to settle, about a minute while the service runs.
    delivered
        Whether deliveries are judged as well; where no delivery process runs, nobody is told of anything.
    day_list_at
        From when, in local time, teams are sent the next day's list; ``None``: never, and lists are not judged.

    Raises
    ------
    linli.streams.ground_facts.FactsMissingError
        If nothing was set up on this Kafka.
    linli.streams.log_reader.LogStalledError
        If a topic cannot be read to its end.

    Notes
    -----
    Every topic is read once from its beginning. Memory grows with the number of requests, by about a kilobyte each, and
    by a bit per record of the log. What compaction has removed cannot be judged; it removes nothing younger than
    eight days. Rules of who may go are not judged here: the checker of the matcher does that for every plan.
    """
    wanted = partitions if partitions is not None else range((await read_facts(address)).district_map.partitions)
    findings = Findings()
    began = datetime.now(UTC)
    old = began - max(patience, DUE)
    evening = await evening_of(address, day_list_at, began, old)
    handled: Handled = {}
    async with open_reader(address) as reader:
        spans = [span for topic in _ORDER for span in await reader.spans(topic.name, list(wanted))]
        of = {number: {span.topic: span for span in spans if span.partition == number} for number in wanted}
        parts = [_part(number, findings, mine, handled, evening) for number, mine in of.items()]
        for part in parts:
            await _read_dead_letters(reader, part)
            await _read_commands(reader, part)
        for part in parts:
            await _judge_inbox(reader, part, began - patience)
            await _judge_ledger(reader, part, began)
            await _judge_commands(reader, part, began - patience)
            if delivered:
                await _judge_deliveries(reader, part, old)
    judge_homes([part.homes for part in parts], findings)
    states = sum((part.requests.last_states(_planned(part)) for part in parts), Counter[str]())
    return _verdict(findings, parts, states)


def _part(number: int, findings: Findings, spans: Spans, handled: Handled, evening: Evening | None) -> _Partition:
    told = DeliveryAudit(findings, DayListAudit(findings, evening))
    audits = RoundAudit(findings, number), RequestAudit(findings), ClimbAudit(findings), told
    return _Partition(number, findings, spans, *audits, handled)


async def _read(reader: LogReader, part: _Partition, topic: Topic) -> AsyncIterator[LogRecord]:
    async for record in reader.read(part.spans[topic.name]):
        part.findings.records[topic.name] += 1
        yield record


def _parse(model: type[Model], record: LogRecord, findings: Findings) -> Model | None:
    try:
        return model.model_validate_json(record.value or b"")
    except ValidationError as error:
        findings.add(Guarantee.READABLE, _place(record), f"is no {model.__name__}: {error.error_count()} errors")
        return None


def _place(record: LogRecord) -> str:
    return f"{record.topic}-{record.partition}@{record.offset}"


async def _read_dead_letters(reader: LogReader, part: _Partition) -> None:
    async for record in _read(reader, part, DEAD_LETTERS):
        letter = _parse(DeadLetter, record, part.findings)
        if letter is None:
            continue
        source = letter.source
        if source.topic == INBOX.name:
            part.handled.setdefault(source.partition, OffsetSet()).add(source.offset)
        elif source.partition == part.number:
            part.dead.add(source.offset)


async def _read_commands(reader: LogReader, part: _Partition) -> None:
    async for record in _read(reader, part, COMMANDS):
        part.commands += 1
        command = _command(record)
        if command is None:
            continue
        topic, _, place = command.id.partition("-")
        partition, _, offset = place.partition("-")
        if topic == INBOX.name and partition.isdecimal() and offset.isdecimal():
            part.handled.setdefault(int(partition), OffsetSet()).add(int(offset))
        if command.body.kind == "order" and command.request_id is not None:
            part.orders[record.offset] = command.request_id


def _command(record: LogRecord) -> Command | None:
    """Read a command; one that cannot be read must have become a dead letter, which is judged by its outcome."""
    try:
        return Command.model_validate_json(record.value or b"")
    except ValidationError:
        return None


async def _judge_inbox(reader: LogReader, part: _Partition, old: datetime) -> None:
    handled = part.handled.get(part.number, OffsetSet())
    async for record in _read(reader, part, INBOX):
        if record.offset in handled:
            continue
        if record.appended <= old:
            part.findings.add(Guarantee.INBOX_OUTCOME, _place(record), "is neither a command nor a dead letter")
        else:
            part.findings.waiting += 1


async def _judge_ledger(reader: LogReader, part: _Partition, began: datetime) -> None:
    """Judge rounds, then the ledger up to the last of these rounds: one consistent cut."""
    async for record in _read(reader, part, ROUNDS):
        compacted = _may_be_compacted(ROUNDS, record, began)
        if (one := _parse(RoundRecord, record, part.findings)) is not None:
            part.rounds.read(one, _place(record), compacted=compacted)
            part.climbs.round(one)
            if not compacted and part.whole_from is None:
                part.whole_from = one.number
    last = part.rounds.last.number if part.rounds.last else 0
    await _judge_requests(reader, part, last, began)
    await _judge_plans(reader, part, last, began)
    await _judge_roster(reader, part, last, began)
    for table in KEPT_TOPICS:
        await _judge_kept(reader, part, table, last, began)
    part.climbs.end()
    part.rounds.whole(part.whole_from if part.whole_from is not None else last + 1)


def _may_be_compacted(topic: Topic, record: LogRecord, began: datetime) -> bool:
    """Tell whether compaction may have removed what came before a record of its key."""
    lag = topic.compaction_lag_min
    return lag is None or record.appended <= began - lag + _COMMIT_TIME


async def _judge_requests(reader: LogReader, part: _Partition, last: int, began: datetime) -> None:
    async for record in _read(reader, part, ASSIGNMENTS):
        if record.value is None:
            _judge_tombstone(record, part, last, began)
            continue
        if (one := _parse(AssignmentRecord, record, part.findings)) is None:
            continue
        if _is_in_cut(one.round, last, record, began):
            compacted = _may_be_compacted(ASSIGNMENTS, record, began)
            part.rounds.wrote(
                ASSIGNMENTS.name, one.request_id, one.version, one.round, _place(record), compacted=compacted
            )
            part.requests.read(one, _place(record), compacted=compacted)
            part.climbs.request(one, _place(record), record.appended, compacted=compacted)
            part.deliveries.request(one, _place(record), record.appended)


async def _judge_plans(reader: LogReader, part: _Partition, last: int, began: datetime) -> None:
    async for record in _read(reader, part, PLANS):
        if record.value is None:
            _judge_tombstone(record, part, last, began)
            continue
        if (one := _parse(PlanRecord, record, part.findings)) is None:
            continue
        if _is_in_cut(one.round, last, record, began):
            compacted = _may_be_compacted(PLANS, record, began)
            part.rounds.wrote(PLANS.name, one.team, one.version, one.round, _place(record), compacted=compacted)
            part.planned[one.team] = tuple((visit.request_id, visit.leg) for crew in one.crews for visit in crew)


def _judge_tombstone(record: LogRecord, part: _Partition, last: int, began: datetime) -> None:
    """Judge the end of a key: a round must have counted it, and it must have been time."""
    number, key, place = round_of_tombstone(record.headers), (record.key or b"").decode(), _place(record)
    if number is None:
        part.findings.add(Guarantee.WHOLE_ROUNDS, place, "is a tombstone that names no round")
        return
    if not _is_in_cut(number, last, record, began):
        return
    part.rounds.forgot(record.topic, key, number)
    if record.topic == ASSIGNMENTS.name:
        compacted = _may_be_compacted(ASSIGNMENTS, record, began)
        part.requests.forget(key, part.rounds.forgets.get(number), place, compacted=compacted)
        part.climbs.forget(key)
        part.deliveries.forget(key)
    elif record.topic == STANDING.name:
        _judge_standing_gone(key, part, number, place)
    elif record.topic == WAYS.name:
        return  # Nobody is owed a measured way: without it there is the estimate.
    elif part.planned.pop(key, ()):
        part.findings.add(Guarantee.KEPT, place, f"the plan of {key} was forgotten and had visits")


def _judge_standing_gone(key: str, part: _Partition, number: int, place: str) -> None:
    """Judge that a standing order that is forgotten had ended, and long ago."""
    active, at = part.standing.pop(key, (False, None))
    before = part.rounds.forgets.get(number)
    if active:
        part.findings.add(Guarantee.KEPT, place, f"the standing order {key} was forgotten while it went on")
    elif at is not None and before is not None and at > before:
        detail = f"the standing order {key} ended at {at.isoformat()} and is forgotten already"
        part.findings.add(Guarantee.KEPT, place, detail)


async def _judge_roster(reader: LogReader, part: _Partition, last: int, began: datetime) -> None:
    async for record in _read(reader, part, ROSTER):
        if record.value is None or (one := _parse(RosterRecord, record, part.findings)) is None:
            continue
        if _is_in_cut(one.round, last, record, began):
            part.homes.setdefault(one.details.team, set()).add(one.district)
            compacted = _may_be_compacted(ROSTER, record, began)
            part.rounds.wrote(
                ROSTER.name, one.details.team, one.version, one.round, _place(record), compacted=compacted
            )
            part.deliveries.team(one)


async def _judge_kept(reader: LogReader, part: _Partition, table: KeptTopic, last: int, began: datetime) -> None:
    """Judge that a further table's records belong to their rounds and have gapless versions."""
    async for record in _read(reader, part, table.topic):
        if record.value is None and table.topic in (STANDING, WAYS):
            _judge_tombstone(record, part, last, began)
        if record.value is None or (one := _parse(table.model, record, part.findings)) is None:
            continue
        if _is_in_cut(one.round, last, record, began):
            compacted = _may_be_compacted(table.topic, record, began)
            name, where = table.topic.name, _place(record)
            part.rounds.wrote(name, one.key, one.version, one.round, where, compacted=compacted)
            if isinstance(one, StandingRecord):
                part.standing[one.key] = one.details.active, one.at
            if isinstance(one, NodeRecord):
                part.climbs.node(one)


async def _judge_deliveries(reader: LogReader, part: _Partition, old: datetime) -> None:
    """Judge what was told against the ledger, up to the last of the rounds that were read."""
    async for record in _read(reader, part, DELIVERIES):
        if record.value is not None and (one := _parse(DeliveryRecord, record, part.findings)) is not None:
            part.deliveries.delivery(one, _place(record), old=record.appended <= old)
            part.climbs.delivery(one)
    part.deliveries.last_states(old)
    part.climbs.told(old)


def _is_in_cut(number: int, last: int, record: LogRecord, began: datetime) -> bool:
    """Tell whether a ledger record belongs to the rounds that were read; a later one is left to the next audit.

    A record that is old and still has no round is judged: its round is torn.
    """
    return number <= last or record.appended <= began - _COMMIT_TIME


async def _judge_commands(reader: LogReader, part: _Partition, old: datetime) -> None:
    """Judge whether every command got its outcome, and every accepted order its place in the ledger."""
    reached = part.rounds.last.next_offset if part.rounds.last else 0
    async for record in reader.read(part.spans[COMMANDS.name]):
        if record.offset < part.rounds.first_offset or record.offset in part.rounds.outcomes:
            continue
        if record.offset >= reached and record.appended > old:
            part.findings.waiting += 1
        else:
            part.findings.add(Guarantee.COMMAND_OUTCOME, _place(record), "has no outcome")
    for offset in part.rounds.set_aside:
        if offset not in part.dead:
            where = f"{COMMANDS.name}-{part.number}@{offset}"
            part.findings.add(Guarantee.COMMAND_OUTCOME, where, "was set aside without a dead letter")
    for offset, request in part.orders.items():
        if offset in part.rounds.applied and not part.requests.knew(request):
            where = f"{COMMANDS.name}-{part.number}@{offset}"
            part.findings.add(Guarantee.ORDER_KEPT, where, f"{request} was accepted and is not in the ledger")


def _planned(part: _Partition) -> set[Visit]:
    return {visit for visits in part.planned.values() for visit in visits}


def _verdict(findings: Findings, parts: Sequence[_Partition], states: Counter[str]) -> Verdict:
    return Verdict(
        breaks=tuple(findings.breaks),
        broken=dict(findings.broken),
        records=dict(findings.records),
        states=dict(states),
        rounds=sum(len(part.rounds.promised) for part in parts),
        commands=sum(part.commands for part in parts),
        offers=sum(part.requests.offers for part in parts),
        assignments=sum(part.requests.assignments for part in parts),
        lists=sum(part.deliveries.lists.due for part in parts),
        waiting=findings.waiting,
    )
