"""Replay: every round of a log decided again from its commands, and compared with what was written, byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from linli.matcher.ledger.state import Decision, DistrictState
from linli.schemas.dead_letters import Reason
from linli.schemas.rounds import RoundRecord
from linli.schemas.topics import ROUNDS, Topic
from linli.streams.codec import to_bytes
from linli.streams.dispatch.round_work import Decide, by_district, complete, fold, moment_of, with_policy
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger_records import Outgoing, RefusedCommand
from linli.streams.log_reader import LogRecord
from linli.streams.replay.recorded_rounds import LEDGER, NOT_DECIDED, RecordedRound, open_recording


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
    report = ReplayReport(partition)
    async with open_recording(address, partition) as recording:
        if recording is None:
            return report
        states = recording.states
        report.first_round = recording.first_round
        async for one in recording.rounds:
            states = _replay_round(one, states, decide, report)
            await asyncio.sleep(0)  # Deciding takes long: whoever reads ahead for us would seem to hear nothing.
            if on_round is not None:
                on_round(report.first_round + report.rounds + report.healed - 1)
    return report


def _replay_round(
    recorded: RecordedRound, states: dict[str, DistrictState], decide: Decide, report: ReplayReport
) -> dict[str, DistrictState]:
    """Decide one round again, compare, and give the states after it."""
    record = recorded.record
    report.builds.add(record.build)
    if record.healed:
        report.healed += 1
        return fold(states, recorded.as_written(states), record.now)
    decisions = _decide_again(recorded, states, decide)
    difference = _compare(recorded, decisions)
    report.rounds += 1
    report.records += sum(len(records) for records in recorded.written.values())
    if difference is None:
        return fold(states, decisions, record.now)
    report.differing += 1
    report.first_difference = report.first_difference or difference
    return fold(states, recorded.as_written(states), record.now)


def _decide_again(recorded: RecordedRound, states: Mapping[str, DistrictState], decide: Decide) -> dict[str, Decision]:
    record = recorded.record
    mine = by_district(recorded.numbered())
    return {
        part.district: decide(
            with_policy(states[part.district], record.policy),
            mine.get(part.district, []),
            moment_of(record, part, recorded.measured(part.district)),
        )
        for part in record.districts
    }


def _compare(recorded: RecordedRound, decisions: dict[str, Decision]) -> Difference | None:
    """Find the first record of a round that differs."""
    record = recorded.record
    bare = record.model_copy(update={"outcomes": (), "records": 0, "forgotten": 0})
    again = complete(bare, decisions, _refused(record), f"dispatcher-{record.partition}")
    for topic in LEDGER:
        expected = [one for one in again.outgoing if one.topic == topic.name]
        difference = _differ(record.number, topic, expected, recorded.written[topic])
        if difference is not None:
            return difference
    if to_bytes(again.record) != recorded.logged:
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
        if one.code in NOT_DECIDED
    ]
