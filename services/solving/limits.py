"""How long the matcher may work on a file: deterministic units, or seconds of a clock that only services may read."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from linli.matcher import compiled
from linli.matcher.insertion import compiled_insertion
from linli.matcher.memory import Memory
from linli.matcher.problem import Plan, Problem
from linli.matcher.search.solve import Limits, Result, solve
from linli.schemas.errors import Code, LinliError
from linli.services.language import both
from linli.services.solving.one_arena import share_one_arena

SECONDS_DEFAULT = 2.0
"""What a person waits without wondering."""

UNITS_PER_SECOND = 250_000
"""Units that no thread does in a second: twice what the machine measured does. Where seconds are the limit, they end
the search; the units only say how the work is to be divided."""

PROGRESS_S = 0.5
"""Between two words about the progress."""

WORTH_LOADING = 3_000
"""Pairs of visits and crews from which on insertion in plain Python takes longer than loading machine code for it, some
hundredths of a second."""

GC_THRESHOLD = 200_000
"""New objects between looks for garbage in circles: with Python's 700 they were two thirds of the time in which a large
problem is asked who may go where, and found nothing. For the whole process, which solves and ends."""

Progress = Callable[[float], None]
"""Told the part of the time that is gone."""


class Clock(Protocol):
    """What says how much time is gone; anything that only grows."""

    def __call__(self) -> float:
        """Return the part of the time that is gone; 1 or more when it is over."""
        ...


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
    threads
        That may work; the answer depends on their number only where seconds are the limit.
    """

    seconds: float = SECONDS_DEFAULT
    work: int | None = None
    seed: int = 1
    threads: int = 1


def allowance_of(seconds: float | None, work: int | None, seed: int, threads: int) -> Allowance:
    """Return what a person allowed: seconds or work, not both.

    Raises
    ------
    LinliError
        If both are given.
    """
    if seconds is not None and work is not None:
        raise LinliError(
            Code.USAGE, detail=both("give --seconds or --work, not both", "--seconds 与 --work 只能给出其一")
        )
    return Allowance(SECONDS_DEFAULT if seconds is None else seconds, work, seed, threads)


def wall_clock(seconds: float) -> Clock:
    """Return a clock that is over so many seconds from now."""
    began = time.monotonic()
    return lambda: 1.0 if seconds <= 0 else (time.monotonic() - began) / seconds


def solve_within(
    problem: Problem, allowance: Allowance, progress: Progress = lambda _: None, clock: Clock | None = None
) -> Result:
    """Solve a problem, and stop when the allowance is spent.

    Parameters
    ----------
    problem
        What is to be planned.
    allowance
        How much may be spent.
    progress
        Told now and then how far it is, where seconds are the limit.
    clock
        Instead of the wall clock, where seconds are the limit.

    Raises
    ------
    ProblemError
        If the problem is malformed.
    """
    limits = limits_within(allowance, progress, clock)
    share_one_arena()
    gc.set_threshold(GC_THRESHOLD)
    if pairs(problem) >= WORTH_LOADING and compiled.is_warm():
        compiled_insertion.load()
        problem = replace(problem, memory=problem.memory or Memory(problem.travel, problem.weights))
    return solve(problem, Plan(), limits, allowance.seed)


def pairs(problem: Problem) -> int:
    """Return how many pairs there are of a visit and a crew's shift."""
    return len(problem.visits) * sum(team.crews * len(team.shifts) for team in problem.teams)


def limits_within(allowance: Allowance, progress: Progress = lambda _: None, clock: Clock | None = None) -> Limits:
    """Return an allowance as limits that begin now; see `solve_within`."""
    if allowance.work is not None:
        return Limits(allowance.work, threads=allowance.threads)
    gone = clock or wall_clock(allowance.seconds)
    told = time.monotonic()

    def is_over() -> bool:
        nonlocal told
        part = gone()
        if time.monotonic() - told >= PROGRESS_S:
            told = time.monotonic()
            progress(min(part, 1.0))
        return part >= 1.0

    ceiling = 0 if is_over() else max(1, round(allowance.seconds * UNITS_PER_SECOND * allowance.threads))
    return Limits(ceiling, is_over, lambda: min(1000, int(1000 * gone())), allowance.threads)
