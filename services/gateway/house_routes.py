"""Whether the gateway is well, and who is signed in."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from redis.exceptions import RedisError

from linli.schemas.stream_window import StreamWindow
from linli.services.gateway.answers import Health, LetterList, LetterView, Me, OverviewView
from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import Installation, installation_of
from linli.services.gateway.session import CallerHere
from linli.services.gateway.stream_answers import StreamView, stream_view
from linli.streams.board.reader import BoardMissingError
from linli.streams.build import build_name

router = APIRouter(tags=["house"])

LETTERS_MAX: Final = 200
"""Dead letters of one answer."""


@router.get("/v1/health")
async def health() -> Health:
    """Say that the process answers."""
    return Health(ok=True, build=build_name())


@router.get("/v1/ready", responses={503: {"model": Health, "description": "Something is not there yet."}})
async def ready(request: Request, response: Response) -> Health:
    """Say whether everything that requests need is there: the broker's feed, and the board in Redis."""
    here = installation_of(request)
    waits = await _missing(here)
    response.status_code = 503 if waits else 200
    return Health(ok=not waits, build=build_name(), waits_for=tuple(waits))


@router.get("/v1/me", responses=may_answer())
async def me(caller: CallerHere) -> Me:
    """Say who is signed in."""
    return Me(role=caller.role, name=caller.name, district=caller.district, team=caller.team, place=caller.place)


@router.get("/v1/overview", responses=may_answer(503))
async def overview(request: Request) -> OverviewView:
    """Say how everything stands, in numbers."""
    seen = await installation_of(request).board.overview()
    return OverviewView(
        states={state.value: count for state, count in seen.states.items()},
        open_offers=seen.open_offers,
        proposed=seen.proposed,
        teams=seen.teams,
        dead_letters=seen.dead_letters,
        beat=seen.beat,
    )


@router.get("/v1/stream", responses=may_answer(422, 503))
async def show_stream(request: Request, window: StreamWindow = StreamWindow.HOUR) -> StreamView:
    """Say what flowed in the last hour, day or seven days."""
    here = installation_of(request)
    return stream_view(window, await here.board.flow(window, here.clock.now()))


@router.get("/v1/dead-letters", responses=may_answer(422, 503))
async def list_dead_letters(
    request: Request, caller: CallerHere, limit: Annotated[int, Query(ge=1, le=LETTERS_MAX)] = 50
) -> LetterList:
    """List the last records that could not be acted on, without what was in them."""
    letters = await installation_of(request).board.dead_letters(limit)
    shown = [
        LetterView(
            id=one.id,
            received_at=one.received_at,
            event_type=one.event_type,
            reason=one.reason.value,
            field=one.path,
            rule=one.rule,
        )
        for one in letters
        if one.district in (None, caller.district)
    ]
    return LetterList(dead_letters=tuple(shown))


async def _missing(here: Installation) -> list[str]:
    missing = [] if here.feed.running else ["feed"]
    try:
        await here.board.request("r-none")
    except (RedisError, BoardMissingError):
        missing.append("board")
    return missing
