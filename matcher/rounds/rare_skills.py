"""The teams of a round with what it is worth to spare their skills, for the price of rare skills.

The odds are those of the day: they follow from past days and from who works today, so days are sampled again when the
day changes, or one of these, and not in every round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from linli.matcher.futures.played_days import Crew
from linli.matcher.futures.skill_odds import SkillOdds, skill_odds
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.past_orders import DAY
from linli.matcher.ledger.state import KnownOdds, OddsFacts
from linli.matcher.problem import Team
from linli.schemas.instants import to_seconds
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import RareSkills


def with_odds(draft: Draft, roster: tuple[RosterRecord, ...], teams: Sequence[Team]) -> list[Team]:
    """Return the teams with what it is worth to spare their skills; the very same teams where that is nothing."""
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
    return RareSkills(days=known.odds.days, odds=known.odds.odds)


def _odds(draft: Draft, roster: tuple[RosterRecord, ...], teams: Sequence[Team]) -> SkillOdds | None:
    """Return the odds of today, remembered as long as past days and who works are the same; None without a price."""
    policy, translations = draft.state.policy, draft.state.translations
    if policy.prices.scarcity == 0:
        return None
    today, orders = to_seconds(draft.now) // DAY, translations.orders
    orders.update(draft.state.requests)
    past = orders.past_days(today, policy.futures.days)
    facts = OddsFacts(today, policy.futures, tuple((day, orders.changes[day]) for day in past))
    known = translations.odds
    if known is not None and known.facts == facts and _are_same(known.roster, roster):
        return known.odds
    crews = [crew for team in teams for crew in _crews(team, DAY * today)]
    if known is None or known.facts != facts or known.crews != crews:
        odds = _sampled(draft, facts, crews)
    else:
        odds = known.odds
    translations.odds = KnownOdds(facts, roster, crews, odds)
    return odds


def _are_same(one: tuple[RosterRecord, ...], other: tuple[RosterRecord, ...]) -> bool:
    """Say whether the very same records stand in both, which is quick."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _sampled(draft: Draft, facts: OddsFacts, crews: Sequence[Crew]) -> SkillOdds:
    futures, days = facts.futures, [day for day, _ in facts.past]
    if len(days) < futures.days_least:
        return SkillOdds(len(days))
    past = [draft.state.translations.orders.on(day) for day in days]
    return skill_odds(past, crews, futures.samples, 60 * futures.way_minutes, facts.today)


def _crews(team: Team, midnight: int) -> Iterator[Crew]:
    """Yield the crews of a team that work on the day that begins then."""
    shifts = tuple(
        (opens - midnight, closes - midnight)
        for opens, closes in team.shifts
        if midnight <= opens < midnight + DAY and team.active
    )
    if shifts:
        yield from [Crew(frozenset(skill for skill, _ in team.skills), shifts)] * team.crews
