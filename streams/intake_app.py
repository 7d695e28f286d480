"""Intake as a Faust app: the strict subset of Faust that loses nothing, and only that.

Raw bytes in and out, one agent with one record in hand, no automatic acknowledgement; every send is awaited until the
broker has it, then the record is acknowledged. Any exception ends the process at once: nothing is committed that was
not handled, and the supervisor starts it again. A record may be handled twice; never less than once.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import faust

from linli.schemas.dead_letters import Reason
from linli.schemas.identity import position_id
from linli.schemas.topics import COMMANDS, DEAD_LETTERS, INBOX, RECORD_BYTES_MAX, SUBJECT_KEYS
from linli.streams.crash_counts import CrashCounts
from linli.streams.dead_letter_brake import DeadLetterBrake
from linli.streams.faust_no_tables import NoTables
from linli.streams.faust_transport import broker_of, credentials_of, use_committed_transport
from linli.streams.inbox_record import InboxRecord, RefusedError
from linli.streams.intake_admit import World
from linli.streams.intake_judge import DeadOut, Outcome, dead_letter, judge
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_lines import log_for
from linli.streams.outcome_records import records_of
from linli.streams.subject_keys import OutRecord

GROUP: Final = "intake"
"""Consumer group of all intake processes, and the name of the app."""

EXIT_FAILED: Final = 70
"""EX_SOFTWARE of sysexits.h: the supervisor starts the process again."""

SESSION_TIMEOUT_S: Final = 10.0
"""How long the broker waits for a silent member. Faust's 60 s would be 60 s without intake after a lost machine."""

HEARTBEAT_S: Final = 2.0
"""Five heartbeats fit into a session: one lost packet is no lost member."""

SEND_TIMEOUT_S: Final = 30.0
"""How long a send may take; Faust's 20 minutes would hide a dead broker for as long."""

COMMIT_INTERVAL_S: Final = 0.25
"""How often handled offsets are committed; after a kill at most so much is handled again. Four commits a second cost
the broker nothing; Faust's 2.8 s would be some hundred records under load."""

POLL_RECORDS_MAX: Final = 500
"""Records fetched at once: bounds memory after a backlog."""

BUFFER_RECORDS: Final = 512
"""Records waiting in the process; more would only make a stop slower."""

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
        A folder of this process's own, for Faust's files and for the count of failures.
    """

    address: KafkaAddress
    partitions: Mapping[str, int]
    world: World
    slot: int
    folder: Path


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
        """Write the outcome of a record; return when the broker has all of it."""
        outcome = self._judged(record)
        records = records_of(outcome, record, self._config.partitions)
        if len(records[-1].value) > VALUE_BYTES_MAX:
            outcome = dead_letter(record, self._config.world, RefusedError(Reason.TOO_LARGE, rule="as_a_command"))
            records = records_of(outcome, record, self._config.partitions)
        for one in records:
            await self._write(one)
        self._failures_of(record.partition).settled(record.offset + 1, ())
        self._tell(record, outcome)

    async def _write(self, record: OutRecord) -> None:
        sending = await self._topics[record.topic].send(
            key=record.key, value=record.value, partition=record.partition, headers=record.headers, force=True
        )
        await sending  # The first await hands the record over, the second is the broker's answer.

    def _judged(self, record: InboxRecord) -> Outcome:
        """Judge a record; one that makes judging fail again and again becomes a dead letter, or nothing would move."""
        failures = self._failures_of(record.partition)
        if failures.is_condemned(record.offset):
            return dead_letter(record, self._config.world, RefusedError(Reason.INTERNAL, rule="judging_failed"))
        try:
            return judge(record, self._config.world)
        except Exception:
            failures.failed([record.offset], "")
            raise

    def _failures_of(self, partition: int) -> CrashCounts:
        if partition not in self._failures:
            self._failures[partition] = CrashCounts(self._config.folder, partition)
        return self._failures[partition]

    def _tell(self, record: InboxRecord, outcome: Outcome) -> None:
        dead = isinstance(outcome, DeadOut)
        if isinstance(outcome, DeadOut):
            letter = outcome.letter
            self._log.warning("dead letter", id=letter.id, reason=letter.reason, path=letter.path, rule=letter.rule)
        else:
            self._log.debug("command", id=outcome.command.id, kind=outcome.command.body.kind)
        if self._brake.note(dead=dead):
            at = position_id(record.topic, record.partition, record.offset)
            self._log.error("many dead letters", in_a_row=self._brake.in_a_row, share=self._brake.share, at=at)


def build_app(config: IntakeConfig) -> faust.App:
    """Make the Faust app of intake; its worker is run by `linli.services.intake`."""
    app = faust.App(
        GROUP,
        broker=broker_of(config.address),
        broker_credentials=credentials_of(config.address),
        store="memory://",
        TableManager=NoTables,
        datadir=config.folder,
        web_enabled=False,
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{GROUP}-{config.slot}",
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_commit_interval=COMMIT_INTERVAL_S,
        broker_max_poll_records=POLL_RECORDS_MAX,
        stream_buffer_maxsize=BUFFER_RECORDS,
        producer_request_timeout=SEND_TIMEOUT_S,
        producer_acks=-1,
    )
    use_committed_transport(app)
    names = (INBOX.name, COMMANDS.name, DEAD_LETTERS.name, SUBJECT_KEYS.name)
    topics = {name: raw_topic(app, name) for name in names}
    intake = Intake(config, topics)

    async def take(stream: Any) -> None:
        async for event in stream.noack().events():
            try:
                await intake.handle(record_of(event.message))
                event.ack()
            except BaseException as error:
                end_process(error, record_of(event.message))

    untyped: Any = app
    untyped.agent(topics[INBOX.name], name="intake", concurrency=1)(take)
    return app


def raw_topic(app: Any, name: str) -> Any:
    """Declare a topic whose keys and values Faust leaves alone: a decoding of its own would acknowledge before us."""
    return app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


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


def end_process(error: BaseException, record: InboxRecord) -> None:
    """End the process at once, so that nothing is committed for a record that was not handled.

    Notes
    -----
    The line names the error's type and where in the code it was raised. Its text is left out: it may quote the record.
    """
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    at = position_id(record.topic, record.partition, record.offset)
    log_for("intake").critical("ended by an error", error=type(error).__name__, at=at, frames=frames[-6:])
    os._exit(EXIT_FAILED)
