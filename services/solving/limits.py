"""How long the matcher may work on a file: deterministic units, or seconds of a clock that only services may read."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from linli.matcher.problem import Plan, Problem
from linli.matcher.solve import Limits, Result, solve
from linli.schemas.errors import Code, LinliError

CHUNK = 20_000
"""Units between two looks at the clock: some tenth of a second."""

SECONDS_DEFAULT = 2.0
"""What a person waits without wondering."""

Progress = Callable[[float, int], None]
"""Told the seconds gone and the jobs that have a place."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be spent: units if they are given, else seconds.

    Parameters
    ----------
    seconds
        Wall clock; the answer then depends on the machine.
    work
        Deterministic units: the same answer everywhere.
    seed
        Of the engine's random numbers.
    """

    seconds: float = SECONDS_DEFAULT
    work: int | None = None
    seed: int = 1


def allowance_of(seconds: float | None, work: int | None, seed: int) -> Allowance:
    """Return what a person allowed: seconds or work, not both.

    Raises
    ------
    LinliError
        If both are given.
    """
    if seconds is not None and work is not None:
        raise LinliError(Code.USAGE, detail="--seconds / --work")
    return Allowance(SECONDS_DEFAULT if seconds is None else seconds, work, seed)


def solve_within(problem: Problem, allowance: Allowance, progress: Progress = lambda _, __: None) -> Result:
    """Solve a problem, and stop when the allowance is spent.

    Raises
    ------
    ProblemError
        If the problem is malformed.
    """
    if allowance.work is not None:
        return solve(problem, Plan(), Limits(allowance.work), allowance.seed)
    began = time.monotonic()
    result = solve(problem, Plan(), Limits(0), allowance.seed)
    turn = 0
    while time.monotonic() - began < allowance.seconds and not (result.report.complete and result.report.proven):
        turn += 1
        result = solve(problem, result.plan, Limits(CHUNK), allowance.seed + turn)
        progress(time.monotonic() - began, sum(result.objective.served))
    return result
