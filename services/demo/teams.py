"""The 54 synthetic teams: what they can do, when, from where, and with whom."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from linli.schemas.places import Crs, Grid
from linli.schemas.roster import Absence, Member, RegisterTeam, TeamKind, TeamSkill, Vetting, WorkingHours
from linli.services.demo import people
from linli.services.demo.county import data_text, layout, sinan, towns, urban_communities
from linli.services.demo.timed import TimedEvent, chance, timed

SOURCE = "team-office"
"""The sender of the roster."""

VETTING_DAYS = (30, 700)
"""A valid vetting lapses so many days after the demo's day; long enough for a rehearsal of a week."""

OFFICE = "思南县教育局（模拟）"
"""The office that vets; invented like everything about the members."""


class Profile(BaseModel):
    """Teams of one sort, a table of ``teams.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    count: int
    kind: TeamKind
    place: str
    skills: tuple[str, ...]
    crews: tuple[int, int]
    members: tuple[int, int]
    vetted: float
    insured: float
    minors: float
    hours: tuple[str, ...]
    certificates: tuple[str, ...] = ()


class TeamShares(BaseModel):
    """The whole of ``teams.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    vetting_refused: float
    vetting_lapsed: float
    absent: float
    tujia: float
    base_in_gcj02: float
    profile: tuple[Profile, ...]


@lru_cache(maxsize=1)
def shares() -> TeamShares:
    """Read ``teams.toml``."""
    return TeamShares.model_validate(tomllib.loads(data_text("teams.toml")))


def roster(day: date) -> tuple[RegisterTeam, ...]:
    """Return the 54 teams as they stand on a day of the demo: the same teams, vetting and absences dated to the day."""
    bases = {"streets": _street_bases(), "towns": _town_bases()}
    serial = 0
    teams: list[RegisterTeam] = []
    for profile in shares().profile:
        for number in range(1, profile.count + 1):
            serial += 1
            teams.append(_team(profile, number, serial, next(bases[profile.place]), day))
    return tuple(teams)


def registrations(day: date, at: datetime) -> list[TimedEvent]:
    """Return one event per team, all sent at the same moment."""
    return [timed(at, team, "team", SOURCE, layout().code, f"{team.team}-{day:%Y%m%d}") for team in roster(day)]


def _street_bases() -> Iterator[Grid]:
    """Yield grids of the three streets, community by community, without end."""
    grids = sinan().grids
    first = [next(grid for grid in grids if grid.community == place.code) for place in urban_communities()]
    while True:
        yield from first


def _town_bases() -> Iterator[Grid]:
    """Yield the grid of each rural town's first place by code, three towns apart, so that the teams are spread out."""
    rural = [town for town in towns() if not town.urban]
    for step in range(len(rural)):
        town = rural[step * 3 % len(rural)]
        yield next(grid for grid in sinan().grids if grid.code.startswith(town.code))


def _team(profile: Profile, number: int, serial: int, base: Grid, day: date) -> RegisterTeam:
    dice = chance(shares().seed, "team", serial)
    ref = f"t-{serial:02d}"
    crs = Crs.GCJ02 if dice.random() < shares().base_in_gcj02 else Crs.WGS84
    return RegisterTeam(
        team=ref,
        name=f"{profile.name}{number}（模拟）",
        team_kind=profile.kind,
        skills=tuple(_skill(text) for text in profile.skills),
        base=people.location(base, crs, 0.0, 0.0),
        grid=base.code,
        crews=dice.randint(*profile.crews),
        hours=tuple(_hours(text) for text in profile.hours),
        absences=_absences(dice, day),
        languages=("mandarin", "tujia") if dice.random() < shares().tujia else ("mandarin",),
        members=tuple(_member(profile, dice, f"{ref}-m{i:02d}", day) for i in range(dice.randint(*profile.members))),
        contact=people.contact(9_000 + serial),
    )


def _skill(text: str) -> TeamSkill:
    skill, _, qualification = text.partition(":")
    return TeamSkill(skill=skill, qualifications=(qualification,) if qualification else ())


def _hours(text: str) -> WorkingHours:
    days, start, end = text.split()
    first, last = days.split("-")
    return WorkingHours(
        days=tuple(range(int(first), int(last) + 1)), start=time.fromisoformat(start), end=time.fromisoformat(end)
    )


def midnight(day: date) -> datetime:
    """Return when a day begins in the county."""
    return datetime.combine(day, time(), ZoneInfo(layout().zone))


def _absences(dice: Random, day: date) -> tuple[Absence, ...]:
    """Return half a day off for a share of the teams."""
    if dice.random() >= shares().absent:
        return ()
    start = midnight(day) + timedelta(hours=dice.choice((8, 13)))
    return (Absence(start=start, end=start + timedelta(hours=5)),)


def _member(profile: Profile, dice: Random, ref: str, day: date) -> Member:
    adult = dice.random() >= profile.minors
    return Member(
        ref=ref,
        adult=adult,
        gender="female" if dice.random() < 0.6 else "male",
        certificates=profile.certificates if adult and dice.random() < 0.7 else (),
        vetting=_vetting(profile, dice, day) if adult else None,
        insured_until=midnight(day) + timedelta(days=300) if dice.random() < profile.insured else None,
    )


def _vetting(profile: Profile, dice: Random, day: date) -> Vetting | None:
    """Return a vetting that passed, was refused or has lapsed, or none, by the profile's shares."""
    drawn, days = dice.random(), dice.randint(*VETTING_DAYS)
    until = midnight(day) + timedelta(days=days)
    if drawn < profile.vetted:
        return Vetting(authority=OFFICE, passed=True, valid_until=until)
    if drawn < profile.vetted + shares().vetting_refused:
        return Vetting(authority=OFFICE, passed=False, valid_until=until)
    if drawn < profile.vetted + shares().vetting_refused + shares().vetting_lapsed:
        return Vetting(authority=OFFICE, passed=True, valid_until=midnight(day) - timedelta(days=1))
    return None
