"""Every plan passes the checker, every promise stands, and the same input gives the same answer."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.matcher.checker import check, check_promises
from linli.matcher.insertion.baseline import first_come_nearest
from linli.matcher.insertion.insertion import follow, place
from linli.matcher.insertion.repair import repair
from linli.matcher.model import Model
from linli.matcher.objective import CostTerms, evaluate
from linli.matcher.problem import Place, Plan, Problem
from linli.matcher.rules import first_violation, may_serve, way_out
from linli.matcher.search.solve import Limits, Result, solve
from linli.matcher.table import learn, pair_table
from linli.matcher.tour_terms import terms_of
from linli.matcher.travel import HaversineTravel
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, day, later, one, small, strict
from tests.support.solving import searched
from tests.support.wild_ways import WildWays

SEEDS = st.integers(0, 2**32)
PROBLEMS = st.builds(strict, SEEDS, st.integers(0, 14), st.integers(0, 5)) | st.builds(
    small, SEEDS, st.integers(0, 14), st.integers(0, 5)
)


def _solve(problem: Problem, plan: Plan, work: int, seed: int = 1) -> Result:
    """Solve, and hold the result against the checker."""
    result = solve(problem, plan, Limits(work), seed)
    assert check(problem, result.plan) == []
    assert check_promises(problem, plan, result.plan, result.broken) == []
    assert result.objective == evaluate(problem, result.plan)
    return result


def _worth(result: Result) -> tuple[int, ...]:
    """Return what a result is worth, the better one smaller: promises first, then the objective."""
    return len(result.broken), *result.objective.key()


@settings(max_examples=150, deadline=None)
@given(PROBLEMS, st.sampled_from((0, 3_000, 20_000)))
def test_every_plan_of_a_first_round_passes_the_checker(problem: Problem, work: int) -> None:
    """Tests that no rule is broken by insertion, by search or by packing."""
    _solve(problem, Plan(), work)


@settings(max_examples=150, deadline=None)
@given(PROBLEMS, SEEDS, SEEDS, st.sampled_from((0, 3_000, 20_000)))
def test_every_plan_of_later_rounds_passes_the_checker(problem: Problem, first: int, second: int, work: int) -> None:
    """Tests that offers, acceptances, cancellations, absences and the clock never lead to a plan that breaks a rule."""
    plan = _solve(problem, Plan(), 0).plan
    for seed in (first, second + 2**33):
        problem = later(problem, plan, seed)
        plan = _solve(problem, plan, work).plan


@settings(max_examples=100, deadline=None)
@given(PROBLEMS, SEEDS)
def test_improving_drops_no_promise_and_worsens_nothing(problem: Problem, seed: int) -> None:
    """Tests that work beyond insertion serves at least as much at no higher cost and keeps all that insertion kept."""
    problem = later(problem, _solve(problem, Plan(), 0).plan, seed)
    quick, slow = _solve(problem, Plan(), 0), _solve(problem, Plan(), 10_000)
    assert _worth(slow) <= _worth(quick)
    assert set(slow.broken) <= set(quick.broken)


NOON = MIDNIGHT + 12 * HOUR


def _tempting(others: int) -> tuple[Problem, Plan]:
    """Return a plan with one long promised visit, and short free ones that could all be served in its stead."""
    long = replace(a_visit(), duration=4 * HOUR, windows=((NOON - 2 * HOUR, NOON - 2 * HOUR + 60),), promised=True)
    short = replace(a_visit(), duration=HOUR // others, windows=((NOON - 2 * HOUR, NOON + HOUR),), urgency=0)
    visits = (long, *(replace(short, id=f"w-{k:02}", request=f"w-{k:02}") for k in range(others)))
    team = replace(a_team(), shifts=((NOON - 3 * HOUR, NOON + 3 * HOUR),))
    problem = Problem(MIDNIGHT, visits, (team,), HaversineTravel())
    return problem, solve(replace(problem, visits=(long,)), Plan(), Limits(0), 1).plan


@settings(max_examples=150, deadline=None)
@given(PROBLEMS, SEEDS)
def test_what_was_planned_is_read_again(problem: Problem, seed: int) -> None:
    """Tests that plans are read as written also where a part of a tour does not hold without the rest of it.

    Where detours are quicker than direct ways a crew may get home in time only over its next visit.
    """
    for ways in (problem.travel, WildWays(seed)):
        wild = replace(problem, travel=ways)
        for _ in range(2):
            plan = _solve(wild, Plan(), 3_000).plan
            assert follow(Model(wild), plan).plan() == plan
            wild = later(wild, plan, seed)


def test_a_promise_is_not_traded_for_more() -> None:
    """Tests that neither choice nor search drops a promised visit where that would serve several others."""
    problem, plan = _tempting(4)
    free = replace(problem, visits=tuple(replace(visit, promised=False) for visit in problem.visits))
    assert len(_solve(free, plan, 20_000).plan.placed()) == 4
    assert _solve(problem, plan, 20_000).plan.placed() == {"v-00"}
    timetable, _ = repair(Model(problem), plan)
    assert searched(timetable, Limits(20_000), 1).plan() == plan
    timetable, _ = repair(Model(free), plan)
    assert len(searched(timetable, Limits(20_000), 1).plan().placed()) == 4


def test_a_promise_is_not_traded_for_a_cheaper_one() -> None:
    """Tests that a promised visit with a place keeps one, though another promised visit would be cheaper there."""
    far = replace(a_visit(), place=Place(27.8, 108.1, "hill"), duration=4 * HOUR, promised=True)
    near = replace(far, id="v-01", request="r-01", place=a_visit().place)
    problem = replace(one(far, a_team()), visits=(far, near))
    plan = solve(replace(problem, visits=(far,)), Plan(), Limits(0), 1).plan
    result = _solve(problem, plan, 20_000)
    assert (result.plan, result.broken) == (plan, ("v-01",))
    timetable, _ = repair(Model(problem), plan)
    assert searched(timetable, Limits(20_000), 1).plan() == plan


def test_a_promise_makes_room_for_itself() -> None:
    """Tests that a promised visit that lost its place puts out what is free, and no other promised one."""
    problem, _ = _tempting(4)
    free = tuple(visit for visit in problem.visits if not visit.promised)
    crowded = solve(replace(problem, visits=free), Plan(), Limits(0), 1).plan
    assert len(crowded.placed()) == 4
    assert _solve(problem, crowded, 0).plan.placed() == {"v-00"}
    taken = replace(problem, visits=(problem.visits[0], *(replace(visit, promised=True) for visit in free)))
    result = _solve(taken, crowded, 0)
    assert len(result.plan.placed()) == 4
    assert result.broken == ("v-00",)


@settings(max_examples=100, deadline=None)
@given(PROBLEMS, SEEDS)
def test_the_solvers_books_agree_with_the_objective(problem: Problem, seed: int) -> None:
    """Tests that the cost the solvers keep, tour by tour, is the objective's, and that plans are read as written."""
    for _ in range(2):
        plan = solve(problem, Plan(), Limits(0), 1).plan
        timetable = follow(Model(problem), plan)
        assert timetable.plan() == plan
        assert timetable.cost() == evaluate(problem, plan).cost
        terms = sum((terms_of(tour) for tour in timetable.tours), CostTerms())
        assert terms == evaluate(problem, plan).terms
        problem = later(problem, plan, seed)


