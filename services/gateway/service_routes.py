"""What proves a request's visits and what counts of them, and the visits that wait for a person's decision."""

from __future__ import annotations

from fastapi import APIRouter, Request

from linli.schemas.service import ServiceRecord
from linli.services.gateway.access import is_restricted, opens_restricted, sees
from linli.services.gateway.answers import ServiceList
from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import installation_of
from linli.services.gateway.looking import request_named
from linli.services.gateway.session import CallerHere, ScopeHere

router = APIRouter(tags=["service records"])

REVIEWS_MAX = 100
"""Visits of one list: whoever decides about some sees the next."""


@router.get("/v1/requests/{name}/service", responses=may_answer(404, 422, 503))
async def show_service(request: Request, caller: CallerHere, scope: ScopeHere, name: str) -> ServiceList:
    """Show the service records of a request: what was said, what proves it, what counts (服务记录)."""
    here = installation_of(request)
    record = await request_named(here, caller, scope, name)
    # What a restricted case came to is its office's matter alone.
    shown = not is_restricted(record) or opens_restricted(caller, record)
    return ServiceList(visits=tuple(await here.board.service_of(record)) if shown else (), more=False)


@router.get("/v1/reviews", responses=may_answer(422, 503))
async def list_reviews(request: Request, caller: CallerHere, scope: ScopeHere) -> ServiceList:
    """List the visits with anomalies that nobody has decided about, the earliest first (待复核)."""
    here = installation_of(request)
    found: list[ServiceRecord] = []
    for one in await here.board.reviews():
        record = await here.board.request(one.request_id)
        if record is None or not sees(caller, scope, record):
            continue
        if not is_restricted(record) or opens_restricted(caller, record):
            found.append(one)
    return ServiceList(visits=tuple(found[:REVIEWS_MAX]), more=len(found) > REVIEWS_MAX)
