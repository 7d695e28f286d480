"""The call-back list: visits drawn for a call after the help was given, and teams that say nothing of theirs."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from linli.matcher.service.call_backs import wants_call_back
from linli.matcher.service.unreported import silent
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.lifecycle import State
from linli.services.console.case_lines import case_lines
from linli.services.console.rendering import page, tongue_of
from linli.services.console.sign_in import ForbiddenError, frame, reader
from linli.services.console.surroundings import Person, Surroundings, surroundings
from linli.services.console.words import Speech

router = APIRouter(include_in_schema=False)

SHOWN_MAX: Final = 50
"""Calls of one page: more than a desk makes on a day."""

_STATES: Final = (State.DONE, State.RATED, State.REOPENED, State.RECORDED_AFTERWARDS)


@router.get("/desk/call-backs")
async def call_backs(request: Request) -> Response:
    """List whom to ring up, the longest waiting first of each state."""
    person = await reader(request)
    if "rate" not in person.may or not person.all_cases:
        raise ForbiddenError
    here, speech = surroundings(request), Speech(tongue_of(request))
    found = await _wanted(here, person)
    values = {
        **frame(request, person),
        "cases": await case_lines(here, found, person, speech),
        "silent": await case_lines(here, await _silent(here, person), person, speech),
    }
    return page(request, "call_backs.html", values)


async def _wanted(here: Surroundings, person: Person) -> list[AssignmentRecord]:
    found = list[AssignmentRecord]()
    for state in _STATES:
        for record in await here.board.in_state(state):
            if person.sees(record) and wants_call_back(record, here.policy.service) and not await _called(here, record):
                found.append(record)
            if len(found) == SHOWN_MAX:
                return found
    return found


async def _silent(here: Surroundings, person: Person) -> list[AssignmentRecord]:
    """Return the cases whose teams should have said long ago what became of a visit."""
    found = [record for state in (State.UNDER_WAY, State.COMMITTED) for record in await here.board.in_state(state)]
    return [one for one in found if one.unreported is not None and silent(one) and person.sees(one)][:SHOWN_MAX]


async def _called(here: Surroundings, record: AssignmentRecord) -> bool:
    kept = await here.board.service_of(record)
    return any(one.by == "call_back" for visit in kept for one in visit.judgements)
