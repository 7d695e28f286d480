"""CP-SAT chooses among tours: each group takes as many as it has crews, each visit is on one or is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from linli.matcher.exact.choices import Column, Rows
from linli.matcher.exact.optimizers import cp_model

SEED_MASK = (1 << 31) - 1
"""CP-SAT takes seeds of 31 bits."""


class Packed(NamedTuple):
    """What was chosen: None if nothing that costs less was found; whether that is proved the best; effort spent."""

    chosen: list[Column] | None
    proven: bool
    effort: float


def pack(rows: Rows, columns: Sequence[Column], below: int, effort: float, seed: int) -> Packed:
    """Find the cheapest choice of these columns that costs less than `below`.

    Parameters
    ----------
    rows : Rows
        What it has to keep.
    columns : sequence of Column
        What may be chosen.
    below : int
        The cost of the best choice known.
    effort : float
        CP-SAT's deterministic time limit, in its own units (about a second).
    seed : int
        Of CP-SAT's random choices.
    """
    program = cp_model.CpModel()
    taken = [program.new_bool_var("") for _ in columns]
    left_out = [None if cost is None else program.new_bool_var("") for cost in rows.left_out]
    _keep_rows(program, rows, columns, taken, left_out)
    costs = [column.cost for column in columns] + [cost for cost in rows.left_out if cost is not None]
    literals = [*taken, *(one for one in left_out if one is not None)]
    price = cp_model.LinearExpr.weighted_sum(literals, costs)  # pyright: ignore[reportUnknownMemberType]
    program.add(price < below)
    program.minimize(price)
    solver = _solver(effort, seed)
    status = solver.solve(program)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return Packed(
        [column for column, one in zip(columns, taken, strict=True) if solver.boolean_value(one)] if found else None,
        status in (cp_model.OPTIMAL, cp_model.INFEASIBLE),
        solver.response_proto.deterministic_time,
    )


def _keep_rows(
    program: cp_model.CpModel,
    rows: Rows,
    columns: Sequence[Column],
    taken: Sequence[cp_model.IntVar],
    left_out: Sequence[cp_model.IntVar | None],
) -> None:
    """Have a choice keep every row."""
    by_visit = [[] if one is None else [one] for one in left_out]
    by_group: list[list[cp_model.IntVar]] = [[] for _ in rows.sizes]
    by_limit: list[list[tuple[cp_model.IntVar, int]]] = [[] for _ in rows.limits]
    for column, one in zip(columns, taken, strict=True):
        by_group[column.group].append(one)
        for visit in column.visits:
            by_visit[visit].append(one)
        for limit, share in column.shares:
            by_limit[limit].append((one, share))
    for literals in by_visit:
        program.add_exactly_one(literals)
    for literals, size in zip(by_group, rows.sizes, strict=True):
        if size == 1:
            program.add_at_most_one(literals)
        else:
            program.add(sum(literals) <= size)
    for shares, limit in zip(by_limit, rows.limits, strict=True):
        program.add(sum(share * one for one, share in shares) <= limit)


def _solver(effort: float, seed: int) -> cp_model.CpSolver:
    """Return a solver that answers alike every time: one worker, and work in place of a clock."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed & SEED_MASK
    solver.parameters.max_deterministic_time = effort
    return solver
