"""The review queue: visits with anomalies, each with what is strange about it, and a person's decision."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.judging import Verdict
from linli.schemas.orders import Target
from linli.schemas.proving import ReviewService
from linli.schemas.service import ServiceRecord
from linli.services.console.case_lines import help_name, names_of
from linli.services.console.form_events import made_of
from linli.services.console.form_frame import FRESH, Ending, form_frame, mistake, refusal
from linli.services.console.forms import Form, FormError, read_form
from linli.services.console.proof_lines import proved
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import ForbiddenError, reader, session_of
from linli.services.console.surroundings import Person, Surroundings, surroundings
from linli.services.console.words import Speech

router = APIRouter(include_in_schema=False)

PATH: Final = "/desk/reviews"

SHOWN_MAX: Final = 50
"""Visits of the page: a county has some a day, and who decides about one sees the next."""


async def reviewer(request: Request) -> Person:
    """Say who decides about visits.

    Raises
    ------
    linli.services.console.sign_in.SignInError, ForbiddenError
        If nobody is signed in, or somebody who may not.
    """
    person = await reader(request)
    if "review_service" not in person.may:
        raise ForbiddenError
    return person


@router.get(PATH)
async def reviews(request: Request) -> Response:
    """List the visits that wait, the earliest first."""
    return await _reviews(request, await reviewer(request))


@router.post(PATH)
async def decide(request: Request) -> Response:
    """Take a decision about one of them."""
    person = await reviewer(request)
    form = await read_form(request, session_of(request))
    here = surroundings(request)
    record = await here.board.request(form.text("case"))
    if record is None or not _may_see(person, record):
        raise FormError("problem.not_found", status=404)
    try:
        body = made_of(lambda: _review(form, record.request_id, person.name), {}, "action.reason")
    except FormError as error:
        return await _reviews(request, person, mistake(error))
    became = await here.send(body, person, None)
    if became.well or became.code == "late":
        return RedirectResponse(f"{PATH}?said={became.code}", status_code=303, headers=dict(HEADERS))
    return await _reviews(request, person, refusal(became))


def _review(form: Form, request_id: str, by: str) -> ReviewService:
    try:
        verdict = Verdict(form.text("verdict"))
    except ValueError:
        raise FormError("order.missing", "proof.review") from None
    return ReviewService(
        target=Target(request_id=request_id),
        leg=form.number("leg", "action.leg") or 0,
        verdict=verdict,
        reason=form.needed("reason", "action.reason"),
        by=by,
    )


def _may_see(person: Person, record: AssignmentRecord) -> bool:
    return person.sees(record) and person.opens(record)


async def _waiting(here: Surroundings, person: Person) -> list[ServiceRecord]:
    found = list[ServiceRecord]()
    for one in await here.board.reviews():
        record = await here.board.request(one.request_id)
        if record is not None and _may_see(person, record):
            found.append(one)
    return found


async def _reviews(request: Request, person: Person, ending: Ending = FRESH) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    waiting = await _waiting(here, person)
    names = await names_of(here.board, [one.team for one in waiting[:SHOWN_MAX]])
    said = request.query_params.get("said", "")
    values = {
        **form_frame(request, person, PATH, ending),
        "visits": [
            (proved(one, names, speech), help_name(here.menu, one.category, speech)) for one in waiting[:SHOWN_MAX]
        ],
        "all": len(waiting),
        "verdicts": [(one.value, speech.code(f"verdict.{one.value}")) for one in Verdict],
        "said": said if said in ("applied", "duplicate", "late") else "",
    }
    return page(request, "reviews.html", values, ending.status)
