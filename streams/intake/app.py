"""Intake: takes each record of the inbox, judges it, and writes its one outcome before it takes the next."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import faust

from linli.schemas.dead_letters import Reason
from linli.schemas.event_types import INBOX_KINDS, split_version
from linli.schemas.identity import position_id
from linli.schemas.metrics import SECTIONS
from linli.schemas.topics import COMMANDS, DEAD_LETTERS, INBOX, RECORD_BYTES_MAX, SUBJECT_KEYS
from linli.streams.crash_counts import CRASHES_MAX, CrashCounts
from linli.streams.intake.admit import World
from linli.streams.intake.dead_letter_brake import DeadLetterBrake
from linli.streams.intake.faust_strict import raw_topic, strict_app, take_strictly, write
from linli.streams.intake.inbox_record import InboxRecord, RefusedError
from linli.streams.intake.judge import DeadOut, Outcome, dead_letter, judge
from linli.streams.intake.outcome_records import records_of
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_lines import log_for
from linli.streams.meters import Meters

RETENTION: Final = INBOX.retention or timedelta.max
"""How long the inbox keeps a record that nobody has read."""

GROUP: Final = "intake"
"""Consumer group of all intake processes."""

VALUE_BYTES_MAX: Final = 2 * RECORD_BYTES_MAX - 16 * 1024
"""Largest value that is sent: what the topics take, less room for headers. A refused send would never end."""


@dataclass(frozen=True, slots=True)
class IntakeConfig:
    """What intake is made of.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        The partition of every district.
    world
        What judging depends on.
    slot
        Number of this process among the intakes, from 0: it keeps its membership over a restart.
    folder
        An existing folder of this process's own, for Faust's files and for the count of failures.
    meters
        What is counted.
    """

    address: KafkaAddress
    partitions: Mapping[str, int]
    world: World
    slot: int
    folder: Path
    meters: Meters = field(default_factory=lambda: Meters(SECTIONS["intake"]))


class Intake:
    """Handles records: judges each, writes its outcome, and says how it went.

    Parameters
    ----------
    config
        See `IntakeConfig`.
    topics
        Faust's topics by name.
    """

    def __init__(self, config: IntakeConfig, topics: Mapping[str, Any]) -> None:
        self._config = config
        self._topics = topics
        self._brake = DeadLetterBrake()
        self._failures: dict[int, CrashCounts] = {}
        self._log = log_for("intake")

    async def handle(self, record: InboxRecord) -> None:
        """Write the outcome of a record; return when the broker has all of it.

        Raises
        ------
        Exception
            Whatever goes wrong; the record must then not be acknowledged.
        """
        began = time.perf_counter()
        outcome = self._judged(record)
        self._measure(record, outcome, time.perf_counter() - began)
        records = records_of(outcome, record, self._config.partitions)
        if len(records[-1].value or b"") > VALUE_BYTES_MAX:
            outcome = dead_letter(record, self._config.world, RefusedError(Reason.TOO_LARGE, rule="as_a_command"))
            records = records_of(outcome, record, self._config.partitions)
        for one in records:
            await write(self._topics[one.topic], one)
        self._failures_of(record.partition).settled(record.offset + 1, ())
        self._tell(record, outcome)

    def _judged(self, record: InboxRecord) -> Outcome:
        """Judge a record; one that makes judging fail again and again becomes a dead letter, or nothing would move."""
        failures = self._failures_of(record.partition)
        if failures.is_condemned(record.offset):
            return dead_letter(
                record, self._config.world, RefusedError(Reason.INTERNAL, rule="judging_failed"), CRASHES_MAX
            )
        try:
            return judge(record, self._config.world)
        except Exception:
            failures.failed([record.offset], "")
            raise

    def _measure(self, record: InboxRecord, outcome: Outcome, seconds: float) -> None:
        meters, kind = self._config.meters, kind_of(outcome)
        age = datetime.now(UTC) - record.appended_at
        meters.observe("linli_intake_record_seconds", seconds, kind)
        meters.show("linli_inbox_unread_ratio", max(0.0, age / RETENTION), str(record.partition))
        meters.count("linli_intake_records_total", kind, "dead_letter" if isinstance(outcome, DeadOut) else "command")
        if isinstance(outcome, DeadOut):
            meters.count("linli_intake_dead_letters_total", outcome.letter.reason)

    def _failures_of(self, partition: int) -> CrashCounts:
        if partition not in self._failures:
            self._failures[partition] = CrashCounts(self._config.folder, partition)
        return self._failures[partition]

    def _tell(self, record: InboxRecord, outcome: Outcome) -> None:
        if isinstance(outcome, DeadOut):
            letter = outcome.letter
            self._log.warning("dead letter", id=letter.id, reason=letter.reason, path=letter.path, rule=letter.rule)
        else:
            self._log.debug("command", id=outcome.command.id, kind=outcome.command.body.kind)
        if self._brake.note(dead=isinstance(outcome, DeadOut)):
            at = position_id(record.topic, record.partition, record.offset)
            self._log.error("many dead letters", in_a_row=self._brake.in_a_row, share=self._brake.share, at=at)


def kind_of(outcome: Outcome) -> str:
    """Return the kind of what was judged, ``other`` for what is none of ours: a sender's own words make no labels."""
    if not isinstance(outcome, DeadOut):
        return outcome.command.body.kind
    name, _ = split_version(outcome.letter.event_type or "")
    return INBOX_KINDS.get(name, "other")


def build_app(config: IntakeConfig) -> faust.App:
    """Make the Faust app of intake; its worker is run by `linli.services.intake`."""
    app = strict_app(GROUP, config.address, instance=f"{GROUP}-{config.slot}", folder=config.folder)
    names = (INBOX.name, COMMANDS.name, DEAD_LETTERS.name, SUBJECT_KEYS.name)
    topics = {name: raw_topic(app, name) for name in names}
    intake = Intake(config, topics)

    async def handle(message: Any) -> None:
        await intake.handle(record_of(message))

    take_strictly(app, topics[INBOX.name], handle)
    return app


def record_of(message: Any) -> InboxRecord:
    """Turn Faust's message into a record of the inbox."""
    pairs: Iterable[tuple[str, bytes | None]] = message.headers or ()
    return InboxRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        headers=tuple((name, value or b"") for name, value in pairs),
        value=message.value,
        appended_at=datetime.fromtimestamp(message.timestamp, UTC),
    )
