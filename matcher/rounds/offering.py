"""When a team is asked, and what the offer says: late for the plan's freedom, at once when it is urgent."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from linli.matcher.ledger.draft import Draft, answered_in_time, live_offer, replace_leg, replace_offer
from linli.matcher.ledger.modes import mode_for
from linli.matcher.problem import Stop
from linli.matcher.rounds.hours import answer_time, answer_until, quiet_period
from linli.matcher.rounds.way_there import NO_WAY, way_there
from linli.matcher.standing.series_agreed import approval, order_of
from linli.schemas.assignment import AssignmentRecord, Leg, Offer, Offered, Promised
from linli.schemas.explanation import WhyTeam
from linli.schemas.identity import offer_id
from linli.schemas.instants import from_seconds
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import RequestDetails
from linli.schemas.policy import Mode, Policy
from linli.schemas.standing import StandingRecord

_IN_HAND = timedelta(minutes=1)
"""So much before the night begins an offer of the evening has run out."""


def freeze_at(policy: Policy, details: RequestDetails, start: datetime, way: timedelta = NO_WAY) -> datetime:
    """Return when the team must be asked: an urgent request at once, any other its lead time before the visit.

    So early, whatever the lead time, that the team has its time to answer before it must set out: to a visit that is
    only promised nobody sets out, and its planned start would slip ahead of the clock until its window had passed.
    """
    if details.urgency == 0 or details.legs > 1:
        return details.ordered_at
    answer = timedelta(minutes=policy.answer_minutes[details.urgency])
    return start - max(timedelta(minutes=policy.freeze_minutes), way + answer)


def asking_time(
    policy: Policy, details: RequestDetails, start: datetime, zone: str, way: timedelta = NO_WAY
) -> datetime:
    """Return when the team is asked: at the freeze time, moved out of its quiet hours.

    After them if the team still has its time to answer before the visit, else so early that it has it before them.
    """
    at = freeze_at(policy, details, start, way)
    night = None if details.urgency == 0 else quiet_period(policy.quiet_hours, zone, at)
    if night is None:
        return at
    if night.end + answer_time(policy, details.urgency, zone, night.end) <= start - way:
        return night.end
    return night.start - answer_time(policy, details.urgency, zone, night.start) - _IN_HAND


def next_asking(
    policy: Policy, details: RequestDetails, start: datetime, zone: str, now: datetime, way: timedelta = NO_WAY
) -> datetime:
    """Return the next moment at which the team may be asked; the past if it may be asked at once."""
    at = asking_time(policy, details, start, zone, way)
    night = None if details.urgency == 0 else quiet_period(policy.quiet_hours, zone, max(at, now))
    return at if night is None else night.end


def may_ask(draft: Draft, details: RequestDetails, start: datetime, team: str) -> bool:
    """Say whether it is time to ask a team for a visit."""
    policy = draft.state.policy
    way = way_there(draft.state.translations, policy.grounds, draft.ways, draft.team(team), details)
    if policy.quiet_hours is None:
        return freeze_at(policy, details, start, way) <= draft.now
    return next_asking(policy, details, start, draft.zone_of(team), draft.now, way) <= draft.now


def asked_enough(draft: Draft, record: AssignmentRecord, team: str) -> bool:
    """Say whether the offers of this very decision use up what a team may be asked today.

    What went out before is known to the plan, which gives the team nothing more.
    """
    limit = draft.state.policy.offers_per_team_day
    if limit is None or record.details is None or record.details.urgency == 0:
        return False
    today = draft.now.astimezone(ZoneInfo(draft.zone_of(team))).date()
    before = draft.state.translations.answers.standing(team, today).today
    return draft.asked[team] > 0 and before + draft.asked[team] >= limit


OFFERS_MAX_PER_LEG = 60
"""Offers and proposals of one leg, whatever became of them. A desk that is away for a whole week lets some dozens pass;
each takes half a kilobyte of a record that must stay below `RECORD_BYTES_MAX`, and the person is missing anyway."""


def exhausted(policy: Policy, record: AssignmentRecord) -> bool:
    """Say whether so many said no, or nothing, that a person has to look; of several teams each may so often."""
    return len(record.barred) >= policy.offers_max * max(len(record.legs), 1) or any(
        len(leg.offers) >= OFFERS_MAX_PER_LEG for leg in record.legs
    )


def may_send(draft: Draft, record: AssignmentRecord) -> bool:
    """Say whether offers of this request go out by themselves."""
    return record.details is not None and mode_for(draft.state.policy, record.details) is Mode.AUTO


def _is_night(draft: Draft, record: AssignmentRecord, team: str) -> bool:
    """Say whether the team may not be asked at this hour; what is urgent knows no hours."""
    if record.details is None or record.details.urgency == 0:
        return False
    return quiet_period(draft.state.policy.quiet_hours, draft.zone_of(team), draft.now) is not None


def goes_out(
    standing: StandingRecord | None, policy: Policy, details: RequestDetails, leg: int, team: str
) -> tuple[bool, str | None]:
    """Say whether an offer goes out by itself, and who at the desk approved that, where it needs somebody's word."""
    approved = approval(standing, policy, details, leg, team)
    by = None if approved is None else approved.by
    return mode_for(policy, details) is Mode.AUTO or approved is not None, by


