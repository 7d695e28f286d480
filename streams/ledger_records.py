"""From a decision to the records that are sent: topic, key, headers, bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from linli.matcher.ledger.state import Decision, Forgotten, NumberedCommand
from linli.schemas import event_types
from linli.schemas.base import Inside
from linli.schemas.dead_letters import DeadLetter, Reason, SourcePosition
from linli.schemas.identity import position_id, record_id
from linli.schemas.rounds import RoundRecord
from linli.schemas.topics import (
    ASSIGNMENTS,
    COMMANDS,
    DEAD_LETTERS,
    PLANS,
    RECORD_BYTES_MAX,
    ROSTER,
    ROUNDS,
    STANDING,
    WAYS,
    Topic,
)
from linli.streams.codec import encode, headers_of
from linli.streams.kept_topics import KEPT_TOPICS, of_topic
from linli.streams.tombstones import round_header

STAGE = "dispatcher"
"""The stage that dead letters of the dispatcher name."""


class RecordTooLargeError(ValueError):
    """A decision made a record that no topic takes."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record that is ready to be sent; a tombstone has no value."""

    topic: str
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes | None


TEAM_OF_ANOTHER_DISTRICT = "team_of_another_district"
"""The rule that a dead letter names when a team is registered under an id that another district uses."""

NO_LONGER_KEPT = "no_longer_kept"
"""The rule that a dead letter names when an order is as old as requests that have been forgotten."""


@dataclass(frozen=True, slots=True)
class RefusedCommand:
    """A record of ``commands`` that cannot be given to a decision, and why; ``rule`` says it more closely."""

    offset: int
    command: str
    district: str | None
    received_at: datetime
    reason: Reason
    request_id: str | None = None
    rule: str = ""


def ledger_records(decision: Decision, source: str, number: int, now: datetime) -> Iterator[Outgoing]:
    """Yield the ledger records of a decision in the order of the decision; `number` and `now` are its round's.

    Raises
    ------
    RecordTooLargeError
        If a record is larger than its topic takes.
    """
    for team in decision.roster:
        yield _outgoing(ROSTER, event_types.ROSTER, team.details.team, team.version, team, team.at, source)
    for table in KEPT_TOPICS:
        for kept in of_topic(decision.kept, table):
            yield _outgoing(table.topic, table.event_type, kept.key, kept.version, kept, kept.at, source)
    for gone in decision.forgotten_standing:
        yield _tombstone(STANDING, event_types.STANDING, gone, number, now, source)
    for gone in decision.forgotten_ways:
        yield _tombstone(WAYS, event_types.WAYS, gone, number, now, source)
    for request in decision.assignments:
        key = request.request_id
        yield _outgoing(ASSIGNMENTS, event_types.ASSIGNMENT, key, request.version, request, request.at, source)
    for gone in decision.forgotten:
        yield _tombstone(ASSIGNMENTS, event_types.ASSIGNMENT, gone, number, now, source)
    for plan in decision.plans:
        yield _outgoing(PLANS, event_types.PLAN, plan.team, plan.version, plan, plan.at, source)
    for gone in decision.forgotten_plans:
        yield _tombstone(PLANS, event_types.PLAN, gone, number, now, source)


def _tombstone(topic: Topic, event_type: str, gone: Forgotten, number: int, now: datetime, source: str) -> Outgoing:
    """Give the record that ends a key: its id is that of the version that will not come."""
    event_id = record_id(topic.name, gone.key, gone.version + 1)
    headers = headers_of(event_type=event_type, source=source, event_id=event_id, time=now)
    return Outgoing(topic.name, gone.key.encode(), [*headers, round_header(number)], None)


def round_record(record: RoundRecord, source: str) -> Outgoing:
    """Give the record of a round, which is sent last."""
    return _outgoing(ROUNDS, event_types.ROUND, str(record.partition), record.number, record, record.now, source)


def conflict(numbered: NumberedCommand) -> RefusedCommand:
    """Say of a command that its number was used for another order."""
    return refused(numbered, Reason.DUPLICATE_CONFLICT)


def outlived(numbered: NumberedCommand) -> RefusedCommand:
    """Say of an order that its request, if there was one, is no longer kept."""
    return refused(numbered, Reason.EXPIRED, NO_LONGER_KEPT)


def refused(numbered: NumberedCommand, reason: Reason, rule: str = "") -> RefusedCommand:
    """Say of a command why it is not acted on."""
    command = numbered.command
    return RefusedCommand(
        numbered.offset, command.id, command.district, command.received_at, reason, command.request_id, rule
    )


def dead_letter(partition: int, refused: RefusedCommand, now: datetime, source: str) -> Outgoing:
    """Give the dead letter of a command that cannot be acted on; its id is the command's place in the log."""
    letter_id = position_id(COMMANDS.name, partition, refused.offset)
    letter = DeadLetter(
        id=letter_id,
        source=SourcePosition(topic=COMMANDS.name, partition=partition, offset=refused.offset),
        district=refused.district,
        event_type=event_types.COMMAND,
        received_at=refused.received_at,
        stage=STAGE,
        reason=refused.reason,
        rule=refused.rule or refused.request_id or "",
    )
    event = encode(letter, event_type=event_types.DEAD_LETTER, source=source, event_id=letter_id, time=now)
    return Outgoing(DEAD_LETTERS.name, letter_id.encode(), event.headers, event.value)


def _outgoing(
    topic: Topic, event_type: str, key: str, version: int, record: Inside, at: datetime, source: str
) -> Outgoing:
    event = encode(record, event_type=event_type, source=source, event_id=record_id(topic.name, key, version), time=at)
    if len(event.value) > RECORD_BYTES_MAX:
        raise RecordTooLargeError(f"{topic.name} {key} has {len(event.value)} bytes, the limit is {RECORD_BYTES_MAX}")
    return Outgoing(topic.name, key.encode(), event.headers, event.value)
