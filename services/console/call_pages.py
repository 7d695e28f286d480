"""The call list: whom the desk must tell by telephone, in a chat, or through a grid worker; and what became of it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.desk import Told, ToldOutcome
from linli.schemas.organisation import NodeRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.telling import visit_told
from linli.services.console.case_lines import help_name, names_of
from linli.services.console.case_sheet import Fact, contact_facts
from linli.services.console.form_frame import why_not
from linli.services.console.forms import FormError, read_form
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import ForbiddenError, frame, reader, session_of
from linli.services.console.surroundings import Became, Person, Surroundings, surroundings
from linli.services.console.words import Speech

router = APIRouter(include_in_schema=False)

SETTLES_S: Final = 3.0
"""How long the page waits for the delivery process to take a call off the list; it takes a fraction of a second."""

_LOOK_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Call:
    """Something to be told."""

    id: str
    purpose: str
    whom: str
    help: str
    when: str
    due: datetime | None
    late: bool
    request_id: str
    urgent: bool
    day: str = ""


async def caller_at_desk(request: Request) -> Person:
    """Say who works on the call list.

    Raises
    ------
    linli.services.console.sign_in.SignInError, ForbiddenError
        If nobody is signed in, or somebody whose calls these are not.
    """
    person = await reader(request)
    if "told" not in person.may:
        raise ForbiddenError
    return person


@router.get("/desk/calls")
async def calls(request: Request) -> Response:
    """List what waits to be told, the most urgent first; an open page asks again and again whether that has changed."""
    person = await caller_at_desk(request)
    here, speech = surroundings(request), Speech(tongue_of(request))
    found = [one for one in await here.calls.waiting() if one.district == person.district]
    names = await _names(found, here)
    lines = [call_line(one, names.get(one.team or one.node or "", ""), here, speech) for one in found]
    mark = hashlib.sha256(repr(lines).encode()).hexdigest()[:16]
    live = bool(request.headers.get("hx-request"))
    if live and request.query_params.get("seen") == mark:
        return Response(status_code=204, headers=dict(HEADERS))  # Nothing to renew, nothing to read out again.
    said = request.query_params.get("said", "") == "told"
    values = {**frame(request, person), "calls": lines, "mark": mark, "said": said}
    return page(request, "calls_live.html" if live else "calls.html", values)


def call_line(record: DeliveryRecord, team: str, here: Surroundings, speech: Speech) -> Call:
    """Say in words what is to be told to whom by when, and whether it is late."""
    start, end = record.start, record.end
    due = record.answer_by or record.until
    return Call(
        id=record.id,
        purpose=speech.code(f"tell.{record.task.what.value}") if record.task else speech.of(record.purpose),
        whom=team or speech("calls.resident", grid=here.grids.get(record.task.grid, record.task.grid))
        if record.task
        else team,
        help=help_name(here.menu, record.category, speech),
        when="" if start is None else speech.moment(start) + ("" if end is None else f"–{speech.hour(end)}"),
        due=due,
        late=due is not None and due < here.clock.now(),
        request_id=record.request or "",
        urgent=record.urgency == 0,
        day=record.day.isoformat() if record.day else "",
    )


@router.get("/desk/call/{delivery}")
async def call(request: Request, delivery: str) -> Response:
    """Show one: whom to reach and what to say."""
    person = await caller_at_desk(request)
    return await _call(request, await _record_of(request, delivery, person), person)


@router.post("/desk/call/{delivery}")
async def told(request: Request, delivery: str) -> Response:
    """Note what became of it."""
    person = await caller_at_desk(request)
    form = await read_form(request, session_of(request))
    record = await _record_of(request, delivery, person)
    try:
        outcome = ToldOutcome(form.text("outcome"))
        body = Told(delivery=record.id, outcome=outcome, by=person.name, note=form.text("note"))
    except (ValueError, ValidationError):
        return await _call(request, record, person, problem=("order.missing", "calls.outcome"), status=422)
    became = await surroundings(request).send(body, person, None)
    if became.well or became.code == "late":
        await _settled(surroundings(request), record)
        return RedirectResponse("/desk/calls?said=told", status_code=303, headers=dict(HEADERS))
    return await _call(request, record, person, became=became, status=409)


async def _settled(here: Surroundings, before: DeliveryRecord) -> None:
    """Wait a moment until the answer shows: a call that is still on the list would be made twice."""
    waited = 0.0
    while waited < SETTLES_S:
        await here.calls.waiting(at_once=True)
        now = await here.calls.get(before.id)
        if now is None or now.answered != before.answered:
            return
        await asyncio.sleep(_LOOK_S)
        waited += _LOOK_S


async def _record_of(request: Request, delivery: str, person: Person) -> DeliveryRecord:
    record = await surroundings(request).calls.get(delivery)
    if record is None or record.district != person.district or record.track is None:
        raise FormError("calls.gone", status=404)
    return record


async def _call(
    request: Request,
    record: DeliveryRecord,
    person: Person,
    *,
    problem: tuple[str, str] | None = None,
    became: Became | None = None,
    status: int = 200,
) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    names = await _names([record], here)
    values = {
        **frame(request, person),
        "path": f"/desk/call/{record.id}",
        "call": call_line(record, names.get(record.team or record.node or "", ""), here, speech),
        "contact": await _contact(record, person, here, speech),
        "text": here.message(record) if record.purpose is not Purpose.IN_PERSON else "",
        "outcomes": [(one.value, speech.code(f"told.{one.value}")) for one in ToldOutcome],
        "problem": problem,
        "why_not": why_not(became, speech) if became is not None else "",
    }
    return page(request, "call.html", values, status)


async def _contact(record: DeliveryRecord, person: Person, here: Surroundings, speech: Speech) -> list[Fact] | None:
    """Open how somebody is reached: the team's lead or deputy, or the resident who must be told in person."""
    if record.task is None:
        whom = await _whom(record, here)
        contact = None if whom is None else await here.contact_of(whom, person)
        if contact is None:
            return None
        return [(speech("order.name"), contact.name), (speech("order.phone"), contact.phone or speech("app.none"))]
    case = await here.board.request(record.request or "")
    if case is None or not person.opens(case):
        return None
    personal = await here.personal(case, person, "told")
    return (
        None if personal is None else [*contact_facts(personal, speech), *await _visitors(record, case, here, speech)]
    )


