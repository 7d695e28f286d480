"""Simulated team leads: what they answer to an offer, and what they report of a visit.

Everything follows from the offer's id and a seed. Whoever calls again with a later record of the same request gets the
same events with the same ids, and sends only those that were not sent yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from linli.schemas.answers import Accept, Decline, DeclineReason, Done, FailedVisit, Start, Withdraw
from linli.schemas.assignment import Assignment, AssignmentRecord, Offer
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import RequestDetails
from linli.schemas.people import is_child
from linli.schemas.roster import Member
from linli.services.demo.behaviour import Behaviour, Span, behaviour
from linli.services.demo.demand import draw
from linli.services.demo.timed import TimedEvent, chance, timed

SOURCE = "team-app"
"""The sender of all answers."""

STORY_DECLINES_AFTER, STORY_ACCEPTS_AFTER = timedelta(minutes=6), timedelta(minutes=4)
"""In the request whose story is told, the first team declines and the next one goes."""

ALONE_AT_MOST = 2
"""Where no rule asks for more, two people go: nobody visits alone if it can be helped."""

Members = Mapping[str, Sequence[Member]]
"""The members of each team by team id: a lead knows the team's own people."""


Manners = Callable[[str], Behaviour]
"""How the lead of a team behaves, by team id."""


def as_assumed(team: str) -> Behaviour:
    """Behave as ``behaviour.toml`` says, whatever the team."""
    return behaviour()


def answers_for(
    record: AssignmentRecord,
    members: Members,
    seed: int,
    stories: frozenset[str] = frozenset(),
    manners: Manners = as_assumed,
    certain: frozenset[str] = frozenset(),
) -> list[TimedEvent]:
    """Return what team leads will say because of a record of the ledger.

    Parameters
    ----------
    record
        A record of ``assignments``, of whatever version.
    members
        The teams' members.
    seed
        Another seed is another set of leads.
    stories
        Ids of requests whose first team declines and whose next team goes, without mishap.
    manners
        How each lead behaves.
    certain
        Ids of requests for which whoever is asked goes, without mishap.

    Returns
    -------
    list of TimedEvent
        Answers to its open offers, and the course of visits that were accepted and have not begun. Times are decision
        times and may lie in the past; then they are due at once.
    """
    told = record.request_id in stories
    events: list[TimedEvent] = []
    for leg in record.legs:
        for offer in leg.offers:
            if offer.state is OfferState.OPEN:
                if told:
                    events += _story_answer(record, offer, members)
                elif record.request_id in certain:
                    events += _yes(record, offer, members)
                else:
                    events += to_offer(record, offer, members, seed, manners(offer.team))
        if leg.assignment is not None and record.state in (State.OFFERED, State.COMMITTED, State.UNDER_WAY):
            sure = told or record.request_id in certain
            events += of_visit(record, leg.assignment, seed, manners(leg.assignment.team), certain=sure)
    return events


def to_offer(
    record: AssignmentRecord, offer: Offer, members: Members, seed: int, manner: Behaviour | None = None
) -> list[TimedEvent]:
    """Return a lead's answers to one open offer; none when it is left to expire."""
    manner = manner or behaviour()
    dice = chance(seed, "offer", offer.id)
    fate = draw(dice, manner.offers.model_dump())
    at = _answer_time(dice, offer, manner)
    if fate == "expired":
        return _too_late(dice, record, offer, members, manner)
    body = _decline(dice, offer, manner) if fate == "declined" else _acceptance(dice, record, offer, members)
    if isinstance(body, Accept) and fate == "accepted" and takes_series(record.details, offer.id, seed, manner):
        body = body.model_copy(update={"series": True})
    return [_event(record, at, body, offer.id), *_mistaken(dice, record, offer, at, body, manner)]


def takes_series(details: RequestDetails | None, offer: str, seed: int, manner: Behaviour) -> bool:
    """Tell whether a lead that accepts a visit takes the whole standing order; nobody takes all visits to a child."""
    if details is None or details.standing is None or is_child(details.beneficiary, details.age_band):
        return False
    return chance(seed, "series", offer).random() < manner.series.taken


