"""The members of a team, as its lead keeps them: numbers and whether they are of age, never names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.schemas.roster import Member
from linli.services.console.form_frame import FRESH, Ending, form_frame, mistake, refusal
from linli.services.console.forms import FormError, read_form
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import lead_who_may, session_of
from linli.services.console.surroundings import Person, surroundings
from linli.services.console.team_answers import members_of
from linli.services.console.team_sheet import marks_of, team_details
from linli.services.console.words import Speech

router = APIRouter(include_in_schema=False)

PATH = "/team/members"


@router.get(PATH)
async def members(request: Request) -> Response:
    """Show the team's members."""
    person, own = await lead_who_may(request, "members")
    return await _members(request, person, own)


@router.post(PATH)
async def change(request: Request) -> Response:
    """Note who is a member from now on."""
    person, own = await lead_who_may(request, "members")
    form = await read_form(request, session_of(request))
    here = surroundings(request)
    present = (await team_details(here, own)).members
    try:
        if form.text("seen") != _mark(present):
            raise FormError("team.members_changed", status=409)
        body = members_of(form, present, own, person.name)
    except FormError as error:
        return await _members(request, person, own, mistake(error))
    became = await here.send(body, person, None)
    if became.well or became.code == "late":
        return RedirectResponse(f"{PATH}?said={became.code}", status_code=303, headers=dict(HEADERS))
    return await _members(request, person, own, refusal(became))


async def _members(request: Request, person: Person, own: str, ending: Ending = FRESH) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    details = await team_details(here, own)
    said = request.query_params.get("said", "")
    values = {
        **form_frame(request, person, PATH, ending),
        "team": details,
        "members": [(one.ref, one.adult, marks_of(one, speech)) for one in details.members],
        "seen": _mark(details.members),
        "said": said if said in ("applied", "duplicate", "late") else "",
    }
    return page(request, "members.html", values, ending.status)


def _mark(members: Sequence[Member]) -> str:
    """Name the members as they were shown: two who change them at once must not undo each other unseen."""
    return hashlib.sha256("\n".join(one.model_dump_json() for one in members).encode()).hexdigest()[:16]
