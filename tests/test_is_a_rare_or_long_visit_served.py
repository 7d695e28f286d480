"""Where not everybody can be served, the search leaves out neither whom few teams can serve nor who needs long.

Served counts before everything and who has a rare skill's need, or needs long, counts no more in a plan's value: the
prices of leaving them out steer the search alone, between plans that serve as many.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.problem import Problem, SkillNeed, Team, Visit
from linli.matcher.rounds.translate import weights_of
from linli.matcher.search.left_out import lengths, rarities
from linli.matcher.timetable import Timetable
from linli.schemas.policy import Prices
from tests.support.problems import HOUR, a_team, a_visit, one
from tests.support.solving import searched

COMMON, RARE = "company", "dialysis-diet"
TEAMS = 8


def _asks(number: int, skill: str) -> Visit:
    return replace(a_visit(number), needs=(SkillNeed(skill),))


def _able(number: int, *skills: str) -> Team:
    held = tuple((skill, frozenset[str]()) for skill in skills)
    return replace(a_team(number), skills=held, max_visits_per_shift=1)


def _one_too_many(price: int) -> Problem:
    """Return a day on which every team makes one visit and all cost the same; one team alone can make the rare one."""
    visits = (*(_asks(n, COMMON) for n in range(TEAMS)), _asks(TEAMS, RARE))
    teams = (_able(0, COMMON, RARE), *(_able(n, COMMON) for n in range(1, TEAMS)))
    problem = replace(one(visits[0], teams[0]), visits=visits, teams=teams)
    return replace(problem, weights=replace(problem.weights, rarity=price))


def _left_out(problem: Problem, seed: int) -> list[str]:
    found = searched(Timetable(Model(problem)), Limits(2_000), seed)
    return [problem.visits[v].needs[0].skill for v in found.unserved()]


def test_the_rare_one_of_two_equally_costly_visits_is_served() -> None:
    """Tests that whoever has to be left out is one of those whom other teams could have served."""
    assert [_left_out(_one_too_many(600), seed) for seed in range(1, 9)] == [[COMMON]] * 8
    assert [RARE] in [_left_out(_one_too_many(0), seed) for seed in range(1, 9)]


def test_few_is_a_third_of_what_those_asking_have_on_average() -> None:
    """Tests the rule on paper; whoever asks for nothing, and whom nobody could serve, has no price."""
    able = np.array([2, 3, 4, 6, 30, 1, 0], dtype=np.int64)
    wanted = np.array([0, 1, 2, 3, 4, 6])  # 45 teams able for six visits: 7.5 on average, a third of it 2.5
    assert rarities(able, wanted, 600).tolist() == [600, 0, 0, 0, 0, 0, 0]
    assert rarities(able, wanted[:5], 600).tolist() == [600, 600, 0, 0, 0, 0, 0]  # 9 on average
    assert rarities(able, wanted, 0).tolist() == [0] * 7
    assert rarities(np.zeros(0, np.int64), np.zeros(0, np.int64), 600).tolist() == []


def test_what_everybody_asks_for_is_not_rare() -> None:
    """Tests that few teams for all make nobody dearer: there is no one to prefer."""
    assert rarities(np.full(9, 2, np.int64), np.arange(9), 600).tolist() == [0] * 9


@pytest.mark.parametrize("seed", range(1, 5))
def test_no_visit_is_given_for_rarity(seed: int) -> None:
    """Tests a rare visit that takes the time of two others: whatever the price, more people count for more."""
    problem = _one_too_many(100_000)
    long = replace(problem.visits[-1], duration=7 * HOUR)
    others = tuple(replace(team, max_visits_per_shift=2) for team in problem.teams)
    visits = (*(_asks(n, COMMON) for n in range(2 * TEAMS)), replace(long, id="v-99", request="r-99"))
    assert _left_out(replace(problem, visits=visits, teams=others), seed) == [RARE]


def test_the_price_is_the_countys_own() -> None:
    """Tests that the policy's price is checked and reaches the matcher."""
    assert weights_of(Prices(rarity=0)).rarity == 0
    assert weights_of(Prices()).rarity == Prices().rarity
    assert weights_of(Prices(length=0)).length == 0
    with pytest.raises(ValueError, match="rarity"):
        Prices(rarity=-1)


def _one_long(price: int) -> Problem:
    """Return a day on which every team makes one visit and all cost the same; one of too many takes an hour more."""
    visits = (*(_asks(n, COMMON) for n in range(TEAMS)), replace(_asks(TEAMS, COMMON), duration=2 * HOUR))
    problem = replace(one(visits[0], _able(0, COMMON)), visits=visits)
    problem = replace(problem, teams=tuple(_able(n, COMMON) for n in range(TEAMS)))
    return replace(problem, weights=replace(problem.weights, length=price, load=0))


def _leaves_out_the_long_one(problem: Problem, seed: int) -> bool:
    found = searched(Timetable(Model(problem)), Limits(2_000), seed)
    return TEAMS in found.unserved()


def test_the_long_one_of_equally_costly_visits_is_served() -> None:
    """Tests that who needs long is not left out for that, as happens without a price."""
    assert not any(_leaves_out_the_long_one(_one_long(700), seed) for seed in range(1, 9))
    assert any(_leaves_out_the_long_one(_one_long(0), seed) for seed in range(1, 9))


def test_what_is_longer_than_the_average_of_those_asking_has_a_price() -> None:
    """Tests the formula on paper: whole seconds, nothing below the average, nothing for who asks for nothing."""
    duration = np.array([1_800, 3_600, 7_200, 36_000], dtype=np.int64)
    assert lengths(duration, np.array([0, 1, 2]), 700).tolist() == [0, 0, 700 * 3_000 // 3_600, 0]
    assert lengths(duration, np.array([0, 1, 2]), 0).tolist() == [0, 0, 0, 0]
    assert lengths(np.zeros(0, np.int64), np.zeros(0, np.int64), 700).tolist() == []