def _goes_out(draft: Draft, record: AssignmentRecord, index: int, team: str) -> tuple[bool, str | None]:
    if record.details is None:
        return False, None
    return goes_out(order_of(draft, record), draft.state.policy, record.details, index, team)


def open_in_the_morning(draft: Draft, record: AssignmentRecord) -> None:
    """Send the offers that waited for the end of quiet hours, or for the desk that has approved the team meanwhile."""
    legs = record.legs
    for index, leg in enumerate(record.legs):
        number = live_offer(leg)
        if number is not None and leg.offers[number].state is OfferState.PROPOSED:
            team = leg.offers[number].team
            goes, by = _goes_out(draft, record, index, team)
            if goes and not _is_night(draft, record, team):
                legs = replace_leg(legs, index, opened(draft, record, leg, number, by))
    if legs != record.legs:
        legs = answered_in_time(legs, draft.now + timedelta(minutes=draft.state.policy.answer_minutes_least))
        status = record.status if record.state is State.UNDER_WAY else Offered()
        draft.step(record, status, "offer", legs=legs)


def opened(draft: Draft, record: AssignmentRecord, leg: Leg, number: int, by: str | None = None) -> Leg:
    """Return the leg with a proposed offer sent."""
    offer, urgency = leg.offers[number], record.details.urgency if record.details else 0
    until = answer_until(draft.state.policy, urgency, draft.zone_of(offer.team), draft.now)
    soonest = draft.now + timedelta(minutes=draft.state.policy.answer_minutes_least)
    changes = {"offered_at": draft.now, "expires": max(min(until, offer.start), soonest), "by": by, "sent": True}
    draft.asked[offer.team] += 1
    return replace_offer(leg, number, state=OfferState.OPEN, **changes)


def new_offer(
    draft: Draft,
    record: AssignmentRecord,
    index: int,
    team: str,
    crew: int,
    stop: Stop,
    why: WhyTeam | None,
    *,
    asks: bool = True,
) -> Offer:
    """Return the next offer of a leg: open in mode ``auto``, or of a team approved for all, outside quiet hours.

    An answer is awaited for the time its urgency and the hour allow, and never beyond the start of the visit; the desk
    may take until the start. Where a person handed out a visit that begins at once, there is the least time to answer.
    One that ``asks`` nobody is not counted among what the team was asked.
    """
    urgency = record.details.urgency if record.details else 0
    start = from_seconds(stop.start)
    goes, by = _goes_out(draft, record, index, team)
    open_now = goes and not _is_night(draft, record, team)
    draft.asked[team] += open_now and asks
    expires = answer_until(draft.state.policy, urgency, draft.zone_of(team), draft.now)
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
        by=by if open_now else None,
        sent=open_now,
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
