"""Where all visits of a tight day fit, the search must not give up on the last few.

Work, not time, ends every search here, so every figure repeats on any machine.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from linli.matcher.limits import AHEAD, Limits
from linli.matcher.model import Model
from linli.matcher.problem import Problem, Visit
from linli.matcher.search import annealing, pressure
from linli.matcher.table import pair_table
from linli.matcher.timetable import Timetable
from tests.bench.match.families import HOUR, Size, day
from tests.bench.match.source import kept
from tests.support.solving import searched


def _all_fit(seed: int) -> Problem:
    """Return a day of two-hour windows that a long search once served; who is rare or far counts like all."""
    problem = day("two-hour", Size(teams=16, visits=180, side=22.0), seed)
    problem = replace(problem, weights=replace(problem.weights, rarity=0, remoteness=0))
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


def _planned(seed: int) -> Problem:
    """Return a day made from a plan: teams go to the nearest visit again and again, and its window is put around that.

    So all visits fit, by crews that hardly ever wait.
    """
    problem, dice = day("two-hour", Size(teams=16, visits=192, side=22.0), seed), random.Random(seed)
    left, planned = list(problem.visits), dict[str, Visit]()
    for team in problem.teams:
        at, (free, closes), stops = team.base, team.shifts[0], 0
        while able := [visit for visit in left if any(visit.needs[0].skill == skill for skill, _ in team.skills)]:
            ways = [problem.travel.between(at, visit.place)[0] for visit in able]
            way = min(ways)
            visit = able[ways.index(way)]
            start = free + way + dice.randrange(60)
            home = problem.travel.between(visit.place, team.base)[0]
            if stops == team.max_visits_per_shift or start + visit.duration + home > closes:
                break
            opens = start - dice.randrange(HOUR)
            planned[visit.id] = replace(visit, windows=((opens, opens + HOUR),))
            left.remove(visit)
            at, free, stops = visit.place, start + visit.duration, stops + 1
    return replace(problem, visits=tuple(planned[one.id] for one in problem.visits if one.id in planned))


def test_pressing_early_loses_none_of_a_day_made_from_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that every short search serves all, and that each loses somebody where prices stay low until the end."""
    problem = _planned(6)

    def lost() -> list[int]:
        return [len(searched(Timetable(Model(problem)), Limits(90_000), seed).unserved()) for seed in (1, 2, 3)]

    assert lost() == [0, 0, 0]
    for name in ("RISE", "RISE_CLOSE"):
        monkeypatch.setattr(pressure, name, 0)
    monkeypatch.setattr(annealing, "EXPLORE_FEW", annealing.EXPLORE)
    assert 0 not in lost()


def test_prices_fall_back_where_pressing_leads_nowhere() -> None:
    """Tests that whoever has no place grows dearer while fewer and fewer have none, and that this ends."""
    press, absent = pressure.Pressure(3), np.array([True, False, True])
    press.grow(absent, pressure.PRESSED + 1)
    assert press.price.tolist() == [0, 0, 0]
    for unserved in (80, 75, 70):
        press.grow(absent, unserved)
    assert press.price.tolist() == [3 * pressure.RISE, 0, 3 * pressure.RISE]
    for _ in range(pressure.PATIENCE + 1):
        press.grow(absent, 70)
    assert press.price.tolist() == [0, 0, 0]
    press.grow(absent, 30)
    assert press.price.tolist() == [0, 0, 0]


def test_pressing_goes_on_for_longer_where_all_are_close_to_a_place() -> None:
    """Tests that prices rise faster and fall back later than where many have none."""
    press, absent = pressure.Pressure(1), np.array([True])
    press.grow(absent, 40)
    for _ in range(pressure.PATIENCE_CLOSE):
        press.grow(absent, 40)
    assert press.price.tolist() == [(1 + pressure.PATIENCE_CLOSE) * pressure.RISE_CLOSE]
    press.grow(absent, 40)
    assert press.price.tolist() == [0]


def test_what_cuts_in_a_hurry_leave_is_no_reason_to_give_up() -> None:
    """Tests that the short cuts by which a search catches up with the clock raise prices, but are not counted."""
    press, absent = pressure.Pressure(1), np.array([True])
    for _ in range(30):
        press.grow(absent, 40, behind=True)
    assert press.price.tolist() == [30 * pressure.RISE_CLOSE]


def test_the_last_few_are_pressed_for_to_the_end() -> None:
    """Tests that so few may find room yet, however long it takes."""
    press, absent = pressure.Pressure(1), np.array([True])
    for _ in range(20):
        press.grow(absent, pressure.HOPELESS)
    assert press.price.tolist() == [20 * pressure.RISE_CLOSE]


def test_a_search_by_the_clock_is_not_ended_by_the_work_of_its_limit() -> None:
    """Tests that a machine four times as fast as the limit reckons with is kept busy: there its clock hardly moves."""
    problem, work = day("two-hour", Size(teams=16, visits=180, side=22.0), 1), 2_000
    timetable = Timetable(Model(problem))
    table = pair_table(timetable.model, range(len(timetable.model.visits)))
    found = annealing.anneal(timetable, table, Limits(work, lambda: False, lambda: 0), 1)
    assert found.work >= AHEAD * work > work


def test_the_search_cools_evenly() -> None:
    """Tests the warmth at its corners: it never rises, and it never dies out."""
    warmth = [annealing.warmth_at(done) for done in range(1001)]
    assert warmth[0] == annealing.WARM
    assert warmth[-1] == annealing.COOL
    assert warmth == sorted(warmth, reverse=True)
