"""What the desk does with answers: of team leads about offers and visits, of residents about times and service.

An answer counts only for the live offer it names; everything else is recorded and harmless.
"""

from __future__ import annotations

from dataclasses import dataclass

from linli.matcher.desk.going import why_they_may_not_go
from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.desk.people import find
from linli.matcher.desk.proving import judgement_of, write_judgement
from linli.matcher.desk.reopening import reopen
from linli.matcher.ledger.draft import Draft, end_offers, replace_leg, replace_offer, revoked
from linli.matcher.rounds.plan_records import stop_at
from linli.matcher.rounds.translate import visit_id
from linli.matcher.service.finishing import all_finished, done_with
from linli.matcher.service.service_records import write_given
from linli.matcher.service.unreported import LATE_WORDS
from linli.matcher.standing.giving_back import give_back
from linli.matcher.standing.series_agreed import end_series, take_series
from linli.schemas.answers import (
    Accept,
    Decline,
    Done,
    FailedVisit,
    Rate,
    Reschedule,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.assignment import (
    Assignment,
    AssignmentRecord,
    BrokenPromise,
    Committed,
    FailedVisitState,
    Leg,
    Offer,
    Offered,
    Rated,
    Rescheduled,
    Status,
    UnderWay,
)
from linli.schemas.commands import Command
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.rounds import OutcomeCode

NO_SUCH_OFFER: Result = (OutcomeCode.STALE, "no_such_offer")

_CAME_TO = {
    OfferState.EXPIRED: "expired",
    OfferState.DECLINED: "declined",
    OfferState.ACCEPTED: "accepted",
    OfferState.PROPOSED: "proposed",
}
"""What a team is told of an offer that it cannot answer any more; of one taken back it is told why."""

_VISIT_STATES = (State.COMMITTED, State.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class _Answered:
    """Where the offer of an answer was found."""

    record: AssignmentRecord
    number: int
    leg: Leg


def _leg_of(offer: str) -> int:
    """Read the leg from an offer id ``<request>.<leg>.<number>``; -1 when it is none of ours."""
    parts = offer.split(".")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdecimal() and len(parts[1]) == 1 else -1


def _answered(draft: Draft, command: Command, offer: str) -> _Answered | Result:
    record = draft.request(command.request_id or "")
    if record is None:
        return OutcomeCode.UNKNOWN_REQUEST, ""
    if command.id in record.recent:
        return OutcomeCode.DUPLICATE, record.state
    index = _leg_of(offer)
    if not 0 <= index < len(record.legs):
        return NO_SUCH_OFFER
    return _Answered(record, index, record.legs[index])


@dataclass(frozen=True, slots=True)
class _Open:
    """The open offer of an answer, where it was found."""

    record: AssignmentRecord
    number: int
    leg: Leg
    place: int

    @property
    def offer(self) -> Offer:
        """The offer itself."""
        return self.leg.offers[self.place]


def _open_offer(draft: Draft, command: Command, body: Accept | Decline) -> _Open | Result:
    """Find the open offer that an answer names, given by its own team and in time."""
    found = _answered(draft, command, body.offer)
    if not isinstance(found, _Answered):
        return found
    index = next((i for i, offer in enumerate(found.leg.offers) if offer.id == body.offer), None)
    if index is None:
        return NO_SUCH_OFFER
    offer = found.leg.offers[index]
    if offer.team != body.team:
        return OutcomeCode.NOT_YOURS, ""
    if offer.state is not OfferState.OPEN:
        return OutcomeCode.STALE, _what_came_of(offer)
    if command.received_at > offer.expires:
        return OutcomeCode.STALE, "expired"
    return _Open(found.record, found.number, found.leg, index)


def _what_came_of(offer: Offer) -> str:
    """Say in a word what became of an offer, so that a late answer can be refused politely."""
    if offer.state is OfferState.REVOKED:
        return offer.ended or OfferEnd.NO_LONGER_POSSIBLE
    return _CAME_TO[offer.state]


def accept(draft: Draft, command: Command, body: Accept) -> Result:
    """A team goes; the request is committed once every leg has its team. Others that were asked at once are told."""
    found = _open_offer(draft, command, body)
    if not isinstance(found, _Open):
        return found
    record, offer = found.record, found.offer
    broken = why_they_may_not_go(draft, record, offer.team, body.members, offer.end)
    if broken:
        return OutcomeCode.BREAKS_RULE, broken
    going = Assignment(
        id=offer.id,
        team=offer.team,
        crew=offer.crew,
        members=body.members,
        start=offer.start,
        end=offer.end,
        since=draft.now,
    )
    accepted = replace_offer(found.leg, found.place, state=OfferState.ACCEPTED)
    taken = Leg(offers=revoked(accepted.offers, OfferEnd.FILLED), assignment=going)
    visit = visit_id(record.request_id, found.number)
    draft.handed.append((offer.team, offer.crew, stop_at(visit, offer.start, offer.end)))
    legs = replace_leg(record.legs, found.number, taken)
    after = draft.step(record, _with_answers(record, legs), "accept", legs=legs, **draft.remember(record, command.id))
    return OutcomeCode.APPLIED, take_series(draft, after, found.number, going) if body.series else ""


def _with_answers(record: AssignmentRecord, legs: tuple[Leg, ...]) -> Status:
    """Return where a request stands after an answer: where somebody is at work it stays under way."""
    if record.state is State.UNDER_WAY:
        return record.status
    return Committed() if all(leg.assignment for leg in legs) else Offered()


def decline(draft: Draft, command: Command, body: Decline) -> Result:
    """A team does not go; it is never asked again for this request, and another is sought at once."""
    found = _open_offer(draft, command, body)
    if not isinstance(found, _Open):
        return found
    record = found.record
    declined = replace_offer(found.leg, found.place, state=OfferState.DECLINED, declined=body.reason)
    legs = replace_leg(record.legs, found.number, declined)
    barred = (*record.barred, (body.team, "declined"))
    draft.step(
        record, _with_answers(record, legs), "decline", legs=legs, barred=barred, **draft.remember(record, command.id)
    )
    return APPLIED


def _visiting(
    draft: Draft, command: Command, offer: str, team: str, states: tuple[State, ...] = _VISIT_STATES
) -> _Answered | Result:
    """Find the live assignment that an answer about a visit names."""
    found = _answered(draft, command, offer)
    if not isinstance(found, _Answered):
        return found
    going = found.leg.assignment
    if going is None or going.id != offer or found.record.state not in states:
        return OutcomeCode.STALE, found.record.state
    return found if going.team == team else (OutcomeCode.NOT_YOURS, "")


def withdraw(draft: Draft, command: Command, body: Withdraw) -> Result:
    """A team that accepted cannot go; the request is matched again at once, the teams of other legs stay.

    Also one of several that has accepted while others are still asked. Where others are at work they stay at it.
    """
    found = _visiting(draft, command, body.offer, body.team, (*_VISIT_STATES, State.OFFERED))
    if not isinstance(found, _Answered):
        return found
    record = found.record
    if found.leg.assignment is not None and found.leg.assignment.finished is not None:
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    remembered = draft.remember(record, command.id)
    after = give_back(draft, record, found.number, body.team, body.reason, **remembered)
    return OutcomeCode.APPLIED, end_series(draft, after, found.number, body.team, body.reason) if body.series else ""


def swap(draft: Draft, command: Command, body: SwapMembers) -> Result:
    """Other members go: they are looked at exactly like those named at acceptance."""
    found = _visiting(draft, command, body.offer, body.team)
    if not isinstance(found, _Answered):
        return found
    going = found.leg.assignment
    if going is None or going.started:
        return OutcomeCode.NOT_ALLOWED_NOW, found.record.state
    if going.members == body.members:
        return OutcomeCode.DUPLICATE, found.record.state
    broken = why_they_may_not_go(draft, found.record, body.team, body.members, going.end)
    if broken:
        return OutcomeCode.BREAKS_RULE, broken
    leg = found.leg.model_copy(update={"assignment": going.model_copy(update={"members": body.members})})
    draft.step(
        found.record,
        found.record.status,
        "swap",
        legs=replace_leg(found.record.legs, found.number, leg),
        **draft.remember(found.record, command.id),
    )
    return APPLIED


def start(draft: Draft, command: Command, body: Start) -> Result:
    """A team is at the door: those who were named are looked at once more, and the four digits must be right."""
    found = _visiting(draft, command, body.offer, body.team)
    if not isinstance(found, _Answered):
        return found
    going = found.leg.assignment
    if going is None or going.started:
        return OutcomeCode.DUPLICATE, found.record.state
    if body.door_code_ok is False:
        return OutcomeCode.BREAKS_RULE, "door_code"
    until = command.received_at + (going.end - going.start)
    broken = why_they_may_not_go(draft, found.record, body.team, going.members, until)
    if broken:
        return OutcomeCode.BREAKS_RULE, broken
    said = {"started": True, "door_code_ok": body.door_code_ok, "started_at": command.received_at}
    begun = going.model_copy(update=said)
    leg = found.leg.model_copy(update={"assignment": begun})
    status = found.record.status
    since = status.since if isinstance(status, UnderWay) else command.received_at
    draft.step(
        found.record,
        UnderWay(since=since),
        "start",
        legs=replace_leg(found.record.legs, found.number, leg),
        **draft.remember(found.record, command.id),
    )
    return APPLIED


def done(draft: Draft, command: Command, body: Done) -> Result:
    """The help was given; of several teams each says so for itself, and the last one's word ends the request.

    Notes
    -----
    A team that says nothing is waited for: see `linli.matcher.service.unreported`. Its word still counts when it comes
    late.
    """
    found = _visiting(draft, command, body.offer, body.team, (*_VISIT_STATES, *LATE_WORDS))
    if not isinstance(found, _Answered):
        return found
    record, going = found.record, found.leg.assignment
    if going is None or going.finished is not None:
        return OutcomeCode.DUPLICATE, record.state
    gave = {"finished": command.received_at, "minutes": body.minutes, "spent": body.spent}
    legs = replace_leg(
        record.legs, found.number, Leg(offers=found.leg.offers, assignment=going.model_copy(update=gave))
    )
    if all_finished(legs) or record.state in LATE_WORDS:
        ended = tuple(
            leg.model_copy(update={"offers": revoked(leg.offers, OfferEnd.NO_LONGER_POSSIBLE)}) for leg in legs
        )
        status: Status = done_with(record, legs)
        late = _late(draft, record)
        after = draft.step(record, status, "done", legs=ended, **late, **draft.remember(record, command.id))
    else:
        since = record.status.since if isinstance(record.status, UnderWay) else going.start
        after = draft.step(record, UnderWay(since=since), "done", legs=legs, **draft.remember(record, command.id))
    write_given(draft, after)
    return APPLIED


def _late(draft: Draft, record: AssignmentRecord) -> dict[str, tuple[BrokenPromise, ...]]:
    """Note a promise broken by a start after the promised window; only a reported start tells."""
    status = record.status
    if record.promise is None or not isinstance(status, UnderWay) or status.since <= record.promise.end:
        return {}
    return {"broken": (*record.broken, BrokenPromise(window=record.promise, cause="started_late", at=draft.now))}


def failed_visit(draft: Draft, command: Command, body: FailedVisit) -> Result:
    """The team was there in vain; the desk or the resident sets another time."""
    found = _visiting(draft, command, body.offer, body.team)
    if not isinstance(found, _Answered):
        return found
    record = found.record
    status = FailedVisitState(team=body.team, reason=body.reason)
    draft.step(
        record,
        status,
        "failed_visit",
        legs=end_offers(record.legs, OfferEnd.CHANGED),
        **draft.remember(record, command.id),
    )
    return APPLIED


def reschedule(draft: Draft, command: Command, body: Reschedule) -> Result:
    """Another time is asked for; the promise made for the former one ends, broken if the team or the desk asked."""
    record, result = find(draft, command, State.RESCHEDULED)
    if record is None or record.details is None:
        return result
    broken = record.broken
    if record.promise is not None and body.by != "resident":
        broken = (*broken, BrokenPromise(window=record.promise, cause=f"rescheduled_by_{body.by}", at=draft.now))
    draft.step(
        record,
        Rescheduled(by=body.by, reason=body.reason),
        "reschedule",
        details=record.details.model_copy(update={"windows": body.windows}),
        legs=end_offers(record.legs, OfferEnd.CHANGED),
        promise=None,
        broken=broken,
        series=(),
        **draft.remember(record, command.id),
    )
    return APPLIED


def rate(draft: Draft, command: Command, body: Rate) -> Result:
    """The resident's word, or what was heard of it: the last of each source is kept, the weightiest counts.

    A low one that counts reopens the case; while it is open, others are kept and change nothing else.
    """
    record, result = find(draft, command, State.RATED)
    if record is None:
        return result
    said = judgement_of(command, body)
    counts = write_judgement(draft, record, said)
    remembered = draft.remember(record, command.id)
    if record.state is State.REOPENED:
        draft.step(record, record.status, "rate", **remembered)
        return APPLIED
    rated = Rated(stars=counts.stars, tags=counts.tags, by=counts.by)
    after = draft.step(record, rated, "rate", **remembered)
    if counts is said:
        reopen(draft, after, rated)
    return APPLIED
