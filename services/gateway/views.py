"""From records to answers: who may see how much of a request."""

from __future__ import annotations

from collections.abc import Iterator

from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import RequestDetails
from linli.schemas.roles import Role
from linli.schemas.roster import RosterRecord
from linli.services.gateway.access import Caller, is_restricted, opens_restricted
from linli.services.gateway.answers import (
    Change,
    Need,
    OfferMade,
    OfferView,
    PlaceView,
    RequestView,
    TeamView,
    VisitAgreed,
)


def request_view(record: AssignmentRecord, caller: Caller) -> RequestView:
    """Show a request to a caller within whose scope it is."""
    if is_restricted(record) and not opens_restricted(caller, record):
        return _closed_view(record, caller)
    details = record.details
    return RequestView(
        request_id=record.request_id,
        district=record.district,
        version=record.version,
        state=record.state,
        cause=record.cause,
        at=record.at,
        registered_at=record.registered_at,
        status=record.status,
        restricted=is_restricted(record),
        need=None if details is None else _need(details),
        promise=record.promise,
        offers=tuple(offers_made(record)),
        visits=tuple(visits_agreed(record)),
        broken=record.broken,
        barred=record.barred,
        linked=record.linked,
        escalation=record.escalation,
        climbs=record.climbs,
        office_answers=record.office_answers,
    )


def _closed_view(record: AssignmentRecord, caller: Caller) -> RequestView:
    """Show that there is such a case, and no more.

    The desk and those who administer see where it is. To whoever ordered it, it looks like any request that was
    registered: those it may be about must not learn from Linli that somebody looks into it.
    """
    told = caller.role in (Role.DISPATCH_CENTRE, Role.ADMINISTRATOR)
    return RequestView(
        request_id=record.request_id,
        district=record.district,
        version=record.version if told else 1,
        state=record.state if told else State.REGISTERED,
        cause=record.cause if told else "order",
        at=record.at if told else record.registered_at or record.at,
        registered_at=record.registered_at,
        status=record.status if told else None,
        restricted=told,
        need=None,
        promise=None,
        offers=(),
        visits=(),
        broken=(),
        barred=(),
        linked=(),
        escalation=0,
    )


def change_view(record: AssignmentRecord, caller: Caller) -> Change:
    """Show a transition to a caller within whose scope the request is."""
    view = request_view(record, caller)
    teams = [view.visits[-1].team] if view.visits else [offer.team for offer in view.offers[-1:]]
    if caller.role is Role.TEAM_LEAD:
        teams = [caller.team or ""]
    return Change(
        request_id=view.request_id,
        version=view.version,
        state=view.state,
        cause=view.cause,
        at=view.at,
        number=view.need.number if view.need and caller.role is not Role.TEAM_LEAD else None,
        urgency=view.need.urgency if view.need else None,
        team=next(iter(teams), None),
    )


def offer_view(record: AssignmentRecord, offer_id: str) -> OfferView | None:
    """Show an offer to its team; ``None`` if there is none of this id, or it was only proposed."""
    view = any_offer_view(record, offer_id)
    return None if view is None or view.state is OfferState.PROPOSED else view


def any_offer_view(record: AssignmentRecord, offer_id: str) -> OfferView | None:
    """Show an offer, a proposed one as well; ``None`` if there is none of this id."""
    details = record.details
    found = find_offer(record, offer_id)
    if details is None or found is None:
        return None
    leg, offer = found
    return OfferView(
        id=offer.id,
        request_id=record.request_id,
        version=record.version,
        leg=leg,
        team=offer.team,
        state=offer.state,
        ended=offer.ended,
        expires=offer.expires,
        start=offer.start,
        end=offer.end,
        request_state=record.state,
        category=details.needs_of(leg).category,
        beneficiary=details.beneficiary,
        age_band=details.age_band,
        minutes=details.needs_of(leg).minutes,
        urgency=details.urgency,
        adults=details.adults,
        insured=details.insured,
        wishes=details.wishes,
        place=place_view(details),
        visit=next((one for one in visits_agreed(record) if one.id == offer.id and one.team == offer.team), None),
        standing=details.standing,
    )


def find_offer(record: AssignmentRecord, offer_id: str) -> tuple[int, Offer] | None:
    """Find an offer in its request, with the number of its leg."""
    offers = ((leg, offer) for leg, found in enumerate(record.legs) for offer in found.offers)
    return next((one for one in offers if one[1].id == offer_id), None)


def team_view(record: RosterRecord) -> TeamView:
    """Show a team."""
    team = record.details
    return TeamView(
        team=team.team,
        version=record.version,
        name=team.name,
        team_kind=team.team_kind,
        skills=team.skills,
        crews=team.crews,
        hours=team.hours,
        absences=team.absences,
        members=team.members,
        active=team.active,
    )


def offers_made(record: AssignmentRecord) -> Iterator[OfferMade]:
    """List the offers of a request, leg by leg."""
    for leg, found in enumerate(record.legs):
        for offer in found.offers:
            yield OfferMade(
                id=offer.id,
                leg=leg,
                team=offer.team,
                state=offer.state,
                offered_at=offer.offered_at,
                expires=offer.expires,
                start=offer.start,
                end=offer.end,
                declined=offer.declined,
            )


def visits_agreed(record: AssignmentRecord) -> Iterator[VisitAgreed]:
    """List who goes."""
    for leg, found in enumerate(record.legs):
        going = found.assignment
        if going is not None:
            yield VisitAgreed(
                id=going.id,
                leg=leg,
                team=going.team,
                members=going.members,
                start=going.start,
                end=going.end,
                started=going.started,
            )


def _need(details: RequestDetails) -> Need:
    return Need(
        source=details.source,
        number=details.source_id,
        category=details.category,
        beneficiary=details.beneficiary,
        age_band=details.age_band,
        requester=details.requester,
        windows=details.windows,
        minutes=details.minutes,
        urgency=details.urgency,
        teams_needed=details.legs,
        together=details.together,
        further=details.further,
        headcount=details.headcount,
        adults=details.adults,
        insured=details.insured,
        wishes=details.wishes,
        place=place_view(details),
        ordered_at=details.ordered_at,
        referral=details.referral,
    )


def place_view(details: RequestDetails) -> PlaceView:
    """Show where it is."""
    place = details.place
    return PlaceView(grid=place.grid, community=details.community, lat=place.lat, lon=place.lon, coarse=place.coarse)
