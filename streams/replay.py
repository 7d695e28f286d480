"""Replay: every round of a log decided again from its commands, and compared with what was written, byte by byte."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from linli.matcher.state import Decision, DistrictState, Forgotten, NumberedCommand
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.dead_letters import Reason
from linli.schemas.plan import PlanRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import OutcomeCode, RoundRecord
from linli.schemas.topics import ASSIGNMENTS, COMMANDS, PLANS, ROSTER, ROUNDS, Topic
from linli.streams.codec import to_bytes
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger import Restored, round_of_record
from linli.streams.ledger_records import Outgoing, RefusedCommand
from linli.streams.log_reader import LogReader, LogRecord, Span, open_reader
from linli.streams.round_work import Decide, States, by_district, complete, fold, moment_of, with_policy

_LEDGER: Final = (ROSTER, ASSIGNMENTS, PLANS)

_MARGIN: Final = timedelta(minutes=1)
"""A round's records lie no further apart than this, so that compaction does not cut through the first round."""

_NOT_DECIDED: Final = frozenset({OutcomeCode.CRASHED, OutcomeCode.REFUSED})
"""Outcomes of commands that no decision saw."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a recomputed round first differs from the log: a round, a record, and how."""

    round: int
    topic: str
    key: str
    what: str


@dataclass(slots=True)
class ReplayReport:
    """What a replay found.

    Parameters
    ----------
    partition
        Which partition.
    rounds, records
        How many rounds were decided again, and how many ledger records compared.
    first_round
        Number of the first round that was; earlier ones were no longer whole.
    differing
        Rounds that came out differently.
    first_difference
        The first of them; ``None`` if every byte is the same.
    builds
        Builds that decided these rounds: only one's own promises the same bytes.
    healed
        Rounds that were taken as they are, because a torn round came before them.
    """

    partition: int
    rounds: int = 0
    records: int = 0
    first_round: int = 0
    differing: int = 0
    first_difference: Difference | None = None
    builds: set[str] = field(default_factory=set[str])
    healed: int = 0

    @property
    def same(self) -> bool:
        """Whether every byte came out the same."""
        return self.first_difference is None


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


async def replay(
    address: KafkaAddress, partition: int, decide: Decide, on_round: Callable[[int], None] | None = None
) -> ReplayReport:
    """Decide every round again that is still whole in the log.

    Parameters
    ----------
    address
        How to reach Kafka.
    partition
        Which partition.
    decide
        Who decides: the desk of this build.
    on_round
        Told the number of every round that was done, to show progress.

    Raises
    ------
    pydantic.ValidationError
        If a record of the log is none.
    linli.streams.log_reader.LogStalledError
        If a topic cannot be read to its end.

    Notes
    -----
    What lies before the first whole round is not decided again but folded, from the last record of each key that
    compaction has left. The bytes are the same only for the same build on the same architecture.
    """
    districts = (await read_facts(address)).districts_on(partition)
    report = ReplayReport(partition)
    async with AsyncExitStack() as stack:
        readers = {topic: await stack.enter_async_context(open_reader(address)) for topic in (*_LEDGER, COMMANDS)}
        rounds = await stack.enter_async_context(open_reader(address))
        spans = {topic: (await readers[topic].spans(topic.name, [partition]))[0] for topic in readers}
        [round_span] = await rounds.spans(ROUNDS.name, [partition])
        start = await _first_whole(rounds, round_span, spans[COMMANDS].start)
        if start is None:
            return report
        cursors = {topic: _Cursor(reader.read(spans[topic])) for topic, reader in readers.items()}
        states = await _state_before(start, cursors, districts)
        report.first_round = start.round.number
        async for record in rounds.read(replace(round_span, start=start.offset)):
            if record.value is not None:
                states = await _replay_round(record.value, cursors, states, decide, report)
                if on_round is not None:
                    on_round(report.first_round + report.rounds + report.healed - 1)
    return report


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
    values: dict[Topic, dict[str, bytes]] = {topic: {} for topic in _LEDGER}
    for topic in _LEDGER:
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
    )
    return before.states(start.round.policy, districts)


