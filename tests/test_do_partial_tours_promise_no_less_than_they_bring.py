"""What a partial tour promises rules out no tour that costs less: else a plan would be called proven that is not."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from linli.matcher.exact.choices import Column
from linli.matcher.exact.listing import ANY_DEPTH, Lister
from linli.matcher.insertion.repair import repair
from linli.matcher.kernels import tour_sets_layout as kernel
from linli.matcher.kernels.layout import Longs
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem
from linli.matcher.search.solve import Limits, solve
from linli.matcher.timetable import Timetable
from tests.support.listing import all_sets, columns_of, lister_of
from tests.support.problems import later, small, strict
from tests.support.wild_ways import WildWays

AT_ANY_PRICE = 1 << 26


def _timetable(seed: int) -> Timetable:
    """Return a first or a later round, with every kind of rule in play, at times with wild ways."""
    rng = random.Random(seed)
    problem: Problem = (small if seed % 2 else strict)(seed, rng.randint(3, 9), rng.randint(1, 4))
    if seed % 5 == 0:
        problem = replace(problem, travel=WildWays(seed))
    if seed % 3 == 0:
        return Timetable(Model(problem))
    plan = solve(problem, Plan(), Limits(0), 1).plan
    return repair(Model(later(problem, plan, seed)), plan)[0]


def _prices(lister: Lister, rng: random.Random) -> Longs:
    """Return prices by lot, at times so high that nothing but the number of visits counts."""
    most = kernel.SCALE * rng.choice((500, 2_000, 6_000, 20_000, AT_ANY_PRICE))
    price = np.array([rng.randint(-most // 4, most) for _ in range(len(lister.groups.able))], dtype=np.int64)
    for row in lister.groups.rows.tolist():  # what is agreed has none: every tour makes it
        for k in range(row[kernel.ABLE_TO] - row[kernel.ABLE_FROM]):
            if row[kernel.AGREED] >> k & 1:
                price[row[kernel.ABLE_FROM] + k] = 0
    return price


def _reduced(lister: Lister, column: Column, price: Longs) -> int:
    begin = int(lister.groups.rows[column.group, kernel.ABLE_FROM])
    won = sum(int(price[begin + k]) for k in column.rows)
    return kernel.SCALE * column.cost - won


def test_all_that_is_below_a_roof_is_found() -> None:
    """Tests at prices and roofs by lot, these at what some tour costs or just above, against a list of all tours."""
    looks = fetched = agreed = 0
    for seed in range(1, 900):
        rng = random.Random(seed)
        timetable = _timetable(seed)
        lister = lister_of(timetable)
        if lister is None:
            continue
        every = all_sets(lister)
        assert every.whole
        columns = columns_of(lister, every)
        model, rows = timetable.model, lister.groups.rows
        fetched += any(model.entry[v] != model.place[v] for column in columns for v in lister.made(column))
        agreed += bool(rows[:, kernel.AGREED].any())
        for _ in range(4):
            price = _prices(lister, rng)
            costs = {(one.group, one.made): _reduced(lister, one, price) for one in columns}
            of = [[cost for (group, _), cost in costs.items() if group == g] for g in range(len(rows))]
            roofs = [rng.choice(mine) + rng.choice((0, 1, 5)) if mine else 0 for mine in of]
            found = columns_of(lister, lister.look(price, roofs, ANY_DEPTH))
            assert {(one.group, one.made): _reduced(lister, one, price) for one in found} == {
                key: cost for key, cost in costs.items() if cost < roofs[key[0]]
            }, seed
            looks += 1
    assert looks > 1_500
    assert fetched > 100
    assert agreed > 50


def test_prices_with_hours_fit_into_64_bits() -> None:
    """Tests prices as high as where one visit outweighs all of some ten lower levels: times seconds they overflowed."""
    looks = 0
    for seed in range(5, 1_500, 5):
        rng = random.Random(seed)
        lister = lister_of(_timetable(seed))
        if lister is None:
            continue
        columns = columns_of(lister, all_sets(lister))
        for shift in (14, 18):
            price = _prices(lister, rng) << shift
            costs = {(one.group, one.made): _reduced(lister, one, price) for one in columns}
            of = [[cost for (group, _), cost in costs.items() if group == g] for g in range(len(lister.groups.rows))]
            roofs = [rng.choice(mine) + 1 if mine else 0 for mine in of]
            found = columns_of(lister, lister.look(price, roofs, ANY_DEPTH))
            assert {(one.group, one.made) for one in found} == {
                key for key, cost in costs.items() if cost < roofs[key[0]]
            }, seed
            looks += 1
    assert looks > 250


@pytest.mark.parametrize("seed", [30521624])
def test_a_tour_over_a_pick_up_is_made_again(seed: int) -> None:
    """Tests a round whose best tour reaches a far visit quicker over a pick-up: the order of it was not found."""
    solve(small(seed, 10, 5), Plan(), Limits(5_000), 0)
