"""One visit judged by the pair rules against many teams: what does not depend on the team is worked out once.

An explanation asks every team, and asks again for every change that might help. The answers are those of
`linli.matcher.rules`, which says what each rule is; here is only which rules need not be asked at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from linli.matcher.fetching import lead_of
from linli.matcher.model import Model
from linli.matcher.problem import Team, Visit, is_fact
from linli.matcher.rules import (
    PairRule,
    Violation,
    asked_from_a_higher_level,
    asked_often_enough,
    committed_visits_are_pinned,
    earliest_end,
    household_exclusion,
    is_reachable,
    kind_of_team,
    never_back_to_a_team_that_declined,
    requested_gender,
    requested_language,
    safeguarding,
    shortfall,
    skill_and_qualification,
    starts_of,
    team_takes_part,
    travel_limit,
    working_hours,
)

MOVED_BY_WINDOWS: Final = frozenset({"asked_enough", "gender", "safeguarding", "working_hours", "time_window"})
"""Rules that may come out otherwise when a visit's windows or its consent are others."""

KNOWN: Final = (
    *(team_takes_part, kind_of_team, skill_and_qualification, never_back_to_a_team_that_declined),
    *(asked_from_a_higher_level, asked_often_enough, household_exclusion, committed_visits_are_pinned),
    *(requested_gender, requested_language, safeguarding, travel_limit),
)
"""The rules of `PAIR_RULES` before those about times, in their order."""

PEOPLE: Final = (requested_gender, safeguarding)
"""Rules that are kept where enough people are cleared until the visit's earliest end."""


class Judge:
    """Judges one visit, as it is or as it would be.

    Parameters
    ----------
    model : Model
        The problem.
    visit : int
        The visit.
    wanted : Visit or None
        The visit with other windows or consent; itself if None.
    """

    __slots__ = ("_asked", "_ends", "_home", "_model", "_out", "_starts", "_to", "lead", "visit", "wanted")

    def __init__(self, model: Model, visit: int, wanted: Visit | None = None) -> None:
        self._model, self.visit = model, visit
        self.wanted = model.visits[visit] if wanted is None else wanted
        self.lead = 0 if self.wanted.fetch is None else lead_of(model.problem, self.wanted).seconds
        self._starts, self._ends = starts_of(model.problem, self.wanted), earliest_end(model.problem, self.wanted)
        self._out, self._home = model.seconds_to(model.entry[visit]), model.seconds_from(model.place[visit])
        self._to = model.seconds_to(model.place[visit])
        self._asked = tuple(rule for rule in KNOWN if self._may_break(rule))

    def _may_break(self, rule: PairRule) -> bool:
        """Say whether any team at all may break a rule, by what is said of the visit."""
        wanted = self.wanted
        by_rule: dict[PairRule, bool] = {
            kind_of_team: bool(wanted.kinds),
            skill_and_qualification: bool(wanted.needs),
            never_back_to_a_team_that_declined: bool(wanted.barred_teams),
            asked_from_a_higher_level: wanted.not_yet is not None,
            household_exclusion: bool(wanted.barred_teams) or wanted.household is not None,
            committed_visits_are_pinned: wanted.pin is not None,
            asked_often_enough: wanted.urgency != 0,
            requested_gender: wanted.gender is not None,
            requested_language: wanted.language is not None,
            safeguarding: wanted.safeguarding is not None,
        }
        return by_rule.get(rule, True)

    def violations(self, t: int, most: int | None = None) -> tuple[Violation, ...]:
        """Return what `linli.matcher.rules.violations` finds for a team."""
        return tuple(islice(self._broken(t, self._model.teams[t]), most))

    def passes(self, t: int, team: Team) -> bool:
        """Say whether a team, itself or as it would be, breaks no rule: whether `first_violation` finds none."""
        if is_fact(self.wanted, self._model.problem.now):
            return committed_visits_are_pinned(self._model.problem, self.wanted, team) is None
        return next(self._broken(t, team), None) is None

    def passes_in_time(self, t: int) -> bool:
        """Say the same of a team of which it is known that it breaks none but those of `MOVED_BY_WINDOWS`."""
        problem, wanted, team, base = self._model.problem, self.wanted, self._model.teams[t], self._model.base[t]
        if is_fact(wanted, problem.now):
            return committed_visits_are_pinned(problem, wanted, team) is None
        cleared = self._model.cleared_until(self.wanted, team)
        if cleared < self._ends or asked_often_enough(problem, wanted, team) is not None:
            return False
        out, back = self._out[base] + self.lead, self._home[base]
        return is_reachable(problem, wanted, team, out, back, (self._starts, cleared))

    def _broken(self, t: int, team: Team) -> Iterator[Violation]:
        problem, wanted, cleared = self._model.problem, self.wanted, self._model.cleared_until(self.wanted, team)
        for rule in self._asked:
            if rule in PEOPLE and cleared >= self._ends:
                continue
            if rule is travel_limit and self._is_near(t, team):
                continue
            violation = rule(problem, wanted, team)
            if violation is not None:
                yield violation
        yield from self._late(t, team, cleared)

    def _late(self, t: int, team: Team, cleared: int) -> Iterator[Violation]:
        """Yield the rule about times that is broken; never both are."""
        problem, wanted, base = self._model.problem, self.wanted, self._model.base[t]
        known, out, back = (self._starts, cleared), self._out[base] + self.lead, self._home[base]
        miss = shortfall(problem, wanted, team, out, back, known)
        if miss == 0:
            return
        # Where not even the working hours hold the service, that rule is the broken one.
        violation = working_hours(problem, wanted, team, known)
        if violation is not None:
            yield violation
        elif miss is not None:
            yield Violation("time_window", team.id, wanted.id, miss, "seconds")

    def _is_near(self, t: int, team: Team) -> bool:
        """Say whether seconds that are known keep the travel limit, and nothing is said of metres."""
        way = self._to[self._model.base[t]]
        return all(
            limit is None or (limit.metres is None and (limit.seconds is None or way <= limit.seconds))
            for limit in (self.wanted.travel_limit, team.travel_limit)
        )
