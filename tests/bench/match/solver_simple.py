"""What needs no search: the telephone desk, greedy insertion, and an assignment that forgets the routes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from linli.matcher.insertion.baseline import first_come_nearest
from linli.matcher.insertion.insertion import best_in_tour
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem
from linli.matcher.search.solve import Limits
from linli.matcher.search.solve import solve as solve_problem
from linli.matcher.timetable import Timetable
from tests.bench.match.arrays import Arrays, arrays_of, worth
from tests.bench.match.deadline import Deadline
from tests.bench.match.schedule import Orders, orders_of


def nearest(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """First come, first served, by the nearest team that is able and free."""
    return orders_of(first_come_nearest(problem))


def insertion(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Each visit at its cheapest place, one after the other: Linli without any time."""
    return orders_of(solve_problem(problem, Plan(), Limits(0), 1).plan)


def assignment(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Give visits to teams by a minimum cost flow over distances from the base; then drive what can be driven.

    Setting ``hours`` gives each team as many visits as its shift holds of average length, ``most`` its limit of visits.
    """
    arrays = arrays_of(problem)
    given = _flow(arrays, setting)
    model = Model(problem)
    timetable = Timetable(model)
    for visit, team in sorted(given.items(), key=lambda one: _window_end(problem, one[0])):
        for fit in model.fits(visit):
            if model.duties[fit.duty].team == team:
                _, position = best_in_tour(timetable.tours[fit.duty], visit, fit)
                if position >= 0:
                    timetable.put(visit, fit, position)
    return orders_of(timetable.plan())


def _window_end(problem: Problem, visit: int) -> tuple[int, int]:
    return problem.visits[visit].windows[0][1], visit


def _flow(arrays: Arrays, setting: str) -> dict[int, int]:
    """Return for visits the team they are assigned to."""
    flow: Any = import_module("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    source, unserved = arrays.teams + arrays.visits, arrays.teams + arrays.visits + 1
    pairs: list[tuple[int, int, int]] = []
    for visit in range(arrays.visits):
        flow.add_arc_with_capacity_and_unit_cost(source, arrays.teams + visit, 1, 0)
        flow.add_arc_with_capacity_and_unit_cost(arrays.teams + visit, unserved, 1, worth(arrays, visit))
        for team in np.flatnonzero(arrays.able[:, visit]).tolist():
            cost = int(arrays.seconds[team, arrays.teams + visit])
            pairs.append(
                (int(flow.add_arc_with_capacity_and_unit_cost(arrays.teams + visit, team, 1, cost)), visit, team)
            )
    for team, most in enumerate(_mosts(arrays, setting)):
        flow.add_arc_with_capacity_and_unit_cost(team, unserved, most, 0)
    flow.set_node_supply(source, arrays.visits)
    flow.set_node_supply(unserved, -arrays.visits)
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("every visit can stay unserved, so there is always a flow")
    return {visit: team for arc, visit, team in pairs if flow.flow(arc)}


def _mosts(arrays: Arrays, setting: str) -> list[int]:
    average = sum(visit.duration for visit in arrays.problem.visits) // max(1, arrays.visits)
    mosts: list[int] = []
    for team in arrays.problem.teams:
        opens, closes = team.shifts[0]
        limit = arrays.visits if team.max_visits_per_shift is None else team.max_visits_per_shift
        mosts.append(min(limit, (closes - opens) // average) if setting == "hours" else limit)
    return mosts
