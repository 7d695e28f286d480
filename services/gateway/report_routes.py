"""Reports over HTTP: the same rows as on the pages and at the command line."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import installation_of
from linli.services.gateway.report_answers import ReportView
from linli.services.gateway.reporting import made_report
from linli.services.gateway.session import CallerHere

router = APIRouter(tags=["house"])

PERIOD_CHARS_MAX = 10
"""Letters of a day."""


@router.get("/v1/reports/{name}", responses=may_answer(404, 422, 503))
async def report(
    request: Request,
    caller: CallerHere,
    name: str,
    month: Annotated[str, Query(max_length=PERIOD_CHARS_MAX)] = "",
    year: Annotated[str, Query(max_length=PERIOD_CHARS_MAX)] = "",
    start: Annotated[str, Query(alias="from", max_length=PERIOD_CHARS_MAX)] = "",
    until: Annotated[str, Query(max_length=PERIOD_CHARS_MAX)] = "",
) -> ReportView:
    """Make a report of the district: counts, nothing of a person."""
    given = {"month": month, "year": year, "from": start, "until": until}
    made = await made_report(installation_of(request), name, given, caller.district)
    return ReportView.model_validate(made.data())
