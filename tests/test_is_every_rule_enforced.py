"""Every hard rule about one visit and one team is enforced: by the solvers and by the checker, each by itself."""

from __future__ import annotations

import pytest

from linli.matcher.checker import check
from linli.matcher.problem import Plan
from linli.matcher.rules import PAIR_RULES, RULES, first_violation, violations
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import one
from tests.support.twins import IDS, PAIRS, Twins, plan_of


@pytest.mark.parametrize("twins", PAIRS, ids=IDS)
def test_the_visit_is_served_where_the_rule_holds(twins: Twins) -> None:
    """Tests that a pair that holds every rule is planned and passes the checker."""
    problem = one(*twins.holds)
    assert first_violation(problem, *twins.holds) is None
    result = solve(problem, Plan(), Limits(1_000), 1)
    assert result.plan.placed() == {"v-00"}
    assert check(problem, result.plan) == []


@pytest.mark.parametrize("twins", PAIRS, ids=IDS)
def test_the_visit_is_not_served_where_the_rule_is_broken(twins: Twins) -> None:
    """Tests that the pair rule names the break and its amount, that nothing else breaks, and that nobody is sent."""
    problem = one(*twins.breaks)
    broken = violations(problem, *twins.breaks)
    assert [violation.rule for violation in broken] == [twins.rule]
    assert broken[0].amount == (twins.amount or broken[0].amount)
    assert (broken[0].team, broken[0].visit) == ("team-00", "v-00")
    assert solve(problem, Plan(), Limits(1_000), 1).plan == Plan()


@pytest.mark.parametrize("twins", PAIRS, ids=IDS)
def test_the_checker_agrees(twins: Twins) -> None:
    """Tests that the checker, which shares nothing with the rules, names the same rule if the visit is made anyway."""
    start = solve(one(*twins.holds), Plan(), Limits(0), 1).plan.routes[0].stops[0].start
    found = check(one(*twins.breaks), plan_of(max(start, twins.breaks[0].windows[0][0])))
    codes = {violation.rule for violation in found}
    # Whether one who cannot be there in time breaks the window, the crew's time or the working hours is a matter of
    # which of the three the plan chose to bend.
    late = {"time_window", "crew_capacity", "working_hours"}
    assert codes & (late if twins.rule in late else {twins.rule})
    no_crew = {"crew_capacity"} if twins.breaks[1].crews == 0 else set[str]()
    assert codes <= (late if twins.rule in late else {twins.rule}) | no_crew


def test_every_rule_has_twins() -> None:
    """Tests that no rule is listed without a test here, and that every pair rule has a name for people."""
    on_routes = {"crew_capacity", "once", "known", "promise", "moves", "fetch", "day_limit", "together"}
    on_routes |= {"shift_travel", "shift_metres"}
    assert {twins.rule for twins in PAIRS} | on_routes == set(RULES)
    assert all(rule.english and rule.chinese for rule in RULES.values())
    assert len(PAIR_RULES) == len({twins.rule for twins in PAIRS})
