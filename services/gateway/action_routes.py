"""Acting: one address for every action of the table, each an event of whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from linli.schemas.errors import Code, LinliError
from linli.schemas.roles import Role
from linli.services.gateway.access import Caller
from linli.services.gateway.acting import act, sender_of
from linli.services.gateway.actions import ACTIONS, About, Action
from linli.services.gateway.answers import Taken, Wait
from linli.services.gateway.description import also, body_of, may_answer
from linli.services.gateway.given import as_model, read_json
from linli.services.gateway.installation import installation_of
from linli.services.gateway.looking import may_change_team, offer_named, request_named
from linli.services.gateway.repeating import PARAMETER, RepeatableRoute
from linli.services.gateway.session import CallerHere, ScopeHere

router = APIRouter(route_class=RepeatableRoute)

WAIT_S: Final = 5.0
"""How long an action waits for its decision unless told otherwise: ten rounds, so that the answer says what became."""

WaitHere = Annotated[Wait, Query(description="Seconds to wait for the decision; 0: only for the broker.")]


async def _answered(
    request: Request,
    response: Response,
    caller: Caller,
    action: Action,
    wait: float,
    offer: str | None = None,
    **filled: Any,
) -> Taken:
    """Send an action and say what became of it."""
    known = {name: value for name, value in filled.items() if name in action.filled}
    body = as_model(action.model, await read_json(request), **known)
    taken = await _sent(request, caller, body, wait, offer)
    response.status_code = 202 if taken.outcome is None else 200
    return taken


async def _sent(request: Request, caller: Caller, body: BaseModel, wait: float, offer: str | None) -> Taken:
    event_id: str | None = getattr(request.state, "event_id", None)
    return await act(installation_of(request), sender_of(caller, event_id, offer), body, wait)


def _about_request(action: Action) -> Callable[..., Any]:
    async def answer(
        request: Request, response: Response, caller: CallerHere, scope: ScopeHere, name: str, wait: WaitHere = WAIT_S
    ) -> Taken:
        record = await request_named(installation_of(request), caller, scope, name)
        target = {"request_id": record.request_id}
        said = {"by": _by(action, caller), "team": caller.team, "of_team": caller.member_of}
        return await _answered(request, response, caller, action, wait, target=target, **said)

    return answer


def _about_offer(action: Action) -> Callable[..., Any]:
    async def answer(
        request: Request, response: Response, caller: CallerHere, scope: ScopeHere, offer: str, wait: WaitHere = WAIT_S
    ) -> Taken:
        record, found = await offer_named(installation_of(request), caller, scope, offer)
        target = {"request_id": record.request_id}
        filled = {"target": target, "by": "team", "team": found.team, "right": None}
        data = {name: value for name, value in filled.items() if name in action.filled}
        if "offer" in action.filled:
            data["offer"] = found.id
        body = as_model(action.model, await read_json(request), **data)
        taken = await _sent(request, caller, body, wait, found.id)
        response.status_code = 202 if taken.outcome is None else 200
        return taken

    return answer


def _about_team(action: Action) -> Callable[..., Any]:
    async def answer(
        request: Request, response: Response, caller: CallerHere, scope: ScopeHere, team: str, wait: WaitHere = WAIT_S
    ) -> Taken:
        await may_change_team(installation_of(request), caller, scope, team, new=action.name == "register")
        return await _answered(request, response, caller, action, wait, team=team, by=caller.name)

    return answer


def _about_node(action: Action) -> Callable[..., Any]:
    async def answer(
        request: Request, response: Response, caller: CallerHere, node: str, wait: WaitHere = WAIT_S
    ) -> Taken:
        known = await installation_of(request).board.node(node)
        if known is not None and known.district != caller.district:
            raise LinliError(Code.UNKNOWN_NODE, id=node)
        return await _answered(request, response, caller, action, wait, node=node)

    return answer


def _about_delivery(action: Action) -> Callable[..., Any]:
    async def answer(
        request: Request, response: Response, caller: CallerHere, delivery: str, wait: WaitHere = WAIT_S
    ) -> Taken:
        return await _answered(request, response, caller, action, wait, delivery=delivery, by=caller.name)

    return answer


def _by(action: Action, caller: Caller) -> str:
    """Say whose word it is: that of a person at the desk, or for a rating where it comes from."""
    if action.name != "rate":
        return caller.name
    return "proxy" if caller.role is Role.PROXY else "call_back"


_MAKERS: Final = {
    About.REQUEST: _about_request,
    About.OFFER: _about_offer,
    About.TEAM: _about_team,
    About.NODE: _about_node,
    About.DELIVERY: _about_delivery,
}

for _action in ACTIONS:
    router.add_api_route(
        _action.path,
        _MAKERS[_action.about](_action),
        methods=[_action.method],
        name=_action.name,
        operation_id=_action.name,
        summary=_action.meaning,
        tags=[f"{_action.about.value}s" if _action.about is not About.DELIVERY else "deliveries"],
        response_model=Taken,
        responses=also(202, Taken, "Acknowledged by the broker, not decided yet.")
        | may_answer(404, 409, 413, 415, 422, 503),
        openapi_extra={**body_of(_action.model, *_action.filled), "parameters": [PARAMETER]},
    )
