"""The pages of reports: the list, one report as a table, and the same as CSV or as a map."""

from __future__ import annotations

import json
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from linli.services.console.forms import FormError
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.sign_in import ForbiddenError, frame, person_of
from linli.services.console.surroundings import Person, surroundings
from linli.services.console.words import Speech
from linli.services.reports.made import MadeReport
from linli.services.reports.periods import Parameter
from linli.services.reports.registry import REPORTS
from linli.services.reports.wording import shown

router = APIRouter(include_in_schema=False)

ROWS_MAX: Final = 500
"""Rows of a page: more than anybody reads; the CSV has them all."""

PERIOD_CHARS_MAX: Final = 10
"""Letters of a day."""


async def report_reader(request: Request) -> Person:
    """Say who reads reports.

    Raises
    ------
    linli.services.console.sign_in.SignInError, ForbiddenError
        If nobody is signed in, or somebody whose role may not.
    """
    person = await person_of(request)
    if not person.reports:
        raise ForbiddenError
    return person


@router.get("/desk/reports")
async def reports(request: Request) -> Response:
    """List the reports there are."""
    person, tongue = await report_reader(request), tongue_of(request)
    listed = [(name, one.chinese if tongue == "zh" else one.english) for name, one in REPORTS.items()]
    return page(request, "reports.html", {**frame(request, person), "reports": listed})


@router.get("/desk/reports/{name}.csv")
async def report_csv(request: Request, name: str) -> Response:
    """Give a report as CSV."""
    made = await _made(request, name, await report_reader(request))
    return _file(made.csv(tongue_of(request)), "text/csv; charset=utf-8", f"{name}.csv")


@router.get("/desk/reports/{name}.geojson")
async def report_map(request: Request, name: str) -> Response:
    """Give the map of a report that has one."""
    made = await _made(request, name, await report_reader(request))
    if made.map is None:
        raise FormError("problem.not_found", status=404)
    return _file(json.dumps(made.map, ensure_ascii=False).encode(), "application/geo+json", f"{name}.geojson")


@router.get("/desk/reports/{name}")
async def report(request: Request, name: str) -> Response:
    """Show a report."""
    person, speech = await report_reader(request), Speech(tongue_of(request))
    made = await _made(request, name, person)
    given = _given(request)
    values = {
        **frame(request, person),
        "made": made,
        "takes": [(one.value, _LABEL[one], given[one], _INPUT[one]) for one in Parameter if one in made.report.takes],
        "rows": [[shown(value) for value in row] for row in made.spoken(speech.tongue)[:ROWS_MAX]],
        "shown": ROWS_MAX,
        "query": f"?{request.url.query}" if request.url.query else "",
    }
    return page(request, "report.html", values)


_LABEL: Final = {
    Parameter.MONTH: "reports.month",
    Parameter.YEAR: "reports.year",
    Parameter.FROM: "reports.from",
    Parameter.UNTIL: "reports.until",
}

_INPUT: Final = {
    Parameter.MONTH: "month",
    Parameter.YEAR: "number",
    Parameter.FROM: "date",
    Parameter.UNTIL: "date",
}
"""How a browser asks for each parameter."""


async def _made(request: Request, name: str, person: Person) -> MadeReport:
    return await surroundings(request).report(name, _given(request), person)


def _given(request: Request) -> dict[str, str]:
    return {one.value: request.query_params.get(one.value, "")[:PERIOD_CHARS_MAX] for one in Parameter}


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
