"""Where not everybody can be served and windows are narrow, the search does not leave out whoever lives far, for that.

The price steers the search alone, as those on rare and on long visits do: served counts before everything.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.problem import Place, Problem, SkillNeed, Team
from linli.matcher.rounds.translate import weights_of
from linli.matcher.search.left_out import NARROW, nearest_bases, remotenesses
from linli.matcher.search.world import arrays_of
from linli.matcher.table import pair_table
from linli.matcher.timetable import Timetable
from linli.schemas.policy import Prices
from tests.support.problems import HOUR, a_team, a_visit, one
from tests.support.solving import searched

TEAMS = 8
DEGREES = 0.2
"""How far the far one lives: some twenty kilometres."""

DEAR = 100_000


def _team(number: int, most: int = 1) -> Team:
    return replace(a_team(number), max_visits_per_shift=most)


def _beyond(place: Place) -> Place:
    return place._replace(lat=round(place.lat + DEGREES, 3))


def _one_far(price: int, hours: int = 2) -> Problem:
    """Return a day on which every team makes one visit and ways cost nothing; one of too many is far from all."""
    near = [a_visit(n) for n in range(TEAMS + 1)]
    opens = near[0].windows[0][0]
    visits = [replace(visit, windows=((opens, opens + hours * HOUR),)) for visit in near]
    visits[-1] = replace(visits[-1], place=_beyond(visits[-1].place))
    problem = replace(one(visits[0], _team(0)), visits=tuple(visits), teams=tuple(_team(n) for n in range(TEAMS)))
    return replace(problem, weights=replace(problem.weights, remoteness=price, travel=0, load=0))


def _leaves_out_the_far_one(problem: Problem, seed: int) -> bool:
    return len(problem.visits) - 1 in searched(Timetable(Model(problem)), Limits(2_000), seed).unserved()


def test_the_far_one_of_equally_costly_visits_is_served() -> None:
    """Tests that who lives far is not left out for that, as happens without a price."""
    assert not any(_leaves_out_the_far_one(_one_far(DEAR), seed) for seed in range(1, 9))
    assert any(_leaves_out_the_far_one(_one_far(0), seed) for seed in range(1, 9))


def test_wide_windows_leave_the_answer_as_it_is_without_a_price() -> None:
    """Tests that whoever can wait for neighbours has no price: the same plan, stop by stop."""
    priced, free = (Timetable(Model(_one_far(price, hours=4))) for price in (DEAR, 0))
    for seed in range(1, 9):
        assert searched(priced, Limits(2_000), seed).plan() == searched(free, Limits(2_000), seed).plan()


def test_no_visit_is_given_for_remoteness() -> None:
    """Tests a far visit that takes the time of two others: whatever the price, more people count for more."""
    problem = _one_far(DEAR)
    far = replace(problem.visits[-1], duration=7 * HOUR, id="v-99", request="r-99")
    near = tuple(a_visit(n) for n in range(2 * TEAMS))
    opens = far.windows[0][0]
    visits = (*(replace(visit, windows=((opens, opens + 2 * HOUR),)) for visit in near), far)
    crowded = replace(problem, visits=visits, teams=tuple(_team(n, most=2) for n in range(TEAMS)))
    assert all(_leaves_out_the_far_one(crowded, seed) for seed in range(1, 5))


def test_far_is_from_the_nearest_team_that_is_able() -> None:
    """Tests that a base next door counts only if its team holds what is needed, and that no team is no way."""
    skill = "company"
    visit = replace(a_visit(0), needs=(SkillNeed(skill),))
    far = replace(a_team(1), base=_beyond(visit.place), skills=((skill, frozenset[str]()),))
    unable = replace(a_team(0), base=visit.place, skills=())
    assert _nearest(replace(one(visit, far), teams=(unable, far))) > 0
    assert _nearest(replace(one(visit, far), teams=(replace(far, id="team-00", base=visit.place), far))) == 0
    assert _nearest(one(visit, unable)) == 0


def _nearest(problem: Problem) -> int:
    timetable = Timetable(Model(problem))
    world = arrays_of(timetable, pair_table(timetable.model, range(len(problem.visits)))).world
    return int(nearest_bases(world)[0])


def test_what_is_farther_than_the_average_of_those_asking_has_a_price() -> None:
    """Tests the formula on paper: whole seconds, nothing below the average, nothing for who asks for nothing."""
    nearest = np.array([0, 600, 3_000, 90_000], dtype=np.int64)
    asking, narrow = np.array([0, 1, 2]), np.full(4, NARROW // 2, np.int64)
    assert remotenesses(nearest, narrow, asking, 1_800).tolist() == [0, 0, 1_800 * 1_800 // 3_600 // 2, 0]
    assert remotenesses(nearest, 0 * narrow, asking, 1_800).tolist() == [0, 0, 900, 0]
    assert remotenesses(nearest, 2 * narrow, asking, 1_800).tolist() == [0] * 4
    assert remotenesses(nearest, 8 * narrow, asking, 1_800).tolist() == [0] * 4
    assert remotenesses(nearest, narrow, asking, 0).tolist() == [0] * 4
    nobody = np.zeros(0, np.int64)
    assert remotenesses(nobody, nobody, nobody, 1_800).tolist() == []


def test_the_price_is_the_countys_own() -> None:
    """Tests that the policy's price is checked and reaches the matcher."""
    assert weights_of(Prices(remoteness=0)).remoteness == 0
    assert weights_of(Prices()).remoteness == Prices().remoteness
    with pytest.raises(ValueError, match="remoteness"):
        Prices(remoteness=-1)
