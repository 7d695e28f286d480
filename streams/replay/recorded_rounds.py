"""The rounds of a partition as they were recorded: what each read and what it wrote, from the first whole one on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from linli.matcher.ledger.state import Decision, DistrictState, Forgotten, NumberedCommand
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.plan import PlanRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import OutcomeCode, RoundRecord
from linli.schemas.topics import ASSIGNMENTS, COMMANDS, PLANS, ROSTER, ROUNDS, STANDING, WAYS, Topic
from linli.schemas.ways import MeasuredPlace, WaysRecord
from linli.streams.dispatch.ledger import Restored, round_of_record
from linli.streams.dispatch.round_work import States
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.kept_topics import KEPT_TOPICS
from linli.streams.log_reader import LogReader, LogRecord, Span, open_reader

LEDGER: Final = (ROSTER, *(table.topic for table in KEPT_TOPICS), ASSIGNMENTS, PLANS)
"""What a round writes besides its own record, in the order in which it does."""

_MARGIN: Final = timedelta(minutes=1)
"""A round's records lie no further apart than this, so that compaction does not cut through the first round."""

NOT_DECIDED: Final = frozenset({OutcomeCode.CRASHED, OutcomeCode.REFUSED})
"""Outcomes of commands that no decision saw."""


@dataclass(frozen=True, slots=True)
class RecordedRound:
    """One round of the log.

    Parameters
    ----------
    record, logged
        The round record, and its bytes.
    commands
        The records of ``commands`` up to its end that no earlier round had.
    written
        What it wrote, by topic; tombstones that no round wrote are left out.
    """

    record: RoundRecord
    logged: bytes
    commands: Sequence[LogRecord]
    written: Mapping[Topic, Sequence[LogRecord]]

    def numbered(self) -> list[NumberedCommand]:
        """Give the commands that its decisions saw.

        Raises
        ------
        pydantic.ValidationError
            If a record is no command.
        """
        passed = {outcome.offset for outcome in self.record.outcomes if outcome.code not in NOT_DECIDED}
        return [
            NumberedCommand(one.offset, Command.model_validate_json(one.value or b""))
            for one in self.commands
            if one.offset >= self.record.first_offset and one.offset in passed
        ]

    def measured(self, district: str) -> tuple[MeasuredPlace, ...]:
        """Give what its decision of a district was told of ways.

        Raises
        ------
        pydantic.ValidationError
            If a record of the ledger is none.
        """
        found = (WaysRecord.model_validate_json(value) for value in _values(self.written[WAYS]))
        return tuple(one.place for one in found if one.district == district)

    def as_written(self, states: States) -> dict[str, Decision]:
        """Give what it wrote as decisions of its districts; `states` are those before it.

        Raises
        ------
        pydantic.ValidationError
            If a record of the ledger is none.
        """
        return _as_written(self.written, states)


@dataclass(frozen=True, slots=True)
class Recording:
    """A partition's rounds from the first whole one on.

    Parameters
    ----------
    first_round
        Its number.
    states
        The state of every district before it.
    rounds
        The rounds, to be read once.
    """

    first_round: int
    states: dict[str, DistrictState]
    rounds: AsyncIterator[RecordedRound]


@asynccontextmanager
async def open_recording(address: KafkaAddress, partition: int) -> AsyncGenerator[Recording | None]:
    """Read the rounds of a partition that are still whole; ``None`` where there is none.

    Raises
    ------
    pydantic.ValidationError
        If a record of the log is none.
    linli.streams.log_reader.LogStalledError
        If a topic cannot be read to its end.

    Notes
    -----
    What lies before the first whole round is folded, from the last record of each key that compaction has left.
    """
    districts = (await read_facts(address)).districts_on(partition)
    async with AsyncExitStack() as stack:
        readers = {topic: await stack.enter_async_context(open_reader(address)) for topic in (*LEDGER, COMMANDS)}
        rounds = await stack.enter_async_context(open_reader(address))
        spans = {topic: (await readers[topic].spans(topic.name, [partition]))[0] for topic in readers}
        [round_span] = await rounds.spans(ROUNDS.name, [partition])
        start = await _first_whole(rounds, round_span, spans[COMMANDS].start)
        if start is None:
            yield None
            return
        cursors = {topic: _Cursor(reader.read(spans[topic])) for topic, reader in readers.items()}
        states = await _state_before(start, cursors, districts)
        logged = rounds.read(replace(round_span, start=start.offset))
        yield Recording(start.round.number, states, _rounds(logged, cursors))


async def _rounds(logged: AsyncIterator[LogRecord], cursors: Mapping[Topic, _Cursor]) -> AsyncIterator[RecordedRound]:
    """Put together what belongs to each round."""
    async for one in logged:
        if one.value is None:
            continue
        record = RoundRecord.model_validate_json(one.value)
        commands = await cursors[COMMANDS].until(_before_offset(record.next_offset))
        written = {topic: _of_rounds(await cursors[topic].until(_of_round(record.number))) for topic in LEDGER}
        yield RecordedRound(record, one.value, commands, written)


