"""Set packing by prices and CP-SAT gives the very optimum, also where the linear relaxation is far from it."""

from __future__ import annotations

import random

import pytest

from linli.matcher.exact import packing
from linli.matcher.exact.choices import Choices, Group
from linli.matcher.exact.packing import Chooser
from linli.matcher.exact.pool import Column
from linli.matcher.exact.prices import find_prices

ENOUGH = 100.0
"""CP-SAT's units; a case takes a thousandth of one."""


def _case(seed: int) -> tuple[Choices, list[int]]:
    """Return random overlapping columns over few visits: odd cycles abound, so the relaxation is fractional."""
    rng = random.Random(seed)
    columns: list[Column] = []
    groups: list[Group] = []
    for duty in range(rng.randint(1, 5)):
        sets = {tuple(sorted(rng.sample(range(7), rng.randint(1, 3)))) for _ in range(rng.randint(1, 6))}
        mine = [Column(duty, stops, 0) for stops in sorted(sets)]
        crews = tuple(range(duty * 10, duty * 10 + rng.choice((1, 1, 2))))
        groups.append(Group(crews, tuple(range(len(columns), len(columns) + len(mine)))))
        columns += mine
    present = frozenset({0}) if rng.random() < 0.5 else frozenset[int]()
    held = frozenset(columns[0].stops[:1]) if present else frozenset[int]()
    visits = sorted({visit for column in columns for visit in column.stops})
    by_visit = tuple((v, tuple(j for j, column in enumerate(columns) if v in column.stops)) for v in visits)
    worth = [100 * len(column.stops) + rng.randint(-60, 60) for column in columns]
    return Choices(tuple(columns), tuple(groups), by_visit, held, present), worth


def _allowed(choices: Choices, chosen: frozenset[int]) -> bool:
    stops = [visit for j in chosen for visit in choices.columns[j].stops]
    within = all(len(chosen.intersection(group.columns)) <= len(group.duties) for group in choices.groups)
    return within and len(stops) == len(set(stops)) and choices.held <= set(stops)


def _best(choices: Choices, worth: list[int], chosen: frozenset[int] = frozenset(), start: int = 0) -> int:
    """Return the best worth by trying everything that does not overlap."""
    best = sum(worth[j] for j in chosen) if _allowed(choices, chosen) else -(10**9)
    taken = {visit for j in chosen for visit in choices.columns[j].stops}
    for j in range(start, len(worth)):
        if not taken.intersection(choices.columns[j].stops):
            best = max(best, _best(choices, worth, chosen | {j}, j + 1))
    return best


@pytest.mark.parametrize("first", [1, 4, 400])
def test_the_choice_is_the_optimum(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests on many small cases that the proven choice is allowed and best, and that the prices' bound is one."""
    monkeypatch.setattr(packing, "FIRST", first)
    gaps = 0
    for seed in range(150):
        choices, worth = _case(seed)
        prices, best = find_prices(choices, worth), _best(choices, worth)
        assert prices is not None
        assert prices.bound >= best
        gaps += prices.bound > best + 2 * len(worth)
        chooser = Chooser(choices, ENOUGH, seed)
        assert chooser.by_price(worth, prices)
        assert _allowed(choices, chooser.choice)
        assert sum(worth[j] for j in chooser.choice) == best
    assert gaps > 10


def test_goals_are_met_in_their_order() -> None:
    """Tests that with goals too large for one number the first is met before the second is looked at."""
    for seed in range(60):
        choices, cost = _case(seed)
        served = [len(column.stops) for column in choices.columns]
        joined = [10_000 * n + c for n, c in zip(served, cost, strict=True)]
        chooser = Chooser(choices, ENOUGH, seed)
        assert chooser.in_order([served, cost])
        assert sum(joined[j] for j in chooser.choice) == _best(choices, joined)
