"""When a team is asked, and what the offer says: late for the plan's freedom, at once when it is urgent."""

from __future__ import annotations

from datetime import datetime, timedelta

from linli.matcher.draft import Draft, live_offer, mode_for, replace_leg
from linli.matcher.problem import Stop
from linli.schemas.assignment import AssignmentRecord, Leg, Offer, Offered, Promised
from linli.schemas.explanation import WhyTeam
from linli.schemas.identity import offer_id
from linli.schemas.instants import from_seconds
from linli.schemas.lifecycle import OfferState
from linli.schemas.orders import RequestDetails
from linli.schemas.policy import Mode, Policy


def freeze_at(policy: Policy, details: RequestDetails, start: datetime) -> datetime:
    """Return when the team must be asked: an urgent request at once, any other its lead time before the visit."""
    if details.urgency == 0 or details.legs > 1:
        return details.ordered_at
    return start - timedelta(minutes=policy.freeze_minutes)


OFFERS_MAX_PER_LEG = 60
"""Offers and proposals of one leg, whatever became of them. A desk that is away for a whole week lets some dozens pass;
each takes half a kilobyte of a record that must stay below `RECORD_BYTES_MAX`, and the person is missing anyway."""


def exhausted(policy: Policy, record: AssignmentRecord) -> bool:
    """Say whether so many said no, or nothing, that a person has to look at the request."""
    return len(record.barred) >= policy.offers_max or any(len(leg.offers) >= OFFERS_MAX_PER_LEG for leg in record.legs)


def may_send(draft: Draft, record: AssignmentRecord) -> bool:
    """Say whether offers of this request go out by themselves."""
    return record.details is not None and mode_for(draft.state.policy, record.details) is Mode.AUTO


def new_offer(
    draft: Draft, record: AssignmentRecord, index: int, team: str, crew: int, stop: Stop, why: WhyTeam | None
) -> Offer:
    """Return the next offer of a leg: open in mode ``auto``, else proposed to the desk.

    An answer is awaited for the time its urgency allows, and never beyond the start of the visit; the desk may take
    until the start. Where a person handed out a visit that begins at once, there is the least time to answer.
    """
    urgency = record.details.urgency if record.details else 0
    start = from_seconds(stop.start)
    open_now = may_send(draft, record)
    expires = draft.now + timedelta(minutes=draft.state.policy.answer_minutes[urgency])
    soonest = draft.now + timedelta(minutes=draft.state.policy.answer_minutes_least)
    return Offer(
        id=offer_id(record.request_id, index, len(record.legs[index].offers) + 1),
        team=team,
        crew=crew,
        state=OfferState.OPEN if open_now else OfferState.PROPOSED,
        offered_at=draft.now,
        expires=max(min(expires, start) if open_now else start, soonest),
        start=start,
        end=from_seconds(stop.end),
        why=why,
    )


def with_offer(legs: tuple[Leg, ...], index: int, offer: Offer) -> tuple[Leg, ...]:
    """Return the legs with one more offer."""
    leg = legs[index]
    return replace_leg(legs, index, leg.model_copy(update={"offers": (*leg.offers, offer)}))


def status_of(legs: tuple[Leg, ...], record: AssignmentRecord) -> Offered | Promised:
    """Return where a request stands whose legs were just offered: with an open offer or a team it is offered."""
    for leg in legs:
        index = live_offer(leg)
        if leg.assignment is not None or (index is not None and leg.offers[index].state is OfferState.OPEN):
            return Offered()
    if record.promise is None:
        raise ValueError(f"{record.request_id} is offered before it was promised")
    return Promised(window=record.promise)
