"""What a round consists of, apart from any transport: decisions of its districts, its records, the state after it.

The live loop and replay both use these functions, so that a round is recomputed by the very code that made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand, apply
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import ApplyTeam
from linli.schemas.dead_letters import Reason
from linli.schemas.plan import PlanRecord
from linli.schemas.policy import Policy
from linli.schemas.rounds import CommandOutcome, DistrictRound, OutcomeCode, RoundRecord
from linli.schemas.ways import MeasuredPlace
from linli.streams.ledger_records import Outgoing, RefusedCommand, conflict, dead_letter, ledger_records, outlived

Decide = Callable[[DistrictState, Sequence[NumberedCommand], Moment], Decision]
"""The desk's decision; see `linli.matcher.desk.decide.decide`."""

NextDeadline = Callable[[DistrictState], datetime | None]
"""The earliest moment at which something is due in a district; see `linli.matcher.desk.deadlines.next_deadline`."""

States = Mapping[str, DistrictState]
"""The state of every district of a partition."""

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who decides: the real desk in production, a stand-in in some tests."""

    decide: Decide
    next_deadline: NextDeadline


@dataclass(frozen=True, slots=True)
class DecidedRound:
    """A round before it is written: its record, the decisions it holds, and every other record to send."""

    record: RoundRecord
    decisions: dict[str, Decision]
    outgoing: tuple[Outgoing, ...]


def moment_of(record: RoundRecord, part: DistrictRound, measured: tuple[MeasuredPlace, ...] = ()) -> Moment:
    """Give the moment of one district's decision in a round, and with it what was measured for it."""
    return Moment(
        now=record.now,
        round=record.number,
        seed=part.seed,
        work=part.work,
        deadlines=record.deadlines,
        down_seconds=record.down_seconds,
        measured=measured,
    )


def by_district(commands: Iterable[NumberedCommand]) -> dict[str, list[NumberedCommand]]:
    """Sort commands into districts, keeping their order."""
    sorted_in: dict[str, list[NumberedCommand]] = {}
    for numbered in commands:
        sorted_in.setdefault(numbered.command.district, []).append(numbered)
    return sorted_in


def teams_of_others(states: States, commands: Iterable[NumberedCommand]) -> tuple[NumberedCommand, ...]:
    """Give the registrations of teams whose id another district of the partition owns; the first to come owns it.

    Plans and roster are kept by team id: one id in two districts would make each write over the other's team.
    """
    owners: dict[str, str] = {}
    found: list[NumberedCommand] = []
    for numbered in commands:
        command = numbered.command
        if isinstance(command.body, ApplyTeam):
            team = command.body.details.team
            holding = (code for code, state in states.items() if team in state.roster)
            owner = owners.setdefault(team, next(holding, command.district))
            if owner != command.district:
                found.append(numbered)
    return tuple(found)


def new_teams(states: States, commands: Iterable[NumberedCommand]) -> dict[str, str]:
    """Give the teams that are registered for the first time here, and the district that registers each."""
    bodies = ((one.command.body, one.command.district) for one in commands)
    new = {body.details.team: district for body, district in bodies if isinstance(body, ApplyTeam)}
    return {team: district for team, district in new.items() if team not in states[district].roster}


def strangers(commands: Iterable[NumberedCommand], owners: Mapping[str, str]) -> tuple[NumberedCommand, ...]:
    """Give the registrations whose team's id is known to belong to another district."""
    return tuple(one for one in commands if _owner(one, owners) not in (None, one.command.district))


def _owner(numbered: NumberedCommand, owners: Mapping[str, str]) -> str | None:
    body = numbered.command.body
    return owners.get(body.details.team) if isinstance(body, ApplyTeam) else None


def complete(
    plan: RoundRecord, decisions: dict[str, Decision], refused: Sequence[RefusedCommand], source: str
) -> DecidedRound:
    """Turn decisions into the records of a round.

    Parameters
    ----------
    plan
        The round record as far as it is known before deciding; districts, outcomes and count are filled in.
    decisions
        By district, in the order in which they are written.
    refused
        Commands that no decision saw.
    source
        Who writes, for the headers.

    Raises
    ------
    linli.streams.ledger_records.RecordTooLargeError
        If a record is larger than its topic takes.
    """
    ledger = [
        record for decision in decisions.values() for record in ledger_records(decision, source, plan.number, plan.now)
    ]
    forgotten = sum(one.value is None for one in ledger)
    letters = [*refused, *(one for decision in decisions.values() for one in _letters(decision))]
    outcomes = [outcome for decision in decisions.values() for outcome in decision.outcomes]
    outcomes += [_outcome(one) for one in refused]
    parts = (_with_solver(part, decisions.get(part.district)) for part in plan.districts)
    record = plan.model_copy(
        update={
            "districts": tuple(parts),
            "outcomes": tuple(sorted(outcomes, key=lambda outcome: outcome.offset)),
            "records": len(ledger) - forgotten,
            "forgotten": forgotten,
        }
    )
    dead = (dead_letter(plan.partition, one, plan.now, source) for one in letters)
    return DecidedRound(record, decisions, (*ledger, *dead))


def _letters(decision: Decision) -> Iterator[RefusedCommand]:
    yield from (conflict(one) for one in decision.conflicts)
    yield from (outlived(one) for one in decision.outlived)


def _with_solver(part: DistrictRound, decision: Decision | None) -> DistrictRound:
    return part.model_copy(update={"solver": decision.solver if decision else None})


def _outcome(refused: RefusedCommand) -> CommandOutcome:
    crashed = refused.reason is Reason.SOLVER_CRASH
    return CommandOutcome(
        offset=refused.offset,
        command=refused.command,
        request_id=refused.request_id,
        code=OutcomeCode.CRASHED if crashed else OutcomeCode.REFUSED,
        detail=refused.reason,
    )


def fold(states: States, decisions: Mapping[str, Decision], now: datetime) -> dict[str, DistrictState]:
    """Give the states after a round: what was written applied, the clock of every district set."""
    after = {code: replace(state, now=now) for code, state in states.items()}
    for code, decision in decisions.items():
        after[code] = _in_order(after[code], apply(after[code], decision, now), decision)
    return after


def _in_order(before: DistrictState, after: DistrictState, decision: Decision) -> DistrictState:
    """Put records that are new into their places, so that a state never depends on how it came about."""
    if any(one.request_id not in before.requests for one in decision.assignments):
        after = replace(after, requests=requests_in_order(after.requests.values()))
    if any(one.team not in before.plans for one in decision.plans):
        after = replace(after, plans=dict(sorted(after.plans.items())))
    if any(one.details.team not in before.roster for one in decision.roster):
        after = replace(after, roster=dict(sorted(after.roster.items())))
    return after


def requests_in_order(requests: Iterable[AssignmentRecord]) -> dict[str, AssignmentRecord]:
    """Order requests by registration and id: what a restart restores is ordered as what never stopped."""
    ordered = sorted(requests, key=lambda record: (record.registered_at or _EARLIEST, record.request_id))
    return {record.request_id: record for record in ordered}


def emptied_plans(state: DistrictState, number: int, now: datetime) -> Decision:
    """Give the decision that empties every plan of a district, after a round was torn."""
    return Decision(
        plans=tuple(
            PlanRecord(team=plan.team, district=plan.district, version=plan.version + 1, round=number, at=now, crews=())
            for plan in state.plans.values()
            if plan.crews
        )
    )


def with_policy(state: DistrictState, policy: Policy) -> DistrictState:
    """Give the same district under a policy."""
    return state if state.policy == policy else replace(state, policy=policy)
