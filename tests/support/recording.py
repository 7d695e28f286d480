"""Rounds of a small district recorded as bytes, without a broker: what the log holds of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand
from linli.schemas.commands import ApplyTeam, Command, CommandBody
from linli.schemas.identity import seed_of
from linli.schemas.policy import Policy
from linli.schemas.rounds import DistrictRound, RoundRecord
from linli.schemas.topics import COMMANDS, ROUNDS
from linli.services.simulation import virtual_day
from linli.services.simulation.virtual_day import VirtualDay
from linli.streams.codec import to_bytes
from linli.streams.dispatch.round_work import by_district, complete, fold, moment_of
from linli.streams.ledger_records import Outgoing
from linli.streams.log_reader import LogRecord, Span
from linli.streams.replay.recorded_rounds import LEDGER, RecordedRound
from tests.support.district import DISTRICT, MONDAY

LAG = timedelta(seconds=7)
"""The recorded service wakes so long after something is due."""


class Recorder:
    """Decides rounds as the live loop does and keeps them as the log would."""

    def __init__(self, policy: Policy) -> None:
        self.start = DistrictState(DISTRICT, policy)
        self.states = {DISTRICT: self.start}
        self.rounds: list[RecordedRound] = []
        self.offset = 0

    def send(self, hour: float, *bodies: CommandBody, request: str | None = None) -> None:
        """Record a round some hours after Monday's beginning of work, after the rounds that time brings about."""
        now = MONDAY + timedelta(hours=hour)
        while (due := next_deadline(self.states[DISTRICT])) is not None and due + LAG < now:
            self._round(due + LAG, ())
        self._round(now, bodies, request)

    def _round(self, now: datetime, bodies: tuple[CommandBody, ...], request: str | None = None) -> None:
        policy, number, first = self.start.policy, len(self.rounds) + 1, self.offset
        commands = tuple(self._logged(body, request, now) for body in bodies)
        part = DistrictRound(district=DISTRICT, seed=seed_of(DISTRICT, number), work=policy.work)
        plan = RoundRecord(
            partition=0,
            number=number,
            first_offset=first,
            next_offset=self.offset,
            now=now,
            build="test",
            policy=policy,
            districts=(part,),
        )
        mine = by_district(_numbered(commands)).get(DISTRICT, [])
        decisions = {DISTRICT: decide(self.states[DISTRICT], mine, moment_of(plan, part))}
        self.states = fold(self.states, decisions, now)
        self.rounds.append(as_recorded(plan, decisions, commands))

    def _logged(self, body: CommandBody, request: str | None, now: datetime) -> LogRecord:
        offset = self.offset
        self.offset += 1
        command = Command(
            id=f"inbox-0-{offset}",
            district=DISTRICT,
            source="test-centre",
            received_at=now,
            request_id=None if isinstance(body, ApplyTeam) else request,
            body=body,
        )
        return logged(offset, command, now)


def as_recorded(plan: RoundRecord, decisions: dict[str, Decision], commands: Sequence[LogRecord]) -> RecordedRound:
    """Give a round as the log would hold it."""
    done = complete(plan, decisions, (), "dispatcher-0")
    written = {
        topic: [_as_logged(one, plan.now) for one in done.outgoing if one.topic == topic.name] for topic in LEDGER
    }
    return RecordedRound(done.record, to_bytes(done.record), commands, written)


def logged(offset: int, command: Command, now: datetime) -> LogRecord:
    """Give a command as the log would hold it."""
    return LogRecord(COMMANDS.name, 0, offset, now, command.district.encode(), to_bytes(command), ())


def recorded_day(monkeypatch: pytest.MonkeyPatch, requests: int) -> tuple[DistrictState, list[RecordedRound]]:
    """Play a day of the demo county in virtual time; give the state before it and its rounds."""
    rounds: list[RecordedRound] = []
    played = VirtualDay(seed=3, requests=requests)
    before = played.state

    def decide_and_keep(state: DistrictState, mine: Sequence[NumberedCommand], moment: Moment) -> Decision:
        decision = decide(state, mine, moment)
        first = rounds[-1].record.next_offset if rounds else 0
        plan = RoundRecord(
            partition=0,
            number=moment.round,
            first_offset=first,
            next_offset=mine[-1].offset + 1 if mine else first,
            now=moment.now,
            build="test",
            policy=state.policy,
            districts=(DistrictRound(district=state.district, seed=moment.seed, work=moment.work),),
        )
        commands = [logged(one.offset, one.command, moment.now) for one in mine]
        rounds.append(as_recorded(plan, {state.district: decision}, commands))
        return decision

    monkeypatch.setattr(virtual_day, "decide", decide_and_keep)
    played.play()
    return before, rounds


def _numbered(commands: tuple[LogRecord, ...]) -> list[NumberedCommand]:
    return [NumberedCommand(one.offset, Command.model_validate_json(one.value or b"")) for one in commands]


def _as_logged(one: Outgoing, now: datetime) -> LogRecord:
    return LogRecord(one.topic, 0, 0, now, one.key, one.value, tuple(one.headers))


@dataclass(frozen=True)
class RecordedLog:
    """The recorded rounds as topics; stands in for reader and facts of a cluster."""

    recorder: Recorder

    def districts_on(self, _: int) -> list[str]:
        """All that there are."""
        return [DISTRICT]

    async def facts(self, _: object) -> RecordedLog:
        """Stand in for `linli.streams.ground_facts.read_facts`."""
        return self

    @asynccontextmanager
    async def open(self, _: object) -> AsyncGenerator[RecordedLog]:
        """Stand in for `linli.streams.log_reader.open_reader`."""
        yield self

    async def spans(self, topic: str, partitions: Sequence[int]) -> list[Span]:
        """Give each partition whole."""
        return [Span(topic, partition, 0, len(self._records(topic))) for partition in partitions]

    async def read(self, span: Span) -> AsyncIterator[LogRecord]:
        """Give the records of a span."""
        for record in self._records(span.topic)[span.start : span.end]:
            yield record

    def _records(self, topic: str) -> list[LogRecord]:
        rounds = self.recorder.rounds
        if topic == ROUNDS.name:
            now = datetime.now(UTC)
            return [LogRecord(topic, 0, number, now, b"0", one.logged, ()) for number, one in enumerate(rounds)]
        if topic == COMMANDS.name:
            return [record for one in rounds for record in one.commands]
        return [record for one in rounds for key in LEDGER if key.name == topic for record in one.written[key]]
