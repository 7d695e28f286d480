"""What if: the recorded commands given again to ``decide``, round by round, under another policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand, Translations
from linli.matcher.rounds.matching import PlanRefusedError
from linli.matcher.rules import Violation
from linli.schemas.answers import Accept, Decline, Done, FailedVisit, Start, SwapMembers, Withdraw
from linli.schemas.commands import ApplyTeam, CommandBody
from linli.schemas.identity import seed_of
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord, TeamDetails
from linli.schemas.rounds import CommandOutcome, DistrictRound, OutcomeCode, RoundRecord
from linli.streams.dispatch.round_work import Desk, by_district, fold, moment_of, with_policy
from linli.streams.kafka_client import KafkaAddress
from linli.streams.replay.recorded_rounds import RecordedRound, open_recording
from linli.streams.replay.world_figures import WorldFigures, WorldTally

_ANSWERS: Final = (Accept, Decline, Withdraw, SwapMembers, Start, Done, FailedVisit)
"""What a team says about an offer that it got."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision of the other world that is none: the checker refuses every plan there is, and says why."""

    district: str
    round: int
    at: datetime
    found: tuple[Violation, ...]


@dataclass(slots=True)
class WhatIf:
    """The recorded world and the other one beside it.

    Attributes
    ----------
    recorded, other
        What each world came to.
    rounds, added
        Recorded rounds, and decisions added between them because something was due in the other world alone.
    first_rounds
        By partition: the first round that was whole; both worlds begin with the state before it.
    answers, without_counterpart
        Answers of teams that counted in the recorded world, and those of them that did not in the other.
    otherwise
        Commands other than those that counted in one world and not in the other.
    refused
        By district, where the other world ended because no plan of it may be carried out; it stands still from there.

    Notes
    -----
    What such a run can say: how the same orders, cancellations and changes of the roster would have been planned,
    promised and offered. What it cannot: how people would have answered. An answer is bound to the number of an
    offer, which is made of its request and a count. It counts in the other world only where the offer of that number
    went to the same team and is still open when the answer was given; else it has no counterpart and changes
    nothing. Nobody is simulated: an offer without an answer stays open until it expires. So the more a policy changes
    who is asked, or when, the worse the other world looks: fewer teams go, more offers expire, more promises are
    broken, more requests are unmet. What is promised, and the ways, say most; a day with people who answer is
    `linli simulate`.
    """

    recorded: WorldTally = field(default_factory=WorldTally)
    other: WorldTally = field(default_factory=WorldTally)
    rounds: int = 0
    added: int = 0
    first_rounds: dict[int, int] = field(default_factory=dict[int, int])
    answers: int = 0
    without_counterpart: int = 0
    otherwise: int = 0
    refused: dict[str, Refusal] = field(default_factory=dict[str, "Refusal"])

    @property
    def figures(self) -> tuple[WorldFigures, WorldFigures]:
        """What the recorded world came to, and the other one."""
        return self.recorded.figures(), self.other.figures()

    def judge(self, command: NumberedCommand, then: CommandOutcome | None, now: CommandOutcome) -> None:
        """Compare what became of a command in both worlds."""
        counted = then is not None and then.code is OutcomeCode.APPLIED
        counts = now.code is OutcomeCode.APPLIED
        answer = is_answer(command.command.body)
        self.answers += answer and counted
        if answer and counted and not counts:
            self.without_counterpart += 1
        elif counted != counts:
            self.otherwise += 1


def is_answer(body: CommandBody) -> bool:
    """Tell whether a command answers an offer."""
    return isinstance(body, _ANSWERS)


def changed(policy: Policy, given: Policy) -> Policy:
    """Give a recorded policy with what another one says expressly; what that leaves out stays, price by price."""
    named = {name: getattr(given, name) for name in given.model_fields_set}
    if "prices" in named:
        prices = {name: getattr(given.prices, name) for name in given.prices.model_fields_set}
        named["prices"] = policy.prices.model_copy(update=prices)
    return policy.model_copy(update=named)


Teams = Mapping[str, TeamDetails]
"""By id, teams as they are in the other world; those it does not name are as recorded."""

_ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a team is there that the recorded world does not have."""


def with_teams(state: DistrictState, teams: Teams, *, new: bool) -> DistrictState:
    """Give a state with the other world's teams; teams that it does not have are added only if they are `new` to it."""
    roster = dict(state.roster)
    for name, details in teams.items():
        if name in roster:
            roster[name] = roster[name].model_copy(update={"details": details})
        elif new:
            roster[name] = RosterRecord(district=state.district, version=1, round=0, at=_ALWAYS, details=details)
    return replace(state, roster=roster)


def with_team(command: NumberedCommand, teams: Teams) -> NumberedCommand:
    """Give a command that registers a team with the team as it is in the other world."""
    body = command.command.body
    if not isinstance(body, ApplyTeam) or body.details.team not in teams:
        return command
    other = body.model_copy(update={"details": teams[body.details.team]})
    return replace(command, command=command.command.model_copy(update={"body": other}))


