"""Synthetic days in three families and a mixture, in the style of the public vehicle-routing generators.

Nobody in them exists. Places lie on a square of 40 km; the ground is a plain of roads 1.3 times the straight line at
40 km/h, so that distances can be checked on paper.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from linli.matcher.problem import Place, Problem, SkillNeed, Team, Visit, Weights, Window
from linli.matcher.travel import Ground, HaversineTravel

HOUR = 3600
SIDE_KM = 40.0
DEGREE_KM = 111.195
SOUTH, WEST = 0.0, 100.0
"""At the equator, where a degree of longitude is as long as one of latitude."""

PLAIN = {"plain": Ground(1.3, 40_000)}
TRAVEL_ALONE = Weights(travel=1, lateness=0, move=0, continuity=0, reoffer=0, load=0)
"""What all peers can express: serve, then travel little."""

COMMON_TO_RARE = (8.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0)
SHIFT_STARTS = (7, 8, 8, 9, 10, 12)
TOWNS = 6
STOPS_MOST = 14
"""Visits of a team in its shift of eight hours."""


@dataclass(frozen=True, slots=True)
class Family:
    """What tells one sort of day from another.

    Parameters
    ----------
    in_town
        Share of places in one of six towns.
    town_km
        Standard deviation of a place from its town's centre.
    windows
        Shares of windows of ten, four and two hours.
    """

    in_town: float
    town_km: float
    windows: tuple[float, float, float]


FAMILIES = {
    "mixed": Family(0.6, 2.5, (0.3, 0.5, 0.2)),
    "town": Family(0.9, 2.0, (0.3, 0.5, 0.2)),
    "spread": Family(0.15, 2.5, (0.3, 0.5, 0.2)),
    "two-hour": Family(0.6, 2.5, (0.0, 0.0, 1.0)),
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a day is; `side` grows with the root of the teams where density is to stay the same."""

    teams: int = 54
    visits: int = 600
    classes: int = 1
    side: float = SIDE_KM


def day(family: str, size: Size, seed: int) -> Problem:
    """Return one day of a family."""
    dice, kind = random.Random(f"{family}/{seed}"), FAMILIES[family]
    towns = [(dice.uniform(4, size.side - 4), dice.uniform(4, size.side - 4)) for _ in range(TOWNS)]
    teams = _with_every_skill(dice, [_team(dice, kind, towns, size, n) for n in range(size.teams)])
    visits = tuple(_visit(dice, kind, towns, size, n) for n in range(size.visits))
    return Problem(0, visits, teams, HaversineTravel(PLAIN), TRAVEL_ALONE)


def _place(dice: random.Random, kind: Family, towns: list[tuple[float, float]], side: float) -> Place:
    if dice.random() < kind.in_town:
        north, east = dice.choice(towns)
        north, east = dice.gauss(north, kind.town_km), dice.gauss(east, kind.town_km)
    else:
        north, east = dice.uniform(0, side), dice.uniform(0, side)
    north, east = min(side, max(0.0, north)), min(side, max(0.0, east))
    return Place(round(SOUTH + north / DEGREE_KM, 5), round(WEST + east / DEGREE_KM, 5), "plain")


def _team(dice: random.Random, kind: Family, towns: list[tuple[float, float]], size: Size, number: int) -> Team:
    wanted, held = dice.randint(2, 4), set[int]()
    while len(held) < wanted:
        held.add(dice.choices(range(len(COMMON_TO_RARE)), COMMON_TO_RARE)[0])
    opens = dice.choice(SHIFT_STARTS) * HOUR
    return Team(
        id=f"team-{number:04}",
        base=_place(dice, kind, towns, size.side),
        skills=tuple((f"skill-{k}", frozenset[str]()) for k in sorted(held)),
        crews=1,
        shifts=((opens, opens + 8 * HOUR),),
        max_visits_per_shift=STOPS_MOST,
    )


def _with_every_skill(dice: random.Random, teams: list[Team]) -> tuple[Team, ...]:
    """Give every skill to at least three teams, or all of them where there are fewer."""
    skills = [dict(team.skills) for team in teams]
    for k in range(len(COMMON_TO_RARE)):
        while sum(f"skill-{k}" in held for held in skills) < min(3, len(teams)):
            skills[dice.randrange(len(teams))][f"skill-{k}"] = frozenset()
    return tuple(
        Team(t.id, t.base, tuple(sorted(held.items())), 1, t.shifts, max_visits_per_shift=STOPS_MOST)
        for t, held in zip(teams, skills, strict=True)
    )


def _visit(dice: random.Random, kind: Family, towns: list[tuple[float, float]], size: Size, number: int) -> Visit:
    skill = dice.choices(range(len(COMMON_TO_RARE)), COMMON_TO_RARE)[0]
    return Visit(
        id=f"v-{number:05}",
        request=f"r-{number:05}",
        leg=0,
        place=_place(dice, kind, towns, size.side),
        duration=dice.randint(20, 60) * 60,
        windows=(_window(dice, kind),),
        needs=(SkillNeed(f"skill-{skill}"),),
        urgency=dice.choices(range(size.classes), [2**k for k in range(size.classes)])[0],
        registered=number,
    )


def _window(dice: random.Random, kind: Family) -> Window:
    hours = dice.choices((10, 4, 2), kind.windows)[0]
    if hours == 10:
        opens = 8 * HOUR
    elif hours == 4:
        opens = dice.choice((8, 10, 12, 14)) * HOUR
    else:
        opens = dice.randint(16, 32) * HOUR // 2
    return opens, opens + hours * HOUR
