"""Help that was given before it was entered: written down as it was, marked where it broke a rule."""

from __future__ import annotations

from datetime import timedelta

from linli.matcher.desk.going import why_they_may_not_go
from linli.matcher.desk.orders import APPLIED, Result, seen_before
from linli.matcher.desk.people import find
from linli.matcher.ledger.draft import Draft, end_offers
from linli.matcher.rounds.choosing import choice_of, with_choice
from linli.matcher.rounds.forgetting import is_outlived
from linli.matcher.service.service_records import write_given
from linli.schemas.assignment import AssignmentRecord, RecordedAfterwards
from linli.schemas.choices import ChosenBy
from linli.schemas.commands import Command
from linli.schemas.desk import ApplyRecord
from linli.schemas.lifecycle import OfferEnd, State
from linli.schemas.rounds import OutcomeCode


def record_visit(draft: Draft, command: Command, body: ApplyRecord) -> Result:
    """Write down given help, of a request that is known or of one that came with it.

    What has happened cannot be refused: a hard rule that it broke is named in the choice that is recorded.
    """
    if draft.team(body.team) is None:
        return OutcomeCode.UNKNOWN_TEAM, ""
    if body.details is None:
        return _of_known(draft, command, body)
    request_id = command.request_id or ""
    known = draft.request(request_id)
    if known is not None:
        return seen_before(known, body.details)
    if is_outlived(draft, command):
        return OutcomeCode.NO_LONGER_KEPT, ""
    draft.open_record(request_id, _status(body), body.details, "record", command.id)
    _write_service(draft, request_id)
    return APPLIED


def _write_service(draft: Draft, request_id: str) -> None:
    after = draft.request(request_id)
    if after is not None:
        write_given(draft, after)


def _status(body: ApplyRecord) -> RecordedAfterwards:
    return RecordedAfterwards(
        team=body.team,
        members=body.members,
        start=body.start,
        minutes=body.minutes,
        reason=body.reason,
        by=body.by,
    )


def _of_known(draft: Draft, command: Command, body: ApplyRecord) -> Result:
    record, result = find(draft, command, State.RECORDED_AFTERWARDS)
    if record is None:
        return result
    choice = choice_of(draft, record, 0, ChosenBy.RECORD, body.team, body.by, body.reason)
    choice = choice.model_copy(update={"rule": _broken(draft, record, body)})
    after = draft.step(
        record,
        _status(body),
        "record",
        legs=end_offers(record.legs, OfferEnd.RECORDED),
        **with_choice(record, choice),
        **draft.remember(record, command.id),
    )
    write_given(draft, after)
    return APPLIED


def _broken(draft: Draft, record: AssignmentRecord, body: ApplyRecord) -> str:
    """Return the hard rule that the help broke; who went is only looked at where it was said."""
    if not body.members:
        return ""
    until = body.start + timedelta(minutes=body.minutes)
    return why_they_may_not_go(draft, record, body.team, body.members, until)
