"""Days on which few teams hold a skill that many ask for, and the odds of being short of it known from other days.

The synthetic days of ``make bench-match`` have no such skill: what is rarely asked for there is held by more teams than
it keeps busy. Here one more skill is given to some teams, beside what they can do, and asked for by some visits instead
of what they would need.
"""

from __future__ import annotations

import random
from dataclasses import replace

from linli.matcher.futures.played_days import Crew
from linli.matcher.futures.sampled_days import Asked
from linli.matcher.futures.skill_odds import SkillOdds, skill_odds
from linli.matcher.problem import Problem, SkillNeed, Visit
from linli.schemas.policy import Futures
from tests.bench.match.families import Size, day

RARE = "rare"
PAST = 10_000
"""Seeds of past days begin here: none of them is ever played."""


def needs_it(visit: Visit) -> bool:
    """Say whether a visit needs the rare skill."""
    return any(need.skill == RARE for need in visit.needs)


def rare_day(family: str, size: Size, holders: int, percent: int, seed: int) -> Problem:
    """Return a day on which so many teams hold the rare skill, and so many percent of the visits need it."""
    problem, dice = day(family, size, seed), random.Random(f"rare/{seed}")
    chosen = set(dice.sample(range(len(problem.teams)), holders))
    teams = tuple(
        replace(team, skills=(*team.skills, (RARE, frozenset[str]()))) if t in chosen else team
        for t, team in enumerate(problem.teams)
    )
    visits = tuple(
        replace(visit, needs=(SkillNeed(RARE),)) if dice.randrange(100) < percent else visit for visit in problem.visits
    )
    return replace(problem, teams=teams, visits=visits)


def asked_on(problem: Problem) -> list[Asked]:
    """Return what a day asks for."""
    return [Asked(tuple(sorted(need.skill for need in one.needs)), one.duration, one.windows) for one in problem.visits]


def odds_for(problem: Problem, past: list[Problem], way_minutes: int) -> SkillOdds:
    """Return what other days say of the teams of a day."""
    crews = [
        Crew(frozenset(skill for skill, _ in team.skills), team.shifts)
        for team in problem.teams
        for _ in range(team.crews)
    ]
    return skill_odds([asked_on(one) for one in past], crews, Futures().samples, 60 * way_minutes, 1)


def priced(problem: Problem, odds: SkillOdds, scarcity: int) -> Problem:
    """Return a day with a price on rare skills."""
    teams = tuple(replace(team, scarce=odds.of(team)) for team in problem.teams)
    return replace(problem, teams=teams, weights=replace(problem.weights, scarcity=scarcity))
