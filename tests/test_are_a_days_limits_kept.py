"""A team's day has limits over all its crews and shifts, of visits, hours and ways; every engine keeps them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from linli.matcher.checker import check
from linli.matcher.insertion.insertion import best_spot
from linli.matcher.insertion.repair import insert_all, repair
from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.problem import Pin, Place, Plan, Problem, ProblemError, Route, Stop, Team, Visit
from linli.matcher.search.solve import solve
from linli.matcher.table_travel import TableTravel
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, day, one
from tests.support.solving import searched

TWICE = ((MIDNIGHT + 8 * HOUR, MIDNIGHT + 12 * HOUR), (MIDNIGHT + 14 * HOUR, MIDNIGHT + 18 * HOUR))
LONG_DAY = replace(a_team(), crews=2, shifts=TWICE, shift_days=(7, 7))
WIDE = replace(a_visit(), duration=HOUR // 2, windows=((MIDNIGHT + 8 * HOUR, MIDNIGHT + 18 * HOUR),))


def _problem(team: Team, visits: int = 8) -> Problem:
    wanted = tuple(replace(WIDE, id=f"v-{n:02}", request=f"r-{n:02}") for n in range(visits))
    return replace(one(a_visit(), team), visits=wanted)


@pytest.mark.parametrize("work", [0, 1_000, 60_000])
@pytest.mark.parametrize(
    ("limits", "most"),
    [({"max_visits_per_day": 3}, 3), ({"max_work_per_day": 2 * HOUR + 60}, 4), ({"max_visits_per_day": 0}, 0)],
)
def test_a_day_is_full_over_all_crews_and_shifts(work: int, limits: dict[str, int], most: int) -> None:
    """Tests that two crews in two shifts make no more together than the team may on a day, and no fewer."""
    problem = _problem(replace(LONG_DAY, **limits))  # type: ignore[arg-type]
    plan = solve(problem, Plan(), Limits(work), 1).plan
    assert len(plan.placed()) == most
    assert check(problem, plan) == []
    free = solve(_problem(LONG_DAY), Plan(), Limits(1_000), 1).plan
    assert len(free.placed()) == 8
    over = 8 - most if "max_visits_per_day" in limits else 8 * HOUR // 2 - limits["max_work_per_day"]
    assert [(v.rule, v.amount) for v in check(problem, free)] == [("day_limit", over)]
    assert len(solve(problem, free, Limits(work), 1).plan.placed()) == most


def test_another_day_has_its_own_limit() -> None:
    """Tests that shifts on two days count apart, and that history that was too much breaks nothing."""
    problem = _problem(replace(LONG_DAY, shift_days=(7, 8), max_visits_per_day=2))
    assert len(solve(problem, Plan(), Limits(1_000), 1).plan.placed()) == 4
    begun = tuple(replace(v, pin=Pin("team-00", k, TWICE[0][0] + HOUR)) for k, v in enumerate(problem.visits[:2]))
    past = replace(_problem(replace(LONG_DAY, max_visits_per_day=1)), visits=begun, now=TWICE[0][0] + HOUR)
    stops = [Stop(v.id, past.now, past.now, past.now + HOUR // 2) for v in begun]
    assert check(past, Plan(tuple(Route("team-00", k, (stop,)) for k, stop in enumerate(stops)))) == []


LOWERED: tuple[dict[str, int], ...] = (
    {"max_visits_per_shift": 2},
    {"max_visits_per_day": 2},
    {"max_work_per_day": HOUR},
    {"max_travel_per_shift": 60},
    {"max_metres_per_shift": 500},
)


@pytest.mark.parametrize("work", [0, 1_000, 20_000])
@pytest.mark.parametrize("limit", LOWERED, ids=lambda limit: next(iter(limit)))
@pytest.mark.parametrize("clock", [7, 11], ids=["ahead", "begun"])
def test_a_lowered_limit_takes_back_no_committed_visit(limit: dict[str, int], clock: int, work: int) -> None:
    """Tests a roster that lowers a limit below what is agreed, or done: that stays, and nothing is added."""
    before = _problem(replace(a_team(), shift_days=(0,)), 5)
    agreed = replace(before, visits=before.visits[:3])
    plan = solve(agreed, Plan(), Limits(0), 1).plan
    pins = {s.visit: Pin(r.team, r.crew, s.start) for r in plan.routes for s in r.stops}
    visits = tuple(replace(visit, pin=pins.get(visit.id)) for visit in before.visits)
    team = replace(before.teams[0], **limit)  # type: ignore[arg-type]
    lowered = replace(before, visits=visits, teams=(team,), now=MIDNIGHT + clock * HOUR)
    result = solve(lowered, plan, Limits(work), 1)
    assert check(lowered, result.plan) == []
    assert result.plan.placed() == pins.keys()
    assert result.broken == ()


def _limited(seed: int) -> Problem:
    """Return a crowded day of teams of two crews and two shifts, each with a limit of some kind."""
    problem = day(teams=8, visits=80, seed=seed)
    kinds: tuple[dict[str, int], ...] = (
        {"max_visits_per_day": 5},
        {"max_work_per_day": 4 * HOUR},
        {"max_travel_per_shift": HOUR // 2},
        {"max_metres_per_shift": 12_000},
    )
    teams = tuple(
        replace(t, crews=2, shifts=TWICE, shift_days=(0, 0), **kinds[n % 4])  # type: ignore[arg-type]
        for n, t in enumerate(problem.teams)
    )
    return replace(problem, teams=teams)


@pytest.mark.parametrize("seed", range(4))
def test_the_search_keeps_the_limits_and_uses_them(seed: int) -> None:
    """Tests the compiled search: no limit is broken, and afterwards no visit without a place has one."""
    problem = _limited(seed)
    timetable, _ = repair(Model(problem), Plan())
    insert_all(timetable, timetable.unserved())
    inserted = len(timetable.plan().placed())
    found = searched(timetable, Limits(60_000), seed)
    assert check(problem, found.plan()) == []
    assert len(found.plan().placed()) >= inserted
    again, _ = repair(Model(problem), found.plan())
    assert again.plan() == found.plan()
    assert [best_spot(again, v) for v in again.unserved()] == [None] * len(again.unserved())


def test_time_on_the_way_is_kept() -> None:
    """Tests that a crew is on the way no longer than it may in a shift, and that the checker says by how much."""
    problem = _problem(replace(a_team(), max_travel_per_shift=None), 1)
    plan = solve(problem, Plan(), Limits(1_000), 1).plan
    places = [a_team().base, a_visit().place, a_team().base]
    way = sum(problem.travel.between(a, b)[0] for a, b in pairwise(places))
    for spare, served in ((0, 1), (-1, 0)):
        limited = _problem(replace(a_team(), max_travel_per_shift=way + spare), 1)
        for work in (0, 1_000):
            assert len(solve(limited, Plan(), Limits(work), 1).plan.placed()) == served
        assert [(v.rule, v.amount) for v in check(limited, plan)] == ([] if served else [("shift_travel", 1)])


def test_metres_of_the_way_are_kept() -> None:
    """Tests that a crew goes no farther than it may in a shift, by every engine, and that the checker says by how much.

    On the ground ways of one length may take different times, so that seconds do not tell metres.
    """
    steep = replace(a_visit(1), place=Place(27.9, 108.2, "mountain"))
    problem = replace(_problem(a_team(), 1), visits=(steep,))
    plan = solve(problem, Plan(), Limits(1_000), 1).plan
    places = [a_team().base, steep.place, a_team().base]
    way = sum(problem.travel.between(a, b)[1] for a, b in pairwise(places))
    for spare, served in ((0, 1), (-1, 0)):
        limited = replace(problem, teams=(replace(a_team(), max_metres_per_shift=way + spare),))
        for work in (0, 1_000):
            assert len(solve(limited, Plan(), Limits(work), 1).plan.placed()) == served
        assert [(v.rule, v.amount) for v in check(limited, plan)] == ([] if served else [("shift_metres", 1)])


def test_the_search_knows_no_way_without_time() -> None:
    """Tests that metres that take no time are refused where they are limited: the search could not count them."""
    places = (a_team().base, a_visit().place)
    ways = TableTravel(places, np.zeros((2, 2), np.int64), np.ones((2, 2), np.int64))
    limited = replace(_problem(replace(a_team(), max_metres_per_shift=9), 1), travel=ways)
    with pytest.raises(ProblemError, match="a way of no time has metres"):
        searched(repair(Model(limited), Plan())[0], Limits(100), 1)


def _at_ten(team: str | None) -> Visit:
    return replace(WIDE, pin=Pin(team, None, MIDNIGHT + 10 * HOUR))


@pytest.mark.parametrize("work", [0, 1_000, 60_000])
def test_a_pin_has_three_strengths(work: int) -> None:
    """Tests that a fixed start leaves the team open, a fixed team the start, and both together neither."""
    teams = (a_team(), replace(a_team(1), base=WIDE.place))
    for visit, expected in (
        (_at_ten(None), ("team-01", MIDNIGHT + 10 * HOUR)),
        (_at_ten("team-00"), ("team-00", MIDNIGHT + 10 * HOUR)),
    ):
        problem = replace(one(visit, a_team()), teams=teams)
        plan = solve(problem, Plan(), Limits(work), 1).plan
        assert [(r.team, r.stops[0].start) for r in plan.routes] == [expected]
        assert check(problem, plan) == []
    team_only = replace(one(replace(WIDE, pin=Pin("team-00")), a_team()), teams=teams)
    plan = solve(team_only, Plan(), Limits(work), 1).plan
    assert [r.team for r in plan.routes] == ["team-00"]
    assert plan.routes[0].stops[0].start < MIDNIGHT + 10 * HOUR
