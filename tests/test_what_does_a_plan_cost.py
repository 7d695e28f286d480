"""Every term of the objective is what its weight's description says, and classes of urgency come before all cost."""

from __future__ import annotations

import copy
from dataclasses import fields, replace

import pytest

from linli.matcher.objective import MOVE_TOLERANCE, CostTerms, Objective, evaluate
from linli.matcher.problem import Pin, Plan, Problem, Route, Stop, Weights
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, one

NINE = MIDNIGHT + 9 * HOUR
FREE = Weights(travel=0, lateness=0, move=0, continuity=0, reoffer=0, load=0)


def _terms(problem: Problem, start: int = NINE) -> CostTerms:
    stop = Stop("v-00", start, start, start + HOUR)
    return evaluate(problem, Plan((Route("team-00", 0, (stop,)),))).terms


def test_travel_is_there_and_back() -> None:
    """Tests that a tour's travel is counted from the base to the base."""
    problem = replace(one(a_visit(), a_team()), weights=replace(FREE, travel=3))
    way = problem.travel.between(a_team().base, a_visit().place)[0]
    assert _terms(problem) == CostTerms(travel=3 * 2 * way)


def test_lateness_counts_from_the_due_time() -> None:
    """Tests that every second after the due time costs, and none before it."""
    problem = replace(one(replace(a_visit(), due=NINE), a_team()), weights=replace(FREE, lateness=2))
    assert _terms(problem, NINE - 60) == CostTerms()
    assert _terms(problem, NINE + 60) == CostTerms(lateness=120)


def test_an_offered_visit_is_not_begun_before_what_was_told() -> None:
    """Tests that crew and resident may rely on the start they were told, and that a later one costs once."""
    told = replace(a_visit(), pin=Pin("team-00"), told=NINE + HOUR, promised=True)
    problem = replace(one(told, a_team()), weights=replace(FREE, move=7))
    assert solve(problem, Plan(), Limits(1_000), 1).plan.routes[0].stops[0].start == NINE + HOUR
    assert _terms(problem, NINE + HOUR + MOVE_TOLERANCE) == CostTerms()
    assert _terms(problem, NINE + HOUR + MOVE_TOLERANCE + 1) == CostTerms(moves=7)
    late = replace(problem, now=NINE + HOUR + 1800)
    assert solve(late, Plan(), Limits(1_000), 1).objective.terms == CostTerms(moves=7)


def test_another_than_the_regular_team_costs() -> None:
    """Tests the price of continuity."""
    weights = replace(FREE, continuity=600)
    assert _terms(replace(one(replace(a_visit(), regular_team="team-00"), a_team()), weights=weights)) == CostTerms()
    other = replace(one(replace(a_visit(), regular_team="team-07"), a_team()), weights=weights)
    assert _terms(other) == CostTerms(continuity=600)


def test_a_team_that_often_declines_costs() -> None:
    """Tests that the odds of asking again are priced."""
    problem = replace(one(a_visit(), replace(a_team(), acceptance=700)), weights=replace(FREE, reoffer=1_000))
    assert _terms(problem) == CostTerms(reoffers=300)


def test_load_is_convex() -> None:
    """Tests that an hour costs what the team has given already, and that the next hour costs more."""
    weights = replace(FREE, load=10)
    tired = replace(one(a_visit(), replace(a_team(), load=40 * HOUR)), weights=weights)
    rested = replace(one(a_visit(), a_team()), weights=weights)
    assert _terms(rested) == CostTerms(load=5)
    assert _terms(tired) == CostTerms(load=405)
    two = replace(rested, visits=(a_visit(), a_visit(1)))
    stops = (Stop("v-00", NINE, NINE, NINE + HOUR), Stop("v-01", NINE + HOUR, NINE + HOUR, NINE + 2 * HOUR))
    assert evaluate(two, Plan((Route("team-00", 0, stops),))).terms == CostTerms(load=20)