@settings(max_examples=100, deadline=None)
@given(PROBLEMS, SEEDS)
def test_an_insertion_costs_what_it_says(problem: Problem, seed: int) -> None:
    """Tests that the constant-time test of a place is right: it costs what it says, and none is cheaper."""
    problem = later(problem, solve(problem, Plan(), Limits(0), 1).plan, seed)
    model = Model(problem)
    timetable, _ = repair(model, solve(problem, Plan(), Limits(0), 1).plan)
    for visit in [v for v in range(len(model.visits)) if timetable.where[v] >= 0 and not model.fact[v]]:
        if not timetable.take(visit):
            continue
        before, costs = timetable.cost(), list[int]()
        for fit in model.fits(visit):
            for position in range(len(timetable.tours[fit.duty].stops) + 1):
                if timetable.put(visit, fit, position):
                    costs.append(timetable.cost() - before)
                    timetable.take(visit)
        spot = place(timetable, visit)
        assert spot is not None
        assert timetable.cost() - before == spot.cost == min(costs)


@settings(max_examples=60, deadline=None)
@given(PROBLEMS, SEEDS)
def test_the_quick_test_of_a_pair_says_what_the_rules_say(problem: Problem, seed: int) -> None:
    """Tests that `may_serve` is `first_violation` and nothing else."""
    problem = later(problem, solve(problem, Plan(), Limits(0), 1).plan, seed)
    for visit in problem.visits:
        for team in problem.teams:
            out = way_out(problem, visit, team)
            back = problem.travel.between(visit.place, team.base)[0]
            assert may_serve(problem, visit, team, out, back) == (first_violation(problem, visit, team) is None)


