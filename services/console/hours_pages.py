"""What a team's own lead sees of its proven hours, member by member, and of what its unit is asked for (双报到)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from linli.schemas.double_registration import Deed
from linli.schemas.roster import TeamDetails, TeamKind
from linli.services.console.forms import FormError
from linli.services.console.rendering import page, paper_headers, tongue_of
from linli.services.console.sign_in import frame, lead_who_may
from linli.services.console.surroundings import Person, Surroundings, surroundings
from linli.services.console.team_sheet import team_details
from linli.services.console.words import Speech, today
from linli.services.reports.made import MadeReport
from linli.services.reports.report import Cell

router = APIRouter(include_in_schema=False)

RIGHT: Final = "show_service"
"""Who may look at what the visits of their team came to, may look at their sum."""

REGISTERED: Final = (TeamKind.UNIT, TeamKind.MEMBER)
"""Kinds of team of which deeds are asked."""


@dataclass(slots=True)
class HoursOf:
    """A member's hours: counted this month and this year; of the year also what waits and what lacks a proof."""

    month: float = 0.0
    year: float = 0.0
    visits: int = 0
    waiting: float = 0.0
    unproven: float = 0.0


@dataclass(slots=True)
class Quota:
    """What is asked of a unit, or of a member, in a period: what it is, how many, and how many are done.

    ``met`` and ``periods`` are of the year so far.
    """

    what: str
    wanted: int
    done: int
    year: int
    met: int
    periods: int
    waiting: int

    @property
    def open(self) -> int:
        """How many are still to be done."""
        return max(0, self.wanted - self.done)


@dataclass(slots=True)
class QuotaSheet:
    """The unit's own quotas, and those of its members by number."""

    unit: list[Quota] = field(default_factory=list[Quota])
    members: list[tuple[str, Quota]] = field(default_factory=list[tuple[str, Quota]])


@router.get("/team/hours")
async def hours(request: Request) -> Response:
    """Show the hours of every member, present members and others who went."""
    person, own = await lead_who_may(request, RIGHT)
    here = surroundings(request)
    details = await team_details(here, own)
    values = {
        **frame(request, person),
        "team": details,
        "hours": sorted((await _hours(here, person, details)).items()),
        "year": today(here.clock.now()).year,
        "registered": details.team_kind in REGISTERED,
    }
    return page(request, "team_hours.html", values)


@router.get("/team/hours/{member}")
async def certificate(request: Request, member: str) -> Response:
    """Give the certificate of a member for this year, to be printed."""
    person, own = await lead_who_may(request, RIGHT)
    here = surroundings(request)
    period, details = {"year": str(today(here.clock.now()).year)}, await team_details(here, own)
    went = _rows(await here.report("hours", period, person), team=own, member=member)
    if not went and all(one.ref != member for one in details.members):
        raise FormError("problem.not_found", status=404)
    made = await here.certificate((own, member), period, person, tongue_of(request))
    return Response(made, media_type="text/html; charset=utf-8", headers=paper_headers(made))


@router.get("/team/quota")
async def quota(request: Request) -> Response:
    """Show what is asked of a unit and its members in this period, and how the year stands."""
    person, own = await lead_who_may(request, RIGHT)
    here = surroundings(request)
    details = await team_details(here, own)
    if details.team_kind not in REGISTERED:
        raise FormError("problem.not_found", status=404)
    values = {
        **frame(request, person),
        "team": details,
        "sheet": await _sheet(here, person, details, Speech(tongue_of(request))),
        "year": today(here.clock.now()).year,
    }
    return page(request, "team_quota.html", values)


async def _hours(here: Surroundings, person: Person, team: TeamDetails) -> dict[str, HoursOf]:
    day = today(here.clock.now())
    found: defaultdict[str, HoursOf] = defaultdict(HoursOf, {one.ref: HoursOf() for one in team.members})
    for row in _rows(await here.report("hours", {"month": f"{day:%Y-%m}"}, person), team=team.team):
        found[str(row["member"])].month = _number(row["credited"])
    for row in _rows(await here.report("hours", {"year": f"{day:%Y}"}, person), team=team.team):
        one = found[str(row["member"])]
        one.year, one.visits = _number(row["credited"]), int(_number(row["visits"]))
        one.waiting, one.unproven = _number(row["waiting"]), _number(row["unproven"])
    return {member: one for member, one in found.items() if member}


async def _sheet(here: Surroundings, person: Person, team: TeamDetails, speech: Speech) -> QuotaSheet:
    """Read a unit's rows, those of its members who go alone among them; of such a member only their own."""
    day, rules = today(here.clock.now()), here.policy.double_registration
    now = await here.report("double-registration", {}, person)
    year = {_name(row): row for row in _rows(await here.report("double-registration", {"year": f"{day:%Y}"}, person))}
    own, sheet = {one.ref for one in team.members}, QuotaSheet()
    for row in _rows(now):
        of_unit = team.team_kind is TeamKind.UNIT and row["unit"] == team.team
        if not (of_unit or row["member"] in own):
            continue
        whole = year[_name(row)]
        if row["member"] is not None:
            one = _quota(row, whole, "good_deeds", rules.good_deeds, speech.of(Deed.GOOD_DEED))
            sheet.members.append((str(row["member"]), one))
        else:
            sheet.unit = [
                _quota(row, whole, "joint_activities", rules.joint_activities, speech.of(Deed.JOINT_ACTIVITY)),
                _quota(row, whole, "hard_problems", rules.hard_problems, speech.of(Deed.HARD_PROBLEM)),
            ]
    return sheet


def _quota(now: dict[str, Cell], year: dict[str, Cell], column: str, wanted: int, what: str) -> Quota:
    done, whole = int(_number(now[column])), int(_number(year[column]))
    met, periods = int(_number(year["periods_met"])), int(_number(year["periods"]))
    return Quota(what, wanted, done, whole, met, periods, int(_number(now["waiting"])))


def _name(row: dict[str, Cell]) -> tuple[Cell, Cell, Cell]:
    return row["unit"], row["name"], row["member"]


def _rows(made: MadeReport, **only: str) -> list[dict[str, Cell]]:
    names = [column.name for column in made.report.columns]
    rows = [dict(zip(names, row, strict=True)) for row in made.rows]
    return [row for row in rows if all(row[name] == value for name, value in only.items())]


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
