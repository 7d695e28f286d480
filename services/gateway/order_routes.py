"""Orders: one, many, or a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from linli.schemas.dead_letters import Reason
from linli.schemas.errors import Code, LinliError
from linli.schemas.orders import Cancel, Order
from linli.services.gateway.acting import act, sender_of
from linli.services.gateway.answers import Batch, Taken, Wait
from linli.services.gateway.batches import Item, send_many
from linli.services.gateway.description import also, body_of, may_answer
from linli.services.gateway.given import as_model, read_json, stated_type
from linli.services.gateway.installation import installation_of
from linli.services.gateway.middleware import BODY_BYTES_MAX
from linli.services.gateway.repeating import PARAMETER, RepeatableRoute
from linli.services.gateway.session import CallerHere
from linli.services.gateway.sheet_orders import SHEETS, sheet_items
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.intake.strict_json import Json, parse

router = APIRouter(tags=["requests"], route_class=RepeatableRoute)

MANY_MAX: Final = 500
"""Orders of one body: a township's day; more are a file."""

NDJSON: Final = "application/x-ndjson"
"""A file with one object a line."""


class Many(BaseModel):
    """Several orders; the model is for the description, items are judged one by one."""

    orders: tuple[Order, ...]


def _file_body() -> dict[str, Any]:
    """Describe the body of a file."""
    content: dict[str, Any] = {NDJSON: {"schema": {"type": "string"}}}
    content |= {name: {"schema": {"type": "string", "format": "binary"}} for name in SHEETS}
    return {"requestBody": {"required": True, "content": content}, "parameters": [PARAMETER]}


WaitHere = Annotated[Wait, Query(description="Seconds to wait for the decision; 0: only for the broker.")]


@router.post(
    "/v1/requests",
    status_code=202,
    responses=also(201, Taken, "Decided within the time that was waited.") | may_answer(409, 413, 415, 422, 503),
    openapi_extra={**body_of(Order), "parameters": [PARAMETER]},
)
async def order(request: Request, response: Response, caller: CallerHere, wait: WaitHere = 0) -> Taken:
    """Place an order (群众点单).

    It is answered once the broker has acknowledged it: from then on it is not lost. The same number with the same
    content again changes nothing, so an answer that did not arrive is asked for by sending the order again.
    """
    given = as_model(Order, await read_json(request))
    taken = await act(installation_of(request), sender_of(caller), given, wait)
    response.status_code = 202 if taken.outcome is None else 201
    return taken


@router.post(
    "/v1/orders",
    responses=may_answer(413, 415, 422, 503),
    openapi_extra={**body_of(Many), "parameters": [PARAMETER]},
)
async def orders(request: Request, caller: CallerHere) -> Batch:
    """Place up to 500 orders; every item has its own outcome."""
    data = await read_json(request, BODY_BYTES_MAX)
    given = data.get("orders")
    if set(data) != {"orders"} or not isinstance(given, list):
        raise RefusedError(Reason.SCHEMA, "orders", "a list, and nothing else")
    listed = cast("list[object]", given)
    if not 1 <= len(listed) <= MANY_MAX:
        raise RefusedError(Reason.SCHEMA, "orders", f"1 to {MANY_MAX}")
    return await send_many(request, caller, _items(listed))


@router.post("/v1/orders/file", responses=may_answer(413, 415, 422, 503), openapi_extra=_file_body())
async def orders_file(request: Request, caller: CallerHere) -> Batch:
    """Place the orders of a file: xlsx, CSV, or one JSON object a line. Every line has its own outcome."""
    stated = stated_type(request)
    if stated != NDJSON and stated not in SHEETS:
        raise LinliError(Code.MEDIA_TYPE, types=", ".join((NDJSON, *SHEETS)))
    body = await request.body()
    if not body.strip():
        raise LinliError(Code.NOTHING_TO_DO, path="body")
    if stated == NDJSON:
        return await send_many(request, caller, _lines(body))
    with ExitStack() as opened:
        sheet = sheet_items(body, SHEETS[stated], installation_of(request), caller.district)
        # In a thread, because a workbook takes a while to open.
        items = await asyncio.to_thread(opened.enter_context, sheet)
        return await send_many(request, caller, items)


@router.post(
    "/v1/cancellations",
    status_code=202,
    responses=also(201, Taken, "Decided within the time that was waited.") | may_answer(409, 413, 415, 422, 503),
    openapi_extra={**body_of(Cancel), "parameters": [PARAMETER]},
)
async def cancel_by_number(request: Request, response: Response, caller: CallerHere, wait: WaitHere = 0) -> Taken:
    """Cancel by the sender's own number, even before its order has arrived."""
    given = as_model(Cancel, await read_json(request))
    if given.target.source_id is None:
        raise RefusedError(Reason.SCHEMA, "target.source_id", "missing")
    taken = await act(installation_of(request), sender_of(caller), given, wait)
    response.status_code = 202 if taken.outcome is None else 201
    return taken


def _items(listed: list[object]) -> Iterator[Item]:
    for number, data in enumerate(listed, start=1):
        try:
            if not isinstance(data, dict):
                raise RefusedError(Reason.SCHEMA, "orders", "not_an_object")
            yield Item(number, as_model(Order, cast(Json, data)))
        except RefusedError as error:
            yield Item(number, refused=error)


def _lines(body: bytes) -> Iterator[Item]:
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip():
            try:
                yield Item(number, as_model(Order, parse(line)))
            except RefusedError as error:
                yield Item(number, refused=error)
