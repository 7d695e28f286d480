"""What the compiled search is told that visits are worth says the same as the objective's order, and it finds by it."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest

from linli.matcher.checker import check
from linli.matcher.insertion.repair import insert_all, repair
from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.objective import evaluate
from linli.matcher.problem import Plan, Problem, Weights
from linli.matcher.search.annealing import DEAR, WORTH_MOST, worths
from linli.matcher.search.solve import solve
from tests.support.problems import HOUR, MIDNIGHT, day
from tests.support.solving import searched

DAY = 24 * HOUR


@pytest.mark.parametrize("seed", range(30))
def test_the_greater_worth_is_the_better_vector(seed: int) -> None:
    """Tests over all vectors of small counts that worth less cost orders them as the objective does."""
    rng = random.Random(seed)
    counts = [rng.randint(0, 3) for _ in range(rng.randint(1, 4))]
    dearest = rng.choice((10, 500_000))
    worth = worths(counts, dearest)
    vectors = [
        (served, cost)
        for served in product(*(range(count + 1) for count in counts))
        for cost in (0, dearest // 2, dearest - 1)
    ]
    by_order = sorted(vectors, key=lambda one: (*(-count for count in one[0]), one[1]))
    by_worth = sorted(vectors, key=lambda one: one[1] - sum(c * w for c, w in zip(one[0], worth, strict=True)))
    assert by_worth == by_order


def test_worths_fit_whatever_the_levels() -> None:
    """Tests that hundreds of visits at many levels stay within 64 bits, the higher level always worth more."""
    for levels, each in ((15, 40), (303, 3), (9, 2_000)):
        worth = worths([each] * levels, 10**7)
        assert sum(worth) * each <= WORTH_MOST
        assert min(worth) >= DEAR
        used = worth[-(min(levels, 15)) :]
        assert used == sorted(used, reverse=True)


def _crowded(seed: int) -> Problem:
    """Return more visits than can be served, of three classes and three bands of waiting."""
    rng = random.Random(seed)
    problem = day(teams=2, visits=14, seed=seed, classes=3)
    visits = tuple(replace(v, registered=MIDNIGHT - rng.choice((0, 2, 5)) * DAY, needs=()) for v in problem.visits)
    teams = tuple(replace(t, shifts=tuple((lo, lo + 4 * HOUR) for lo, _ in t.shifts)) for t in problem.teams)
    return replace(problem, visits=visits, teams=teams, weights=Weights(waiting=(DAY, 3 * DAY)))


def test_the_search_serves_whom_the_proof_serves() -> None:
    """Tests on crowded days of nine levels that the search finds the proven optimum's served vector."""
    for seed in range(8):
        problem = _crowded(seed)
        best = solve(problem, Plan(), Limits(400_000), 1)
        assert best.report.complete
        assert best.report.proven
        assert sum(best.objective.served) < len(problem.visits)
        timetable, _ = repair(Model(problem), Plan())
        insert_all(timetable, timetable.unserved())
        plan = searched(timetable, Limits(60_000), 1).plan()
        assert check(problem, plan) == []
        assert evaluate(problem, plan).served == best.objective.served