def gives_back(offer: str, seed: int, manner: Behaviour) -> bool:
    """Tell whether a lead gives back a visit that came to the team because it took the whole standing order."""
    return chance(seed, "given back", offer).random() < manner.series.given_back


def _answer_time(dice: Random, offer: Offer, manner: Behaviour) -> datetime:
    waits = (offer.expires - offer.offered_at).total_seconds() / 60.0
    return offer.offered_at + timedelta(minutes=_thinks(dice, waits, manner))


def _thinks(dice: Random, waits: float, manner: Behaviour) -> float:
    """Return after how many minutes a lead answers a question that waits for so many."""
    shortest, longest = manner.delay.minutes
    latest = max(0.0, min(longest, waits * manner.delay.part))
    return dice.uniform(min(shortest, latest), latest)


def minutes_lost(offer: str, waits: float, seed: int, manner: Behaviour) -> float:
    """Return after how many minutes it is known that a team does not go; 0 if it goes.

    Parameters
    ----------
    offer
        The offer's id.
    waits
        Minutes for which it waits.
    seed
        Another seed is another set of leads.
    manner
        How the lead behaves.

    Notes
    -----
    By the very dice of `answers_for`: who declines answers after a while, silence is known when the time is over, and
    who accepts first and withdraws later has cost both waits.
    """
    dice = chance(seed, "offer", offer)
    fate = draw(dice, manner.offers.model_dump())
    if fate == "accepted":
        return 0.0
    if fate == "expired":
        return waits
    answered = _thinks(dice, waits, manner)
    return (
        answered if fate == "declined" else answered + chance(seed, "visit", offer).uniform(*manner.visits.withdrawal)
    )


def _decline(dice: Random, offer: Offer, manner: Behaviour) -> Decline:
    return Decline(offer=offer.id, team=offer.team, reason=draw(dice, manner.declines))


def _acceptance(dice: Random, record: AssignmentRecord, offer: Offer, members: Members) -> Accept | Decline:
    """Accept with people who may go; a lead who has too few of them declines."""
    going = party(dice, record.details, members.get(offer.team, ()), offer.end)
    if not going:
        return Decline(offer=offer.id, team=offer.team, reason=DeclineReason.LACKS_PEOPLE)
    return Accept(offer=offer.id, team=offer.team, members=going)


def party(dice: Random, details: RequestDetails | None, members: Sequence[Member], until: datetime) -> tuple[str, ...]:
    """Choose who goes.

    Returns
    -------
    tuple of str
        References of adults whose vetting and insurance last to the end of the visit where these are asked for, as
        many as the rule wants and two where it wants none, one of the gender asked for among them; empty if the team
        has not enough of them.
    """
    if details is None:
        return ()
    able = [member for member in members if may_go(member, details, until)]
    dice.shuffle(able)
    wish = details.wishes.gender
    if wish is not None:
        able.sort(key=lambda member: member.gender != wish)
    needed = max(details.adults, 1)
    if len(able) < needed or (wish is not None and able[0].gender != wish):
        return ()
    return tuple(member.ref for member in able[: max(needed, ALONE_AT_MOST)])


def may_go(member: Member, details: RequestDetails, until: datetime) -> bool:
    """Tell whether a lead may send a member: the same rule as the desk's, read by a person."""
    vetted = member.vetting is not None and member.vetting.passed and member.vetting.valid_until >= until
    insured = member.insured_until is not None and member.insured_until >= until
    return member.adult and (vetted or details.adults == 0) and (insured or not details.insured)


def _mistaken(
    dice: Random, record: AssignmentRecord, offer: Offer, at: datetime, body: Accept | Decline, manner: Behaviour
) -> list[TimedEvent]:
    """Return answers that must do no harm: the same one again, or one under another team's name."""
    mistakes = manner.mistakes
    if dice.random() < mistakes.repeated:
        later = at + timedelta(minutes=dice.uniform(0.1, 5.0))
        return [_event(record, later, body, offer.id, "repeated")]
    if dice.random() < mistakes.wrong_team:
        other = "t-01" if offer.team != "t-01" else "t-02"
        wrong = Decline(offer=offer.id, team=other, reason=DeclineReason.OTHER)
        return [_event(record, at - timedelta(seconds=20), wrong, offer.id, "wrong team")]
    return []


