"""The desk's pages: the live list, one case with its story and what can be done, the day's visits on paper."""

from __future__ import annotations

from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.judging import Remedy
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.menu import Office
from linli.schemas.people import SealedPart
from linli.schemas.referrals import ReferralOutcome
from linli.schemas.sealed_text import part_of
from linli.schemas.standing import SERIES_DETAILS
from linli.services.console.case_lines import case_lines, names_of
from linli.services.console.case_reasons import next_best
from linli.services.console.case_sheet import case_sheet, contact_facts
from linli.services.console.desk_actions import ACTIONS, allowed_actions, command_of, said_by
from linli.services.console.desk_list import PROPOSED, Question, desk_list
from linli.services.console.form_frame import why_not
from linli.services.console.forms import Form, FormError, day_named, read_form
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import ForbiddenError, frame, reader, session_of
from linli.services.console.surroundings import Became, Person, Surroundings, surroundings
from linli.services.console.team_sheet import has_series
from linli.services.console.visits import visits_on
from linli.services.console.words import Speech, today
from linli.services.gateway.access import answers_for_office

router = APIRouter(include_in_schema=False)

PAGES_MAX: Final = 1_000
"""The last page that can be asked for: 25,000 cases; whoever needs more reads the log."""

STATES: Final = frozenset({PROPOSED, *(state.value for state in State)})


@router.get("/desk")
async def desk(request: Request, state: str = "", urgency: str = "", number: str = "") -> Response:
    """Show the list, or find a case by its number."""
    person, here, speech = await reader(request), surroundings(request), Speech(tongue_of(request))
    if number.strip():
        return await _found(request, number.strip(), person, here, speech)
    shown = await desk_list(here, _question(state, urgency, request.query_params.get("page", "1")), person, speech)
    said = request.query_params.get("said", "")
    values = {
        **frame(request, person),
        "desk": shown,
        "states": sorted(STATES),
        "found": None,
        "number": "",
        "said": said if said in _SAID else "",
    }
    # Only the list is asked for again by a page that renews itself.
    template = "desk_live.html" if request.headers.get("hx-request") else "desk.html"
    return page(request, template, values)


_SAID: Final = frozenset({"applied", "duplicate", "late", "ordered"})

_SAID_OF_CASE: Final = _SAID | SERIES_DETAILS
"""What a case's page says of what was just done; where the desk wanted a whole series and gave one visit, why."""


def _question(state: str, urgency: str, number: str) -> Question:
    """Read what somebody wants to see; what cannot be meant is left out."""
    return Question(
        state=state if state in STATES else "",
        urgency=int(urgency) if urgency in ("0", "1", "2") else None,
        page=min(PAGES_MAX, max(1, int(number))) if number.isascii() and number.isdigit() else 1,
    )


async def _found(request: Request, number: str, person: Person, here: Surroundings, speech: Speech) -> Response:
    """Go to the case with a number; if there are several, or none, say so."""
    ids = await here.board.named(number[:160])
    records = [record for one in ids if (record := await here.board.request(one)) is not None and person.sees(record)]
    if len(records) == 1:
        return RedirectResponse(f"/desk/case/{records[0].request_id}", status_code=303, headers=dict(HEADERS))
    shown = await desk_list(here, Question(), person, speech)
    found = await case_lines(here, records, person, speech)
    values = {**frame(request, person), "desk": shown, "states": sorted(STATES), "found": found, "number": number}
    return page(request, "desk.html", values, status=200 if found else 404)


@router.get("/desk/case/{request_id}")
async def case(request: Request, request_id: str) -> Response:
    """Show one case."""
    person = await reader(request)
    record = await _case_of(request, request_id, person)
    if request.headers.get("hx-request"):
        return await _case(request, record, person, "case_live.html")
    return await _case(request, record, person, "case.html", said=request.query_params.get("said", ""))


@router.get("/desk/case/{request_id}/person")
async def person_and_code(request: Request, request_id: str) -> Response:
    """Show whom a case is about, what was written about it, and the code to be told to them, to those who may."""
    person = await reader(request)
    record = await _case_of(request, request_id, person)
    if not _opens(person, record):
        raise ForbiddenError
    here, speech = surroundings(request), Speech(tongue_of(request))
    may_see = person.opens_person(record)
    found = await here.personal(record, person, "desk") if may_see else None
    visits = await here.board.service_of(record) if may_see else []
    reviews = [one.review.sealed_reason for one in visits if one.review is not None]
    written = [part_of(text) for text in person.written(record)]
    code, until = here.case_code(record.request_id, person) if "show_code" in person.may else ("", None)
    values = {
        **frame(request, person),
        "record": record,
        "may_see": may_see,
        "contact": contact_facts(found, speech) if found is not None else None,
        "reasons": [await _said(here, one, record, person, speech) for one in reviews if one is not None],
        "written": [await _said(here, one, record, person, speech) for one in written if one is not None],
        "code": code,
        "until": until,
    }
    return page(request, "person.html", values)


def _opens(person: Person, record: AssignmentRecord) -> bool:
    """Tell whether there is anything sealed in a case that somebody may open, or a code that they may tell."""
    return "show_code" in person.may or person.opens_person(record) or bool(person.written(record))


