"""What a team could take by itself, and taking it: the lead sees the community and the way, never the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.matcher.desk.claimable import NOBODY_IS_ASKED, Claimable, claimable, may_be_claimed
from linli.schemas.orders import Window
from linli.schemas.roster import TeamDetails
from linli.services.console.case_lines import help_name
from linli.services.console.form_frame import FRESH, Ending, form_frame, mistake, refusal
from linli.services.console.forms import Form, FormError, read_form
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import lead_who_may, session_of
from linli.services.console.surroundings import Person, Surroundings, surroundings
from linli.services.console.team_answers import claim_of
from linli.services.console.team_sheet import Goer, goers, team_details
from linli.services.console.visits import visits_in
from linli.services.console.words import Speech
from linli.services.organisation import organisation_of

router = APIRouter(include_in_schema=False)

PATH: Final = "/team/open"

LOOKED_AT_MAX: Final = 500
"""Requests of one state that are looked at, the longest waiting first: a county's waiting ones of days."""

SHOWN_MAX: Final = 20
"""Visits of one list, the nearest: more would not be read on a phone."""


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A visit that the team could take. ``goers`` are its members, those who may go first."""

    request_id: str
    leg: int
    help: str
    community: str
    way_minutes: int
    windows: tuple[Window, ...]
    minutes: int
    goers: list[Goer]


@router.get(PATH)
async def open_visits(request: Request) -> Response:
    """List the visits that the team could take by itself, the nearest first."""
    person, own = await lead_who_may(request, "claim")
    return await _open(request, person, own)


@router.post(PATH)
async def claim(request: Request) -> Response:
    """Take one; hard rules hold as if the desk had named the team."""
    person, own = await lead_who_may(request, "claim")
    form = await read_form(request, session_of(request))
    here = surroundings(request)
    request_id = await _named(here, person, form)
    try:
        body = claim_of(form, request_id, form.number("leg", "action.leg") or 0, own)
    except FormError as error:
        return await _open(request, person, own, mistake(error))
    became = await here.send(body, person, request_id)
    if became.well or became.code == "late":
        where = await _visit_of(here, request_id, own) if became.well else None
        address = f"/team/visit/{where}?said=accept" if where else f"/team?said={became.code}"
        return RedirectResponse(address, status_code=303, headers=dict(HEADERS))
    return await _open(request, person, own, refusal(became))


async def _named(here: Surroundings, person: Person, form: Form) -> str:
    """Find the case that a form names; what teams may not take by themselves is not there."""
    record = await here.board.request(form.text("case"))
    details = None if record is None or record.district != person.district else record.details
    if record is None or details is None or not may_be_claimed(here.policy, details):
        raise FormError("problem.not_found", status=404)
    return record.request_id


async def _visit_of(here: Surroundings, request_id: str, own: str) -> str | None:
    record = await here.board.request(request_id)
    return next((one.id for one in visits_in(record, own)), None) if record is not None else None


async def _open(request: Request, person: Person, own: str, ending: Ending = FRESH) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    details = await team_details(here, own)
    records = [one for state in NOBODY_IS_ASKED for one in await here.board.in_state(state, LOOKED_AT_MAX)]
    ours = [one for one in records if one.district == person.district]
    tree = await organisation_of(here.board, here.policy, person.district)
    found = claimable(here.policy, ours, details, here.clock.now(), tree)
    values = {
        **form_frame(request, person, PATH, ending),
        "visits": [_shown(one, details, here, speech) for one in found[:SHOWN_MAX]],
    }
    # Only the list is asked for again by a page that renews itself.
    live = request.headers.get("hx-request") and request.method == "GET"
    return page(request, "open_visits_live.html" if live else "open_visits.html", values, ending.status)


def _shown(one: Claimable, team: TeamDetails, here: Surroundings, speech: Speech) -> OpenVisit:
    details, promise = one.details, one.record.promise
    windows = details.windows if promise is None else (promise,)
    return OpenVisit(
        request_id=one.record.request_id,
        leg=one.leg,
        help=help_name(here.menu, details.needs_of(one.leg).category, speech),
        community=here.communities.get(details.community or "", details.community or ""),
        way_minutes=-(-one.way_seconds // 60),
        windows=windows,
        minutes=details.needs_of(one.leg).minutes,
        goers=goers(team.members, details, max(window.end for window in windows), speech),
    )