def _too_late(
    dice: Random, record: AssignmentRecord, offer: Offer, members: Members, manner: Behaviour
) -> list[TimedEvent]:
    """Return an answer to an offer that has expired by then, for some of them."""
    if dice.random() >= manner.mistakes.too_late:
        return []
    body = _acceptance(dice, record, offer, members)
    return [_event(record, offer.expires + timedelta(minutes=dice.uniform(1.0, 6.0)), body, offer.id, "too late")]


def of_visit(
    record: AssignmentRecord, going: Assignment, seed: int, manner: Behaviour | None = None, certain: bool = False
) -> list[TimedEvent]:
    """Return the course of an accepted visit: withdrawn, in vain, or begun and done.

    ``certain`` rules out the first two.
    """
    manner = manner or behaviour()
    dice = chance(seed, "visit", going.id)
    if not certain and not going.started and _cannot_go(record, going, seed, manner):
        return _withdrawal(dice, record, going, manner)
    begins = max(going.start + _minutes(dice, manner.visits.start), going.since)
    arrived = _event(record, begins, Start(offer=going.id, team=going.team), going.id)
    if dice.random() < manner.visits.failed and not certain:
        body = FailedVisit(offer=going.id, team=going.team, reason=draw(dice, manner.failures))
        return [arrived, _event(record, begins + timedelta(minutes=10), body, going.id)]
    ends = max(going.end + _minutes(dice, manner.visits.end), begins + timedelta(minutes=5))
    served = round((ends - begins).total_seconds() / 60.0)
    return [arrived, _event(record, ends, Done(offer=going.id, team=going.team, minutes=served), going.id)]


def _cannot_go(record: AssignmentRecord, going: Assignment, seed: int, manner: Behaviour) -> bool:
    """Tell whether a lead withdraws: of visits that it accepted so many, of those that came by a series others."""
    if any(offer.id == going.id and not offer.sent for leg in record.legs for offer in leg.offers):
        return gives_back(going.id, seed, manner)
    return draw(chance(seed, "offer", going.id), manner.offers.model_dump()) == "withdrawn"


def _withdrawal(dice: Random, record: AssignmentRecord, going: Assignment, manner: Behaviour) -> list[TimedEvent]:
    at = going.since + _minutes(dice, manner.visits.withdrawal)
    body = Withdraw(offer=going.id, team=going.team, reason="临时有事（模拟）")
    return [_event(record, min(at, max(going.start, going.since)), body, going.id)]


def _minutes(dice: Random, span: Span) -> timedelta:
    return timedelta(minutes=dice.uniform(*span))


def _story_answer(record: AssignmentRecord, offer: Offer, members: Members) -> list[TimedEvent]:
    """Let the first team decline and the next one go."""
    if offer.id.endswith(".1"):
        body: Accept | Decline = Decline(offer=offer.id, team=offer.team, reason=DeclineReason.BUSY)
        return [_event(record, offer.offered_at + STORY_DECLINES_AFTER, body, offer.id)]
    return _yes(record, offer, members)


def _yes(record: AssignmentRecord, offer: Offer, members: Members) -> list[TimedEvent]:
    body = _acceptance(chance("story", offer.id), record, offer, members)
    return [_event(record, offer.offered_at + STORY_ACCEPTS_AFTER, body, offer.id)]


def _event(
    record: AssignmentRecord,
    at: datetime,
    body: Accept | Decline | Withdraw | Start | Done | FailedVisit,
    offer: str,
    note: str = "",
) -> TimedEvent:
    """Name the event by offer and kind, so that it can be sent once only."""
    name = f"{offer}.{body.kind}" + (f".{note.replace(' ', '-')}" if note else "")
    return timed(at, body, body.kind, SOURCE, record.district, name, note)