async def _said(
    here: Surroundings, sealed: SealedPart, record: AssignmentRecord, person: Person, speech: Speech
) -> str:
    """Open what somebody wrote, or say that it was erased."""
    return await here.note(sealed, record, person) or speech("case.erased")


@router.post("/desk/case/{request_id}/{action}")
async def act(request: Request, request_id: str, action: str) -> Response:
    """Do something with a case, and show it again with what became of it."""
    person = await reader(request)
    if action not in ACTIONS or action not in person.may:
        raise ForbiddenError
    form = await read_form(request, session_of(request))
    record = await _case_of(request, request_id, person)
    if not _may(person, action, record):
        raise ForbiddenError
    if form.text("version") != str(record.version):
        return await _case(request, record, person, "case.html", problem=("case.changed", ""), status=409)
    try:
        body = said_by(command_of(action, form, record.request_id, person.name), desk=person.all_cases)
    except FormError as error:
        problem = (error.name, error.field)
        return await _case(request, record, person, "case.html", problem=problem, form=form, status=error.status)
    became = await surroundings(request).send(body, person, record.request_id)
    if became.well or became.code == "late":
        what = became.detail if became.detail in SERIES_DETAILS else became.code
        where = f"/desk/case/{record.request_id}?said={what}"
        return RedirectResponse(where, status_code=303, headers=dict(HEADERS))
    record = await _case_of(request, request_id, person)
    return await _case(request, record, person, "case.html", became=became, form=form, status=409)


def _may(person: Person, action: str, record: AssignmentRecord) -> bool:
    """Tell whether somebody may do something with a case: for an office speak its own people, and the desk."""
    speaks = action != "referral_answer" or person.caller is None or answers_for_office(person.caller, record)
    return speaks and action in person.may


async def _case_of(request: Request, request_id: str, person: Person) -> AssignmentRecord:
    """Find a case that this person may know of and read.

    Raises
    ------
    FormError
        If there is none, or this person may not even know of it: both read the same.
    ForbiddenError
        If it is restricted to the office that handles it.
    """
    record = await surroundings(request).board.request(request_id)
    if record is None or not person.sees(record):
        raise FormError("problem.not_found", status=404)
    if not person.opens(record):
        raise ForbiddenError("case.forbidden")
    return record


async def _case(
    request: Request,
    record: AssignmentRecord,
    person: Person,
    template: str,
    *,
    said: str = "",
    problem: tuple[str, str] | None = None,
    became: Became | None = None,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    actions = [action for action in allowed_actions(record) if _may(person, action, record)]
    names_team = "assign" in actions or "record" in actions
    values = {
        **frame(request, person),
        "path": f"/desk/case/{record.request_id}",
        "case": await case_sheet(here, record, speech),
        "actions": actions,
        "opens": _opens(person, record),
        "has_series": record.details is not None and has_series(record.details),
        "teams": await _teams(here, record, speech) if names_team and template == "case.html" else [],
        "offices": [(one.code, _named(one, speech)) for one in here.menu.offices],
        "outcomes": [(one.value, speech.of(one)) for one in ReferralOutcome],
        "proposals": await _proposals(here, record, speech),
        "remedies": [(one.value, speech.of(one)) for one in Remedy],
        "legs": [(leg, speech("action.leg_nth", n=leg + 1)) for leg in range(len(record.legs))],
        "said": said if said in _SAID_OF_CASE else "",
        "problem": problem,
        "why_not": why_not(became, speech) if became is not None else "",
        "form": form or Form({}),
        "day": today(here.clock.now()).isoformat(),
    }
    return page(request, template, values, status)


def _named(office: Office, speech: Speech) -> str:
    return office.zh if speech.tongue == "zh" else office.en


async def _teams(here: Surroundings, record: AssignmentRecord, speech: Speech) -> list[tuple[str, str]]:
    """List the teams that can be named, the next best first with what they would add."""
    near = next_best(record)
    barred = {team for team, _ in record.barred}
    active = [one.details for one in await here.board.teams() if one.details.active and one.details.team not in barred]
    active.sort(key=lambda team: (near.get(team.team, float("inf")), team.name))
    return [
        (
            team.team,
            f"{team.name} ({speech('action.next_best', amount=speech.amount(near[team.team]))})"
            if team.team in near
            else team.name,
        )
        for team in active
    ]


async def _proposals(here: Surroundings, record: AssignmentRecord, speech: Speech) -> list[tuple[int, str]]:
    """Give the proposed team of each visit that has one."""
    found = [
        (leg, offer)
        for leg, one in enumerate(record.legs)
        for offer in one.offers
        if offer.state is OfferState.PROPOSED
    ]
    names = await names_of(here.board, [offer.team for _, offer in found])
    return [
        (leg, speech("action.confirm_which", team=names[offer.team], moment=speech.moment(offer.start)))
        for leg, offer in found
    ]


@router.get("/desk/day")
async def day(request: Request) -> Response:
    """List a day's visits of all teams, to be looked at or printed."""
    person, here, speech = await reader(request), surroundings(request), Speech(tongue_of(request))
    if not person.all_cases:
        raise ForbiddenError
    wanted: date = day_named(request.query_params.get("day"), today(here.clock.now()))
    teams = {one.details.team: one.details.name for one in await here.board.teams()}
    visits = await visits_on(here, wanted, teams, speech)
    return page(request, "day.html", {**frame(request, person), "visits": visits, "wanted": wanted})
