"""Prices from the linear relaxation: what a visit and a crew's shift are worth, and which tours cannot matter.

GLOP gives floating-point duals. They are rounded to integers, and everything concluded from them is computed from these
in integers: any prices give a valid bound, rounded ones too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linli.matcher.exact.choices import Choices
from linli.matcher.exact.optimizers import model_builder


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices and what follows.

    Parameters
    ----------
    bound : int
        No choice of the given columns is worth more.
    reduced : tuple of int
        Each column's worth less the prices of what it uses. A column can only be part of a choice worth `v` if its
        reduced worth is at least ``v - bound``.
    """

    bound: int
    reduced: tuple[int, ...]


def find_prices(choices: Choices, worth: Sequence[int]) -> Prices | None:
    """Solve the linear relaxation and return its prices; None if GLOP fails.

    Parameters
    ----------
    choices : Choices
        The packing problem.
    worth : sequence of int
        Each column's coefficient in the objective to be maximised.
    """
    program = model_builder.Model()  # type: ignore[no-untyped-call]
    taken = [program.new_num_var(0.0, float("inf"), "") for _ in choices.columns]
    most = [(group.columns, 0, len(group.duties)) for group in choices.groups]
    most += [(columns, int(visit in choices.held), 1) for visit, columns in choices.by_visit]
    rows = [
        program.add_linear_constraint(_weighted([taken[j] for j in js], [1] * len(js)), lo, hi) for js, lo, hi in most
    ]
    rows += [
        program.add_linear_constraint(_weighted([taken[j] for j in one.columns], one.weights), 0, one.limit)
        for one in choices.shared
    ]
    program.maximize(_weighted(taken, worth))
    solver = model_builder.Solver("GLOP")
    if solver.solve(program) != model_builder.SolveStatus.OPTIMAL:
        return None
    return _conclude(choices, worth, [round(float(solver.dual_value(row))) for row in rows])


def _weighted(taken: Sequence[model_builder.Variable], worth: Sequence[int]) -> model_builder.LinearExpr:
    """Return the worth of what is taken; OR-Tools leaves this function untyped."""
    weights = [float(w) for w in worth]
    return model_builder.LinearExpr.weighted_sum(taken, weights)  # pyright: ignore[reportUnknownMemberType]


def _conclude(choices: Choices, worth: Sequence[int], duals: list[int]) -> Prices:
    """Compute bound and reduced worths from integer prices; only an exact demand may have a negative price."""
    reduced, bound = list(worth), 0
    for group, dual in zip(choices.groups, duals, strict=False):
        price = max(0, dual)
        bound += price * len(group.duties)
        for j in group.columns:
            reduced[j] -= price
    shared = duals[len(choices.groups) + len(choices.by_visit) :]
    for limit, dual in zip(choices.shared, shared, strict=True):
        price = max(0, dual)
        bound += price * limit.limit
        for j, weight in zip(limit.columns, limit.weights, strict=True):
            reduced[j] -= price * weight
    for (visit, columns), dual in zip(choices.by_visit, duals[len(choices.groups) :], strict=False):
        price = dual if visit in choices.held else max(0, dual)
        bound += price
        for j in columns:
            reduced[j] -= price
    return Prices(bound + sum(max(0, r) for r in reduced), tuple(reduced))
