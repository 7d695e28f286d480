"""Where all visits of a tight day fit, the search must not give up on the last few.

Work, not time, ends every search here, so every figure repeats on any machine.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.problem import Problem
from linli.matcher.search import annealing
from linli.matcher.timetable import Timetable
from tests.bench.match.families import Size, day
from tests.bench.match.source import kept
from tests.support.solving import searched


def _all_fit(seed: int) -> Problem:
    """Return a day of two-hour windows that a long search once served without exception; rarity counts nothing."""
    problem = day("two-hour", Size(teams=16, visits=180, side=22.0), seed)
    problem = replace(problem, weights=replace(problem.weights, rarity=0))
    found = searched(Timetable(Model(problem)), Limits(300_000), 1)
    served = frozenset(visit.id for number, visit in enumerate(problem.visits) if found.where[number] >= 0)
    return kept(problem, served)


def _lost(problem: Problem) -> int:
    """Return how many visits three short searches leave without a place, together."""
    return sum(len(searched(Timetable(Model(problem)), Limits(100_000), seed).unserved()) for seed in (1, 2, 3))


def test_insisting_on_the_last_few_places_more_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that fewer than half as many are lost as where every visit stays worth the same."""
    problem = _all_fit(4)
    insisting = _lost(problem)
    monkeypatch.setattr(annealing, "INSISTENCE", 0)
    assert 2 * insisting < _lost(problem)


def test_the_search_cools_evenly() -> None:
    """Tests the warmth at its corners: it never rises, and it never dies out."""
    warmth = [annealing.warmth_at(done) for done in range(1001)]
    assert warmth[0] == annealing.WARM
    assert warmth[-1] == annealing.COOL
    assert warmth == sorted(warmth, reverse=True)
