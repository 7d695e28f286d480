"""Does the bound on visits served hold: against all plans of small days, whenever stopped, for every kind of rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partialmethod
from typing import Any

import numpy as np
import pytest

from linli.matcher import compiled
from linli.matcher.exact import pricing
from linli.matcher.exact.bound import ServedBound, bound_served
from linli.matcher.exact.column_generation import UNIT, Master
from linli.matcher.exact.grounds import BUCKETS, COARSE, Crews, coarsely, crews_of
from linli.matcher.exact.pricing import room_to_look
from linli.matcher.kernels import routes
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.look_ahead import look_ahead
from linli.matcher.kernels.routes import SPENT, Ahead, Ground
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem, Team
from linli.matcher.search.solve import Limits, solve
from tests.bench.match.exact import optimum
from tests.bench.match.families import FAMILIES, Size
from tests.bench.match.families import day as bench_day
from tests.support.problems import later, small

LARGE = Limits(20_000)


def after(times: int) -> Callable[[], bool]:
    """Return a clock that is over after being asked so often."""
    asked = 0

    def is_over() -> bool:
        nonlocal asked
        asked += 1
        return asked > times

    return is_over


@pytest.mark.parametrize("seed", range(9))
def test_no_plan_of_a_small_day_beats_it(seed: int) -> None:
    """Tests days that are too full against the optimum of another method: never below it, and in the end very near."""
    family = list(FAMILIES)[seed % 4]
    problem = bench_day(family, Size(1 + seed % 3, 10, 1), seed)
    teams = tuple(replace(team, max_visits_per_shift=2 + seed % 4) for team in problem.teams)
    problem = replace(problem, teams=teams)
    served, _ = optimum(problem)
    for stop in range(4):
        assert bound_served(problem, is_over=after(stop)).served >= served
    bound = bound_served(problem)
    assert bound.closed
    assert served <= bound.served <= served + 1


@pytest.mark.parametrize("seed", range(8))
def test_it_holds_with_every_kind_of_rule(seed: int) -> None:
    """Tests days with several crews, shifts, pins, facts and safeguarding: no plan of the matcher serves more."""
    problem = small(seed, 12, 2)
    for hours in (0, 3):
        result = solve(problem, Plan(), LARGE, 1)
        assert bound_served(problem, result.plan).served >= len(result.plan.placed())
        problem = later(problem, result.plan, hours)


def test_the_urgent_are_bounded_by_themselves() -> None:
    """Tests that the bound for the urgent alone is not above the one for all, and holds for what is served of them."""
    problem = bench_day("mixed", Size(3, 27, 3), 1)
    result = solve(problem, Plan(), LARGE, 1)
    bounds = [bound_served(problem, result.plan, classes=classes).served for classes in (1, 2, 3)]
    served = [sum(result.objective.served[: k + 1]) for k in range(3)]
    assert all(bound >= count for bound, count in zip(bounds, served, strict=True))
    assert bounds == sorted(bounds)
    assert bounds[2] == bound_served(problem).served


def test_two_threads_and_a_plan_change_nothing_of_what_is_proved() -> None:
    """Tests that where the work is not stopped, the bound is the same for any start and any number of threads."""
    problem = bench_day("mixed", Size(6, 60, 1), 2)
    plan = solve(problem, Plan(), LARGE, 1).plan
    told: list[ServedBound] = []
    one, two = bound_served(problem, told=told.append), bound_served(problem, plan, threads=2)
    assert one.served == two.served >= len(plan.placed())
    assert [bound.served for bound in told] == sorted((bound.served for bound in told), reverse=True)
    assert all(0 <= price <= 1 for _, price in one.prices)


def test_a_crew_is_interrupted_and_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that slices of work change nothing, that none is overrun by much, and that each may be the last."""
    problem = bench_day("mixed", Size(3, 40, 1), 1)
    spent, whole = list[int](), bound_served(problem)

    def grow(*given: Any) -> int:
        progress, before = given[7], int(given[7][SPENT])
        state = routes.grow(*given)
        spent.append(int(progress[SPENT]) - before)
        return state

    monkeypatch.setattr(pricing, "grow", grow)
    monkeypatch.setattr(pricing, "SLICE", 500)
    assert bound_served(problem) == whole
    # Leading one partial route on compares it at most with all the others that end where it goes.
    assert max(spent) < 500 + 40 * 100
    assert len(spent) > 10 * whole.rounds
    for stop in (len(spent) // 4, len(spent) // 2):
        spent.clear()
        assert bound_served(problem, is_over=after(stop)).served >= whole.served
        assert len(spent) <= stop + 1


def test_without_machine_code_it_counts_who_fits_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a cold installation still gives a bound that holds, and that nobody's day has one of 0."""
    problem = bench_day("mixed", Size(2, 20, 1), 1)
    monkeypatch.setattr(compiled, "is_warm", lambda: False)
    cold = bound_served(problem)
    assert (cold.served, cold.closed) == (20, False)
    nobody: tuple[Team, ...] = ()
    assert bound_served(Problem(0, problem.visits, nobody, problem.travel, problem.weights)) == ServedBound(
        0, (), closed=True, rounds=0, routes=0
    )


def _seen(crews: Crews, reward: Longs) -> tuple[int, Ahead]:
    """Return what looking ahead finds for a crew."""
    ahead = room_to_look(len(crews.visits))
    return int(look_ahead(crews.ground, reward, ahead)), ahead


def _start(ground: Ground, visit: int, arrival: int) -> int:
    spans = ground.windows[ground.window_from[visit] : ground.window_from[visit + 1]].tolist()
    return next((max(arrival, lo) for lo, hi in spans if arrival <= hi), -1)


def _won(
    ground: Ground, reward: Longs, v: int, k: int, known: dict[tuple[int, int, int], list[int]], left: int
) -> list[int]:
    """Return the most that may be won after `v` in bucket `k` by whom it goes on to, the best two, the plain way."""
    if (v, k, left) in known:
        return known[v, k, left]
    found = {-1: 0, -2: 0}
    for u in range(len(reward)) if left else ():
        at = _start(ground, u, k * ground.step + int(ground.duration[v]) + int(ground.way[v, u]))
        if u != v and reward[u] > 0 and at >= 0:
            after = _won(ground, reward, u, at // ground.step, known, left - 1)
            on = [value for value, then in zip(after[::2], after[1::2], strict=True) if then != v]
            found[u] = int(reward[u]) + on[0]
    best = sorted(((value, then) for then, value in found.items()), reverse=True)[:2]
    known[v, k, left] = [best[0][0], best[0][1], best[1][0], best[1][1]]
    return known[v, k, left]


@pytest.mark.parametrize("duration", [20, 1_500])
@pytest.mark.parametrize("seed", range(3))
def test_looking_at_the_most_promising_first_misses_nothing(seed: int, duration: int) -> None:
    """Tests what may still be won, from every visit and moment, against plain recursion."""
    problem = bench_day("two-hour", Size(1, 14), seed)
    visits = tuple(replace(visit, duration=duration) for visit in problem.visits)
    teams = tuple(replace(team, max_visits_per_shift=4) for team in problem.teams)
    for crews in crews_of(Model(replace(problem, visits=visits, teams=teams))):
        reward = np.array([(37 * (seed + 3) * (v + 1)) % 101 - 10 for v in range(len(crews.visits))], dtype=np.int64)
        reward = np.maximum(reward, 0)
        top, ahead = _seen(crews, reward)
        known: dict[tuple[int, int, int], list[int]] = {}
        # Short visits lead from a bucket to itself, there as often as a route has stops; long ones fill the shift.
        plain, deep = [0], 4 if duration < crews.ground.step else 24
        for v in range(len(reward)):
            start = _start(crews.ground, v, int(crews.ground.way[-1, v]))
            if start >= 0:
                plain.append(int(reward[v]) + _won(crews.ground, reward, v, start // crews.ground.step, known, deep)[0])
        assert top >= max(plain)
        if deep > 4:
            assert top == max(plain)
            assert all(ahead.best[v, k] >= won[0] for (v, k, _), won in known.items())


def test_a_good_route_found_in_a_hurry_spares_most_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests crews at prices as they come: looking closely after a hurry finds as much, with a fraction of the work."""
    problem = bench_day("mixed", Size(3, 60, 1), 3)
    crews = crews_of(Model(problem))
    reward = np.array([UNIT * (1 + 7 * v % 13) // 20 for v in range(60)], dtype=np.int64)
    spent, desk = {False: 0, True: 0}, pricing.Desk()

    def grow(*given: Any) -> int:
        state = routes.grow(*given)
        spent[bool(given[6])] += int(given[7][SPENT])
        return state

    monkeypatch.setattr(pricing, "grow", grow)
    after_a_hurry = [desk.price(one, reward, UNIT, strict=True) for one in crews]
    work = sum(spent.values())
    monkeypatch.setattr(pricing.Desk, "grown", partialmethod(_no_hurry, pricing.Desk.grown))
    spent[True] = 0
    closely = [desk.price(one, reward, UNIT, strict=True) for one in crews]
    assert [one.most for one in after_a_hurry] == [one.most for one in closely]
    assert 2 * work < spent[True]


def test_to_look_ahead_finely_spares_most_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a fine look promises little more than there is, a coarse one finds the same with twice the work."""
    crews = crews_of(Model(bench_day("mixed", Size(3, 60, 1), 3)))
    reward = np.array([UNIT * (1 + 7 * v % 13) // 20 for v in range(60)], dtype=np.int64)
    spent, desk = [0], pricing.Desk()

    def grow(*given: Any) -> int:
        state = routes.grow(*given)
        spent[-1] += int(given[7][SPENT]) if given[6] == routes.STRICT else 0
        return state

    monkeypatch.setattr(pricing, "grow", grow)
    finely = [desk.price(one, reward, UNIT, strict=True).most for one in crews]
    promised = [_seen(one, reward[one.visits])[0] for one in crews]
    assert all(most <= top <= 1.05 * most for most, top in zip(finely, promised, strict=True))
    spent.append(0)
    monkeypatch.setattr(pricing, "BUCKETS", BUCKETS // COARSE)
    assert [desk.price(coarsely(one), reward, UNIT, strict=True).most for one in crews] == finely
    assert 2 * spent[0] < spent[1]


def test_who_is_over_looks_ahead_coarsely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a crew asked after the end is told what a coarse look finds: a bound, in a fraction of the time."""
    (crews, *_) = crews_of(Model(bench_day("mixed", Size(1, 40, 1), 3)))
    reward, steps = np.full(40, UNIT, dtype=np.int64), list[int]()

    def look(ground: Ground, *given: Any) -> int:
        steps.append(ground.step)
        return int(look_ahead(ground, *given))

    monkeypatch.setattr(pricing, "look_ahead", look)
    most = [pricing.Desk().price(crews, reward, UNIT, strict=True, is_over=after(asked)).most for asked in (0, 1, 99)]
    assert steps == [COARSE * crews.ground.step, crews.ground.step, crews.ground.step]
    assert most == sorted(most, reverse=True)


def _no_hurry(desk: pricing.Desk, grown: Callable[..., Any], *given: Any, strict: bool, **more: Any) -> Any:
    return grown(desk, *given, strict=True, **more) if strict else None


class Astray:
    """A solver that fails whenever it goes on from its last solution."""

    def __init__(self, solver: Any) -> None:
        self.solver = solver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.solver, name)

    def Solve(self, *given: Any) -> int:  # noqa: N802
        """Fail unless told to begin afresh."""
        return int(self.solver.Solve(*given)) if given else int(self.solver.ABNORMAL)


def test_a_solver_that_goes_astray_begins_afresh() -> None:
    """Tests that a failure of the master ends nothing: on a day of 18 teams with 200 visits one ended the run."""
    crews = crews_of(Model(bench_day("mixed", Size(1, 4, 1), 1)))
    master = Master(crews, np.ones(4, dtype=np.int64))
    master.add(0, pricing.Route((0, 2)))
    master.solver = Astray(master.solver)
    solved = master.solve()
    assert solved is not None
    assert solved[0] == 2 * UNIT
