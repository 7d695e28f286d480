"""The resident's page: how a request stands, by its number and a one-time code, and a word on the service."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from linli.schemas.answers import Rate
from linli.schemas.assignment import AssignmentRecord, Closed, DoneState, FailedVisitState, Rated, Referred, Reopened
from linli.schemas.glossary import words
from linli.schemas.lifecycle import State
from linli.schemas.orders import Target
from linli.schemas.service import PROXY_CODE_SOURCE, RESIDENT_SOURCE
from linli.services.console.case_lines import help_name, names_of, number_of
from linli.services.console.form_frame import why_not
from linli.services.console.forms import FormError, form_token, read_form
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import frame
from linli.services.console.surroundings import Became, Person, Surroundings, surroundings
from linli.services.console.words import ZONE, Speech
from linli.services.gateway.access import is_restricted
from linli.services.gateway.case_codes import OpenedCase
from linli.services.gateway.resident_routes import TELLS
from linli.services.gateway.session import peer_of
from linli.services.offices import office_name

router = APIRouter(include_in_schema=False)

CASE_COOKIE: Final = "linli_case"
"""Holds what opens one case for a while: whoever knew the one-time code need not type it for the rating."""

CASE_S: Final = 3_600
TAGS_MAX: Final = 8

_SENTENCES: Final = {
    State.SUBMITTED: "resident.looking",
    State.REGISTERED: "resident.looking",
    State.PROMISED: "resident.looking",
    State.OFFERED: "resident.asked",
    State.WITHDRAWN: "resident.again",
    State.FAILED_VISIT: "resident.again",
    State.RESCHEDULED: "resident.rescheduled",
    State.UNMET: "resident.nobody",
    State.ON_HOLD: "resident.hold",
    State.UNDER_WAY: "resident.here",
    State.CANCELLED: "resident.cancelled",
    State.CLOSED: "resident.closed",
    State.CLAIMED: "resident.asked",
    State.REOPENED: "resident.reopened",
}


@router.get("/state")
async def ask(request: Request) -> Response:
    """Ask for number and code, or show the case that was opened a moment ago."""
    key = request.cookies.get(CASE_COOKIE, "")
    opened = await surroundings(request).opened_case(key) if key else None
    if opened is None:
        return page(request, "state_ask.html", {**frame(request, None), "wrong": False})
    return await _state(request, opened, key)


@router.post("/state")
async def look(request: Request) -> Response:
    """Open a case by number and code."""
    form = await read_form(request, None)
    key = await surroundings(request).open_case(form.text("number")[:160], form.text("code")[:40], peer_of(request))
    if key is None:
        return page(request, "state_ask.html", {**frame(request, None), "wrong": True}, status=403)
    answer = RedirectResponse("/state", status_code=303, headers=dict(HEADERS))
    secure = request.url.scheme == "https"
    answer.set_cookie(CASE_COOKIE, key, max_age=CASE_S, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/state/rate")
async def rate(request: Request) -> Response:
    """Take the resident's word."""
    here = surroundings(request)
    key = request.cookies.get(CASE_COOKIE, "")
    opened = await here.opened_case(key) if key else None
    if opened is None:
        return RedirectResponse("/state", status_code=303, headers=dict(HEADERS))
    record = opened.record
    form = await read_form(request, key)
    stars = form.number("stars", "resident.stars")
    known = words("tag")
    tags = tuple(tag for tag in form.all("tag") if tag in known)[:TAGS_MAX]
    target = Target(request_id=record.request_id)
    try:
        body = Rate(target=target, stars=stars or 0, tags=tags, by="resident")
    except ValidationError:
        return await _state(request, opened, key, problem=("order.missing", "resident.stars"), status=422)
    source = PROXY_CODE_SOURCE if opened.by_proxy else RESIDENT_SOURCE
    became = await here.send(body, Person("resident", source, record.district), record.request_id)
    if became.well or became.code == "late":
        return RedirectResponse("/state?said=thanks", status_code=303, headers=dict(HEADERS))
    return await _state(request, opened, key, became=became, status=409)


@router.post("/state/leave")
async def leave(request: Request) -> Response:
    """Close the case on this device."""
    await read_form(request, request.cookies.get(CASE_COOKIE, ""))
    answer = RedirectResponse("/state", status_code=303, headers=dict(HEADERS))
    answer.delete_cookie(CASE_COOKIE)
    return answer


async def _state(
    request: Request,
    opened: OpenedCase,
    key: str,
    *,
    problem: tuple[str, str] | None = None,
    became: Became | None = None,
    status: int = 200,
) -> Response:
    here, speech, record = surroundings(request), Speech(tongue_of(request)), opened.record
    details = record.details
    if details is None:
        raise FormError("problem.not_found", status=404)
    closed = is_restricted(record)
    going = [] if closed else [leg.assignment for leg in record.legs if leg.assignment is not None]
    waits = record.state in (State.COMMITTED, State.OFFERED) and bool(going)
    values = {
        **frame(request, None),
        "case_token": form_token(key),
        "number": number_of(record),
        "help": help_name(here.menu, details.category, speech),
        "sentences": await _sentences(record, here, speech),
        "codes": [here.door_code(one.id) for one in going if waits and not one.started],
        "service_codes": [here.service_code(one.id) for one in going if one.started]
        if record.state in TELLS and not opened.by_proxy
        else [],
        "rates": record.state in (State.DONE, State.RATED, State.REOPENED),
        "stars": record.status.stars if isinstance(record.status, Rated | Reopened) else 0,
        "tags": [(code, speech.code(f"tag.{code}")) for code in words("tag")],
        "said": request.query_params.get("said", "") == "thanks",
        "problem": problem,
        "why_not": why_not(became, speech) if became is not None else "",
    }
    return page(request, "state.html", values, status)


async def _sentences(record: AssignmentRecord, here: Surroundings, speech: Speech) -> list[str]:
    """Say how a case stands, as to somebody who knows none of our words.

    A case whose access is restricted looks like any that was registered, as it does to whoever ordered it.
    """
    if is_restricted(record):
        return [speech("resident.looking")]
    match record.status:
        case Referred(office=office):
            said = [speech("resident.office", office=office_name(office, here.menu, speech.tongue))]
            known = here.menu.office(office)
            return [*said, speech("resident.office_channel", channel=known.channel)] if known is not None else said
        case Closed(outcome=State.REFERRED) if record.office_answers:
            office = office_name(record.office_answers[-1].office, here.menu, speech.tongue)
            return [speech("resident.office_done", office=office)]
        case DoneState(at=at):
            return [speech("resident.done", day=speech.day(at.astimezone(ZONE).date()))]
        case Rated(stars=stars):
            return [speech("resident.rated", n=stars)]
        case FailedVisitState(reason="not_reported"):
            return [speech("resident.unreported")]
        case _:
            pass
    going = [leg.assignment for leg in record.legs if leg.assignment is not None]
    names = await names_of(here.board, [one.team for one in going])
    coming = [
        speech("resident.coming", team=names[one.team], moment=speech.moment(one.start))
        for one in going
        if record.state in (State.COMMITTED, State.OFFERED) and not record.is_gathering
    ]
    if coming:
        return coming
    said = [speech(_SENTENCES.get(record.state, "resident.looking"))]
    if record.promise is not None and record.state in (State.PROMISED, State.OFFERED):
        start, end = speech.moment(record.promise.start), speech.moment(record.promise.end)
        said.insert(0, speech("resident.promised", **{"from": start, "until": end}))
    return said
