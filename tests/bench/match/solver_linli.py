"""Linli as `linli solve` runs it."""

from __future__ import annotations

from linli.matcher.problem import Problem
from linli.services.solving.limits import Allowance, solve_within
from tests.bench.match.deadline import Deadline
from tests.bench.match.schedule import Orders, orders_of


def solve(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Solve by Linli; the setting is the seed."""
    allowance = Allowance(deadline.left(), seed=int(setting), threads=deadline.threads)
    return orders_of(solve_within(problem, allowance, clock=deadline.gone).plan)
