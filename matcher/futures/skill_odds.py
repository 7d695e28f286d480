"""What it is worth to spare the hours of a rare skill: what the price of scarcity goes by.

Every sampled day is played twice: once whoever is free goes, once crews that have the skill are asked last where it is
not needed. What is served more, for each hour that they had given to others, is what such an hour is worth: much where
the others can go elsewhere and the skill is missed, nothing where all hours are taken or none are missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from linli.matcher.futures.played_days import Crew, played
from linli.matcher.futures.sampled_days import Drawn, PastDays, sampled_days
from linli.matcher.problem import Team

PER: Final = 1_000

ORDERS_MAX: Final = 200
"""Of a longer day every n-th order and every n-th crew are played: as full as the whole, in a fraction of the time."""

PLAYED_MAX: Final = 40_000
"""Orders played for all days and skills together, some microseconds each: with many skills fewer days are sampled."""


@dataclass(frozen=True, slots=True)
class SkillOdds:
    """What an hour spared is worth, per thousand hours, by skill.

    Parameters
    ----------
    days : int
        Past days that were looked at.
    odds : tuple of (str, int)
        Of skills that are worth sparing, sorted; none where too few days are known.
    """

    days: int
    odds: tuple[tuple[str, int], ...] = ()

    def of(self, team: Team) -> tuple[tuple[str, int], ...]:
        """Return what belongs to the skills of a team."""
        held = {skill for skill, _ in team.skills}
        return tuple((skill, odds) for skill, odds in self.odds if skill in held)


def skill_odds(past: PastDays, crews: Sequence[Crew], samples: int, way: int, seed: int) -> SkillOdds:
    """Play sampled days with and without sparing each skill.

    Parameters
    ----------
    past : sequence of sequence of Asked
        What was asked for on past days.
    crews : sequence of Crew
        Who works on the day.
    samples : int
        Days that are sampled, as far as `PLAYED_MAX` allows.
    way : int
        Seconds that an order takes beside the service.
    seed : int
        Of the sampling.

    Notes
    -----
    The desk that is played cannot move what it has placed and knows no places, so it misses a skill more often than the
    plan does, which keeps teams open until they are asked: the odds are rather too high than too low.
    """
    skills = _worth_asking(past, crews)
    longest = max(map(len, past), default=0)
    thinned = max(1, -(-longest // ORDERS_MAX))
    few = sorted(crews, key=lambda crew: (sorted(crew.skills), crew.shifts))[::thinned]
    enough = PLAYED_MAX // max(1, (len(skills) + 1) * -(-longest // thinned))
    gained, spent = Counter[str](), Counter[str]()
    for day in sampled_days(past, max(1, min(samples, enough)) if skills else 0, seed):
        _play(day[::thinned], few, way, skills, gained, spent)
    odds = ((skill, min(PER, PER * max(0, gained[skill]) // max(1, spent[skill]))) for skill in skills)
    return SkillOdds(len(past), tuple((skill, per) for skill, per in odds if per))


def _worth_asking(past: PastDays, crews: Sequence[Crew]) -> list[str]:
    """Return the skills that somebody asks for, some crews have, and others have not."""
    asked = {skill for day in past for one in day for skill in one.needs}
    held = Counter(skill for crew in crews for skill in crew.skills)
    return sorted(skill for skill in asked if 0 < held[skill] < len(crews))


def _play(
    day: list[Drawn], crews: Sequence[Crew], way: int, skills: list[str], gained: Counter[str], spent: Counter[str]
) -> None:
    usual = played(day, crews, way)
    for skill in skills:
        if usual.elsewhere[skill]:
            gained[skill] += played(day, crews, way, skill).served - usual.served
            spent[skill] += usual.elsewhere[skill]
