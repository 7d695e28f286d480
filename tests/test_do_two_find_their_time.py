"""Does the search for visits by two find the best day, whenever two begin together or one after the other."""

from __future__ import annotations

import random
from itertools import permutations, product
from typing import Any

import pytest

from linli.matcher.joining import plan_joint as plan_joint_module
from linli.matcher.joining.plan_joint import plan_joint
from linli.matcher.kernels.joint_search import search_joint
from linli.matcher.limits import AHEAD, Limits
from tests.bench.instances.budget import Budget
from tests.bench.instances.care_day import CareDay, Carer, Pair, Service, breaks, cost, earliest
from tests.bench.instances.instance import Scale
from tests.bench.instances.joint import joint_day, may_join, solve_joint
from tests.bench.instances.pairs import order_of

MANY = 5


def some_day(seed: int) -> CareDay:
    """Return a day drawn by chance: two carers, two who begin together, one after another, and a single visit."""
    rng = random.Random(seed)
    points = [(rng.randrange(40), rng.randrange(40)) for _ in range(MANY + 1)]
    ways = [[float(abs(a - c) + abs(b - d)) for c, d in points] for a, b in points]
    services = {
        f"{k}": Service(f"{k}", 1 + k, "care", float(rng.randrange(5, 30)), float(opens), float(opens + 20))
        for k, opens in ((k, rng.randrange(120)) for k in range(MANY))
    }
    carers = {name: Carer(frozenset(("care",)), 0.0, 10_000.0, 0, 0) for name in ("ann", "bea")}
    least = float(rng.randrange(20))
    pairs = Pair("0", "1", 0.0, 0.0), Pair("2", "3", least, least + rng.randrange(20))
    return CareDay(services, carers, ways, pairs, strict=False)


def least_cost(day: CareDay) -> float:
    """Return the least cost of all days that break nothing, by trying every one."""
    found = list[float]()
    for sides in product((0, 1), repeat=MANY):
        mine = [[str(k) for k in range(MANY) if sides[k] == side] for side in (0, 1)]
        for one, two in product(permutations(mine[0]), permutations(mine[1])):
            order = [("ann", list(one)), ("bea", list(two))]
            starts = earliest(day, order, {})
            if starts is not None and not breaks(day, order, starts):
                found.append(cost(day, order, starts))
    return min(found)


@pytest.mark.parametrize("seed", range(6))
def test_small_days_are_the_best(seed: int) -> None:
    """Tests against every order, judged without the matcher."""
    day = some_day(seed)
    order = order_of(solve_joint(day, Scale(10), Budget(2_000)))
    starts = earliest(day, order, {})
    assert breaks(day, order, starts) == []
    assert cost(day, order, starts or {}) == pytest.approx(least_cost(day))


def test_the_same_work_gives_the_same_day() -> None:
    """Tests that a day repeats for the same seed, and that more work is never worse."""
    day, costs = some_day(9), list[float]()
    assert plan_joint(joint_day(day), Limits(300), 5) == plan_joint(joint_day(day), Limits(300), 5)
    for work in (1, 3_000):
        order = order_of(solve_joint(day, Scale(10), Budget(work)))
        costs.append(cost(day, order, earliest(day, order, {}) or {}))
    assert costs[1] <= costs[0]


def test_a_day_by_the_clock_is_not_ended_by_the_work_of_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests a clock that stands still, so that only far more work ends the search, and one that is over at once."""
    day, reached = joint_day(some_day(9)), list[int]()

    def noted(*given: Any) -> None:
        reached.append(given[5])
        search_joint(*given)

    monkeypatch.setattr(plan_joint_module, "search_joint", noted)
    plan_joint(day, Limits(300, lambda: False, lambda: 0), 5)
    assert max(reached) == AHEAD * 300 * plan_joint_module.TICKS_PER_WORK
    reached.clear()
    plan_joint(day, Limits(300), 5)
    assert max(reached) == 300 * plan_joint_module.TICKS_PER_WORK
    reached.clear()
    plan_joint(day, Limits(300, lambda: True, lambda: 1_000), 5)
    assert reached == []


def test_who_can_be_both_of_two_needs_a_second() -> None:
    """Tests that nobody is both, so that with one carer alone there is no plan."""
    day = some_day(1)
    alone = CareDay(day.services, {"ann": day.carers["ann"]}, day.ways, day.pairs, strict=False)
    assert plan_joint(joint_day(alone), Limits(100), 1) is None
    assert may_join(day)
    assert not may_join(CareDay(day.services, day.carers, day.ways, day.pairs, strict=True))
