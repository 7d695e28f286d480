"""How likely a district is to be short of a skill: what the price of a rare skill goes by."""

from __future__ import annotations

from dataclasses import dataclass

from linli.matcher.futures.sampled_days import PastDays, sampled_days
from linli.matcher.futures.short_hours import Skills, Supply, short_groups
from linli.matcher.problem import Team

PER = 1_000


@dataclass(frozen=True, slots=True)
class SkillOdds:
    """Odds per thousand, by skill.

    Parameters
    ----------
    days : int
        Past days that were looked at.
    odds : tuple of (str, int)
        For skills that may be missing on days on which others are not, sorted; none where too few days are known.
    """

    days: int
    odds: tuple[tuple[str, int], ...] = ()

    def of(self, team: Team) -> tuple[tuple[str, int], ...]:
        """Return the odds for the skills of a team."""
        held = {skill for skill, _ in team.skills}
        return tuple((skill, odds) for skill, odds in self.odds if skill in held)


def skill_odds(past: PastDays, supply: Supply, samples: int, way: int, seed: int) -> SkillOdds:
    """Count on how many sampled days an hour more of a skill would have served one more, of any team's hour not.

    Parameters
    ----------
    past : sequence of mapping
        What was asked for on past days.
    supply : mapping
        Seconds that there are on a day, by the skills that teams have.
    samples : int
        Days that are sampled.
    way : int
        Seconds that an order takes beside the service.
    seed : int
        Of the sampling.

    Notes
    -----
    A skill is short where every group of teams that has it is: where one is not, whoever needs the skill alone is
    served. On a day on which all hours are short none is rarer than another.
    """
    groups = {skills for skills, seconds in supply.items() if seconds > 0}
    skills = sorted({skill for group in groups for skill in group})
    holding = {skill: {group for group in groups if skill in group} for skill in skills}
    short, days = dict.fromkeys(skills, 0), 0
    for wanted in sampled_days(past, samples, way, seed):
        days += 1
        found = short_groups(wanted, supply)
        if not groups <= found:
            for skill in _short(holding, found):
                short[skill] += 1
    odds = ((skill, PER * count // max(1, days)) for skill, count in short.items())
    return SkillOdds(len(past), tuple((skill, per) for skill, per in odds if per))


def _short(holding: dict[str, set[Skills]], found: frozenset[Skills]) -> list[str]:
    return [skill for skill, groups in holding.items() if groups <= found]
