"""The team lead's pages, made for a phone: offers, visits, time off; and the page behind a one-tap link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.matcher.service.unreported import unheard
from linli.schemas.answers import DeclineReason, FailedReason
from linli.schemas.assignment import Assignment, AssignmentRecord
from linli.schemas.lifecycle import State, may_follow
from linli.services.console.case_lines import help_name
from linli.services.console.case_sheet import contact_facts, place_of
from linli.services.console.form_frame import FRESH, Ending, form_frame, mistake, refusal
from linli.services.console.forms import FormError, day_named, read_form
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import frame, lead, session_of
from linli.services.console.surroundings import Person, Surroundings, surroundings
from linli.services.console.team_answers import absence_of, answer_of, deputy_of
from linli.services.console.team_sheet import offer_card, offer_in, team_details
from linli.services.console.visits import missing_records, visits_in, visits_on
from linli.services.console.words import Speech, today
from linli.streams.board.reader import request_of

router = APIRouter(include_in_schema=False)

AHEAD_DAYS: Final = 7
"""How many days after today the phone page lists visits for: promises reach hardly farther."""

_SAID: Final = frozenset(
    {"accept", "decline", "start", "done", "failed", "withdraw", "propose", "swap", "late", "applied"}
    | {"code", "wrong_code"}
)


@router.get("/team")
async def team(request: Request) -> Response:
    """Show what waits for an answer, and today's visits in order."""
    person, own = await lead(request)
    here, speech = surroundings(request), Speech(tongue_of(request))
    details = await team_details(here, own)
    seen = await here.board.offers_to(own)
    now = today(here.clock.now())
    later = [now + timedelta(days=ahead) for ahead in range(1, AHEAD_DAYS + 1)]
    said = request.query_params.get("said", "")
    values = {
        **frame(request, person),
        "team": details,
        "offers": [offer_card(one.request, one.offer, details, here, speech) for one in seen],
        "visits": await visits_on(here, now, {own: details.name}, speech),
        "later": [one for day in later for one in await visits_on(here, day, {own: details.name}, speech)],
        "missing": await missing_records(here, own, details.name, speech),
        "reasons": [(reason.value, speech.of(reason)) for reason in DeclineReason],
        "said": said if said in _SAID else "",
    }
    return page(request, "team_live.html" if request.headers.get("hx-request") else "team.html", values)


@router.get("/team/offer/{offer_id}")
async def offer(request: Request, offer_id: str) -> Response:
    """Show one offer, to choose who goes."""
    person, own = await lead(request)
    record = await _case_of(surroundings(request), offer_id, own)
    return await _offer(request, person, own, record, offer_id)


async def _offer(
    request: Request,
    person: Person,
    own: str,
    record: AssignmentRecord,
    offer_id: str,
    ending: Ending = FRESH,
) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    found = offer_in(record, offer_id)
    if found is None:
        raise FormError("problem.not_found", status=404)
    values = {
        **form_frame(request, person, f"/team/offer/{offer_id}", ending),
        "offer": offer_card(record, found, await team_details(here, own), here, speech),
        "reasons": [(reason.value, speech.of(reason)) for reason in DeclineReason],
        "proposes": _may_propose(record, person),
    }
    return page(request, "team_offer.html", values, ending.status)


@router.post("/team/offer/{offer_id}/{action}")
async def answer(request: Request, offer_id: str, action: str) -> Response:
    """Accept or decline an offer, or report on its visit."""
    person, own = await lead(request)
    form = await read_form(request, session_of(request))
    here = surroundings(request)
    record = await _case_of(here, offer_id, own)
    show = _offer if action in ("accept", "decline") else _visit
    try:
        body = answer_of(action, form, offer_id, own)
    except FormError as error:
        return await show(request, person, own, record, offer_id, mistake(error))
    became = await here.send(body, person, record.request_id)
    if became.well or became.code == "late":
        said = "wrong_code" if became.detail == "wrong_code" else action if became.well else "late"
        where = f"/team/visit/{offer_id}" if action in ("accept", "start", "swap", "code") else "/team"
        return RedirectResponse(f"{where}?said={said}", status_code=303, headers=dict(HEADERS))
    return await show(request, person, own, await _case_of(here, offer_id, own), offer_id, refusal(became))


