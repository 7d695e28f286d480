"""Leaves most spare vehicles of a large fleet at home: the search cuts teams into parts that search side by side.

Files of a thousand clients name 250 vehicles where twenty are enough; parts of mostly idle teams hold too few visits.
"""

from __future__ import annotations

from dataclasses import replace

from linli.matcher.checker import check
from linli.matcher.problem import Plan, Problem
from linli.matcher.search.solve import solve
from tests.bench.instances.budget import Budget
from tests.bench.instances.instance import Instance

SHORT = 0.05
"""Part of the budget for a first plan that tells how many vehicles are needed."""

SPARE = 2
"""Vehicles above those of the first plan."""


def needed(problem: Problem, budget: Budget) -> tuple[Problem, Plan]:
    """Return the problem with the vehicles that a first plan uses and a few more, and that plan."""
    plan = solve(problem, Plan(), budget.part(SHORT), 1).plan
    used = {route.team for route in plan.routes if route.stops}
    spare = [team for team in problem.teams if team.id not in used][:SPARE]
    kept = tuple(team for team in problem.teams if team.id in used or team in spare)
    return replace(problem, teams=kept), plan


def solve_few(instance: Instance, budget: Budget) -> Plan:
    """Return a plan by the vehicles that are needed.

    Raises
    ------
    AssertionError
        If the checker finds a broken rule.
    """
    problem, plan = needed(instance.problem, budget)
    plan = solve(problem, plan, budget.part(1 - SHORT), 1).plan
    broken = check(instance.problem, plan)
    if broken:
        raise AssertionError(f"a plan that breaks {broken[0].rule}")
    return plan
