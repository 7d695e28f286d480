"""The heart: ``decide``. What the live service, replay, simulation and tests all call.

A decision applies the commands in the order of the log, lets deadlines fire, and plans the district anew. It touches no
clock, broker or store; the same state, commands and moment always give the same decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from linli.matcher.deadlines import extend_for_down_time, fire
from linli.matcher.desk_answers import accept, decline, done, failed_visit, rate, reschedule, start, withdraw
from linli.matcher.desk_orders import Result, amend, apply_team, cancel, place_order
from linli.matcher.desk_people import confirm, hold, refer, release
from linli.matcher.draft import Draft
from linli.matcher.handover import assign
from linli.matcher.matching import match
from linli.matcher.plan_records import changed_plans
from linli.matcher.state import Decision, DistrictState, Moment, NumberedCommand
from linli.schemas.answers import Accept, Decline, Done, FailedVisit, Rate, Reschedule, Start, Withdraw
from linli.schemas.commands import ApplyTeam, Command, PlaceOrder
from linli.schemas.desk import Assign, Confirm, Hold, Refer, Release
from linli.schemas.orders import Amend, Cancel
from linli.schemas.rounds import CommandOutcome, OutcomeCode


def decide(state: DistrictState, commands: Sequence[NumberedCommand], moment: Moment) -> Decision:
    """Take one decision for one district.

    Parameters
    ----------
    state
        What the ledger says of the district; it is not changed.
    commands
        The district's new commands, in the order of the log.
    moment
        Clock, round, seed and work limit; see `Moment`.

    Returns
    -------
    Decision
        The records to write, in order; one outcome per command.

    Raises
    ------
    PlanRefusedError
        If no plan passes the checker: nothing may be written, the district is held.
    """
    draft = Draft(state, moment)
    if moment.down_seconds > 0:
        extend_for_down_time(draft)
    results = [(numbered, _act(draft, numbered.command)) for numbered in commands]
    if moment.deadlines:
        fire(draft)
    plan, report = match(draft)
    return Decision(
        assignments=tuple(draft.written),
        plans=changed_plans(draft, plan),
        roster=tuple(draft.roster_written),
        outcomes=tuple(_outcome(numbered, result) for numbered, result in results),
        conflicts=tuple(numbered for numbered, result in results if result[0] is OutcomeCode.CONFLICT),
        solver=report,
    )


def _outcome(numbered: NumberedCommand, result: Result) -> CommandOutcome:
    code, detail = result
    command = numbered.command
    return CommandOutcome(
        offset=numbered.offset, command=command.id, request_id=command.request_id, code=code, detail=detail
    )


def _act(draft: Draft, command: Command) -> Result:
    """Apply one command; the one place that maps a command's kind to the rule for it."""
    match command.body:
        case PlaceOrder():
            return place_order(draft, command, command.body)
        case Amend():
            return amend(draft, command, command.body)
        case Cancel():
            return cancel(draft, command, command.body)
        case ApplyTeam():
            return apply_team(draft, command, command.body)
        case Hold():
            return hold(draft, command, command.body)
        case Release():
            return release(draft, command, command.body)
        case Refer():
            return refer(draft, command, command.body)
        case Assign():
            return assign(draft, command, command.body)
        case Confirm():
            return confirm(draft, command, command.body)
        case Accept():
            return accept(draft, command, command.body)
        case Decline():
            return decline(draft, command, command.body)
        case Withdraw():
            return withdraw(draft, command, command.body)
        case Reschedule():
            return reschedule(draft, command, command.body)
        case Start():
            return start(draft, command, command.body)
        case Done():
            return done(draft, command, command.body)
        case FailedVisit():
            return failed_visit(draft, command, command.body)
        case Rate():
            return rate(draft, command, command.body)
        case _:
            assert_never(command.body)