def _before_offset(offset: int) -> Callable[[LogRecord], bool]:
    return lambda record: record.offset < offset


class _Cursor:
    """Reads one topic forward, one round at a time."""

    def __init__(self, records: AsyncIterator[LogRecord]) -> None:
        self._records = records
        self._next: LogRecord | None = None

    async def until(self, belongs: Callable[[LogRecord], bool]) -> list[LogRecord]:
        """Give the records from here on that belong, up to the first that does not."""
        found: list[LogRecord] = []
        while True:
            record = self._next or await anext(self._records, None)
            self._next = None
            if record is None or not belongs(record):
                self._next = record
                return found
            found.append(record)


def _of_round(number: int) -> Callable[[LogRecord], bool]:
    """Recognise what a round wrote; a tombstone that names no round belongs to none and is passed over."""
    return lambda record: round_of_record(record) in (None, number)


def _before_round(number: int) -> Callable[[LogRecord], bool]:
    return lambda record: (round_of_record(record) or 0) < number


@dataclass(frozen=True, slots=True)
class _Start:
    """The round to begin with, where it lies, and the round before it if that is known."""

    round: RoundRecord
    offset: int
    before: RoundRecord | None


async def _first_whole(reader: LogReader, span: Span, first_command: int) -> _Start | None:
    """Find the round from which on nothing is missing: numbers without gap, commands kept, nothing compacted."""
    lag = ROUNDS.compaction_lag_min
    oldest = datetime.now(UTC) - (lag or timedelta(0)) + _MARGIN
    start: _Start | None = None
    before: RoundRecord | None = None
    async for record in reader.read(span):
        if record.value is None:
            continue
        one = RoundRecord.model_validate_json(record.value)
        if before is not None and one.number != before.number + 1:
            start = None
        if start is None and one.first_offset >= first_command and record.appended > oldest:
            start = _Start(one, record.offset, before)
        before = one
    return start


async def _state_before(
    start: _Start, cursors: Mapping[Topic, _Cursor], districts: Sequence[str]
) -> dict[str, DistrictState]:
    """Fold what the ledger says before the first round."""
    values: dict[Topic, dict[str, bytes]] = {topic: {} for topic in LEDGER}
    for topic in LEDGER:
        for record in await cursors[topic].until(_before_round(start.round.number)):
            key = (record.key or b"").decode()
            if record.value is None:
                values[topic].pop(key, None)
            else:
                values[topic][key] = record.value
    before = Restored(
        last=start.before,
        requests={key: AssignmentRecord.model_validate_json(raw) for key, raw in values[ASSIGNMENTS].items()},
        plans={key: PlanRecord.model_validate_json(raw) for key, raw in values[PLANS].items()},
        roster={key: RosterRecord.model_validate_json(raw) for key, raw in values[ROSTER].items()},
        kept=[table.model.model_validate_json(raw) for table in KEPT_TOPICS for raw in values[table.topic].values()],
    )
    return before.states(start.round.policy, districts)


def _of_rounds(records: Sequence[LogRecord]) -> list[LogRecord]:
    return [record for record in records if round_of_record(record) is not None]


def _as_written(written: Mapping[Topic, Sequence[LogRecord]], states: States) -> dict[str, Decision]:
    """Give what a round wrote as decisions of its districts."""
    requests = [AssignmentRecord.model_validate_json(value) for value in _values(written[ASSIGNMENTS])]
    plans = [PlanRecord.model_validate_json(value) for value in _values(written[PLANS])]
    roster = [RosterRecord.model_validate_json(value) for value in _values(written[ROSTER])]
    kept = [table.model.model_validate_json(value) for table in KEPT_TOPICS for value in _values(written[table.topic])]
    gone, gone_plans = _keys_gone(written[ASSIGNMENTS]), _keys_gone(written[PLANS])
    gone_standing, gone_ways = _keys_gone(written[STANDING]), _keys_gone(written[WAYS])
    return {
        code: Decision(
            assignments=tuple(one for one in requests if one.district == code),
            plans=tuple(one for one in plans if one.district == code),
            roster=tuple(one for one in roster if one.district == code),
            kept=tuple(one for one in kept if one.district == code),
            forgotten=tuple(Forgotten(key, 0) for key in gone if key in states[code].requests),
            forgotten_plans=tuple(Forgotten(key, 0) for key in gone_plans if key in states[code].plans),
            forgotten_standing=tuple(Forgotten(key, 0) for key in gone_standing if key in states[code].standing),
            forgotten_ways=tuple(Forgotten(key, 0) for key in gone_ways if key in states[code].ways),
        )
        for code in states
    }


def _values(records: Sequence[LogRecord]) -> list[bytes]:
    return [record.value for record in records if record.value is not None]


def _keys_gone(records: Sequence[LogRecord]) -> list[str]:
    return [(record.key or b"").decode() for record in records if record.value is None]
