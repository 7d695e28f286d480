"""Teams, and what a team lead works with: offers, one offer, visits, and after acceptance whom they visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request

from linli.schemas.base import Instant
from linli.schemas.errors import Code, LinliError
from linli.services.gateway.access import sees
from linli.services.gateway.answers import Contact, OfferList, OfferView, TeamList, TeamView, VisitList
from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import installation_of
from linli.services.gateway.looking import offer_named, team_named
from linli.services.gateway.opening import personal_part
from linli.services.gateway.session import CallerHere, ScopeHere
from linli.services.gateway.views import any_offer_view, offer_view, team_view
from linli.streams.sealed.door_codes import door_code

router = APIRouter(tags=["teams"])

TEAMS_MAX: Final = 100
"""Teams of one page."""

VISIT_DAYS: Final = 7
"""How far ahead a team's visits are listed unless an end is named."""


@router.get("/v1/teams", responses=may_answer(422, 503))
async def list_teams(
    request: Request,
    caller: CallerHere,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=TEAMS_MAX)] = 50,
) -> TeamList:
    """List the teams of the district."""
    known = [one for one in await installation_of(request).board.teams() if one.district == caller.district]
    following = [one for one in known if one.details.team > after]
    shown = following[:limit]
    more = shown[-1].details.team if len(following) > limit else None
    return TeamList(teams=tuple(team_view(one) for one in shown), next=more)


@router.get("/v1/teams/{team}", responses=may_answer(404, 422, 503))
async def show_team(request: Request, caller: CallerHere, scope: ScopeHere, team: str) -> TeamView:
    """Show a team."""
    return team_view(await team_named(installation_of(request), caller, scope, team))


@router.get("/v1/teams/{team}/offers", responses=may_answer(404, 422, 503))
async def list_team_offers(request: Request, caller: CallerHere, scope: ScopeHere, team: str) -> OfferList:
    """List the offers a team can answer, the first to expire first."""
    here = installation_of(request)
    await team_named(here, caller, scope, team)
    views = [offer_view(seen.request, seen.offer.id) for seen in await here.board.offers_to(team)]
    return OfferList(offers=tuple(view for view in views if view is not None))


@router.get("/v1/teams/{team}/visits", responses=may_answer(404, 422, 503))
async def list_team_visits(
    request: Request,
    caller: CallerHere,
    scope: ScopeHere,
    team: str,
    start: Instant | None = None,
    end: Instant | None = None,
) -> VisitList:
    """List a team's visits in the order in which they are made; without limits from a day ago for a week."""
    here = installation_of(request)
    await team_named(here, caller, scope, team)
    begin = start or here.clock.now() - timedelta(days=1)
    records = await here.board.visits_of(team, begin, end or begin + timedelta(days=VISIT_DAYS + 1))
    going = [
        offer_view(record, leg.assignment.id)
        for record in records
        for leg in record.legs
        if leg.assignment is not None and leg.assignment.team == team
    ]
    visits = {view.id: view for view in going if view is not None}
    return VisitList(visits=tuple(sorted(visits.values(), key=lambda view: view.start)))


@router.get("/v1/offers", tags=["offers"], responses=may_answer(422, 503))
async def list_offers(
    request: Request, caller: CallerHere, scope: ScopeHere, state: Literal["open", "proposed"] = "open"
) -> OfferList:
    """List the offers that can be answered, or those that wait for the desk's word."""
    board = installation_of(request).board
    seen = await (board.open_offers() if state == "open" else board.proposed())
    views = [any_offer_view(one.request, one.offer.id) for one in seen if sees(caller, scope, one.request)]
    return OfferList(offers=tuple(view for view in views if view is not None))


@router.get("/v1/offers/{offer}", tags=["offers"], responses=may_answer(404, 422, 503))
async def show_offer(request: Request, caller: CallerHere, scope: ScopeHere, offer: str) -> OfferView:
    """Show an offer."""
    record, found = await offer_named(installation_of(request), caller, scope, offer)
    view = any_offer_view(record, found.id)
    if view is None:
        raise LinliError(Code.UNKNOWN_OFFER, id=offer)
    return view


@router.get("/v1/offers/{offer}/contact", tags=["offers"], responses=may_answer(403, 404, 410, 422, 503))
async def show_contact(request: Request, caller: CallerHere, scope: ScopeHere, offer: str) -> Contact:
    """Show whom the team visits, once it has accepted; the log keeps who asked."""
    here = installation_of(request)
    record, found = await offer_named(here, caller, scope, offer)
    going = [leg.assignment for leg in record.legs if leg.assignment is not None]
    if not any(one.id == found.id and one.team == caller.team for one in going):
        raise LinliError(Code.CONTACT_TOO_EARLY)
    person = await personal_part(here, record, caller, "contact")
    return Contact(
        offer=found.id,
        name=person.name,
        phone=person.phone,
        address_line=person.address_line,
        detail=person.detail,
        health_note=person.health_note,
        requester_name=person.requester_name,
        requester_phone=person.requester_phone,
        door_code=door_code(found.id, here.keyring),
    )
