"""Residents: how their own request stands, by case number and code, and their word on the service."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from linli.schemas.answers import Rate
from linli.schemas.assignment import AssignmentRecord, Rated, Reopened
from linli.schemas.base import Edge, Word
from linli.schemas.lifecycle import State
from linli.schemas.orders import Target, Window
from linli.schemas.service import PROXY_CODE_SOURCE, RESIDENT_SOURCE
from linli.services.gateway.access import is_restricted
from linli.services.gateway.acting import Sender, act
from linli.services.gateway.answers import CaseView, Taken, Wait
from linli.services.gateway.case_codes import OpenedCase, open_case
from linli.services.gateway.description import also, body_of, problems
from linli.services.gateway.given import as_model, read_json
from linli.services.gateway.installation import Installation, installation_of
from linli.services.gateway.session import peer_of
from linli.streams.sealed.service_codes import service_code

router = APIRouter(tags=["residents"])

TELLS: Final = (State.UNDER_WAY, State.DONE, State.RATED)
"""States in which the resident is shown the service code: while it can still be given, and not before the visit."""

RESIDENT: Literal["resident"] = "resident"


class CaseBody(Edge):
    """Which case, and the code that was told; in a body, because addresses are written to logs everywhere."""

    case: Annotated[str, Field(min_length=1, max_length=128)]
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class RatingBody(CaseBody):
    """The resident's word."""

    stars: Annotated[int, Field(ge=1, le=5)]
    tags: tuple[Word, ...] = Field(default=(), max_length=8)


@router.post("/v1/cases", responses=problems(403, 413, 415, 422, 429, 503), openapi_extra=body_of(CaseBody))
async def show_case(request: Request) -> CaseView:
    """Show a resident how their request stands."""
    given = as_model(CaseBody, await read_json(request))
    here = installation_of(request)
    opened = await open_case(here, given.case, given.code, peer_of(request))
    return await case_view(here, opened)


@router.post(
    "/v1/cases/rating",
    responses=also(202, Taken, "Acknowledged by the broker, not decided yet.")
    | problems(403, 409, 413, 415, 422, 429, 503),
    openapi_extra=body_of(RatingBody),
)
async def rate_case(request: Request, response: Response, wait: Annotated[Wait, Query()] = 5) -> Taken:
    """Rate the service (群众评单)."""
    given = as_model(RatingBody, await read_json(request))
    here = installation_of(request)
    opened = await open_case(here, given.case, given.code, peer_of(request))
    record = opened.record
    body = Rate(target=Target(request_id=record.request_id), stars=given.stars, tags=given.tags, by=RESIDENT)
    source = PROXY_CODE_SOURCE if opened.by_proxy else RESIDENT_SOURCE
    sender = Sender(source, record.district, lambda found: {"case": {"state": shown_state(found).value}})
    taken = await act(here, sender, body, wait)
    response.status_code = 202 if taken.outcome is None else 200
    return taken


async def case_view(here: Installation, opened: OpenedCase) -> CaseView:
    """Show a request to the person it is about; the service code only where no proxy has had the code."""
    record = opened.record
    closed = is_restricted(record)
    going = [] if closed else [leg.assignment for leg in record.legs if leg.assignment is not None]
    teams = [await here.board.team(one.team) for one in going]
    return CaseView(
        request_id=record.request_id,
        state=shown_state(record),
        promise=None if closed else record.promise,
        visits=tuple(Window(start=one.start, end=one.end) for one in going),
        teams=tuple(team.details.name for team in teams if team is not None),
        stars=record.status.stars if isinstance(record.status, Rated | Reopened) else None,
        service_codes=tuple(
            service_code(one.id, here.keyring)
            for one in going
            if one.started and not opened.by_proxy and record.state in TELLS
        ),
    )


def shown_state(record: AssignmentRecord) -> State:
    """Give the state that a resident is told: a restricted case looks like any that was registered."""
    return State.REGISTERED if is_restricted(record) else record.state
