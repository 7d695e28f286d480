"""Orders: one at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from linli.schemas.orders import Order
from linli.services.gateway.acting import act
from linli.services.gateway.answers import Taken, Wait
from linli.services.gateway.description import also, body_of, may_answer
from linli.services.gateway.given import as_model, read_json
from linli.services.gateway.installation import installation_of
from linli.services.gateway.session import CallerHere

router = APIRouter(tags=["requests"])


@router.post(
    "/v1/requests",
    status_code=202,
    responses=also(201, Taken, "Decided within the time that was waited.") | may_answer(409, 413, 415, 422, 503),
    openapi_extra=body_of(Order),
)
async def order(request: Request, response: Response, caller: CallerHere, wait: Annotated[Wait, Query()] = 0) -> Taken:
    """Place an order (群众点单).

    It is answered once the broker has acknowledged it: from then on it is not lost. The same number with the same
    content again changes nothing, so an answer that did not arrive is asked for by sending the order again.
    """
    given = as_model(Order, await read_json(request))
    taken = await act(installation_of(request), caller, given, wait)
    response.status_code = 202 if taken.outcome is None else 201
    return taken
