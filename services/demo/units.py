"""Synthetic units and members that have registered with a community (双报到): as many as the county published.

84 units with 1,600 members in all; 40 of these go alone, each a team of one with the unit it belongs to. Everything
but the two numbers is invented, and every name says so. They help in the evenings and at weekends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Final

from linli.schemas.places import Crs
from linli.schemas.roster import Member, RegisterTeam, TeamKind, TeamSkill, WorkingHours
from linli.services.demo import people
from linli.services.demo.county import sinan, urban_communities
from linli.services.demo.teams import midnight
from linli.services.demo.timed import chance

UNITS: Final = 84
MEMBERS: Final = 1_600
"""The county published that 84 units and 1,600 members have registered."""

ALONE: Final = 40
"""Members who go alone; how many do is not published."""

FIRST_CONTACT: Final = 9_800
"""Invented contacts are numbered from here on, beyond those of the organisation."""

SKILLS: Final = ("shopping", "company", "paperwork", "smartphone", "cleaning", "repair", "speaking", "meals")
"""What units offer, three each in turn: nothing that takes a qualification."""

EVENINGS: Final = WorkingHours(days=(0, 1, 2, 3, 4), start=time(17, 30), end=time(21))
WEEKENDS: Final = WorkingHours(days=(5, 6), start=time(8), end=time(18))
"""When people with an office help: after work and at weekends."""


INSURED: Final = timedelta(days=300)
"""How long everybody is insured."""


def units(day: date) -> tuple[RegisterTeam, ...]:
    """Return the units and after them the single members, as they stand on a day; always the same."""
    return tuple(_teams(day))


def _teams(day: date) -> Iterator[RegisterTeam]:
    within = MEMBERS - ALONE
    for number in range(UNITS):
        count = within // UNITS + (number < within % UNITS)
        ref = f"u-{number + 1:02d}"
        yield _team(ref, f"第{number + 1}报到单位（模拟）", TeamKind.UNIT, number, count, day)
    for number in range(ALONE):
        ref = f"p-{number + 1:02d}"
        alone = _team(ref, f"第{number + 1}报到党员（模拟）", TeamKind.MEMBER, number, 1, day)
        yield alone.model_copy(update={"unit": f"u-{number % UNITS + 1:02d}"})


def _team(ref: str, name: str, kind: TeamKind, number: int, count: int, day: date) -> RegisterTeam:
    community = urban_communities()[number % len(urban_communities())]
    grid = next(one for one in sinan().grids if one.community == community.code)
    skills = sorted({SKILLS[(number + step * 3) % len(SKILLS)] for step in range(3)})
    return RegisterTeam(
        team=ref,
        name=name,
        team_kind=kind,
        skills=tuple(TeamSkill(skill=one) for one in skills),
        base=people.location(grid, Crs.WGS84, 0.0, 0.0),
        grid=grid.code,
        crews=3 if kind is TeamKind.UNIT else 1,
        hours=(EVENINGS, WEEKENDS),
        languages=("mandarin",),
        members=tuple(_member(f"{ref}-m{one:02d}", day) for one in range(count)),
        organisation=community.code,
        contact=people.contact(FIRST_CONTACT + number + (UNITS if kind is TeamKind.MEMBER else 0)),
    )


def _member(ref: str, day: date) -> Member:
    until = midnight(day) + INSURED
    woman = chance(1, "unit member", ref).random() < 0.5
    return Member(ref=ref, adult=True, gender="female" if woman else "male", insured_until=until)
