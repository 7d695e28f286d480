"""The dispatcher's loop: fence, restore, then round after round. Whatever goes wrong goes up, and the process ends."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from linli.matcher.ledger.state import Decision, DistrictState, NumberedCommand
from linli.schemas.dead_letters import Reason
from linli.schemas.identity import seed_of
from linli.schemas.policy import Policy
from linli.schemas.rounds import DistrictRound, RoundRecord
from linli.streams.crash_counts import CRASHES_MAX, CrashCounts
from linli.streams.dispatch.adaptive_rounds import GATHER_S, SKEW_MAX, Pace, Reading, RoundClock
from linli.streams.dispatch.command_feed import Batch, CommandFeed
from linli.streams.dispatch.crash_points import CrashPlan, CrashPoint
from linli.streams.dispatch.dispatch_meters import DispatchMeters
from linli.streams.dispatch.due_districts import DueDistricts
from linli.streams.dispatch.ledger import Restored, last_round, restore
from linli.streams.dispatch.polishing import POLISH_AFTER_S, RoughPlans
from linli.streams.dispatch.round_work import (
    DecidedRound,
    Desk,
    by_district,
    complete,
    emptied_plans,
    fold,
    moment_of,
    new_teams,
    strangers,
    teams_of_others,
)
from linli.streams.dispatch.surveying import Measured, Surveyor, survey_round
from linli.streams.dispatch.transaction import SLOW_COMMIT, RoundWriter, Written
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger_records import TEAM_OF_ANOTHER_DISTRICT, refused, round_record
from linli.streams.log_lines import log_for
from linli.streams.team_homes import TeamHomes


class LostOwnershipError(RuntimeError):
    """Another dispatcher has written rounds of this partition: what is known here is old."""


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """What one dispatcher is told.

    Parameters
    ----------
    address
        How to reach Kafka.
    partition
        The slot: the one partition it owns.
    facts
        District map and clock.
    policy
        The county's policy, written into every round.
    build
        Name of the build, written into every round.
    counts
        Folder for the file of crash counts.
    batch_max
        Most commands in a round.
    idle_s
        Longest wait for a command, in real seconds.
    surveyor
        Who measures ways; None where they are estimated.
    """

    address: KafkaAddress
    partition: int
    facts: Facts
    policy: Policy
    build: str
    counts: Path
    batch_max: int
    idle_s: float
    surveyor: Surveyor | None = None


class DispatchLoop:
    """One dispatcher.

    Parameters
    ----------
    settings
        What it is told.
    desk
        Who decides.
    crash
        Where to die on purpose; tests only.
    meters
        What is counted; ``None`` to count for nobody.
    """

    def __init__(
        self, settings: LoopSettings, desk: Desk, crash: CrashPlan | None = None, meters: DispatchMeters | None = None
    ) -> None:
        self._settings = settings
        self._meters = meters or DispatchMeters(settings.partition, settings.build, "")
        self._desk = desk
        self._crash = crash or CrashPlan()
        self._source = f"dispatcher-{settings.partition}"
        self._districts = settings.facts.districts_on(settings.partition)
        self._writer = RoundWriter(settings.address, settings.partition, self._crash)
        self._feed = CommandFeed(settings.address, settings.partition, self._districts)
        self._homes = TeamHomes(settings.address, self._source)
        self._counts = CrashCounts(settings.counts, settings.partition)
        self._pace = Pace.of(settings.policy, settings.facts.clock)
        self._due = DueDistricts(desk.next_deadline)
        self._log = log_for("dispatcher").bind(partition=settings.partition)
        self._rough = RoughPlans()
        self._stopping = asyncio.Event()
        self._states: dict[str, DistrictState] = {}
        self._last: RoundRecord | None = None
        self._clock: RoundClock
        self._written_at = time.monotonic()
        self._decided_s = 0.0
        self._replan = False
        self._busy = False

    def stop(self) -> None:
        """End after the present round; what was not read stays in the log."""
        self._stopping.set()

    async def run(self) -> None:
        """Dispatch until `stop`.

        Raises
        ------
        BaseException
            Whatever went wrong. The process must then end at once, without closing anything: it may be a zombie.
        """
        await self._begin()
        while not self._stopping.is_set():
            await self._turn()
        await self.close()

    async def close(self) -> None:
        """Let go of all connections; after a failure only for a test, which lives on."""
        await self._feed.close()
        await self._writer.close()

    async def _begin(self) -> None:
        """Fence, restore, open the feed where the ledger ends, write the opening round."""
        began = time.monotonic()
        chosen = self._settings
        await self._writer.fence()
        self._crash.passing(CrashPoint.AFTER_FENCE)
        restored = await restore(chosen.address, chosen.partition, self._crash)
        self._states = restored.states(chosen.policy, self._districts)
        self._last = restored.last
        self._clock = RoundClock(chosen.facts.clock, restored.last.now if restored.last else None)
        deleted = await self._feed.open(restored.next_offset)
        if deleted:
            self._log.error("commands were deleted before they were read", offsets=deleted)
        self._say_restored(restored, time.monotonic() - began)
        self._due.learn(self._states)
        await self._open(restored)
        await self._claim_known()
        self._meters.restored(self._states, time.monotonic() - began, torn=restored.torn is not None)

    async def _claim_known(self) -> None:
        """Claim the ids of teams that were registered before there were claims; what another has claimed is told."""
        known = {team: code for code, state in self._states.items() for team in state.roster}
        for team, owner in (await self._homes.claim(known)).items():
            if owner != known[team]:
                self._log.error("a team's id is used by two districts", team=team, districts=[owner, known[team]])

    async def _open(self, restored: Restored) -> None:
        """Write a round without decisions: it takes the log, shows the clock's skew, and heals a torn round."""
        torn = restored.torn is not None
        position = self._feed.position
        plan = self._plan(self._clock.opening(), Batch(position, position), (), deadlines=False, down_seconds=0)
        plan = plan.model_copy(update={"healed": torn})
        empty: dict[str, Decision] = {}
        if torn:
            empty = {code: emptied_plans(state, plan.number, plan.now) for code, state in self._states.items()}
        self._replan = torn
        await self._commit(complete(plan, empty, (), self._source))

    async def _turn(self) -> None:
        """Wait for something to do; read the clock, then the log's end; drain to it, then let deadlines fire."""
        await self._feed.wait(self._patience_s())
        if self._busy:
            await asyncio.sleep(GATHER_S)
        reading = self._clock.read()
        end = await self._feed.end()
        drained = False
        while not drained and not self._stopping.is_set():
            suspect = self._counts.is_suspect(self._feed.position)
            batch = await self._feed.take(end, 1 if suspect else self._settings.batch_max)
            drained = self._feed.position >= end
            self._busy = batch.count > 1
            held = sum(self._counts.is_held(district) for district in self._districts)
            self._meters.reading(max(0, end - self._feed.position), held)
            await self._round(reading, batch, drained)

    def _patience_s(self) -> float:
        """Give how long to wait for a command: to the next deadline, the next heartbeat, or as set."""
        heartbeat_s = self._written_at + self._pace.heartbeat_s - time.monotonic()
        waits = [self._settings.idle_s, heartbeat_s, *([POLISH_AFTER_S] if self._rough else [])]
        earliest = self._due.earliest(self._counts.is_held)
        if earliest is not None and self._clock.trusted:
            waits.append((self._settings.facts.clock.real(earliest) - datetime.now(UTC)).total_seconds())
        return max(0.0, min(waits))

    async def _round(self, reading: Reading, batch: Batch, drained: bool) -> None:
        """Decide and write one round, if there is a reason for one."""
        batch = await self._without_doubles(self._set_aside(batch))
        deadlines = reading.trusted and drained
        down_seconds = self._pace.down_seconds(self._last.now if self._last else None, reading.now)
        beat = time.monotonic() - self._written_at >= self._pace.heartbeat_s
        if beat:
            self._due.forgive()
        commands = by_district(batch.commands)
        self._meters.received(batch.commands, self._settings.facts.clock)
        everyone = down_seconds or self._replan or self._is_new_day(reading)
        districts = self._chosen(commands, deadlines, reading, everyone=bool(everyone))
        rough = self._rough.take() if drained and not (batch.count or districts) else None
        if not (batch.count or districts or beat or rough):
            return
        plan = self._plan(reading, batch, districts, deadlines=deadlines, down_seconds=down_seconds, rough=rough)
        plan, measured = await survey_round(self._settings.surveyor, plan, self._states, commands)
        began = time.monotonic()
        decisions = {part.district: self._decide(plan, part, commands, measured) for part in plan.districts}
        self._decided_s = time.monotonic() - began
        self._crash.passing(CrashPoint.AFTER_DECIDE)
        await self._commit(complete(plan, decisions, batch.refused, self._source))
        self._rough.changed(districts)
        self._replan = False

    def _is_new_day(self, reading: Reading) -> bool:
        """Tell whether the date has changed since the last round: then every district is planned anew once."""
        return self._last is not None and self._last.now.date() != reading.now.date()

    def _chosen(
        self, commands: dict[str, list[NumberedCommand]], deadlines: bool, reading: Reading, *, everyone: bool
    ) -> tuple[str, ...]:
        """Give the districts to decide: those with commands, and all or those where something is due, if not held."""
        due = set(self._districts) if everyone else self._due.at(reading.now) if deadlines else set[str]()
        held = {district for district in due if self._counts.is_held(district)}
        if everyone and held:
            self._log.error("districts held: deciding on them failed too often", districts=sorted(held))
        return tuple(sorted(set(commands) | (due - held)))

    def _set_aside(self, batch: Batch) -> Batch:
        """Take the commands out that failed too often; they become dead letters."""
        condemned = [one for one in batch.commands if self._counts.is_condemned(one.offset)]
        if not condemned:
            return batch
        for one in condemned:
            self._log.error("command set aside", offset=one.offset, command=one.command.id, crashes=CRASHES_MAX)
        kept = tuple(one for one in batch.commands if one not in condemned)
        return replace(
            batch, commands=kept, refused=(*batch.refused, *(refused(one, Reason.SOLVER_CRASH) for one in condemned))
        )

    async def _without_doubles(self, batch: Batch) -> Batch:
        """Take the registrations out whose team id another district owns; they become dead letters."""
        doubles = teams_of_others(self._states, batch.commands)
        kept = [one for one in batch.commands if one not in doubles] if doubles else batch.commands
        if new := new_teams(self._states, kept):
            doubles += strangers(kept, await self._homes.claim(new))
        if not doubles:
            return batch
        for one in doubles:
            self._log.warning("a team's id belongs to another district", offset=one.offset, command=one.command.id)
        kept = tuple(one for one in batch.commands if one not in doubles)
        letters = (refused(one, Reason.DUPLICATE_CONFLICT, TEAM_OF_ANOTHER_DISTRICT) for one in doubles)
        return replace(batch, commands=kept, refused=(*batch.refused, *letters))

    def _plan(
        self,
        reading: Reading,
        batch: Batch,
        districts: tuple[str, ...],
        *,
        deadlines: bool,
        down_seconds: int,
        rough: str | None = None,
    ) -> RoundRecord:
        """Give the round record as far as it is known before deciding; a rough plan gets the optimizer's full work."""
        number = self._last.number + 1 if self._last else 1
        chosen = self._settings
        return RoundRecord(
            partition=chosen.partition,
            number=number,
            first_offset=batch.first,
            next_offset=batch.next,
            now=reading.now,
            build=chosen.build,
            policy=chosen.policy,
            districts=tuple(
                DistrictRound(district=code, seed=seed_of(code, number), work=work)
                for code, work in [
                    *((code, chosen.policy.work_in_haste) for code in districts),
                    *([(rough, chosen.policy.work)] if rough else []),
                ]
            ),
            down_seconds=down_seconds,
            deadlines=deadlines,
            skew_ms=round(self._clock.skew.total_seconds() * 1000),
        )

    def _decide(
        self, plan: RoundRecord, part: DistrictRound, commands: dict[str, list[NumberedCommand]], measured: Measured
    ) -> Decision:
        """Decide one district; a failure is counted against its commands and goes up."""
        mine = commands.get(part.district, [])
        moment = moment_of(plan, part, measured.get(part.district, ()))
        try:
            decision = self._desk.decide(self._states[part.district], mine, moment)
            complete(plan, {part.district: decision}, (), self._source)
        except Exception:
            self._counts.failed([one.offset for one in mine], part.district)
            self._log.error("decision failed", district=part.district, offsets=[one.offset for one in mine][:10])
            raise
        return decision

    async def _commit(self, decided: DecidedRound) -> None:
        """Write a round, then apply exactly what was written."""
        record = decided.record
        written = await self._writer.write(decided.outgoing, round_record(record, self._source), record.next_offset)
        self._crash.passing(CrashPoint.AFTER_COMMIT)
        self._meters.committed(record, self._decided_s, written)
        for code, decision in decided.decisions.items():
            self._meters.decided(self._states[code], decision)
        self._states = fold(self._states, decided.decisions, record.now)
        self._last = record
        self._written_at = time.monotonic()
        self._clock.wrote(record.now, written.skew)
        self._due.learn({code: self._states[code] for code in decided.decisions})
        if record.deadlines:
            self._due.fired(record.now, tuple(decided.decisions))
        self._counts.settled(record.next_offset, tuple(decided.decisions))
        self._say_committed(decided, written)
        if written.commit > SLOW_COMMIT:
            await self._fence_again(written)

    async def _fence_again(self, written: Written) -> None:
        """Take a new producer after a slow commit, and make sure that nobody wrote in between.

        A commit is slow for one who slept, too: whoever took over meanwhile is not to be fenced out by a zombie, hence
        the look before; and hence the look after, because only a fence makes sure that nothing more comes.
        """
        self._log.warning("slow commit, fencing anew", commit_ms=_ms(written.commit.total_seconds()))
        await self._still_the_last()
        await self._writer.fence()
        await self._still_the_last()

    async def _still_the_last(self) -> None:
        last = await last_round(self._settings.address, self._settings.partition)
        if last != self._last:
            raise LostOwnershipError("Another dispatcher wrote rounds of this partition while this one was slow.")

    def _say_restored(self, restored: Restored, seconds: float) -> None:
        self._log.info(
            "restored",
            records=restored.seen,
            requests=len(restored.requests),
            teams=len(restored.roster),
            round=restored.last.number if restored.last else 0,
            position=self._feed.position,
            ms=_ms(seconds),
        )
        if restored.torn is not None:
            torn = restored.torn
            self._log.error("torn round", number=torn.number, found=torn.found, counted=torn.counted)

    def _say_committed(self, decided: DecidedRound, written: Written) -> None:
        record = decided.record
        say = self._log.info if record.outcomes or record.records or record.forgotten else self._log.debug
        say(
            "round",
            number=record.number,
            commands=len(record.outcomes),
            districts=len(record.districts),
            records=record.records,
            forgotten=record.forgotten,
            down_seconds=record.down_seconds,
            decide_ms=_ms(self._decided_s),
            ms=_ms(written.whole.total_seconds()),
        )
        if abs(written.skew) > SKEW_MAX:
            self._log.error("clock differs from the broker's", skew_ms=_ms(written.skew.total_seconds()))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
