"""The desk takes what proves a visit: the resident's code, a rating, a grid worker's word; and a person's review."""

from __future__ import annotations

from typing import NamedTuple

from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.ledger.draft import Draft, replace_leg
from linli.matcher.service.service_records import service_of, settle, write_given
from linli.schemas.answers import Rate
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.lifecycle import State
from linli.schemas.people import Requester
from linli.schemas.proving import ConfirmService, GiveCode, ReviewService
from linli.schemas.rounds import OutcomeCode
from linli.schemas.service import (
    CODE_TRIES,
    RESIDENT_SOURCE,
    Confirmation,
    Judgement,
    Review,
    ServiceRecord,
    service_key,
)

_WEIGHTS = {"resident": 3, "call_back": 2, "proxy": 1}
"""Whose word counts most."""

_CODE_STATES = frozenset({State.UNDER_WAY, State.DONE, State.RATED, State.REOPENED})

_OFFICIAL = frozenset({Requester.GRID_WORKER, Requester.HOUSEHOLD_GROUP_HEAD})
"""Who may confirm even what they ordered themselves: it is their office to look after these households."""


def give_code(draft: Draft, command: Command, body: GiveCode) -> Result:
    """Take the service code that a team says it was told; wrong ones are counted, and after some no more are taken."""
    record = draft.request(command.request_id or "")
    if record is None:
        return OutcomeCode.UNKNOWN_REQUEST, ""
    if command.id in record.recent:
        return OutcomeCode.DUPLICATE, record.state
    place = next((i for i, leg in enumerate(record.legs) if leg.assignment and leg.assignment.id == body.offer), 0)
    going = record.legs[place].assignment if record.legs else None
    if going is None or going.id != body.offer or record.state not in _CODE_STATES:
        return OutcomeCode.STALE, record.state
    if going.team != body.team:
        return OutcomeCode.NOT_YOURS, ""
    if going.service_code_ok:
        return OutcomeCode.DUPLICATE, record.state
    if going.wrong_codes >= CODE_TRIES:
        return OutcomeCode.NOT_ALLOWED_NOW, "no_more_codes"
    wrong = going.wrong_codes + (not body.right)
    tried = going.model_copy(update={"service_code_ok": body.right is True, "wrong_codes": wrong})
    legs = replace_leg(record.legs, place, record.legs[place].model_copy(update={"assignment": tried}))
    draft.step(record, record.status, "code", legs=legs, **draft.remember(record, command.id))
    known = draft.kept.service.get(service_key(record.request_id, place))
    if known is not None:
        settle(draft, known.model_copy(update={"code_ok": tried.service_code_ok, "wrong_codes": wrong}))
    return OutcomeCode.APPLIED, "" if body.right else "wrong_code"


def judgement_of(command: Command, body: Rate) -> Judgement:
    """Read a rating; whose word it is counts only where Linli knows it.

    A resident's own word comes by case number and one-time code, which the gateway alone sends under that name. A
    call-back is the desk's; what a team or a proxy sends under it is not believed.
    """
    own = body.by == "resident" and command.source == RESIDENT_SOURCE
    called = body.by == "call_back" and not command.source.startswith(("team:", "proxy:"))
    return Judgement(stars=body.stars, tags=tuple(body.tags), by=body.by, at=command.received_at, checked=own or called)


def write_judgement(draft: Draft, record: AssignmentRecord, judgement: Judgement) -> Judgement:
    """Keep a rating as the last of its source on every visit of a request, and return the one that counts."""
    if not service_of(draft, record):
        write_given(draft, record)
    best = judgement
    for known in service_of(draft, record):
        others = [one for one in known.judgements if one.by != judgement.by]
        every = tuple(sorted((*others, judgement), key=lambda one: one.by))
        best = max(every, key=_weight)
        settle(draft, known.model_copy(update={"judgements": every, "judgement": best}))
    return best


def _weight(judgement: Judgement) -> tuple[bool, int]:
    return judgement.checked, _WEIGHTS.get(judgement.by, 0)


class _Visited(NamedTuple):
    """A request, and the service record that is meant."""

    record: AssignmentRecord
    known: ServiceRecord


def _visit(draft: Draft, command: Command, leg: int) -> _Visited | Result:
    record = draft.request(command.request_id or "")
    if record is None:
        return OutcomeCode.UNKNOWN_REQUEST, ""
    known = draft.kept.service.get(service_key(record.request_id, leg))
    return (OutcomeCode.NOT_ALLOWED_NOW, record.state) if known is None else _Visited(record, known)


def confirm_service(draft: Draft, command: Command, body: ConfirmService) -> Result:
    """Take a grid worker's word. That of somebody of the team is kept, flagged, and proves nothing."""
    found = _visit(draft, command, body.leg)
    if not isinstance(found, _Visited):
        return found
    record, known = found
    if any(one.by == body.by for one in known.confirmations):
        return OutcomeCode.DUPLICATE, record.state
    if _is_own_order(record, command):
        return OutcomeCode.BREAKS_RULE, "own_order"
    counts = not _is_of_team(draft, known, body, command)
    said = Confirmation(by=body.by, at=command.received_at, counts=counts)
    settle(draft, known.model_copy(update={"confirmations": (*known.confirmations, said)}))
    return APPLIED if counts else (OutcomeCode.APPLIED, "own_team")


def _is_own_order(record: AssignmentRecord, command: Command) -> bool:
    """Say whether a proxy vouches for what it ordered itself; grid workers and heads of ten households may."""
    details = record.details
    return details is not None and details.source == command.source and details.requester not in _OFFICIAL


def _is_of_team(draft: Draft, known: ServiceRecord, body: ConfirmService, command: Command) -> bool:
    team = draft.team(known.team)
    members = {member.ref for member in team.details.members} if team is not None else set[str]()
    return body.of_team == known.team or body.by in members or command.source == f"team:{known.team}"


def review_service(draft: Draft, command: Command, body: ReviewService) -> Result:
    """Take a person's decision about the anomalies of a visit; a later one replaces it."""
    found = _visit(draft, command, body.leg)
    if not isinstance(found, _Visited):
        return found
    record, known = found
    if not known.anomalies:
        return OutcomeCode.NOT_ALLOWED_NOW, "no_anomaly"
    said = Review(
        verdict=body.verdict,
        reason="",
        sealed_reason=body.sealed_reason,
        by=body.by,
        at=command.received_at,
        anomalies=known.anomalies,
    )
    # The same record, taken in twice, is sealed anew each time.
    if known.review is not None and known.review.model_copy(update={"sealed_reason": body.sealed_reason}) == said:
        return OutcomeCode.DUPLICATE, record.state
    settle(draft, known.model_copy(update={"review": said}))
    return APPLIED
