"""A day planned from two spreadsheets: the same decision as the live service takes, with nothing sent anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel

from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import DistrictState, Moment, NumberedCommand, apply
from linli.matcher.rounds.day_plan import DayPlan, LaidStop, lay_out
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.explanation import WhyNobody, WhyTeam
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import TeamDetails
from linli.services.preparing import Prepared, prepare
from linli.services.sheets.cells import plain
from linli.services.sheets.reading import Line
from linli.streams.intake.admit import World
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.sealed.keyring import KEY_BYTES, Keyring

SOURCE: Final = "desk"
"""The sender of a sheet's lines; requests get the same ids as if the sheet were submitted."""

HORIZON_DAYS_MAX: Final = 30
"""How far ahead a sheet may reach, as the policy has it."""

NOTHING_IS_SEALED: Final = Keyring(bytes(KEY_BYTES))
"""A key for what is thrown away: the plan's own copy of what identifies a person. The same always, so that the same
sheets give the same plan."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A line as intake judges it: a command, or refused."""

    line: Line
    prepared: Prepared | None = None
    refused: RefusedError | None = None


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line with what became of it: its request, and the visits that have a place."""

    line: Line
    record: AssignmentRecord
    stops: tuple[LaidStop, ...]
    why: WhyTeam | WhyNobody | None


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """What was planned.

    Parameters
    ----------
    lines
        Every order that was taken, in the order of the sheet.
    teams
        Every team, by id.
    plan
        The plan laid out.
    horizon_days
        How far ahead was planned.
    """

    lines: tuple[PlannedLine, ...]
    teams: Mapping[str, TeamDetails]
    plan: DayPlan
    horizon_days: int

    def team_named(self, text: str) -> str | None:
        """Find the team that a desk means by its id or name; ``None`` if that is none or several."""
        wanted = plain(text).replace(" ", "")
        if text in self.teams:
            return text
        names = {team: plain(details.name).replace(" ", "") for team, details in self.teams.items()}
        exact = [team for team, name in names.items() if name == wanted]
        begins = exact or [team for team, name in names.items() if name.startswith(wanted) and len(wanted) > 2]
        return begins[0] if len(begins) == 1 else None


def frozen(world: World, at: datetime) -> World:
    """Give what judging depends on with its clock standing still: a sheet is judged as of one moment."""

    def standing(_: datetime) -> datetime:
        return at

    return replace(world, at=standing, keyring=NOTHING_IS_SEALED)


def judged(lines: Iterable[Line], world: World, district: str) -> Iterator[Judged]:
    """Judge lines as intake will."""
    for line in lines:
        try:
            yield Judged(line, prepare(_body(line), SOURCE, district, world))
        except RefusedError as refused:
            yield Judged(line, refused=refused)


def _body(line: Line) -> BaseModel:
    if line.body is None:
        raise line.refused or ValueError("a line is either read or refused")
    return line.body


def plan_day(
    orders: list[Judged],
    teams: list[Judged],
    district: str,
    at: datetime,
    work: int,
    *,
    seed: int = 0,
    policy: Policy | None = None,
) -> PlannedDay:
    """Decide on all orders at once.

    Parameters
    ----------
    orders, teams
        Judged lines; refused ones are passed over.
    district
        The district's code.
    at
        The moment of the decision.
    work
        Limit of the optimizer in deterministic units.
    seed
        Of the optimizer.
    policy
        The county's; of it holds what `planning_policy` says.

    Returns
    -------
    PlannedDay
        The same for the same sheets, moment, work, seed and policy.
    """
    taken = [one for one in orders if one.prepared is not None]
    commands = [
        NumberedCommand(n, one.prepared.command.model_copy(update={"id": f"line-{n}"}))
        for n, one in enumerate([*(team for team in teams if team.prepared is not None), *taken])
        if one.prepared is not None
    ]
    before = DistrictState(district, planning_policy(_horizon(taken, at), policy))
    moment = Moment(now=at, round=1, seed=seed, work=work)
    after = apply(before, decide(before, commands, moment), at)
    return _laid_out(taken, after, moment)


def planning_policy(horizon_days: int, given: Policy | None = None) -> Policy:
    """Return how a sheet is planned: nothing is sent, and as there is no later round nobody waits for neighbours.

    All else is as a county's policy has it, and how far ahead is planned too where that says so.
    """
    policy = Policy() if given is None else given
    days = policy.horizon_days if "horizon_days" in policy.model_fields_set else horizon_days
    alone = {"mode": Mode.SUGGEST, "mode_rules": (), "horizon_days": days, "admission_price": None}
    return policy.model_copy(update=alone)


def _horizon(taken: list[Judged], at: datetime) -> int:
    """Give the days that the last window reaches ahead."""
    ends = [window.end for one in taken for window in _windows(one)]
    days = (max(ends, default=at) - at) // timedelta(days=1) + 2
    return max(8, min(days, HORIZON_DAYS_MAX))


def _windows(one: Judged) -> tuple[Any, ...]:
    body = one.prepared.command.body if one.prepared is not None else None
    return body.details.windows if isinstance(body, PlaceOrder) else ()


def _laid_out(taken: list[Judged], state: DistrictState, moment: Moment) -> PlannedDay:
    plan = lay_out(state, moment)
    stops: dict[str, list[LaidStop]] = {}
    for stop in plan.stops:
        stops.setdefault(stop.request, []).append(stop)
    lines = tuple(
        PlannedLine(
            line=one.line,
            record=state.requests[request],
            stops=tuple(sorted(stops.get(request, ()), key=lambda stop: stop.leg)),
            why=plan.why.get((request, 0)),
        )
        for one in taken
        if one.prepared is not None and (request := one.prepared.command.request_id or "") in state.requests
    )
    teams = {team: record.details for team, record in state.roster.items()}
    return PlannedDay(lines, teams, plan, state.policy.horizon_days)


def team_of(one: Judged) -> TeamDetails | None:
    """Give the team that a judged line registers."""
    body = one.prepared.command.body if one.prepared is not None else None
    return body.details if isinstance(body, ApplyTeam) else None
