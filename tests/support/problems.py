"""Synthetic problems for the matcher: nobody in them exists.

`day` is a county's day in the style of the public vehicle-routing generators: towns, scattered homesteads, common and
rare skills, windows of two, four and ten hours. `small` is a handful of visits with every kind of rule in play.
"""

from __future__ import annotations

import random
from dataclasses import replace

from linli.matcher.problem import (
    Member,
    Pin,
    Place,
    Plan,
    Problem,
    Safeguarding,
    SkillNeed,
    Team,
    TravelLimit,
    Visit,
    Weights,
)
from linli.matcher.travel import HaversineTravel

HOUR = 3600
MIDNIGHT = 1_790_006_400
"""Local midnight (UTC+8) of an arbitrary Monday."""

COMMON_TO_RARE = (8.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0)
SKILLS = tuple(f"skill-{k}" for k in range(len(COMMON_TO_RARE)))
TERRAINS = ("seat", "hill", "mountain")


def _place(rng: random.Random, towns: list[tuple[float, float]]) -> Place:
    """Return a place in or near a town (60 %), or anywhere in a square of about 40 km."""
    if rng.random() < 0.6:
        lat, lon = rng.choice(towns)
        return Place(round(lat + rng.gauss(0, 0.02), 3), round(lon + rng.gauss(0, 0.02), 3), "seat")
    return Place(round(rng.uniform(27.6, 28.0), 3), round(rng.uniform(107.9, 108.3), 3), rng.choice(TERRAINS[:2]))


def _window(rng: random.Random) -> tuple[int, int]:
    u = rng.random()
    if u < 0.3:
        lo, length = 8 * HOUR, 10 * HOUR
    elif u < 0.8:
        lo, length = rng.choice((8, 10, 12, 14)) * HOUR, 4 * HOUR
    else:
        lo, length = rng.randint(16, 32) * HOUR // 2, 2 * HOUR
    return MIDNIGHT + lo, MIDNIGHT + lo + length


def _team(rng: random.Random, number: int, base: Place) -> Team:
    held = {rng.choices(SKILLS, COMMON_TO_RARE)[0] for _ in range(rng.randint(3, 6))}
    opens = MIDNIGHT + rng.choice((7, 8, 8, 9, 10, 12)) * HOUR
    return Team(
        id=f"team-{number:03}",
        base=base,
        skills=tuple((skill, frozenset[str]()) for skill in SKILLS if skill in held),
        crews=1,
        shifts=((opens, opens + 8 * HOUR),),
        members=(Member(f"m-{number}-0", adult=True), Member(f"m-{number}-1", adult=True)),
    )


def day(teams: int = 54, visits: int = 600, seed: int = 1, classes: int = 1) -> Problem:
    """Return one synthetic day, known in advance; registered in the order of the visits' numbers."""
    rng = random.Random(seed)
    towns = [(rng.uniform(27.65, 27.95), rng.uniform(107.95, 108.25)) for _ in range(6)]
    roster = tuple(_team(rng, t, _place(rng, towns)) for t in range(teams))
    wanted = tuple(
        Visit(
            id=f"v-{i:04}",
            request=f"r-{i:04}",
            leg=0,
            place=_place(rng, towns),
            duration=rng.randint(20, 60) * 60,
            windows=(_window(rng),),
            needs=(SkillNeed(rng.choices(SKILLS, COMMON_TO_RARE)[0]),),
            urgency=rng.randrange(classes),
            registered=MIDNIGHT + i,
        )
        for i in range(visits)
    )
    return Problem(MIDNIGHT + 6 * HOUR, wanted, roster, HaversineTravel())


__all__ = ["HOUR", "MIDNIGHT", "Pin", "Plan", "Safeguarding", "TravelLimit", "Weights", "day", "replace"]
