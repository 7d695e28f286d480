"""The live feed as server-sent events, resumable, and limited to what the caller may see."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from linli.schemas.errors import Code, LinliError
from linli.services.gateway.access import Caller, Scope, sees
from linli.services.gateway.description import may_answer
from linli.services.gateway.feed import Notice, Transition
from linli.services.gateway.installation import Installation, installation_of
from linli.services.gateway.session import CallerHere, ScopeHere
from linli.services.gateway.views import change_view

router = APIRouter(tags=["feed"])

LastEventId = Annotated[str | None, Header(max_length=40)]


@router.get("/v1/feed", response_class=EventSourceResponse, responses=may_answer(404, 422))
async def feed(
    request: Request, caller: CallerHere, scope: ScopeHere, last_event_id: LastEventId = None
) -> AsyncGenerator[ServerSentEvent]:
    """Follow what happens.

    `change` tells of a transition; its id is a place in the ledger, and a browser that reconnects goes on after it.
    `reload` says that more was missed than is kept: read the lists anew. `dropped` ends a follower that was too slow.
    """
    here = installation_of(request)
    async with aclosing(followed(here, caller, scope, last_event_id)) as found:
        async for one in found:
            if isinstance(one, Notice):
                yield ServerSentEvent(event=one.value, data={})
            else:
                yield ServerSentEvent(event="change", id=one.id, data=change_view(one.record, caller))


async def followed(
    here: Installation, caller: Caller, scope: Scope, last: str | None
) -> AsyncGenerator[Transition | Notice]:
    """Yield the transitions of the caller's district that they may see, and the feed's notices.

    Raises
    ------
    LinliError
        ``unknown_district`` if the token's district is not served here.
    """
    partition = here.facts.partition_of(caller.district)
    if partition is None:
        raise LinliError(Code.UNKNOWN_DISTRICT, id=caller.district)
    async with aclosing(here.feed.follow(partition, last)) as found:
        async for one in found:
            if isinstance(one, Notice) or sees(caller, scope, one.record):
                yield one
