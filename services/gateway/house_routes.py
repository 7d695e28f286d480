"""Whether the gateway is well, and who is signed in."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from redis.exceptions import RedisError

from linli.services.gateway.answers import Health, Me
from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import Installation, installation_of
from linli.services.gateway.session import CallerHere
from linli.streams.board_reader import BoardMissingError
from linli.streams.build import build_name

router = APIRouter(tags=["house"])


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


async def _missing(here: Installation) -> list[str]:
    missing = [] if here.feed.running else ["feed"]
    try:
        await here.board.request("r-none")
    except (RedisError, BoardMissingError):
        missing.append("board")
    return missing
