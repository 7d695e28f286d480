"""Requests: lists, one, its history, its explanation, and for the desk the person behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request

from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.errors import Code, LinliError
from linli.schemas.lifecycle import State
from linli.schemas.people import PersonalPart
from linli.schemas.roles import Role
from linli.services.gateway.access import Caller, Scope, is_restricted, opens_personal, opens_restricted, sees
from linli.services.gateway.answers import (
    CodeView,
    Decided,
    Explanation,
    History,
    OfferReasons,
    RequestPage,
    RequestView,
    Step,
    TentativeView,
)
from linli.services.gateway.case_codes import case_code
from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import installation_of
from linli.services.gateway.looking import Search, numbered, of_team, request_named, search
from linli.services.gateway.opening import personal_part, written_texts
from linli.services.gateway.session import CallerHere, ScopeHere
from linli.services.gateway.views import request_view
from linli.services.gateway.written_answers import WrittenList, WrittenText
from linli.services.outcomes import outcomes

router = APIRouter(tags=["requests"])

PAGE_MAX: Final = 200
"""Requests of one page: more than a screen, some 0.5 MB."""

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
After = Annotated[str, Query(max_length=120, description="`next` of the page before.")]
Number = Annotated[str | None, Query(max_length=200, description="Our id, a sender's number, or SOURCE/NUMBER.")]
Team = Annotated[str | None, Query(max_length=64, description="Requests that this team is asked for or visits.")]


@router.get("/v1/requests", responses=may_answer(422, 503))
async def list_requests(
    request: Request,
    caller: CallerHere,
    scope: ScopeHere,
    state: State | None = None,
    urgency: Annotated[int | None, Query(ge=0, le=2)] = None,
    number: Number = None,
    team: Team = None,
    after: After = "",
    limit: Limit = 50,
) -> RequestPage:
    """List requests: the open ones, the most urgent first; or those of a state, an urgency, a number or a team."""
    here = installation_of(request)
    if number is not None:
        records, following = await numbered(here, caller, scope, number), None
    elif team is not None:
        records, following = (await of_team(here, caller, scope, team))[:limit], None
    else:
        records, following = await search(here, caller, scope, Search(state, urgency, after, limit))
    return RequestPage(requests=tuple(request_view(one, caller) for one in records), next=following)


@router.get("/v1/requests/{name}", responses=may_answer(404, 422, 503))
async def show_request(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> RequestView:
    """Show a request, named by our id or by the sender's own number."""
    record = await request_named(installation_of(request), caller, scope, name)
    return request_view(record, caller)


@router.get("/v1/requests/{name}/history", responses=may_answer(403, 404, 422, 503))
async def show_history(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> History:
    """Show the last transitions of a request."""
    here = installation_of(request)
    record = await request_named(here, caller, scope, name)
    _refuse_restricted(record, caller)
    lines = await here.board.history(record.request_id)
    steps = tuple(
        Step(version=line.version, at=line.at, state=line.state, cause=line.cause, who=line.who) for line in lines
    )
    return History(request_id=record.request_id, steps=steps)


@router.get("/v1/requests/{name}/explanation", responses=may_answer(403, 404, 422, 503))
async def explain(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> Explanation:
    """Explain why this team, or why nobody and the smallest change that would help."""
    here = installation_of(request)
    record = await request_named(here, caller, scope, name)
    _refuse_restricted(record, caller)
    offers = [offer for leg in record.legs for offer in leg.offers]
    tentative = await here.board.tentative(record.request_id)
    return Explanation(
        request_id=record.request_id,
        state=record.state,
        offers=tuple(OfferReasons(offer=offer.id, team=offer.team, why=offer.why) for offer in offers),
        nobody=record.status.why if isinstance(record.status, Unmet) else None,
        series=record.series,
        tentative=tuple(TentativeView(team=one.team, leg=one.leg, start=one.start) for one in tentative),
    )


@router.get("/v1/requests/{name}/personal", responses=may_answer(403, 404, 410, 422, 503))
async def show_personal(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> PersonalPart:
    """Open the sealed part of a request; the log keeps who did."""
    here = installation_of(request)
    record = await request_named(here, caller, scope, name)
    if not opens_personal(caller, record):
        raise LinliError(Code.FORBIDDEN)
    return await personal_part(here, record, caller, "personal")


@router.get("/v1/requests/{name}/written", responses=may_answer(403, 404, 422, 503))
async def show_written(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> WrittenList:
    """Open what the desk, teams and offices wrote about a request; the log keeps who did.

    Of a request whose sealed part a caller may not open, the list holds what their own office answered, or nothing.
    """
    here = installation_of(request)
    record = await request_named(here, caller, scope, name)
    _refuse_restricted(record, caller)
    found = await written_texts(here, record, caller)
    written = tuple(WrittenText(sealed=sealed, text=text) for sealed, text in found.items())
    return WrittenList(request_id=record.request_id, written=written)


@router.get("/v1/requests/{name}/code", responses=may_answer(403, 404, 422, 503))
async def show_code(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> CodeView:
    """Give the code with which the person it is about sees the request and rates it; tell it to them alone."""
    here = installation_of(request)
    record = await request_named(here, caller, scope, name)
    _refuse_restricted(record, caller)
    made = case_code(here.keyring, record.request_id, datetime.now(UTC), by_proxy=caller.role is Role.PROXY)
    return CodeView(request_id=record.request_id, code=made.code, until=made.until)


@router.get("/v1/commands/{command}", responses=may_answer(404, 422, 503))
async def show_command(request: Request, caller: CallerHere, scope: ScopeHere, command: str) -> Decided:
    """Say what became of something that was sent."""
    here = installation_of(request)
    became = (await outcomes(here.board, [command], 0)).get(command)
    if became is None:
        raise LinliError(Code.UNKNOWN_COMMAND, id=command)
    if isinstance(became, DeadLetter):
        if became.district != caller.district or scope is not Scope.DISTRICT:
            raise LinliError(Code.UNKNOWN_COMMAND, id=command)
        return Decided(command=command, request_id=None, outcome=None, detail=became.path, refused=became.reason.value)
    outcome = became.outcome
    record = await here.board.request(outcome.request_id) if outcome.request_id is not None else None
    if record is None or not sees(caller, scope, record):
        raise LinliError(Code.UNKNOWN_COMMAND, id=command)
    return Decided(
        command=command, request_id=outcome.request_id, outcome=outcome.code, detail=outcome.detail, refused=None
    )


def _refuse_restricted(record: AssignmentRecord, caller: Caller) -> None:
    """Keep what a restricted case is about from everybody but the office it was referred to.

    Raises
    ------
    LinliError
        ``forbidden`` for those who may know that it is restricted, ``unknown_request`` for the others.
    """
    if is_restricted(record) and not opens_restricted(caller, record):
        told = caller.role in (Role.DISPATCH_CENTRE, Role.ADMINISTRATOR)
        raise LinliError(Code.FORBIDDEN) if told else LinliError(Code.UNKNOWN_REQUEST, id=record.request_id)