@settings(max_examples=80, deadline=None)
@given(PROBLEMS, SEEDS)
def test_many_visits_at_once_fit_where_each_fits(problem: Problem, seed: int) -> None:
    """Tests that the rules over whole arrays say what they say pair by pair, and that windows and prices agree."""
    problem = later(problem, solve(problem, Plan(), Limits(0), 1).plan, seed)
    one_by_one, at_once = Model(problem), Model(problem)
    free = [visit for visit in range(len(problem.visits)) if not at_once.fixed[visit]]
    table = pair_table(at_once, free)
    learn(at_once, free, table)
    for visit in free:
        assert at_once.fits(visit) == one_by_one.fits(visit)
    fits = [fit for visit in free for fit in one_by_one.fits(visit)]
    assert table.duty.tolist() == [fit.duty for fit in fits]
    assert table.price.tolist() == [fit.price for fit in fits]
    assert all(fit.windows[-1][1] <= latest for fit, latest in zip(fits, table.latest.tolist(), strict=True))


@settings(max_examples=30, deadline=None)
@given(PROBLEMS, SEEDS)
def test_what_held_keeps_holding_while_nothing_changes(problem: Problem, seed: int) -> None:
    """Tests that solving again from one's own plan drops nothing and is never worse."""
    first = _solve(problem, Plan(), 3_000)
    again = _solve(problem, first.plan, 3_000, seed)
    assert again.dropped == ()
    assert _worth(again) <= _worth(first)


@settings(max_examples=30, deadline=None)
@given(PROBLEMS, st.integers(-(2**70), 2**70))
def test_the_same_seed_gives_the_same_result(problem: Problem, seed: int) -> None:
    """Tests that a result is a function of problem, plan, limits and seed."""
    assert solve(problem, Plan(), Limits(5_000), seed) == solve(problem, Plan(), Limits(5_000), seed)


_IN_ANOTHER_PROCESS = """
from linli.matcher.problem import Plan
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import day, small
print(solve(day(10, 40, 3, 2), Plan(), Limits(30_000), 5))
print(solve(small(4, 14, 4), Plan(), Limits(30_000), 5))
"""


def test_other_processes_give_the_same_result() -> None:
    """Tests that neither hash seeds nor anything else of a process shows in a plan."""
    root = str(Path(__file__).parents[1])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _IN_ANOTHER_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert "Route(" in outputs.pop()


def test_a_day_is_planned_better_than_by_telephone() -> None:
    """Tests that insertion serves more than first come, nearest team, and that work makes it better still."""
    problem = day(teams=20, visits=140, seed=7)
    telephone = first_come_nearest(problem)
    assert check(problem, telephone) == []
    quick, slow = _solve(problem, Plan(), 0), _solve(problem, Plan(), 100_000)
    assert evaluate(problem, telephone).key() > quick.objective.key() > slow.objective.key()