@router.get("/team/visit/{offer_id}")
async def visit(request: Request, offer_id: str) -> Response:
    """Show one visit with whom to reach and where: only the team that goes sees that."""
    person, own = await lead(request)
    record = await _case_of(surroundings(request), offer_id, own)
    return await _visit(request, person, own, record, offer_id)


async def _visit(
    request: Request,
    person: Person,
    own: str,
    record: AssignmentRecord,
    offer_id: str,
    ending: Ending = FRESH,
) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    going = next((one for one in visits_in(record, own) if one.id == offer_id), None)
    if going is None or record.details is None:
        # It was withdrawn, given to others, or never accepted: then there is an offer to look at, and no more.
        return await _offer(request, person, own, record, offer_id, ending)
    personal = await here.personal(record, person, "visit")
    details = await team_details(here, own)
    found = offer_in(record, offer_id)
    item = here.menu.item(record.details.category)
    said = request.query_params.get("said", "")
    values = {
        **form_frame(request, person, f"/team/visit/{offer_id}", ending),
        "going": going,
        "record": record,
        "help": help_name(here.menu, record.help_of(offer_id), speech),
        "where": place_of(record.details, here, speech),
        "contact": contact_facts(personal, speech) if personal is not None else None,
        "phone": personal.phone if personal is not None else None,
        "code": here.door_code(going.id),
        "card": offer_card(record, found, details, here, speech) if found is not None else None,
        "spend_limit": None if item is None else item.spend_limit_fen,
        "failures": [(reason.value, speech.of(reason)) for reason in FailedReason],
        "open": _is_open(record, going),
        "missing": going in unheard(record),
        "codes": record.state in _PROVED and going.started and not going.service_code_ok,
        "proposes": not going.started and _may_propose(record, person),
        "series": await _series_since(here, record, going),
        "said": said if said in _SAID else "",
    }
    return page(request, "visit.html", values, ending.status)


async def _series_since(here: Surroundings, record: AssignmentRecord, going: Assignment) -> datetime | None:
    """Tell since when all visits of the standing order are the team's; None where each is asked for."""
    standing = None if record.details is None else record.details.standing
    order = None if standing is None else await here.board.standing_order(standing)
    leg = next((number for number, one in enumerate(record.legs) if one.assignment == going), 0)
    series = None if order is None else order.series_of(leg)
    return None if series is None or series.team != going.team else series.since


def _may_propose(record: AssignmentRecord, person: Person) -> bool:
    """Tell whether the team can ask for another time."""
    return "propose" in person.may and may_follow(record.state, State.RESCHEDULED)


_PROVED: Final = (State.UNDER_WAY, State.DONE, State.RATED, State.REOPENED)
"""States in which the resident's code can be given."""


def _is_open(record: AssignmentRecord, going: Assignment) -> bool:
    """Tell whether something can still be reported of a visit."""
    return going not in unheard(record) and (
        record.state.value in ("offered", "committed", "under_way") or not going.started
    )


@router.get("/team/time-off")
async def time_off(request: Request) -> Response:
    """Show the team's absences and its deputy's form."""
    person, own = await lead(request)
    return await _time_off(request, person, own)


@router.post("/team/time-off/{what}")
async def change_time_off(request: Request, what: str) -> Response:
    """Note an absence or name a deputy."""
    person, own = await lead(request)
    form = await read_form(request, session_of(request))
    makers = {"absence": absence_of, "deputy": deputy_of}
    if what not in makers:
        raise FormError("problem.not_found", status=404)
    try:
        body = makers[what](form, own, person.name)
    except FormError as error:
        return await _time_off(request, person, own, mistake(error))
    became = await surroundings(request).send(body, person, None)
    if became.well or became.code == "late":
        return RedirectResponse(f"/team/time-off?said={became.code}", status_code=303, headers=dict(HEADERS))
    return await _time_off(request, person, own, refusal(became))


