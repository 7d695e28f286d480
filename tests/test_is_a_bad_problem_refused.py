"""A malformed problem is refused with the path of the fault; an impossible one is solved, with nobody sent."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from linli.matcher.insertion.insertion import insert
from linli.matcher.problem import (
    Fetch,
    Place,
    Plan,
    Problem,
    ProblemError,
    Route,
    SkillNeed,
    Stop,
    TravelLimit,
    Weights,
)
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
    "teams[0].crews: 1000000000 is too large": one(a_visit(), replace(a_team(), crews=10**9)),
    "visits[0].place: 95.0, 108.2 is off the earth": one(
        replace(a_visit(), place=Place(95.0, 108.2, "hill")), a_team()
    ),
    "visits[0].place: nan, 108.2 is off the earth": one(replace(a_visit(), place=Place(nan, 108.2, "hill")), a_team()),
    "visits[0].place: 27.9, inf is off the earth": one(replace(a_visit(), place=Place(27.9, inf, "hill")), a_team()),
    "visits[0].place.terrain: 'moon' is none of seat, hill": one(
        replace(a_visit(), place=Place(27.9, 108.2, "moon")), a_team()
    ),
    "teams[0].base: 27.9, -181.0 is off the earth": one(a_visit(), replace(a_team(), base=Place(27.9, -181.0, "hill"))),
    "visits[0].fetch.place: -91.0, 0.0 is off the earth": one(
        replace(a_visit(), fetch=Fetch(Place(-91.0, 0.0, "hill"), 60)), a_team()
    ),
    "visits[0].duration: 2147483649 s is too large": one(replace(a_visit(), duration=(1 << 31) + 1), a_team()),
    "visits[0].windows[0]: too far from now": one(replace(a_visit(), windows=((NINE, 1 << 70),)), a_team()),
    "teams[0].shifts[0]: too far from now": one(a_visit(), replace(a_team(), shifts=((-(1 << 62), NINE),))),
    "now: 1180591620717411303424 is too large": replace(FINE, now=1 << 70),
    "visits[0].travel_limit.metres: -5 m is negative": one(
        replace(a_visit(), travel_limit=TravelLimit(metres=-5)), a_team()
    ),
    "teams[0].travel_limit.seconds: -5 s is negative": one(
        a_visit(), replace(a_team(), travel_limit=TravelLimit(seconds=-5))
    ),
    "visits[0].needs[0].level: 0 is below 1": one(replace(a_visit(), needs=(SkillNeed("care", level=0),)), a_team()),
    "teams[0].acceptance: 1001 is not between 0 and 1000": one(a_visit(), replace(a_team(), acceptance=1001)),
    "teams[0].max_visits_per_day: -1 is negative": one(a_visit(), replace(a_team(), max_visits_per_day=-1)),
    "teams[0].load: 4611686018427387904 is too large": one(a_visit(), replace(a_team(), load=1 << 62)),
    "weights.travel: -1 is negative": replace(FINE, weights=Weights(travel=-1)),
    "weights.load: 1152921504606846976 is too large": replace(FINE, weights=Weights(load=1 << 60)),
    "weights.waiting: the bands do not begin one after another": replace(FINE, weights=Weights(waiting=(500, 100))),
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
