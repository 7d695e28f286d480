"""What the desk's people decide: hold, release, refer, confirm, tell; for ``assign`` see ``handover``."""

from __future__ import annotations

from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.desk.referring import referred, stays_with_office
from linli.matcher.ledger.draft import Draft, end_offers, live_offer, replace_leg
from linli.matcher.ledger.modes import mode_for
from linli.matcher.rounds.choosing import choice_of, with_choice
from linli.matcher.rounds.offering import open_in_the_morning, opened
from linli.matcher.standing.series_agreed import confirm_series, other_visits
from linli.schemas.assignment import AssignmentRecord, Offered, OnHold, Registered
from linli.schemas.choices import ChosenBy
from linli.schemas.commands import Command
from linli.schemas.desk import Confirm, Hold, Refer, Release, Told
from linli.schemas.lifecycle import OfferEnd, OfferState, State, may_follow
from linli.schemas.policy import Mode
from linli.schemas.rounds import OutcomeCode


def find(draft: Draft, command: Command, wanted: State) -> tuple[AssignmentRecord | None, Result]:
    """Find the request that a command means and say whether it may go to the wanted state.

    Returns
    -------
    tuple
        The record and ``APPLIED``, or ``None`` and why nothing is done.
    """
    record = draft.request(command.request_id or "")
    if record is None or record.details is None:
        return None, (OutcomeCode.UNKNOWN_REQUEST, "")
    if command.id in record.recent:
        return None, (OutcomeCode.DUPLICATE, record.state)
    if not may_follow(record.state, wanted):
        return None, (OutcomeCode.NOT_ALLOWED_NOW, record.state)
    return record, APPLIED


def hold(draft: Draft, command: Command, body: Hold) -> Result:
    """Keep a request; offers are revoked and nobody is asked."""
    record, result = find(draft, command, State.ON_HOLD)
    if record is not None:
        status = OnHold(by=body.by, reason=body.reason)
        draft.step(
            record, status, "hold", legs=end_offers(record.legs, OfferEnd.HELD), **draft.remember(record, command.id)
        )
    return result


def release(draft: Draft, command: Command, body: Release) -> Result:
    """End a hold; the request is matched again in the same round."""
    record, result = find(draft, command, State.REGISTERED)
    if record is not None:
        draft.step(record, Registered(), "release", series=(), **draft.remember(record, command.id))
    return result


def refer(draft: Draft, command: Command, body: Refer) -> Result:
    """Hand a request to an office, or from one office to another; what the law gives to an office stays there."""
    record, result = find(draft, command, State.REFERRED)
    if record is not None and record.details is not None:
        details = record.details
        if record.state is State.REFERRED and stays_with_office(record):
            return OutcomeCode.NOT_ALLOWED_NOW, "stays_with_office"
        details = details.model_copy(update={"referral": None}) if record.state is State.REFERRED else details
        draft.step(
            record,
            referred(draft, details, body.office, body.reason),
            "refer",
            details=details,
            legs=end_offers(record.legs, OfferEnd.REFERRED),
            **draft.remember(record, command.id),
        )
    return result


def confirm(draft: Draft, command: Command, body: Confirm) -> Result:
    """Send the offer that was proposed to the desk; in mode ``suggest`` nothing is sent, there the desk assigns."""
    record, result = find(draft, command, State.OFFERED)
    if record is None:
        return result
    if body.leg >= len(record.legs):
        return OutcomeCode.NOT_ALLOWED_NOW, "no such leg"
    leg = record.legs[body.leg]
    index = live_offer(leg)
    if index is None or leg.offers[index].state is not OfferState.PROPOSED:
        return OutcomeCode.STALE, "nothing is proposed"
    if record.details is None or mode_for(draft.state.policy, record.details) is Mode.SUGGEST:
        return OutcomeCode.NOT_ALLOWED_NOW, Mode.SUGGEST
    choice = choice_of(draft, record, body.leg, ChosenBy.CONFIRM, leg.offers[index].team, body.by, body.note)
    after = draft.step(
        record,
        Offered(),
        "confirm",
        legs=replace_leg(record.legs, body.leg, opened(draft, record, leg, index, body.by)),
        **with_choice(record, choice),
        **draft.remember(record, command.id),
    )
    return OutcomeCode.APPLIED, _confirm_all(draft, after, body, leg.offers[index].team) if body.series else ""


def _confirm_all(draft: Draft, record: AssignmentRecord, body: Confirm, team: str) -> str:
    """Approve the team for all visits of the order, and send its offers of other visits that wait for the desk."""
    why = confirm_series(draft, record, body.leg, team, body.by)
    if not why:
        for other in other_visits(draft, record, draft.now):
            open_in_the_morning(draft, other)
    return why


def told(body: Told) -> Result:
    """Record what became of a call; the delivery it settles is none of the ledger's requests."""
    return OutcomeCode.APPLIED, body.outcome
