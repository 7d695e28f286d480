"""Solves a public instance, in whatever way it asks for."""

from __future__ import annotations

from linli.matcher.checker import check
from linli.matcher.problem import Plan
from linli.matcher.search.solve import solve
from tests.bench.instances.budget import Budget
from tests.bench.instances.instance import Instance


def plan_of(instance: Instance, budget: Budget) -> Plan:
    """Return a plan that our checker accepts, within a budget.

    Raises
    ------
    AssertionError
        If the checker finds a broken rule.
    """
    if instance.solve is not None:
        return instance.solve(instance, budget)
    plan = solve(instance.problem, Plan(), budget.part(1.0), 1).plan
    broken = check(instance.problem, plan)
    if broken:
        raise AssertionError(f"a plan that breaks {broken[0].rule}")
    return plan
