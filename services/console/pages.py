"""The application of the pages: mounted into the gateway beside the API, with errors that a person can read."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from linli.services.console import (
    call_back_pages,
    call_pages,
    claim_pages,
    desk_pages,
    hours_pages,
    member_pages,
    order_pages,
    report_pages,
    resident_pages,
    review_pages,
    sign_in,
    standing_pages,
    stream_pages,
    team_pages,
)
from linli.services.console.forms import FormError
from linli.services.console.live import Live
from linli.services.console.rendering import ASSETS, HEADERS, page, serve_asset, tongue_of
from linli.services.console.sign_in import ForbiddenError, SignInError, frame, person_of, session_of
from linli.services.console.surroundings import NotSentError, Person, Surroundings, surroundings
from linli.services.console.words import Speech
from linli.services.gateway.problems import RETRY_S
from linli.streams.board.reader import BoardMissingError, BoardUnreadableError

router = APIRouter(include_in_schema=False)


def pages_app(find: Callable[[], Surroundings]) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    find
        Gives what it stands on, from the first request on.

    Returns
    -------
    FastAPI
        To be mounted at the root of another, after that one's own routes.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.surroundings = find
    app.state.live = Live(lambda: find().board)
    desk = (order_pages, standing_pages, call_pages, call_back_pages, report_pages, review_pages, desk_pages)
    for part in (sign_in, stream_pages, *desk, claim_pages, member_pages, hours_pages, team_pages, resident_pages):
        app.include_router(part.router)
    app.include_router(router)
    app.add_exception_handler(SignInError, _to_sign_in)
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(FormError, _form)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NotSentError, _not_sent)
    for kind in (BoardMissingError, BoardUnreadableError, RedisError):
        app.add_exception_handler(kind, _no_board)
    return app


@router.get("/")
async def root(request: Request) -> Response:
    """Send everybody to the page they begin with."""
    person = await _perhaps(request)
    return RedirectResponse((person.home if person else None) or "/sign-in", status_code=303, headers=dict(HEADERS))


@router.get("/welcome")
async def welcome(request: Request) -> Response:
    """Tell somebody whose role has no page that it has none."""
    return await _problem(request, "sign_in.no_page", 200)


@router.get(ASSETS + "/{name}")
async def static(name: str) -> Response:
    """Give a style sheet, a script or a picture."""
    return serve_asset(name)


@router.get("/changes")
async def changes(request: Request, since: str = "") -> Response:
    """Tell an open page, as server-sent events, that something changed; what it is, the page asks for itself."""
    await person_of(request)
    live: Live = request.app.state.live
    if live.full:
        return Response(status_code=503, headers={**HEADERS, "Retry-After": "5"})
    # A proxy between us must pass news on at once.
    headers = {**HEADERS, "X-Accel-Buffering": "no"}
    return StreamingResponse(live.follow(since), media_type="text/event-stream", headers=headers)


async def _perhaps(request: Request) -> Person | None:
    try:
        return await surroundings(request).person(session_of(request))
    except SignInError:
        return None


async def _problem(request: Request, name: str, status: int, field: str = "") -> Response:
    person = await _perhaps(request)
    speech = Speech(tongue_of(request))
    sentence = speech(name, field=speech(field)) if field else speech(name)
    return page(request, "problem.html", {**frame(request, person), "sentence": sentence}, status)


async def _to_sign_in(request: Request, _: Exception) -> Response:
    if request.headers.get("hx-request"):
        # The page that renews itself must not put the sign-in form into a list.
        return Response(status_code=401, headers={**HEADERS, "HX-Redirect": "/sign-in"})
    return RedirectResponse("/sign-in", status_code=303, headers=dict(HEADERS))


async def _forbidden(request: Request, error: Exception) -> Response:
    return await _problem(request, str(error) or "problem.forbidden", 403)


async def _form(request: Request, error: Exception) -> Response:
    if not isinstance(error, FormError):
        raise error
    return await _problem(request, error.name, error.status, error.field)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return await _problem(request, "problem.not_found", error.status_code)


async def _not_sent(request: Request, _: Exception) -> Response:
    return await _problem(request, "said.not_sent", 503)


async def _no_board(request: Request, _: Exception) -> Response:
    answer = await _problem(request, "problem.no_board", 503)
    answer.headers["Retry-After"] = str(RETRY_S)
    return answer
