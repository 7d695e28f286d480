"""Claiming: what a team could take by itself, told without saying whose it is, and taking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from linli.matcher.desk.claimable import NOBODY_IS_ASKED, Claimable, claimable, may_be_claimed
from linli.schemas.answers import Claim
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import Reason
from linli.schemas.errors import Code, LinliError
from linli.services.gateway.acting import Sender, act
from linli.services.gateway.action_routes import WAIT_S, WaitHere
from linli.services.gateway.claim_answers import ClaimList, ClaimTaken, ClaimView
from linli.services.gateway.description import also, body_of, may_answer
from linli.services.gateway.given import as_model, read_json
from linli.services.gateway.installation import Installation, installation_of
from linli.services.gateway.looking import team_named
from linli.services.gateway.repeating import PARAMETER, RepeatableRoute
from linli.services.gateway.session import CallerHere, ScopeHere
from linli.services.gateway.views import offer_view
from linli.services.organisation import organisation_of
from linli.streams.intake.inbox_record import RefusedError

router = APIRouter(tags=["teams"], route_class=RepeatableRoute)

LOOKED_AT_MAX: Final = 500
"""Requests of one state that are looked at for one list, the longest waiting first: a county's waiting ones of days."""

SHOWN_MAX: Final = 50
"""Visits of one list: the nearest; whoever has time for more than fifty asks again."""


@router.get("/v1/teams/{team}/claimable", responses=may_answer(404, 422, 503))
async def list_claimable(
    request: Request, caller: CallerHere, scope: ScopeHere, team: str, limit: Annotated[int, Query(ge=1, le=50)] = 20
) -> ClaimList:
    """List the visits that a team could take by itself (主动接单), the nearest first.

    Only what goes out without the desk's word, that nobody is asked for, and never a child's. It tells the community
    and the way, not the place: a list of people who are alone at home is not for many eyes.
    """
    here = installation_of(request)
    roster = await team_named(here, caller, scope, team)
    records = [one for state in NOBODY_IS_ASKED for one in await here.board.in_state(state, LOOKED_AT_MAX)]
    ours = [one for one in records if one.district == caller.district]
    tree = await organisation_of(here.board, here.policy, caller.district)
    near = claimable(here.policy, ours, roster.details, here.clock.now(), tree)
    return ClaimList(visits=tuple(_view(one) for one in near[:limit]))


@router.post(
    "/v1/teams/{team}/claims",
    responses=also(202, ClaimTaken, "Acknowledged by the broker, not decided yet.")
    | may_answer(404, 409, 413, 415, 422, 503),
    openapi_extra={**body_of(Claim, "kind", "team"), "parameters": [PARAMETER]},
)
async def claim(
    request: Request, response: Response, caller: CallerHere, scope: ScopeHere, team: str, wait: WaitHere = WAIT_S
) -> ClaimTaken:
    """Let a team take a request by itself (主动接单); hard rules hold as if the desk had named it."""
    here = installation_of(request)
    await team_named(here, caller, scope, team)
    body = as_model(Claim, await read_json(request), team=team)
    await _may_be_known(here, caller.district, body)
    event_id: str | None = getattr(request.state, "event_id", None)
    taken = await act(here, Sender(caller.source, caller.district, _seen_by(team), event_id), body, wait)
    response.status_code = 202 if taken.outcome is None else 200
    known = await here.board.request(taken.request_id) if taken.outcome and taken.request_id else None
    return ClaimTaken(**taken.model_dump(), offer=None if known is None else _visit_of(known, team))


async def _may_be_known(here: Installation, district: str, body: Claim) -> None:
    """Make sure that the request is one that teams may know of; who was faster is for the dispatcher to say."""
    if body.target.request_id is None:
        raise RefusedError(Reason.SCHEMA, "target.request_id", "missing")
    record = await here.board.request(body.target.request_id)
    details = None if record is None or record.district != district else record.details
    if details is None or not may_be_claimed(here.policy, details):
        raise LinliError(Code.UNKNOWN_REQUEST, id=body.target.request_id)


def _seen_by(team: str) -> Any:
    """Show the team's own visit, and of what others do nothing."""

    def present(record: AssignmentRecord) -> Mapping[str, Any]:
        own = _visit_of(record, team)
        view = None if own is None else offer_view(record, own)
        return {} if view is None else {"offer": view.model_dump(mode="json")}

    return present


def _visit_of(record: AssignmentRecord, team: str) -> str | None:
    going = (leg.assignment for leg in record.legs)
    return next((one.id for one in going if one is not None and one.team == team), None)


def _view(one: Claimable) -> ClaimView:
    record, details = one.record, one.details
    return ClaimView(
        request_id=record.request_id,
        version=record.version,
        leg=one.leg,
        category=details.needs_of(one.leg).category,
        community=details.community,
        way_minutes=-(-one.way_seconds // 60),
        windows=details.windows if record.promise is None else (record.promise,),
        minutes=details.needs_of(one.leg).minutes,
        urgency=details.urgency,
        adults=details.adults,
        insured=details.insured,
    )