async def _time_off(request: Request, person: Person, own: str, ending: Ending = FRESH) -> Response:
    here = surroundings(request)
    details = await team_details(here, own)
    now = here.clock.now()
    said = request.query_params.get("said", "")
    values = {
        **form_frame(request, person, "/team/time-off", ending),
        "team": details,
        "absences": [one for one in details.absences if one.end >= now],
        "said": said if said in _SAID else "",
    }
    return page(request, "time_off.html", values, ending.status)


@router.get("/team/day")
async def day(request: Request) -> Response:
    """List the team's visits of a day, to be printed."""
    person, own = await lead(request)
    here, speech = surroundings(request), Speech(tongue_of(request))
    details = await team_details(here, own)
    wanted = day_named(request.query_params.get("day"), today(here.clock.now()))
    visits = await visits_on(here, wanted, {own: details.name}, speech)
    return page(request, "day.html", {**frame(request, person), "visits": visits, "wanted": wanted})


@router.get("/o/{offer_id}/{until}/{signature}")
async def link(request: Request, offer_id: str, until: str, signature: str) -> Response:
    """Show the offer behind a link. Nothing is answered by looking: chat programs open every link they see."""
    return await _link(request, offer_id, until, signature)


@router.post("/o/{offer_id}/{until}/{signature}/{action}")
async def answer_link(request: Request, offer_id: str, until: str, signature: str, action: str) -> Response:
    """Answer the offer behind a link. The link itself is the secret that a form of another site does not know."""
    here = surroundings(request)
    form = await read_form(request, None)
    if action not in ("accept", "decline") or not here.opens_link(offer_id, until, signature):
        return await _link(request, offer_id, until, signature)
    record, own = await _linked(here, offer_id)
    try:
        body = answer_of(action, form, offer_id, own)
    except FormError as error:
        return await _link(request, offer_id, until, signature, mistake(error))
    became = await here.send(body, Person("link", f"team:{own}", record.district, team=own), record.request_id)
    if became.well:
        return await _link(request, offer_id, until, signature, said=action)
    return await _link(request, offer_id, until, signature, refusal(became))


async def _linked(here: Surroundings, offer_id: str) -> tuple[AssignmentRecord, str]:
    record = await here.board.request(request_of(offer_id))
    found = None if record is None else offer_in(record, offer_id)
    if record is None or found is None:
        raise FormError("link.bad", status=404)
    return record, found.team


async def _link(
    request: Request,
    offer_id: str,
    until: str,
    signature: str,
    ending: Ending = FRESH,
    *,
    said: str = "",
) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    if not here.opens_link(offer_id, until, signature):
        raise FormError("link.bad", status=410)
    record, own = await _linked(here, offer_id)
    found = offer_in(record, offer_id)
    details = await team_details(here, own)
    if found is None:
        raise FormError("link.bad", status=404)
    values = {
        **form_frame(request, None, f"/o/{offer_id}/{until}/{signature}", ending),
        "team": details,
        "offer": offer_card(record, found, details, here, speech),
        "reasons": [(reason.value, speech.of(reason)) for reason in DeclineReason],
        "address": f"/o/{offer_id}/{until}/{signature}",
        "said": said,
        "gathering": record.is_gathering,
    }
    return page(request, "link.html", values, ending.status)


async def _case_of(here: Surroundings, offer_id: str, own: str) -> AssignmentRecord:
    """Find the case of an offer that was made to this team; what is another team's is not there."""
    record = await here.board.request(request_of(offer_id)) if "." in offer_id else None
    found = None if record is None else offer_in(record, offer_id)
    if record is None or found is None or found.team != own or found.state.value == "proposed":
        raise FormError("problem.not_found", status=404)
    return record