class TwoWorlds:
    """One partition in both worlds, round by round.

    Parameters
    ----------
    states
        The districts before the first round.
    given
        What is changed of every recorded policy.
    desk
        Who decides.
    found
        Where everything is counted.
    teams
        Teams that are others in the other world. New ones are added where there is one district.

    Notes
    -----
    The recorded world is folded as it was written. The other one decides at the moments of the recorded rounds, and
    in between where something falls due there before anything does in the recorded world; then the service would have
    woken. Under the recorded policy nothing is ever due earlier, so not one decision is added.
    """

    def __init__(
        self,
        states: Mapping[str, DistrictState],
        given: Policy,
        desk: Desk,
        found: WhatIf,
        teams: Teams = MappingProxyType({}),
    ) -> None:
        self._given, self._desk, self._found, self._teams = given, desk, found, teams
        self._recorded = dict(states)
        others = {code: with_teams(state, teams, new=len(states) == 1) for code, state in states.items()}
        self._other = {code: replace(state, translations=Translations()) for code, state in others.items()}
        found.recorded.begin(states.values())
        found.other.begin(states.values())

    def take(self, recorded: RecordedRound) -> None:
        """Play one round in both worlds; a district of which every plan is refused is held from then on."""
        record, commands = recorded.record, recorded.numbered()
        policy = changed(record.policy, self._given)
        self._recorded = {code: with_policy(state, record.policy) for code, state in self._recorded.items()}
        self._other = {code: with_policy(state, policy) for code, state in self._other.items()}
        self._catch_up(record, commands)
        written = recorded.as_written(self._recorded)
        self._recorded = fold(self._recorded, written, record.now)
        self._decide(recorded, commands)
        self._found.rounds += 1
        for code, decision in written.items():
            self._found.recorded.count(self._recorded[code], decision)

    def _decide(self, recorded: RecordedRound, commands: Sequence[NumberedCommand]) -> None:
        record = recorded.record
        mine = by_district(commands)
        outcomes = {outcome.offset: outcome for outcome in record.outcomes}
        decisions: dict[str, Decision] = {}
        for part in record.districts:
            state, own = self._other[part.district], mine.get(part.district, [])
            work = _work(part, record.policy, state.policy)
            own = [with_team(one, self._teams) for one in own]
            moment = moment_of(record, part, recorded.measured(part.district))
            decision = self._decided(state, own, replace(moment, work=work))
            if decision is None:
                continue
            decisions[part.district] = decision
            for one, outcome in zip(own, decision.outcomes, strict=True):
                self._found.judge(one, outcomes.get(one.offset), outcome)
        self._fold(decisions, record.now)

    def _decided(self, state: DistrictState, commands: Sequence[NumberedCommand], moment: Moment) -> Decision | None:
        """Take a decision of the other world; None where there is none, or was none before."""
        if state.district in self._found.refused:
            return None
        try:
            return self._desk.decide(state, commands, moment)
        except PlanRefusedError as error:
            refusal = Refusal(state.district, moment.round, moment.now, tuple(error.found))
            self._found.refused[state.district] = refusal
            return None

    def _fold(self, decisions: Mapping[str, Decision], now: datetime) -> None:
        self._other = fold(self._other, decisions, now)
        for code, decision in decisions.items():
            self._found.other.count(self._other[code], decision)

    def _catch_up(self, record: RoundRecord, commands: Sequence[NumberedCommand]) -> None:
        """Decide where something was due in the other world alone, while the service ran and had read everything."""
        until = record.now - timedelta(seconds=record.down_seconds)
        until = min((until, *(one.command.received_at for one in commands)))
        for code, before in self._recorded.items():
            due_anyway = self._desk.next_deadline(before)
            limit = until if due_anyway is None else min(until, due_anyway)
            while (due := self._due(code)) is not None and due < limit:
                state, number = self._other[code], record.number
                moment = Moment(now=due, round=number, seed=seed_of(code, number), work=state.policy.work)
                decision = self._decided(state, (), moment)
                if decision is None:
                    break
                self._found.added += 1
                self._other[code] = fold({code: state}, {code: decision}, due)[code]
                self._found.other.count(self._other[code], decision)

    def _due(self, code: str) -> datetime | None:
        """Give when something is due in a district of the other world; what a decision left due is let be."""
        state = self._other[code]
        due = self._desk.next_deadline(state)
        return due if due is not None and (state.now is None or due > state.now) else None


def _work(part: DistrictRound, recorded: Policy, other: Policy) -> int:
    """Give the optimizer the limit of the other policy that stands where the round's stood in the recorded one."""
    if part.work == recorded.work_in_haste:
        return other.work_in_haste
    return other.work if part.work == recorded.work else part.work


async def what_if(
    address: KafkaAddress,
    partition: int,
    given: Policy,
    desk: Desk,
    found: WhatIf,
    on_round: Callable[[int], None] = lambda _: None,
    teams: Teams = MappingProxyType({}),
) -> None:
    """Run the recorded rounds of a partition again under another policy.

    Parameters
    ----------
    address, partition
        Which log.
    given
        What is changed of every recorded policy; see `changed`.
    desk
        Who decides: the desk of this build.
    found
        Where everything is counted.
    on_round
        Told the number of every round that was done.
    teams
        Teams that are others in the other world.

    Raises
    ------
    pydantic.ValidationError
        If a record of the log is none.
    linli.streams.log_reader.LogStalledError
        If a topic cannot be read to its end.
    """
    async with open_recording(address, partition) as recording:
        if recording is None:
            return
        found.first_rounds[partition] = recording.first_round
        worlds = TwoWorlds(recording.states, given, desk, found, teams)
        async for one in recording.rounds:
            worlds.take(one)
            on_round(one.record.number)
