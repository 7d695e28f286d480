"""Order entry for the desk and for proxies, step by step."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.schemas.orders import HEADCOUNT_MAX, TEAMS_MAX
from linli.services.console.form_frame import why_not
from linli.services.console.forms import Form, FormError, read_form
from linli.services.console.order_entry import (
    FURTHER,
    WHAT,
    WHO,
    certificate_answer,
    check_who,
    options,
    order_of,
    read_back,
)
from linli.services.console.rendering import HEADERS, page, speak, tongue_of
from linli.services.console.repeated_orders import repeated, rule_in_words
from linli.services.console.sign_in import frame, keep_language, ordering_person, session_of
from linli.services.console.surroundings import Person, surroundings
from linli.services.console.words import Speech, today

router = APIRouter(include_in_schema=False)

EMERGENCY = "emergency"
"""The referral of an order in which somebody's life is in danger."""

SPEAK = "language-"
"""What the button begins with that shows the form in another language."""

CERTIFICATE = "certificate"
"""The button that asks what the list says of a certificate; nothing else need be filled in for it."""

LAST = 3
"""The step in which the order is read back."""

NUMBER_BYTES = 6
"""Of the number of an order that is entered here; with the day before it, no two are the same."""


@router.get("/desk/order")
async def begin(request: Request) -> Response:
    """Show the first step, empty."""
    person = await ordering_person(request)
    return _step(request, person, 1, Form({}))


@router.post("/desk/order")
async def go_on(request: Request) -> Response:
    """Check the step that was filled in and show the next; after the third, send."""
    person = await ordering_person(request)
    form = await read_form(request, session_of(request))
    here = surroundings(request)
    wanted = form.text("go")
    if wanted.startswith(SPEAK):
        return await _in_other_words(request, person, form, wanted.removeprefix(SPEAK))
    if wanted in ("1", "2"):
        return _step(request, person, int(wanted), form)
    if answer := certificate_answer(form, here, Speech(tongue_of(request))):
        return _step(request, person, 1, form, answer=answer)
    if wanted == CERTIFICATE:
        return _step(request, person, 1, form)
    step = 1 if wanted == "check-1" else 2
    try:
        if step == 1:
            check_who(form, here)
            return _step(request, person, 2, form)
        number = form.text("number") or _number(request)
        order = order_of(form, here, number)
        again = repeated(form, order)
    except FormError as error:
        return _step(request, person, step, form, problem=(error.name, error.field), status=error.status)
    if wanted != "send":
        speech = Speech(tongue_of(request))
        facts = [*read_back(order, here, speech), *rule_in_words(again, speech)]
        return _step(request, person, 3, form, facts=facts, number=number)
    became = await here.send(order if again is None else again, person, None)
    if again is not None and became.referral is None and (became.well or became.code == "late"):
        return RedirectResponse(f"/desk/standing?said={became.code}", status_code=303, headers=dict(HEADERS))
    if became.well or became.code == "late":
        red = "yes" if became.referral == EMERGENCY else ""
        address = f"/desk/ordered?number={number}&later={'' if became.well else 'yes'}&red={red}"
        return RedirectResponse(address, status_code=303, headers=dict(HEADERS))
    told = why_not(became, Speech(tongue_of(request)))
    return _step(request, person, 2, form, told=told, status=409)


async def _in_other_words(request: Request, person: Person, form: Form, tongue: str) -> Response:
    """Show the same step in another language, with everything that was typed."""
    here = surroundings(request)
    speak(request, tongue)
    step = int(form.text("step")) if form.text("step") in ("1", "2", "3") else 1
    facts: list[tuple[str, str]] = []
    number = form.text("number") or _number(request)
    if step == LAST:
        try:
            order, speech = order_of(form, here, number), Speech(tongue_of(request))
            facts = [*read_back(order, here, speech), *rule_in_words(repeated(form, order), speech)]
        except FormError as error:
            return _step(request, person, 2, form, problem=(error.name, error.field), status=error.status)
    answer = _step(request, person, step, form, facts=facts, number=number)
    keep_language(answer, tongue)
    return answer


@router.get("/desk/ordered")
async def ordered(request: Request, number: str = "", later: str = "", red: str = "") -> Response:
    """Say that an order is registered, and under which number."""
    person = await ordering_person(request)
    values = {**frame(request, person), "number": number[:40], "later": bool(later), "red": bool(red)}
    return page(request, "ordered.html", values)


def _number(request: Request) -> str:
    """Give an order its number before it is sent, so that sending the same page twice is seen to be the same."""
    return f"D{today(surroundings(request).clock.now()):%Y%m%d}-{secrets.token_hex(NUMBER_BYTES)}"


def _step(
    request: Request,
    person: Person,
    step: int,
    form: Form,
    *,
    problem: tuple[str, str] | None = None,
    told: str = "",
    answer: str = "",
    facts: list[tuple[str, str]] | None = None,
    number: str = "",
    status: int = 200,
) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    carried = {1: WHAT, 2: WHO, 3: (*WHO, *WHAT)}[step]
    values = {
        **frame(request, person),
        "step": step,
        "form": form,
        "carried": [name for name in carried if form.text(name)],
        "options": options(here, form, speech),
        "further": FURTHER,
        "teams_max": TEAMS_MAX,
        "headcount_max": HEADCOUNT_MAX,
        "problem": problem,
        "told": told,
        "answer": answer,
        "facts": facts or [],
        "number": number,
        "day": today(here.clock.now()).isoformat(),
        "fresh": not form.fields,
    }
    return page(request, "order.html", values, status)
