"""Signing in, and who is there: the cookie holds the token itself, so that withdrawing it signs out everywhere."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.services.console.forms import FormError, form_token, read_form
from linli.services.console.live import Live
from linli.services.console.rendering import HEADERS, LANGUAGE_COOKIE, page
from linli.services.console.surroundings import Person, surroundings
from linli.services.gateway.session import COOKIE, peer_of

SESSION_COOKIE: Final = COOKIE
SESSION_S: Final = 12 * 3600
"""A shift and its overtime; a shared computer at a community must not stay signed in overnight."""

LANGUAGE_S: Final = 365 * 86_400

router = APIRouter(include_in_schema=False)


class SignInError(Exception):
    """Nobody is signed in: the page for it is shown instead."""


class ForbiddenError(Exception):
    """Somebody is signed in whose role has no business here."""


def session_of(request: Request) -> str:
    """Give the secret of the session.

    Raises
    ------
    SignInError
        If there is none.
    """
    found = request.cookies.get(SESSION_COOKIE)
    if not found:
        raise SignInError
    return found


async def person_of(request: Request) -> Person:
    """Say who is there.

    Raises
    ------
    SignInError
        If nobody is, or the token is no longer valid.
    """
    person = await surroundings(request).person(session_of(request))
    if person is None:
        raise SignInError
    # Before anything is read for the page: what changes from here on is news for it.
    live: Live = request.app.state.live
    request.state.since = await live.mark()
    return person


async def reader(request: Request) -> Person:
    """Say who looks at cases.

    Raises
    ------
    SignInError, ForbiddenError
        If nobody is signed in, or somebody who has no list of cases.
    """
    person = await person_of(request)
    if not person.reads:
        raise ForbiddenError
    return person


async def ordering_person(request: Request) -> Person:
    """Say who places an order.

    Raises
    ------
    SignInError, ForbiddenError
        If nobody is signed in, or somebody who may not.
    """
    person = await person_of(request)
    if not person.orders:
        raise ForbiddenError
    return person


async def lead(request: Request) -> tuple[Person, str]:
    """Say which team's lead is there.

    Raises
    ------
    SignInError, ForbiddenError
        If nobody is signed in, or somebody who leads no team.
    """
    person = await person_of(request)
    if person.team is None:
        raise ForbiddenError
    return person, person.team


async def lead_who_may(request: Request, operation: str) -> tuple[Person, str]:
    """Say which team's lead is there, if a lead may do this; `lead` tells what is raised."""
    person, own = await lead(request)
    if operation not in person.may:
        raise ForbiddenError
    return person, own


def frame(request: Request, person: Person | None) -> dict[str, object]:
    """Give what every page's frame needs: who is there, the token of forms, the mark of the board it was made at."""
    session = request.cookies.get(SESSION_COOKIE)
    return {
        "person": person,
        "since": getattr(request.state, "since", ""),
        "form_token": form_token(session) if person is not None and session else "",
        "synthetic": any(district.synthetic for district in surroundings(request).districts.values()),
    }


@router.get("/sign-in")
async def ask(request: Request) -> Response:
    """Ask for the token."""
    return page(request, "sign_in.html", {**frame(request, None), "wrong": False})


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check the token and keep it. A form of another site can at worst sign somebody in with a token it knows."""
    form = await read_form(request, None)
    token = form.text("token")
    person = await surroundings(request).person(token) if token else None
    if person is None:
        await surroundings(request).note_stranger(peer_of(request))
        return page(request, "sign_in.html", {**frame(request, None), "wrong": True}, status=401)
    answer = RedirectResponse(person.home or "/welcome", status_code=303, headers=dict(HEADERS))
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=SESSION_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Forget the token."""
    await read_form(request, session_of(request))
    answer = RedirectResponse("/sign-in", status_code=303, headers=dict(HEADERS))
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/language/{tongue}")
async def language(request: Request, tongue: str, back: str = "/") -> Response:
    """Switch the language and go back to where one was; nowhere else than on this server."""
    if tongue not in ("en", "zh"):
        raise FormError("problem.not_found", status=404)
    here = back if back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable() else "/"
    answer = RedirectResponse(here, status_code=303, headers=dict(HEADERS))
    keep_language(answer, tongue)
    return answer


def keep_language(answer: Response, tongue: str) -> None:
    """Remember the language for the pages that come."""
    answer.set_cookie(LANGUAGE_COOKIE, tongue, max_age=LANGUAGE_S, samesite="lax")
