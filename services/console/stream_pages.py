"""The page of whoever watches the stream; it renews itself when something changes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from linli.services.console.rendering import page, tongue_of
from linli.services.console.sign_in import ForbiddenError, frame, person_of
from linli.services.console.stream_sheet import stream_sheet
from linli.services.console.surroundings import surroundings
from linli.services.console.words import Speech

router = APIRouter(include_in_schema=False)


@router.get("/desk/stream")
async def stream(request: Request) -> Response:
    """Show how the stream runs, to those who may know how everything stands."""
    person = await person_of(request)
    if not person.watches:
        raise ForbiddenError
    sheet = await stream_sheet(surroundings(request), person, Speech(tongue_of(request)))
    template = "stream_live.html" if request.headers.get("hx-request") else "stream.html"
    return page(request, template, {**frame(request, person), "stream": sheet})
