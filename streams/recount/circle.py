"""The medical circle counted again from the log, household by household."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import NamedTuple

from linli.matcher.problem import Place
from linli.matcher.rounds.ways import travel_over
from linli.schemas.grounds import Grounds
from linli.schemas.menu import MenuItem
from linli.schemas.people import Beneficiary
from linli.schemas.places import RoundedPlace
from linli.schemas.roster import TeamDetails
from linli.streams.recount.raw_log import Line, Question, RawLog, yes


class _Home(NamedTuple):
    """A household: its grid, where it is, and from which base how long the way is."""

    grid: str
    place: Place
    base: str
    seconds: float


def medical_circle(log: RawLog, asked: Question) -> list[Line]:
    """Measure from every qualified base and every grid to every household; ways are those that plans are made with."""
    items = [one for one in asked.menu.items if one.travel_minutes_max and any(two.qualification for two in one.skills)]
    limit = 60 * min((one.travel_minutes_max or 0 for one in items), default=0)
    grounds = asked.policy.grounds
    homes = _homes(log, _bases(log, items), grounds)
    outside = [home.place for home in homes if home.seconds > limit]
    reach = {one.code: 0 for one in asked.district.grids}
    for spot in asked.district.grids if outside else ():
        ways = _ways(Place(spot.lat, spot.lon, spot.terrain.value), outside, grounds)
        reach[spot.code] = sum(way <= limit for way in ways)
    best = max(reach, key=lambda code: (reach[code], [-ord(one) for one in code]), default="")
    lines: list[Line] = []
    for grid in {*(one.grid for one in homes), *(code for code, count in reach.items() if count)}:
        mine = [home for home in homes if home.grid == grid]
        bases = Counter(home.base for home in mine if home.base)
        near = [code for code, count in bases.items() if count == max(bases.values())]
        known = [home.seconds for home in mine if home.base]
        inside = sum(home.seconds <= limit for home in mine)
        lines.append(
            (
                grid,
                asked.grid(grid),
                len(mine),
                inside,
                len(mine) - inside,
                min(near, default=""),
                round(median(known) / 60, 1) if known else "",
                reach.get(grid, 0),
                yes(grid == best and reach[best] > 0),
            )
        )
    return lines


def _bases(log: RawLog, items: list[MenuItem]) -> dict[str, Place]:
    teams = [record.details for record in log.teams.values() if record.details.active]
    return {team.team: _place(team.base) for team in teams if any(_may(team, item) for item in items)}


def _may(team: TeamDetails, item: MenuItem) -> bool:
    held = {one.skill: set(one.qualifications) for one in team.skills}
    able = all(
        one.skill in held and (one.qualification is None or one.qualification in held[one.skill]) for one in item.skills
    )
    return able and team.team_kind in item.team_kinds


def _homes(log: RawLog, bases: dict[str, Place], grounds: Grounds) -> list[_Home]:
    """Give every household once, by the mark that tells it from others."""
    found: dict[str, RoundedPlace] = {}
    for request in sorted(log.requests):
        details = log.requests[request][-1].details
        if details is not None and not details.restricted and details.beneficiary is not Beneficiary.PUBLIC:
            found[details.marks.household or request] = details.place
    homes: list[_Home] = []
    for place in found.values():
        here = _place(place)
        ways = sorted((_ways(base, [here], grounds)[0], team) for team, base in bases.items())
        seconds, base = ways[0] if ways else (float("inf"), "")
        homes.append(_Home(place.grid, here, base, seconds))
    return homes


def _ways(start: Place, ends: list[Place], grounds: Grounds) -> list[float]:
    seconds, _ = travel_over(grounds).matrix([start], ends)
    return [float(one) for one in seconds[0]]


def _place(place: RoundedPlace) -> Place:
    return Place(place.lat, place.lon, place.terrain.value)