async def _replay_round(
    logged: bytes,
    cursors: Mapping[Topic, _Cursor],
    states: dict[str, DistrictState],
    decide: Decide,
    report: ReplayReport,
) -> dict[str, DistrictState]:
    """Decide one round again, compare, and give the states after it."""
    record = RoundRecord.model_validate_json(logged)
    commands = await cursors[COMMANDS].until(lambda one: one.offset < record.next_offset)
    written = {topic: _of_rounds(await cursors[topic].until(_of_round(record.number))) for topic in _LEDGER}
    report.builds.add(record.build)
    if record.healed:
        report.healed += 1
        return fold(states, _as_written(written, states), record.now)
    decisions = _decide_again(record, commands, states, decide)
    difference = _compare(record, logged, decisions, written)
    report.rounds += 1
    report.records += sum(len(records) for records in written.values())
    if difference is None:
        return fold(states, decisions, record.now)
    report.differing += 1
    report.first_difference = report.first_difference or difference
    return fold(states, _as_written(written, states), record.now)


def _of_rounds(records: Sequence[LogRecord]) -> list[LogRecord]:
    return [record for record in records if round_of_record(record) is not None]


def _decide_again(
    record: RoundRecord, commands: Sequence[LogRecord], states: Mapping[str, DistrictState], decide: Decide
) -> dict[str, Decision]:
    passed = {outcome.offset for outcome in record.outcomes if outcome.code not in _NOT_DECIDED}
    numbered = [
        NumberedCommand(one.offset, Command.model_validate_json(one.value or b""))
        for one in commands
        if one.offset >= record.first_offset and one.offset in passed
    ]
    mine = by_district(numbered)
    return {
        part.district: decide(
            with_policy(states[part.district], record.policy), mine.get(part.district, []), moment_of(record, part)
        )
        for part in record.districts
    }


def _compare(
    record: RoundRecord,
    logged: bytes,
    decisions: dict[str, Decision],
    written: Mapping[Topic, Sequence[LogRecord]],
) -> Difference | None:
    """Find the first record of a round that differs."""
    bare = record.model_copy(update={"outcomes": (), "records": 0, "forgotten": 0})
    again = complete(bare, decisions, _refused(record), f"dispatcher-{record.partition}")
    for topic in _LEDGER:
        expected = [one for one in again.outgoing if one.topic == topic.name]
        difference = _differ(record.number, topic, expected, written[topic])
        if difference is not None:
            return difference
    if to_bytes(again.record) != logged:
        return Difference(record.number, ROUNDS.name, str(record.partition), "the round record differs")
    return None


def _differ(number: int, topic: Topic, expected: Sequence[Outgoing], written: Sequence[LogRecord]) -> Difference | None:
    for ours, theirs in zip(expected, written, strict=False):
        if ours.key != theirs.key:
            key = (theirs.key or b"").decode()
            return Difference(number, topic.name, key, f"{ours.key.decode()} was decided in its place")
        if ours.value != theirs.value:
            return Difference(number, topic.name, ours.key.decode(), "the value differs")
        if tuple(ours.headers) != theirs.headers:
            return Difference(number, topic.name, ours.key.decode(), "the headers differ")
    if len(expected) != len(written):
        return Difference(number, topic.name, "", f"{len(expected)} records were decided, {len(written)} are written")
    return None


def _refused(record: RoundRecord) -> list[RefusedCommand]:
    """Give the commands that no decision saw, as the round tells them."""
    return [
        RefusedCommand(one.offset, one.command, None, record.now, Reason(one.detail), one.request_id)
        for one in record.outcomes
        if one.code in _NOT_DECIDED
    ]


def _as_written(written: Mapping[Topic, Sequence[LogRecord]], states: States) -> dict[str, Decision]:
    """Give what a round wrote as decisions of its districts."""
    requests = [AssignmentRecord.model_validate_json(value) for value in _values(written[ASSIGNMENTS])]
    plans = [PlanRecord.model_validate_json(value) for value in _values(written[PLANS])]
    roster = [RosterRecord.model_validate_json(value) for value in _values(written[ROSTER])]
    gone, gone_plans = _keys_gone(written[ASSIGNMENTS]), _keys_gone(written[PLANS])
    return {
        code: Decision(
            assignments=tuple(one for one in requests if one.district == code),
            plans=tuple(one for one in plans if one.district == code),
            roster=tuple(one for one in roster if one.district == code),
            forgotten=tuple(Forgotten(key, 0) for key in gone if key in states[code].requests),
            forgotten_plans=tuple(Forgotten(key, 0) for key in gone_plans if key in states[code].plans),
        )
        for code in states
    }


def _values(records: Sequence[LogRecord]) -> list[bytes]:
    return [record.value for record in records if record.value is not None]


def _keys_gone(records: Sequence[LogRecord]) -> list[str]:
    return [(record.key or b"").decode() for record in records if record.value is None]
