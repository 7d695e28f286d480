"""Requests: how one stands."""

from __future__ import annotations

from fastapi import APIRouter, Request

from linli.services.gateway.answers import RequestView
from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import installation_of
from linli.services.gateway.looking import request_named
from linli.services.gateway.session import CallerHere, ScopeHere
from linli.services.gateway.views import request_view

router = APIRouter(tags=["requests"])


@router.get("/v1/requests/{name}", responses=may_answer(404, 422, 503))
async def show_request(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> RequestView:
    """Show a request, named by our id or by the sender's own number."""
    record = await request_named(installation_of(request), caller, scope, name)
    return request_view(record, caller)
