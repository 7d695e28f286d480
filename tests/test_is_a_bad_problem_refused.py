"""A malformed problem is refused with the path of the fault; an impossible one is solved, with nobody sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linli.matcher.insertion.insertion import insert
from linli.matcher.problem import Plan, Problem, ProblemError, Route, Stop
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, one

FINE = one(a_visit(), a_team())
NINE = MIDNIGHT + 9 * HOUR

BAD = {
    "visits[1].id: 'v-00' is used twice": replace(FINE, visits=(a_visit(), a_visit())),
    "teams[1].id: 'team-00' is used twice": replace(FINE, teams=(a_team(), a_team())),
    "visits[0].duration: -1 s is negative": one(replace(a_visit(), duration=-1), a_team()),
    "visits[0].urgency: -1 is negative": one(replace(a_visit(), urgency=-1), a_team()),
    "visits[0].windows[0]: ends before it starts": one(replace(a_visit(), windows=((NINE, NINE - 1),)), a_team()),
    "visits[0].windows[1]: begins before the one before it ends": one(
        replace(a_visit(), windows=((NINE, NINE + 10), (NINE + 10, NINE + 20))), a_team()
    ),
    "teams[0].shifts[0]: ends before it starts": one(a_visit(), replace(a_team(), shifts=((NINE, NINE - 1),))),
    "teams[0].crews: -1 is negative": one(a_visit(), replace(a_team(), crews=-1)),
}


@pytest.mark.parametrize(("message", "problem"), BAD.items(), ids=list(BAD))
def test_the_fault_is_named(message: str, problem: Problem) -> None:
    """Tests that a malformed problem raises an error that says where and what."""
    with pytest.raises(ProblemError) as refused:
        solve(problem, Plan(), Limits(0), 1)
    assert message in str(refused.value)


@pytest.mark.parametrize("work", [0, 5_000])
def test_empty_and_impossible_problems_are_solved(work: int) -> None:
    """Tests that nothing to plan, nobody to send and no way to serve all lead to an empty plan."""
    for problem in (
        replace(FINE, visits=()),
        replace(FINE, teams=()),
        replace(FINE, visits=(), teams=()),
        one(replace(a_visit(), windows=()), a_team()),
        one(a_visit(), replace(a_team(), shifts=())),
        replace(FINE, now=MIDNIGHT + 1_000 * HOUR),
    ):
        assert solve(problem, Plan(), Limits(work), 1).plan == Plan()


def test_a_plan_of_another_world_is_repaired_or_refused() -> None:
    """Tests that solving drops what the problem does not know, and that inserting refuses such a plan."""
    stop = Stop("ghost", NINE, NINE, NINE + HOUR)
    strange = Plan((Route("nobody", 0, (stop,)), Route("team-00", 0, (stop,)), Route("team-00", 7, (stop,))))
    assert solve(FINE, strange, Limits(0), 1).plan.placed() == {"v-00"}
    with pytest.raises(ProblemError, match="ghost"):
        insert(FINE, strange, "v-00")
    with pytest.raises(ProblemError, match="v-77"):
        insert(FINE, Plan(), "v-77")
