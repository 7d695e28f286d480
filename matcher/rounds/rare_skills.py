"""The teams of a round with the odds that their skills will be missing, for the price of rare skills.

The odds are those of the day: they follow from past days and from the roster, so they are sampled again when the day
changes, or one of these, and not in every round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from linli.matcher.futures.sampled_days import Asked
from linli.matcher.futures.short_hours import Skills, Supply
from linli.matcher.futures.skill_odds import SkillOdds, skill_odds
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.past_orders import DAY
from linli.matcher.problem import Team
from linli.schemas.instants import to_seconds
from linli.schemas.policy import Futures
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import RareSkills

DAYS_OF_SHIFTS: Final = 4
"""Days for which working hours are expanded beside the horizon; see `linli.matcher.rounds.shifts`."""


def with_odds(draft: Draft, roster: Sequence[RosterRecord], teams: Sequence[Team]) -> list[Team]:
    """Return the teams with the odds that their skills will be missing; the very same teams where there are none."""
    odds = _odds(draft, roster, teams)
    known, priced = draft.state.translations.priced, list[Team]()
    for team in teams:
        scarce = odds.of(team) if odds is not None and odds.odds else ()
        remembered = known.get(team.id)
        if not scarce:
            priced.append(team)
            continue
        if remembered is None or remembered[0] is not team or remembered[1].scarce != scarce:
            remembered = known[team.id] = team, replace(team, scarce=scarce)
        priced.append(remembered[1])
    return priced


def rare_skills(draft: Draft) -> RareSkills | None:
    """Return what was known of rare skills in this round; None where they have no price."""
    known = draft.state.translations.odds
    if known is None or draft.state.policy.prices.scarcity == 0:
        return None
    return RareSkills(days=known[1].days, odds=known[1].odds)


def _odds(draft: Draft, roster: Sequence[RosterRecord], teams: Sequence[Team]) -> SkillOdds | None:
    """Return the odds of today, remembered as long as past days and hours are the same; None without a price."""
    policy, translations = draft.state.policy, draft.state.translations
    if policy.prices.scarcity == 0:
        return None
    today = to_seconds(draft.now) // DAY
    translations.orders.update(draft.state.requests)
    past = translations.orders.before(today, policy.futures.days)
    depends = today, policy.futures, past, _supply(draft, roster, teams)
    known = translations.odds
    if known is None or known[0] != depends:
        known = translations.odds = depends, _sampled(*depends)
    return known[1]


def _sampled(today: int, futures: Futures, past: list[dict[Asked, int]], supply: Supply) -> SkillOdds:
    if len(past) < futures.days_least:
        return SkillOdds(len(past))
    return skill_odds(past, supply, futures.samples, 60 * futures.way_minutes, today)


def _supply(draft: Draft, roster: Sequence[RosterRecord], teams: Sequence[Team]) -> Supply:
    """Return the seconds that teams work on a day on average, by their skills."""
    hours, days = draft.state.translations.hours, draft.state.policy.horizon_days + DAYS_OF_SHIFTS
    supply: Counter[Skills] = Counter()
    for record, team in zip(roster, teams, strict=True):
        known = hours.get(team.id)
        if known is None or known[0] is not record or known[1] != draft.now.date():
            worked = team.active * team.crews * sum(closes - opens for opens, closes in team.shifts)
            known = hours[team.id] = record, draft.now.date(), frozenset(skill for skill, _ in team.skills), worked
        supply[known[2]] += known[3]
    return {skills: seconds // days for skills, seconds in supply.items()}
