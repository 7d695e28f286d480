"""Set packing by prices and CP-SAT gives the very optimum, also where the linear relaxation is far from it."""

from __future__ import annotations

import random

from linli.matcher.exact.choices import Column, Rows
from linli.matcher.exact.packing import pack
from linli.matcher.exact.prices import find_prices
from linli.matcher.kernels.tour_sets_layout import SCALE

ENOUGH = 100.0
"""CP-SAT's units; a case takes a thousandth of one."""

FAR_TOO_DEAR = 10**6


def _case(seed: int) -> tuple[Rows, list[Column]]:
    """Return random overlapping columns over few visits: odd cycles abound, so the relaxation is fractional."""
    rng = random.Random(seed)
    columns, sizes = list[Column](), list[int]()
    limits = [rng.randint(2, 5)] * rng.randint(0, 1)
    for group in range(rng.randint(1, 5)):
        sets = {tuple(sorted(rng.sample(range(7), rng.randint(1, 3)))) for _ in range(rng.randint(1, 6))}
        for number, visits in enumerate(sorted(sets)):
            shares = ((0, len(visits)),) if limits and rng.random() < 0.7 else ()
            columns.append(Column(group, number, visits, shares, 100 * len(visits) + rng.randint(-60, 60)))
        sizes.append(rng.choice((1, 1, 2)))
    made = {visit for column in columns for visit in column.visits}
    return Rows([200 + 100 * rng.randint(0, 2) if v in made else 0 for v in range(7)], sizes, limits), columns


def _allowed(rows: Rows, chosen: list[Column]) -> bool:
    stops = [visit for column in chosen for visit in column.visits]
    within = all(sum(column.group == group for column in chosen) <= size for group, size in enumerate(rows.sizes))
    shares = sum(share for column in chosen for _, share in column.shares)
    return within and len(stops) == len(set(stops)) and all(shares <= limit for limit in rows.limits)


def _best(rows: Rows, columns: list[Column], chosen: list[Column]) -> int:
    """Return the least cost by trying everything that does not overlap."""
    best = rows.value(chosen) if _allowed(rows, chosen) else FAR_TOO_DEAR
    made = {visit for column in chosen for visit in column.visits}
    for k, column in enumerate(columns):
        if not made.intersection(column.visits):
            best = min(best, _best(rows, columns[k + 1 :], [*chosen, column]))
    return best


def test_the_choice_is_the_optimum() -> None:
    """Tests on many small cases that what is chosen is allowed and best, and that the prices' bound is one."""
    gaps = 0
    for seed in range(150):
        rows, columns = _case(seed)
        prices, best = find_prices(rows, columns), _best(rows, columns, [])
        assert prices is not None
        lowest = [0] * len(rows.sizes)
        for column in columns:
            reduced = SCALE * column.cost - sum(prices.visits[visit] for visit in column.visits)
            reduced -= sum(prices.limits[limit] * share for limit, share in column.shares)
            lowest[column.group] = min(lowest[column.group], reduced)
        bound = prices.bound(rows, lowest)
        assert bound <= SCALE * best
        gaps += bound <= SCALE * (best - 1)
        assert prices.taken is None or rows.value(prices.taken) == best
        packed = pack(rows, columns, rows.value([]) + 1, ENOUGH, seed)
        assert packed.proven
        assert packed.chosen is not None
        assert _allowed(rows, packed.chosen)
        assert rows.value(packed.chosen) == best
        nothing = pack(rows, columns, best, ENOUGH, seed)
        assert (nothing.chosen, nothing.proven) == (None, True)
    assert gaps > 10