def test_the_less_tired_team_goes_where_ways_are_equal() -> None:
    """Tests that load decides among teams at the same place."""
    teams = (replace(a_team(), load=30 * HOUR), replace(a_team(1), load=HOUR), replace(a_team(2), load=20 * HOUR))
    result = solve(replace(one(a_visit(), a_team()), teams=teams), Plan(), Limits(1_000), 1)
    assert result.plan.routes[0].team == "team-01"


def test_one_urgent_visit_outweighs_many() -> None:
    """Tests that the vector is compared in order, and that the solver serves the urgent visit in the others' stead."""
    assert Objective((1, 0), CostTerms(travel=9_999)).key() < Objective((0, 9), CostTerms()).key()
    long = replace(a_visit(), duration=4 * HOUR, windows=((NINE, NINE + 60),))
    short = replace(a_visit(), duration=HOUR // 4, windows=((NINE, NINE + 3 * HOUR),), urgency=1)
    visits = (long, *(replace(short, id=f"w-{k}", request=f"w-{k}") for k in range(4)))
    team = replace(a_team(), shifts=((NINE - HOUR, NINE + 5 * HOUR),))
    problem = replace(one(long, team), visits=visits)
    crowded = solve(replace(problem, visits=visits[1:]), Plan(), Limits(0), 1).plan
    assert len(crowded.placed()) == 4
    assert solve(problem, crowded, Limits(10_000), 1).plan.placed() == {"v-00"}


def test_a_message_too_many_costs() -> None:
    """Tests that a team that was sent more messages than are free costs more for each, unless it has the visit."""
    problem = replace(one(a_visit(), replace(a_team(), asked=4)), weights=replace(FREE, notification=60))
    assert _terms(problem) == CostTerms(notifications=240)
    assert _terms(replace(problem, visits=(replace(a_visit(), pin=Pin("team-00")),))) == CostTerms()
    teams = (replace(a_team(), asked=40), replace(a_team(1), asked=1), replace(a_team(2), asked=2))
    assert solve(replace(problem, teams=teams), Plan(), Limits(1_000), 1).plan.routes[0].team == "team-01"


def _one_seat(urgency: tuple[int, int], registered: tuple[int, int]) -> Problem:
    """Return two visits for one of which there is room, the first far cheaper."""
    weights = Weights(waiting=(HOUR, 24 * HOUR))
    near = replace(a_visit(), windows=((NINE, NINE),), urgency=urgency[0], registered=registered[0])
    far = replace(
        a_visit(1), windows=((NINE, NINE),), urgency=urgency[1], registered=registered[1], place=a_team().base
    )
    return replace(one(near, a_team()), visits=(far, near), weights=weights)


@pytest.mark.parametrize("work", [0, 1_000, 50_000])
def test_who_has_waited_longer_comes_first(work: int) -> None:
    """Tests that within a class the higher band of waiting wins, whatever it costs, and never against urgency."""
    long, short = MIDNIGHT - 25 * HOUR, MIDNIGHT - 2 * HOUR
    waited = _one_seat((1, 1), (long, short))
    result = solve(waited, Plan(), Limits(work), 1)
    assert result.plan.placed() == {"v-00"}
    assert result.objective.served == (0, 0, 0, 1, 0, 0)
    same_band = _one_seat((1, 1), (short - 60, short))
    if work > 0:  # insertion alone takes what comes first
        assert solve(same_band, Plan(), Limits(work), 1).plan.placed() == {"v-01"}
    assert solve(_one_seat((1, 0), (long, MIDNIGHT)), Plan(), Limits(work), 1).plan.placed() == {"v-01"}


def test_terms_are_added_without_copying_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the terms keep their order, and that adding up a plan calls no deep copy: it took most of a round."""
    asked = list[object]()
    monkeypatch.setattr(copy, "deepcopy", asked.append)
    one_of_each = CostTerms(*range(1, 1 + len(fields(CostTerms))))
    assert one_of_each.each() == tuple(getattr(one_of_each, term.name) for term in fields(CostTerms))
    assert (one_of_each + one_of_each - one_of_each).total() == one_of_each.total() == sum(one_of_each.each())
    assert _terms(one(a_visit(), a_team())).travel > 0
    assert asked == []
