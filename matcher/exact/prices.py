"""Prices from the linear relaxation: what a visit, a crew's shift and a day's limit are worth.

GLOP gives floating-point duals. They are rounded to parts of a priced second, and everything concluded from them is
computed from these in integers: any prices give a valid bound, rounded ones too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import NamedTuple

from linli.matcher.exact.choices import Column, Rows
from linli.matcher.exact.optimizers import model_builder_helper
from linli.matcher.kernels.tour_sets_layout import SCALE

NEARLY = 1e-6
"""How far from a whole number a share may be that GLOP computed and that is one."""


LEAST = -(1 << 52)
"""No visit's price is lower: 62 of them still fit into 64 bits, and any prices are valid."""


class Prices(NamedTuple):
    """Prices in parts of `SCALE`, by visit, group and limit, and the columns taken if none is taken in part.

    Those of groups and limits are never above 0, those of visits never above what leaving them out costs.
    """

    visits: list[int]
    groups: list[int]
    limits: list[int]
    taken: list[Column] | None

    def bound(self, rows: Rows, lowest: Sequence[int]) -> int:
        """Return what no choice costs less than, in parts of `SCALE`, where `lowest` is said of each group.

        It is the lowest reduced cost of all tours of the group, but for the price of the group itself.
        """
        found = sum(self.visits) + sum(price * limit for price, limit in zip(self.limits, rows.limits, strict=True))
        for size, price, low in zip(rows.sizes, self.groups, lowest, strict=True):
            found += size * (price + min(0, low - price))
        return found


def find_prices(rows: Rows, columns: Sequence[Column]) -> Prices | None:
    """Solve the linear relaxation and return its prices; None if GLOP fails."""
    program = model_builder_helper.ModelBuilderHelper()
    visits, groups = len(rows.left_out), len(rows.sizes)
    spans = [(1.0, 1.0)] * visits + [(float("-inf"), float(most)) for most in (*rows.sizes, *rows.limits)]
    for least, most in spans:
        row = program.add_linear_constraint()
        program.set_constraint_lower_bound(row, least)
        program.set_constraint_upper_bound(row, most)
    for column in columns:
        terms = [(visit, 1) for visit in column.visits] + [(visits + column.group, 1)]
        _add(program, column.cost, [*terms, *((visits + groups + k, share) for k, share in column.shares)])
    for visit, cost in enumerate(rows.left_out):
        if cost is not None:
            _add(program, cost, [(visit, 1)])
    solver = model_builder_helper.ModelSolverHelper("GLOP")
    solver.solve(program)
    if not solver.has_solution() or solver.status() != model_builder_helper.SolveStatus.OPTIMAL:
        return None
    exact, values = [float(dual) for dual in solver.dual_values()], [float(value) for value in solver.variable_values()]
    if not all(map(isfinite, (*exact, *values))):
        return None
    duals = [max(LEAST, round(SCALE * dual)) for dual in exact]
    return Prices(
        [p if out is None else min(p, SCALE * out) for p, out in zip(duals, rows.left_out, strict=False)],
        [min(0, price) for price in duals[visits : visits + groups]],
        [min(0, price) for price in duals[visits + groups :]],
        _taken(columns, values),
    )


def _add(program: model_builder_helper.ModelBuilderHelper, cost: int, terms: Iterable[tuple[int, int]]) -> None:
    """Add a column with its rows."""
    variable = program.add_var()
    program.set_var_lower_bound(variable, 0.0)
    program.set_var_objective_coefficient(variable, float(cost))
    for row, weight in terms:
        program.add_term_to_constraint(row, variable, float(weight))


def _taken(columns: Sequence[Column], values: list[float]) -> list[Column] | None:
    """Return the columns that are taken; None if a column or a left out visit is in part."""
    if any(abs(value - round(value)) > NEARLY for value in values):
        return None
    return [column for column, value in zip(columns, values, strict=False) for _ in range(round(value))]
