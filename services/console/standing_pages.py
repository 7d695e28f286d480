"""Standing orders at the desk: which there are, what comes next, and what can be done to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from linli.schemas.orders import Window
from linli.schemas.standing import ChangeStanding, StandingRecord, StandingStep, Upcoming, Visiting
from linli.services.console.case_lines import help_name, names_of
from linli.services.console.form_events import made_of
from linli.services.console.form_frame import FRESH, Ending, form_frame, mistake, refusal
from linli.services.console.forms import Form, FormError, read_form
from linli.services.console.rendering import HEADERS, page, tongue_of
from linli.services.console.repeated_orders import said_rule
from linli.services.console.sign_in import ForbiddenError, frame, reader, session_of
from linli.services.console.surroundings import Person, Surroundings, surroundings
from linli.services.console.words import Speech, today
from linli.services.gateway.access import Scope, scope_of
from linli.services.gateway.standing_routes import sees_standing, standing_of

router = APIRouter(include_in_schema=False)

PATH: Final = "/desk/standing"

LISTED_MAX: Final = 200
"""Orders of one list; a county has some hundred, and whoever needs all asks over HTTP."""

_GONE: Final = (Visiting.SKIPPED, Visiting.LEFT_OUT)

_LABELS: Final = {
    "occurrence": "standing.visit",
    "windows": "order.day",
    "since": "standing.since",
    "reason": "action.reason",
}


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A standing order in words. ``visits`` pairs the value of a choice with a visit to come."""

    record: StandingRecord
    help: str
    rule: str
    holidays: str
    regular: str
    series: str
    confirmed: str
    state: str
    next: Upcoming | None
    visits: list[tuple[str, str]]


@router.get(PATH)
async def listed(request: Request) -> Response:
    """List the standing orders, the one with the next visit first."""
    person, scope = await _person(request, "list_standing")
    here, speech = surroundings(request), Speech(tongue_of(request))
    found = [] if person.caller is None else (await standing_of(here.board, person.caller, scope))[:LISTED_MAX]
    names = await names_of(here.board, _named_in(found))
    said = request.query_params.get("said", "")
    values = {
        **frame(request, person),
        "lines": [_line(one, names, here, speech) for one in found],
        "said": said if said in ("applied", "duplicate", "late") else "",
    }
    return page(request, "standing_orders.html", values)


@router.get(PATH + "/{standing}")
async def shown(request: Request, standing: str) -> Response:
    """Show one."""
    person, scope = await _person(request, "show_standing")
    record = await _named(request, person, scope, standing)
    return await _show(request, person, record, said=request.query_params.get("said", ""))


@router.post(PATH + "/{standing}/{step}")
async def change(request: Request, standing: str, step: str) -> Response:
    """Skip or move a visit, stop, pause or resume."""
    person, scope = await _person(request, "change_standing")
    record = await _named(request, person, scope, standing)
    if step not in set(StandingStep):
        raise FormError("problem.not_found", status=404)
    form = await read_form(request, session_of(request))
    try:
        body = change_of(StandingStep(step), form, record)
    except FormError as error:
        return await _show(request, person, record, mistake(error))
    became = await surroundings(request).send(body, person, None)
    if became.well or became.code == "late":
        where = f"{PATH}/{record.key}?said={became.code}"
        return RedirectResponse(where, status_code=303, headers=dict(HEADERS))
    return await _show(request, person, record, refusal(became))


def change_of(step: StandingStep, form: Form, record: StandingRecord) -> ChangeStanding:
    """Make the change that was filled in.

    Raises
    ------
    FormError
        If something is missing or cannot be read.
    """
    one = step in (StandingStep.SKIP, StandingStep.MOVE)
    visit = form.needed("visit", "standing.visit") if one else ""
    if one and visit not in {each.occurrence.isoformat() for each in record.upcoming}:
        raise FormError("order.bad", "standing.visit")
    window = form.window("day", "from", "until", "order.day") if step is StandingStep.MOVE else None
    since: datetime | None = None
    if step is StandingStep.STOP and form.text("since"):
        since = _begin_of(form)
    return made_of(
        lambda: ChangeStanding(
            standing=record.key,
            step=step,
            occurrence=datetime.fromisoformat(visit) if one else None,
            windows=None if window is None else (Window(start=window.start, end=window.end),),
            since=since,
            reason=form.text("reason"),
        ),
        _LABELS,
        "standing.visit",
    )


