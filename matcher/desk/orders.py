"""What the desk does with orders, amendments, cancellations and teams."""

from __future__ import annotations

from datetime import timedelta

from linli.matcher.desk.referring import referred
from linli.matcher.ledger.draft import Draft, end_offers
from linli.matcher.rounds.forgetting import is_outlived
from linli.schemas.assignment import AssignmentRecord, Cancelled, RecordedAfterwards, Registered, Rescheduled
from linli.schemas.commands import ApplyTeam, Command, PlaceOrder
from linli.schemas.lifecycle import OfferEnd, State, may_follow
from linli.schemas.orders import Amend, Cancel, RequestDetails
from linli.schemas.rounds import OutcomeCode

Result = tuple[OutcomeCode, str]
"""What became of a command, and a detail that names a rule or a state."""

APPLIED: Result = (OutcomeCode.APPLIED, "")

LINK_DAYS = 3
"""Two orders of one household for the same need within three days are probably one; they are linked, never dropped."""

LINKS_MAX = 8
"""Links kept per request: whoever orders more often than that for one need is looked at by a person anyway."""

CHILD_DIRECTOR = "child_director"
"""Referral of a child's case, for want of consent or for suspected harm."""

OFFICES = {
    "emergency": "请立即拨打 120/110/119 · call 120/110/119 at once",
    CHILD_DIRECTOR: "儿童主任 · child director",
}
"""Who takes over what a volunteer must not be sent to."""


def place_order(draft: Draft, command: Command, body: PlaceOrder) -> Result:
    """Register a new order; recognise one that came before."""
    request_id = command.request_id or ""
    known = draft.request(request_id)
    if known is not None:
        return seen_before(known, body.details)
    if is_outlived(draft, command):
        return OutcomeCode.NO_LONGER_KEPT, ""
    if body.details.recorded_afterwards:
        draft.open_record(request_id, RecordedAfterwards(), body.details, "order", command.id)
        return APPLIED
    draft.open_record(request_id, Registered(), body.details, "order", command.id, linked=_twins(draft, body.details))
    if body.details.referral is not None:
        _refer(draft, request_id, body.details.referral)
    return APPLIED


def seen_before(known: AssignmentRecord, details: RequestDetails) -> Result:
    """Say what an order is whose number is known already: the same again, or another one."""
    if known.details is None:
        return OutcomeCode.NOT_ALLOWED_NOW, "cancelled_before_order"
    if known.details.marks.content == details.marks.content:
        return OutcomeCode.DUPLICATE, known.state
    return OutcomeCode.CONFLICT, "content"


def _twins(draft: Draft, details: RequestDetails) -> tuple[str, ...]:
    """Return requests of the same household and need, at most `LINKS_MAX`."""
    if details.marks.household is None:
        return ()
    since = details.ordered_at - timedelta(days=LINK_DAYS)
    neighbours = (draft.request(other) for other in draft.household(details.marks.household))
    return tuple(
        other.request_id
        for other in neighbours
        if other is not None
        and other.details is not None
        and other.details.category == details.category
        and other.details.ordered_at >= since
        and other.state is not State.CANCELLED
    )[-LINKS_MAX:]


def _refer(draft: Draft, request_id: str, referral: str) -> None:
    record = draft.request(request_id)
    if record is not None and record.details is not None:
        status = referred(draft, record.details, OFFICES.get(referral, referral), referral)
        draft.step(record, status, referral if referral in OFFICES else "office")


def amend(draft: Draft, command: Command, body: Amend) -> Result:
    """Change an order that nobody has accepted yet; what was promised for the old one is given up and made anew."""
    record = draft.request(command.request_id or "")
    if record is None or record.details is None:
        return OutcomeCode.UNKNOWN_REQUEST, ""
    if command.id in record.recent:
        return OutcomeCode.DUPLICATE, ""
    if record.state is State.REFERRED:
        return _bring_consent(draft, command, body, record, record.details)
    if record.state is State.COMMITTED or not may_follow(record.state, State.RESCHEDULED):
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    details = _amended(record.details, body)
    if details == record.details:
        return OutcomeCode.DUPLICATE, "no change"
    draft.step(
        record,
        Rescheduled(by="amendment", reason=body.reason),
        "amend",
        details=details,
        legs=end_offers(record.legs, OfferEnd.CHANGED),
        promise=record.promise if body.windows is None else None,
        **draft.remember(record, command.id),
    )
    return APPLIED


def _amended(details: RequestDetails, body: Amend) -> RequestDetails:
    """Return what is asked for now; new minutes hold for every team that comes."""
    given: dict[str, object] = {"windows": body.windows, "minutes": body.minutes, "consent": body.consent}
    given["urgency"] = _urgency(body)
    if body.minutes is not None:
        each = {"minutes": body.minutes}
        given["leg_needs"] = tuple(one.model_copy(update=each) for one in details.leg_needs)
    return details.model_copy(update={name: value for name, value in given.items() if value is not None})


def _bring_consent(
    draft: Draft, command: Command, body: Amend, record: AssignmentRecord, details: RequestDetails
) -> Result:
    """Let a child's case go on for which the child director has obtained the guardian's consent.

    Only a case that waits for nothing else: what was referred for danger or suspected harm stays where it is.
    """
    flagged = details.flags.danger_to_life or details.flags.suspected_harm or details.restricted
    if details.referral != CHILD_DIRECTOR or flagged or body.consent is None:
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    if not (body.consent.beneficiary and body.consent.guardian):
        return OutcomeCode.BREAKS_RULE, "safeguarding"
    amended = _amended(details, body).model_copy(update={"referral": None, "consent_office": details.referral})
    draft.step(record, Registered(), "consent", details=amended, **draft.remember(record, command.id))
    return APPLIED


def _urgency(body: Amend) -> int | None:
    if body.urgent is None:
        return None
    return 0 if body.urgent else 1


def cancel(draft: Draft, command: Command, body: Cancel) -> Result:
    """End a request at the resident's word, also one that has not arrived yet.

    A new cancellation of a request that is no longer kept cannot be told from one that came before its order: it is
    stored, shown as that, and forgotten in its turn.
    """
    request_id = command.request_id or ""
    record = draft.request(request_id)
    if record is None and is_outlived(draft, command):
        return OutcomeCode.UNKNOWN_REQUEST, "no_longer_kept"
    if record is None:
        draft.open_record(request_id, Cancelled(reason=body.reason, before_order=True), None, "cancel", command.id)
        return APPLIED
    if record.state is State.CANCELLED:
        return OutcomeCode.DUPLICATE, record.state
    if not may_follow(record.state, State.CANCELLED):
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    draft.step(
        record,
        Cancelled(reason=body.reason),
        "cancel",
        legs=end_offers(record.legs, OfferEnd.CANCELLED),
        **draft.remember(record, command.id),
    )
    return APPLIED


def apply_team(draft: Draft, body: ApplyTeam) -> Result:
    """Take a team into the roster, or replace it; a deputy named by an event of its own stays."""
    known = draft.team(body.details.team)
    details = body.details.model_copy(update={"deputy": known.details.deputy if known else None})
    if known is not None and known.details == details:
        return OutcomeCode.DUPLICATE, ""
    draft.write_team(details)
    return APPLIED
