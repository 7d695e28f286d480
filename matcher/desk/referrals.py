"""What an office's answer makes of a request that was referred to it (转办答复)."""

from __future__ import annotations

from typing import Final

from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.desk.people import find
from linli.matcher.desk.referring import due, stays_with_office
from linli.matcher.ledger.draft import Draft
from linli.schemas.assignment import Closed, Referred, Registered, Status
from linli.schemas.commands import Command
from linli.schemas.lifecycle import State
from linli.schemas.orders import RequestDetails
from linli.schemas.referrals import GIVEN_BACK, AnswerReferral, OfficeAnswer, ReferralOutcome
from linli.schemas.rounds import OutcomeCode

ANSWERS_MAX: Final = 12
"""Answers kept of one request: who is sent from office to office more often than that has a person's attention."""

_CAUSES: Final = {
    ReferralOutcome.ACCEPTED: "office_accepted",
    ReferralOutcome.DONE: "office_done",
    ReferralOutcome.RETURNED: "office_returned",
    ReferralOutcome.REFUSED: "office_refused",
}


def _status(draft: Draft, now: Referred, details: RequestDetails, outcome: ReferralOutcome) -> Status:
    match outcome:
        case ReferralOutcome.ACCEPTED:
            return now.model_copy(update={"due": due(draft, details)})
        case ReferralOutcome.DONE:
            return Closed(outcome=State.REFERRED)
        case ReferralOutcome.RETURNED | ReferralOutcome.REFUSED:
            return Registered()


def answer_referral(draft: Draft, command: Command, body: AnswerReferral) -> Result:
    """Take what an office says: taken on and done stay with it, given back is matched again with the reason kept.

    What volunteers may never do is not given back to them: danger to life, suspected harm, a consent that is missing.
    """
    record, result = find(draft, command, State.REGISTERED)
    if record is None:
        return result
    if not isinstance(record.status, Referred) or record.details is None:
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    if body.outcome in GIVEN_BACK and stays_with_office(record):
        return OutcomeCode.NOT_ALLOWED_NOW, "stays_with_office"
    details = record.details
    if body.outcome in GIVEN_BACK:
        details = details.model_copy(update={"referral": None})
    answer = OfficeAnswer(
        office=record.status.office,
        outcome=body.outcome,
        note=body.note,
        by=body.by,
        at=draft.now,
        due=record.status.due,
    )
    draft.step(
        record,
        _status(draft, record.status, details, body.outcome),
        _CAUSES[body.outcome],
        details=details,
        office_answers=(*record.office_answers, answer)[-ANSWERS_MAX:],
        **draft.remember(record, command.id),
    )
    return APPLIED
