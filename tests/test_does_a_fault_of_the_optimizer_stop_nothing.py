"""A fault of the optimizer costs a round its better plan and nothing else: it falls back to insertion and says why."""

from __future__ import annotations

import pytest

from linli.matcher.engine_fault import EngineFaultError
from linli.matcher.problem import Plan, Problem
from linli.matcher.rounds import matching
from linli.matcher.rounds.matching import PlanRefusedError
from linli.matcher.rules import Violation
from linli.matcher.search.solve import Limits, Result, solve
from linli.schemas.lifecycle import State
from linli.schemas.rounds import SolverReport
from tests.support.desk_words import last
from tests.support.district import Desk

LATE = Violation("working_hours", "t0", "r-1/0", 60, "s")


def _ordered(desk: Desk) -> SolverReport:
    """Order help; return what the optimizer reported of the round."""
    decision = desk.place_order("1")
    assert decision.solver is not None
    return decision.solver


def test_an_engine_that_contradicts_itself_leaves_the_round_to_insertion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the request is promised all the same, and that the round says what was wrong."""

    def faulty(problem: Problem, plan: Plan, limits: Limits, seed: int) -> Result:
        if limits.work:
            raise EngineFaultError("a listed tour of duty 2 cannot be made again")
        return solve(problem, plan, limits, seed)

    monkeypatch.setattr(matching, "solve", faulty)
    desk = Desk()
    report = _ordered(desk)
    assert (report.engine, report.served) == ("insertion", 1)
    assert report.fallback == "insertion after engine_fault"
    assert report.fault == "a listed tour of duty 2 cannot be made again"
    assert last(desk).state is State.PROMISED


def test_a_plan_the_checker_refuses_leaves_the_round_to_insertion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a plan that breaks a rule is never written, and that the round names the rule."""

    def strict(problem: Problem, before: Plan, result: Result) -> list[Violation]:
        return [] if result.report.work == 0 and result.report.engine == "insertion" else [LATE]

    monkeypatch.setattr(matching, "_judged", strict)
    desk = Desk()
    report = _ordered(desk)
    assert report.fallback == "insertion after working_hours"
    assert report.fault == "working_hours t0 r-1/0 by 60 s"
    assert last(desk).state is State.PROMISED


def test_a_district_is_held_where_no_plan_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that nothing is written where insertion on the last plan breaks a rule, too."""

    def refuse(problem: Problem, before: Plan, result: Result) -> list[Violation]:
        return [LATE]

    desk = Desk()
    monkeypatch.setattr(matching, "_judged", refuse)
    with pytest.raises(PlanRefusedError, match="working_hours t0 r-1/0 by 60 s"):
        desk.place_order("1")


def test_a_sound_round_reports_no_fault() -> None:
    """Tests that nothing is said where nothing was wrong."""
    report = _ordered(Desk())
    assert (report.fallback, report.fault) == ("", "")
