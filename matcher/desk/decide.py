"""The heart: ``decide``. What the live service, replay, simulation and tests all call.

A decision applies the commands in the order of the log, lets deadlines fire, and plans the district anew. It touches no
clock, broker or store; the same state, commands and moment always give the same decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from linli.matcher.desk.answers import accept, decline, done, failed_visit, rate, reschedule, start, swap, withdraw
from linli.matcher.desk.claiming import claim
from linli.matcher.desk.deadlines import extend_for_down_time, fire
from linli.matcher.desk.erasing import erase
from linli.matcher.desk.escalation import escalate
from linli.matcher.desk.handover import assign
from linli.matcher.desk.marking import mark
from linli.matcher.desk.nodes import apply_node
from linli.matcher.desk.orders import Result, amend, apply_team, cancel, place_order
from linli.matcher.desk.people import confirm, hold, refer, release, told
from linli.matcher.desk.proving import confirm_service, give_code, review_service
from linli.matcher.desk.recording import record_visit
from linli.matcher.desk.referrals import answer_referral
from linli.matcher.desk.reopening import resolve
from linli.matcher.desk.series import give_series
from linli.matcher.desk.standing_orders import change_standing, place_standing
from linli.matcher.desk.teams import absent, change_members, name_deputy, withdraw_unfit
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand
from linli.matcher.rounds.forgetting import forget_plans, forget_requests, forget_standing
from linli.matcher.rounds.matching import match
from linli.matcher.rounds.measured_ways import forget_ways, learn_ways
from linli.matcher.rounds.plan_records import changed_plans
from linli.matcher.service.unreported import note_unreported
from linli.matcher.standing.standing_visits import note_served
from linli.schemas.answers import (
    Accept,
    Claim,
    Decline,
    Done,
    FailedVisit,
    Rate,
    Reschedule,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.commands import ApplyTeam, Command, PlaceOrder
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Mark, Refer, Release, Told
from linli.schemas.erasure import Erase
from linli.schemas.orders import Amend, Cancel
from linli.schemas.organisation import ApplyNode
from linli.schemas.proving import ConfirmService, GiveCode, Resolve, ReviewService
from linli.schemas.referrals import AnswerReferral
from linli.schemas.rounds import CommandOutcome, OutcomeCode
from linli.schemas.standing import ChangeStanding, PlaceStanding
from linli.schemas.team_changes import Absent, ApplyDeputy, ChangeMembers


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
    learn_ways(draft)
    if moment.down_seconds > 0:
        extend_for_down_time(draft)
    results = [(numbered, _act(draft, numbered.command)) for numbered in commands]
    withdraw_unfit(draft)
    if moment.deadlines:
        fire(draft)
        note_unreported(draft)
        escalate(draft)
        give_series(draft)
    note_served(draft)
    plan, report = match(draft)
    return Decision(
        assignments=tuple(draft.written),
        plans=changed_plans(draft, plan),
        roster=tuple(draft.roster_written),
        kept=tuple(draft.kept.written),
        outcomes=tuple(_outcome(numbered, result) for numbered, result in results),
        conflicts=_with(OutcomeCode.CONFLICT, results),
        outlived=_with(OutcomeCode.NO_LONGER_KEPT, results),
        forgotten=forget_requests(draft, plan) if moment.deadlines else (),
        forgotten_plans=forget_plans(draft, plan) if moment.deadlines else (),
        forgotten_standing=forget_standing(draft) if moment.deadlines else (),
        forgotten_ways=forget_ways(draft) if moment.deadlines else (),
        solver=report,
    )


def _with(code: OutcomeCode, results: Sequence[tuple[NumberedCommand, Result]]) -> tuple[NumberedCommand, ...]:
    return tuple(numbered for numbered, result in results if result[0] is code)


def _outcome(numbered: NumberedCommand, result: Result) -> CommandOutcome:
    code, detail = result
    command = numbered.command
    return CommandOutcome(
        offset=numbered.offset, command=command.id, request_id=command.request_id, code=code, detail=detail
    )


def _act(draft: Draft, command: Command) -> Result:
    """Apply one command; here and in the two functions below each kind finds the rule for it."""
    match command.body:
        case PlaceOrder():
            return place_order(draft, command, command.body)
        case Amend():
            return amend(draft, command, command.body)
        case Cancel():
            return cancel(draft, command, command.body)
        case Hold():
            return hold(draft, command, command.body)
        case Release():
            return release(draft, command, command.body)
        case Refer():
            return refer(draft, command, command.body)
        case AnswerReferral():
            return answer_referral(draft, command, command.body)
        case Assign():
            return assign(draft, command, command.body)
        case Confirm():
            return confirm(draft, command, command.body)
        case ApplyRecord():
            return record_visit(draft, command, command.body)
        case Mark():
            return mark(draft, command, command.body)
        case Told():
            return told(command.body)
        case GiveCode() | ConfirmService() | ReviewService() | Resolve():
            return _prove(draft, command, command.body)
        case PlaceStanding():
            return place_standing(draft, command, command.body)
        case ChangeStanding():
            return change_standing(draft, command, command.body)
        case Erase():
            return erase(draft, command, command.body)
        case ApplyTeam() | Absent() | ChangeMembers() | ApplyDeputy():
            return _change_team(draft, command.body)
        case ApplyNode():
            return apply_node(draft, command.body)
        case _:
            return _answer(draft, command, command.body)


def _change_team(draft: Draft, body: ApplyTeam | Absent | ChangeMembers | ApplyDeputy) -> Result:
    """Change the roster."""
    match body:
        case ApplyTeam():
            return apply_team(draft, body)
        case Absent():
            return absent(draft, body)
        case ChangeMembers():
            return change_members(draft, body)
        case ApplyDeputy():
            return name_deputy(draft, body)
        case _:
            assert_never(body)


def _prove(draft: Draft, command: Command, body: GiveCode | ConfirmService | ReviewService | Resolve) -> Result:
    """Take what is said of a visit that is over."""
    match body:
        case GiveCode():
            return give_code(draft, command, body)
        case ConfirmService():
            return confirm_service(draft, command, body)
        case ReviewService():
            return review_service(draft, command, body)
        case Resolve():
            return resolve(draft, command, body)
        case _:
            assert_never(body)


_Answer = Accept | Decline | Claim | Withdraw | SwapMembers | Reschedule | Start | Done | FailedVisit | Rate


def _answer(draft: Draft, command: Command, body: _Answer) -> Result:
    """Take what a team or a resident says."""
    match body:
        case Accept():
            return accept(draft, command, body)
        case Decline():
            return decline(draft, command, body)
        case Claim():
            return claim(draft, command, body)
        case Withdraw():
            return withdraw(draft, command, body)
        case SwapMembers():
            return swap(draft, command, body)
        case Reschedule():
            return reschedule(draft, command, body)
        case Start():
            return start(draft, command, body)
        case Done():
            return done(draft, command, body)
        case FailedVisit():
            return failed_visit(draft, command, body)
        case Rate():
            return rate(draft, command, body)
        case _:
            assert_never(body)
