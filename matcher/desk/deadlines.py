"""What time alone brings about: offers expire, windows pass, finished requests are closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from linli.matcher.desk.escalation import next_climbs
from linli.matcher.ledger.draft import (
    Draft,
    answered_in_time,
    end_offers,
    live_offer,
    replace_leg,
    replace_offer,
    unmet,
    waiting_offers,
)
from linli.matcher.ledger.state import DistrictState
from linli.matcher.rounds.hours import outside_quiet
from linli.matcher.rounds.offering import goes_out, next_asking, open_in_the_morning
from linli.matcher.rounds.too_dear import too_dear
from linli.matcher.rounds.way_there import way_there
from linli.matcher.service.unreported import next_unreported
from linli.matcher.standing.standing_visits import make_visits, next_due
from linli.schemas.assignment import AssignmentRecord, BrokenPromise, Closed, Leg, Offer
from linli.schemas.explanation import WhyNobody
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import RequestDetails

_SECOND = timedelta(seconds=1)

_WAITING = frozenset({State.REGISTERED, State.PROMISED, State.OFFERED, State.UNMET, State.WITHDRAWN, State.RESCHEDULED})
_CLOSING = frozenset({State.DONE, State.RATED, State.FAILED_VISIT, State.RECORDED_AFTERWARDS})


def next_deadline(state: DistrictState) -> datetime | None:
    """Return the earliest moment at which something is due in a district, or ``None``.

    Notes
    -----
    Looks at every request, a few microseconds each; the loop asks once a round.
    """
    starts = _planned_starts(state)
    moments = (moment for record in state.requests.values() for moment in _deadlines(state, record, starts))
    climbs = next_climbs(state.policy, state.tree, state.requests.values())
    silent = next_unreported(state.policy.service, state.requests.values())
    return min(chain(moments, climbs, silent, next_due(state.standing, state.policy)), default=None)


Starts = dict[str, tuple[datetime, str]]


def _planned_starts(state: DistrictState) -> Starts:
    """Return the earliest planned start of every request in the plans, and its team."""
    starts: Starts = {}
    for team, plan in state.plans.items():
        for visits in plan.crews:
            for visit in visits:
                known = starts.get(visit.request_id)
                if known is None or visit.start < known[0]:
                    starts[visit.request_id] = visit.start, team
    return starts


def _deadlines(state: DistrictState, record: AssignmentRecord, starts: Starts) -> Iterator[datetime]:
    if record.state in _CLOSING:
        yield record.at + timedelta(days=state.policy.close_days)
    if record.details is None:
        return
    waiting = [leg.offers[i] for leg in record.legs for i in waiting_offers(leg)]
    yield from (offer.expires + _SECOND for offer in waiting)
    yield from _mornings(state, record, record.details)
    if record.state in _WAITING and not waiting:
        yield _last_start(record) + _SECOND
        if state.now is not None and (dear := too_dear(record)) is not None and state.now < dear.until:
            yield dear.until
        planned = starts.get(record.request_id)
        if record.state is State.PROMISED and planned is not None:
            start, team = planned
            yield _asking(state, record.details, start, team)


def _mornings(state: DistrictState, record: AssignmentRecord, details: RequestDetails) -> Iterator[datetime]:
    """Yield when offers go out that wait for the end of quiet hours."""
    standing = None if details.standing is None else state.standing.get(details.standing)
    for index, leg in enumerate(record.legs):
        for offer in leg.offers:
            if offer.state is OfferState.PROPOSED and goes_out(standing, state.policy, details, index, offer.team)[0]:
                yield _asking(state, details, offer.start, offer.team)


def _asking(state: DistrictState, details: RequestDetails, start: datetime, team: str) -> datetime:
    """Return the next moment at which a team may be asked to begin a visit then."""
    way = way_there(state.translations, state.policy.grounds, state.ways, state.roster.get(team), details)
    return next_asking(state.policy, details, start, _zone(state, team), state.now or start, way)


def _zone(state: DistrictState, team: str) -> str:
    known = state.roster.get(team)
    return known.details.zone if known is not None else "UTC"


def _last_start(record: AssignmentRecord) -> datetime:
    """Return the last moment at which the visit could still begin."""
    if record.promise is not None:
        return record.promise.end
    return max(window.end for window in record.details.windows) if record.details else record.at


def fire(draft: Draft) -> None:
    """Write every deadline that has passed, request by request; visits of standing orders become requests first."""
    make_visits(draft)
    for record in list(draft.requests()):
        if record.state in _CLOSING:
            _close(draft, record)
        elif record.details is not None and record.legs:
            open_in_the_morning(draft, record)
            _expire(draft, draft.request(record.request_id) or record)


def _close(draft: Draft, record: AssignmentRecord) -> None:
    if record.at + timedelta(days=draft.state.policy.close_days) <= draft.now:
        draft.step(record, Closed(outcome=record.state), "close")


def _expire(draft: Draft, record: AssignmentRecord) -> None:
    """Expire offers that nobody answered, and end a wait whose window has passed."""
    legs, barred = record.legs, record.barred
    for index, number in _waiting(record):
        offer = legs[index].offers[number]
        if offer.expires >= draft.now:
            continue
        if offer.state is OfferState.OPEN:
            barred = (*barred, (offer.team, "expired"))
        legs = replace_leg(legs, index, replace_offer(legs[index], number, state=OfferState.EXPIRED))
    if legs != record.legs:
        record = draft.step(record, record.status, "expiry", legs=legs, barred=barred)
    if record.state in _WAITING and not _is_asked(legs) and _last_start(record) < draft.now:
        _miss(draft, record)


def _waiting(record: AssignmentRecord) -> list[tuple[int, int]]:
    """Return leg and number of every offer that waits."""
    return [(index, number) for index, leg in enumerate(record.legs) for number in waiting_offers(leg)]


def _is_asked(legs: tuple[Leg, ...]) -> bool:
    return any(live_offer(leg) is not None for leg in legs)


def _miss(draft: Draft, record: AssignmentRecord) -> None:
    """The last possible start has passed: a promise is broken, the request is closed as unmet with its reason."""
    if record.state is not State.UNMET:
        broken = record.broken
        if record.promise is not None:
            broken = (*broken, BrokenPromise(window=record.promise, cause="window_passed", at=draft.now))
        why, legs = (
            unmet(draft.state.policy, record, WhyNobody(outcome="stopped")),
            end_offers(record.legs, OfferEnd.NO_LONGER_POSSIBLE),
        )
        record = draft.step(record, why, "window_passed", legs=legs, promise=None, broken=broken)
    draft.step(record, Closed(outcome=State.UNMET), "window_passed")


def _awake(draft: Draft, record: AssignmentRecord, offer: Offer, until: datetime, time: timedelta) -> datetime:
    """Return an answer deadline moved out of the team's quiet hours."""
    if record.details is None or record.details.urgency == 0:
        return until
    return outside_quiet(draft.state.policy, draft.zone_of(offer.team), until, time)


def extend_for_down_time(draft: Draft) -> None:
    """Give live offers the time back in which the service could not hear an answer; never beyond the visit's start."""
    seconds = draft.moment.down_seconds
    since = draft.now - timedelta(seconds=seconds)
    for record in list(draft.requests()):
        legs = record.legs
        for index, number in _waiting(record):
            offer = legs[index].offers[number]
            if offer.state is not OfferState.OPEN or offer.expires < since:
                continue
            time = timedelta(seconds=seconds)
            longer = min(_awake(draft, record, offer, offer.expires + time, time), offer.start)
            if longer > offer.expires:
                legs = replace_leg(legs, index, replace_offer(legs[index], number, expires=longer))
        legs = answered_in_time(legs, draft.now) if legs != record.legs else legs
        if legs != record.legs:
            draft.step(record, record.status, "down_time", legs=legs)
