"""Does a limit of time hold: how far past its end does the matcher go on, by a clock that the work itself moves?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from linli.matcher import compiled
from linli.matcher.insertion import compiled_insertion, repair
from linli.matcher.insertion.insertion import Spot, place
from linli.matcher.insertion.repair import choice_of, insert_all
from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.problem import Fetch, Plan, Problem
from linli.matcher.search.reserve import TO_PLACE, TO_PLACE_PLAINLY
from linli.matcher.search.solve import solve
from linli.matcher.table_travel import TableTravel
from linli.matcher.timetable import Timetable
from linli.services.solving.limits import WORTH_LOADING, Allowance, pairs, solve_within
from tests.support.problems import day, region

QUESTION = 400
"""What passes between two questions of a search, in the same units as the limits."""


@pytest.fixture(autouse=True)
def _plain() -> Iterator[None]:
    """Begin in plain Python, and leave to it what was left to it before."""
    before = compiled_insertion.is_loaded()
    compiled_insertion.unload()
    yield
    compiled_insertion.unload()
    if before:
        compiled_insertion.load()


class Clock:
    """A clock that goes on by a fixed time for every question and every visit that is placed."""

    def __init__(self, work: int, to_place: int, question: int = QUESTION) -> None:
        self.spent, self.work, self.to_place, self.question = 0, work, to_place, question

    def limits(self) -> Limits:
        """Return limits that end by this clock."""
        return Limits(self.work, lambda: self.gone() >= 1000, self.gone)

    def gone(self) -> int:
        """Return the part of the time that is gone, per thousand."""
        self.spent += self.question
        return min(1000, 1000 * self.spent // self.work)

    def place(self, timetable: Timetable, visit: int) -> Spot | None:
        """Place a visit, which takes its time."""
        self.spent += self.to_place
        return place(timetable, visit)


def crowded(*, held: int = 0) -> Problem:
    """Return a day with far more visits than crews can make, some of them promised."""
    problem = day(teams=6, visits=200, seed=3)
    visits = tuple(replace(visit, promised=k < held) for k, visit in enumerate(problem.visits))
    return replace(problem, visits=visits)


def test_what_the_search_leaves_is_placed_before_the_time_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the search leaves aside what placing the rest takes: everybody is tried, and no time is overrun."""
    assert compiled.is_warm()
    problem = crowded()
    for work in (20_000, 60_000):
        clock = Clock(work, TO_PLACE + TO_PLACE_PLAINLY * len(Model(problem).duties))
        monkeypatch.setattr(repair, "place", clock.place)
        result = solve(problem, Plan(), clock.limits(), 1)
        left = result.timetable.unserved()
        assert result.report.engine == "search"
        assert len(left) > 60
        assert clock.spent <= work + 2 * QUESTION
        assert insert_all(result.timetable, left) == 0


def test_placing_the_rest_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests a machine on which placing takes twenty times as long as reckoned: it goes on for one visit at most."""
    assert compiled.is_warm()
    slow = 20 * (TO_PLACE + TO_PLACE_PLAINLY)
    clock = Clock(20_000, slow)
    monkeypatch.setattr(repair, "place", clock.place)
    result = solve(crowded(), Plan(), clock.limits(), 1)
    assert result.report.engine == "search"
    assert clock.spent <= 20_000 + slow + 4 * QUESTION


def test_what_was_promised_is_placed_at_any_time() -> None:
    """Tests that time which is over keeps nobody out who was promised a visit, and everybody else."""
    model = Model(crowded(held=5))
    timetable = Timetable(model)
    assert insert_all(timetable, list(range(len(model.visits))), lambda: True) == 5
    assert [visit for visit, duty in enumerate(timetable.where) if duty >= 0] == list(range(5))


def test_promised_visits_without_room_do_not_order_all_others_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that how much choice a visit leaves is found out once, however many promises push others out or fail.

    It was found out anew for all that waited: of 2,400 visits with a team named, that took twelve seconds.
    """
    asked = list[int]()

    def counted(timetable: Timetable, visit: int) -> int:
        asked.append(visit)
        return choice_of(timetable, visit)

    monkeypatch.setattr(repair, "choice_of", counted)
    model = Model(crowded(held=150))
    timetable = Timetable(model)
    placed = insert_all(timetable, list(range(len(model.visits))))
    assert placed < 150
    assert len(timetable.unserved()) > 50
    assert sorted(asked) == list(range(200))


def test_no_search_is_set_up_that_could_not_begin_in_time() -> None:
    """Tests a limit shorter than setting up takes: insertion answers. A limit in work alone is spent all the same."""
    problem = region(60, 500, seed=2)
    soon = solve(problem, Plan(), Clock(6_000, 0, question=1).limits(), 1)
    assert soon.report.engine == "insertion"
    assert soon.plan == solve(problem, Plan(), Limits(0), 1).plan
    assert solve(problem, Plan(), Limits(6_000), 1).report.engine == "search"


def over_a_table(problem: Problem) -> Problem:
    """Return the problem over a table of its own, in which the way back takes longer than the way there."""
    places = list(dict.fromkeys((*(one.place for one in problem.visits), *(one.base for one in problem.teams))))
    seconds, metres = problem.travel.matrix(places, places)
    return replace(problem, travel=TableTravel(places, seconds + np.tril(seconds) // 4, metres))


def fetching(problem: Problem) -> Problem:
    """Return the problem in which every other visit begins with something that is fetched."""
    fetch = Fetch(problem.visits[0].place, 600)
    visits = (replace(one, fetch=fetch if k % 2 else None) for k, one in enumerate(problem.visits))
    return replace(problem, visits=tuple(visits))


def hurried(problem: Problem) -> Problem:
    """Return the problem with crews that may be on the way for two hours, and for fifty kilometres."""
    teams = (replace(team, max_travel_per_shift=7_200, max_metres_per_shift=50_000) for team in problem.teams)
    return replace(problem, teams=tuple(teams))


@pytest.mark.parametrize("kind", [replace, over_a_table, fetching, hurried])
def test_many_are_inserted_by_machine_code_where_time_is_the_limit(kind: Callable[[Problem], Problem]) -> None:
    """Tests that a large problem of any kind gets the plan that plain Python finds, without looking at every pair."""
    problem = kind(region(120, 900, seed=6))
    assert pairs(problem) >= WORTH_LOADING
    plain = solve(problem, Plan(), Limits(0), 1)
    assert not compiled_insertion.is_loaded()
    quick = solve_within(problem, Allowance(seconds=0))
    assert compiled_insertion.is_loaded()
    assert quick.plan == plain.plan
    model = quick.timetable.model
    assert not any(model.knows(visit) for visit in range(len(model.visits)))
