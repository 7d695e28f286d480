"""The page of whoever watches the stream; it renews itself when something changes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from linli.schemas.stream_window import StreamWindow
from linli.services.console.forms import FormError
from linli.services.console.rendering import page, tongue_of
from linli.services.console.sign_in import ForbiddenError, frame, person_of
from linli.services.console.stream_sheet import stream_sheet
from linli.services.console.stream_window_sheet import window_sheet
from linli.services.console.surroundings import surroundings
from linli.services.console.words import Speech

router = APIRouter(include_in_schema=False)


@router.get("/desk/stream")
async def stream(request: Request) -> Response:
    """Show how the stream runs, to those who may know how everything stands."""
    person = await person_of(request)
    if not person.watches:
        raise ForbiddenError
    window = _window(request.query_params.get("window", StreamWindow.HOUR.value))
    here, speech = surroundings(request), Speech(tongue_of(request))
    flow = await here.board.flow(window, here.clock.now())
    values = {
        **frame(request, person),
        "stream": await stream_sheet(here, person, speech),
        "window": window_sheet(window, flow, here, speech),
        "chosen": window.value,
    }
    return page(request, "stream_live.html" if request.headers.get("hx-request") else "stream.html", values)


def _window(given: str) -> StreamWindow:
    """Read which window is wanted.

    Raises
    ------
    FormError
        If there is none of that name.
    """
    try:
        return StreamWindow(given)
    except ValueError:
        raise FormError("stream.wrong_window", status=422) from None