def _begin_of(form: Form) -> datetime:
    """Read the day from which on nobody comes."""
    day = Form({"day": (form.text("since"),), "from": ("00:00",), "until": ("00:00",)})
    return day.window("day", "from", "until", "standing.since").start


async def _person(request: Request, route: str) -> tuple[Person, Scope]:
    """Give who looks, and what they may see of standing orders."""
    person = await reader(request)
    scope = None if person.caller is None else scope_of(route, person.caller.role)
    if scope is None:
        raise ForbiddenError
    return person, scope


async def _named(request: Request, person: Person, scope: Scope, standing: str) -> StandingRecord:
    record = await surroundings(request).board.standing_order(standing[:64])
    if record is None or person.caller is None or not sees_standing(person.caller, scope, record):
        raise FormError("problem.not_found", status=404)
    return record


async def _show(
    request: Request, person: Person, record: StandingRecord, ending: Ending = FRESH, said: str = ""
) -> Response:
    here, speech = surroundings(request), Speech(tongue_of(request))
    names = await names_of(here.board, _named_in([record]))
    values = {
        **form_frame(request, person, f"{PATH}/{record.key}", ending),
        "one": _line(record, names, here, speech),
        "steps": _steps(person, record),
        "price": here.policy.prices.continuity,
        "day": today(here.clock.now()).isoformat(),
        "said": said if said in ("applied", "duplicate", "late") else "",
    }
    return page(request, "standing_order.html", values, ending.status)


def _steps(person: Person, record: StandingRecord) -> list[StandingStep]:
    """Give what somebody can do to an order as it stands."""
    if "change_standing" not in person.may or not record.details.active:
        return []
    taken = [StandingStep.ASK_EACH] if any(record.series) or any(record.confirmed) else []
    if record.details.paused:
        return [StandingStep.RESUME, *taken, StandingStep.STOP]
    return [StandingStep.SKIP, StandingStep.MOVE, StandingStep.PAUSE, *taken, StandingStep.STOP]


def _named_in(records: Iterable[StandingRecord]) -> list[str]:
    """Give the teams that an order names: who usually comes, and who took it as a whole."""
    taken = [one.team for record in records for one in (*record.series, *record.confirmed) if one is not None]
    return [team for record in records for team in record.regular if team is not None] + taken


def _series(record: StandingRecord, names: Mapping[str, str], speech: Speech) -> list[str]:
    """Say which team took all visits, since when, and who at the desk heard it by telephone."""
    taken = dict.fromkeys((names[one.team], one.by, one.since) for one in record.series if one is not None)
    return [
        speech("standing.series_since", team=team, moment=speech.moment(since))
        if by is None
        else speech("standing.series_by", team=team, by=by, moment=speech.moment(since))
        for team, by, since in taken
    ]


def _confirmed(record: StandingRecord, names: Mapping[str, str], speech: Speech) -> list[str]:
    """Say which team the desk approved for all visits, who did, and since when."""
    found = dict.fromkeys((names[one.team], one.by, one.since) for one in record.confirmed if one is not None)
    return [speech("standing.confirmed_by", team=team, by=by, moment=speech.moment(since)) for team, by, since in found]


def _line(record: StandingRecord, names: Mapping[str, str], here: Surroundings, speech: Speech) -> StandingLine:
    details = record.details
    state = "standing.paused" if details.paused else "standing.active" if details.active else "standing.ended"
    return StandingLine(
        record=record,
        help=help_name(here.menu, details.template.category, speech),
        rule=said_rule(details.rule, speech),
        holidays=speech.of(details.holidays),
        regular=speech.listed(names[team] for team in record.regular if team is not None)
        or speech("standing.no_regular"),
        series=speech.listed(_series(record, names, speech)),
        confirmed=speech.listed(_confirmed(record, names, speech)),
        state=speech(state),
        next=next((one for one in record.upcoming if one.how not in _GONE), None),
        visits=[
            (one.occurrence.isoformat(), f"{speech.moment(one.occurrence)} ({speech.of(one.how)})")
            for one in record.upcoming
        ],
    )