async def _whom(record: DeliveryRecord, here: Surroundings) -> RosterRecord | NodeRecord | None:
    """Find the team, or the node of the organisation, that is told."""
    if record.node is not None:
        return await here.board.node(record.node)
    return None if record.team is None else await here.board.team(record.team)


async def _names(records: Sequence[DeliveryRecord], here: Surroundings) -> Mapping[str, str]:
    """Look up the names of the teams and nodes that are told."""
    teams = await names_of(here.board, [one.team for one in records if one.team is not None])
    nodes = {one.node: await here.board.node(one.node) for one in records if one.node is not None}
    return {**teams, **{node: node if known is None else known.details.name for node, known in nodes.items()}}


async def _visitors(record: DeliveryRecord, case: AssignmentRecord, here: Surroundings, speech: Speech) -> list[Fact]:
    """List what the resident must know of who comes: team, members, beginning, and the digits they say at the door."""
    visit = visit_told(record.task, case)
    if visit is None:
        return []
    names = await names_of(here.board, [visit.team])
    return [
        (speech("calls.team"), names.get(visit.team, "") or visit.team),
        (speech("calls.visitors"), ", ".join(visit.members)),
        (speech("calls.start"), speech.moment(visit.start)),
        (speech("calls.door_code"), here.door_code(visit.id)),
        (speech("calls.service_code"), here.service_code(visit.id)),
    ]
