"""A run of one solver, measured from outside and judged by the checker and the objective alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from linli.matcher.checker import check
from linli.matcher.objective import evaluate
from linli.matcher.problem import Problem
from tests.bench.match.deadline import Clock
from tests.bench.match.equity import Shares, shares_of
from tests.bench.match.schedule import Orders, plan_of
from tests.bench.match.source import kept, problem_of

OVERRUN_S = 240.0
"""How long after its limit a solver may go on before it is stopped and counts as failed."""


class Answer(TypedDict):
    """What `run_one` writes."""

    orders: Orders
    peak_mb: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A solver with one of its settings.

    Parameters
    ----------
    name
        Of the solver.
    setting
        Documented in its module.
    threads
        That it may use.
    """

    name: str
    setting: str
    threads: int

    @property
    def label(self) -> str:
        """What stands in a table."""
        if self.name == "linli":
            return f"linli, {self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"{self.name} {self.setting}"


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one run.

    Parameters
    ----------
    candidate
        Who.
    source
        On what.
    wall, cpu
        Seconds of the whole process.
    peak_mb
        Its largest memory.
    served
        Per class of urgency, from the objective.
    travel
        Seconds, from the objective.
    shares
        Of the visits that counting disfavours, how many were served.
    visits
        Ids of the visits served.
    fault
        Why the run does not count; empty if it does.
    """

    candidate: Candidate
    source: str
    wall: float
    cpu: float
    peak_mb: int
    served: tuple[int, ...]
    travel: int
    shares: Shares
    visits: frozenset[str]
    fault: str = ""

    @property
    def count(self) -> int:
        """Visits served."""
        return sum(self.served)

    @property
    def key(self) -> tuple[int, ...]:
        """The vector; the better row has the smaller one."""
        return (*(-count for count in self.served), self.travel)


def measure(candidate: Candidate, source: str, clock: Clock, seconds: float, only: frozenset[str] | None = None) -> Row:
    """Run a solver in a process of its own and judge its plan."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        out, keep = Path(folder) / "out.json", Path(folder) / "keep.json"
        words = [candidate.name, candidate.setting, clock, str(seconds), str(candidate.threads)]
        more = [str(out)]
        if only is not None:
            keep.write_text(json.dumps(sorted(only)), encoding="utf-8")
            more.append(str(keep))
        before, began = os.times(), time.monotonic()
        command = [sys.executable, "-m", "tests.bench.match.run_one", *words, repr(began), source, *more]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + OVERRUN_S)
            fault = done.stderr.strip().splitlines()[-1] if done.returncode else ""
        except subprocess.TimeoutExpired:
            fault = f"still running {OVERRUN_S:.0f} s after its limit"
        wall, after = time.monotonic() - began, os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        if fault:
            return Row(candidate, source, wall, cpu, 0, (0,), 0, Shares(0, 0, 0), frozenset(), fault)
        told: Answer = json.loads(out.read_text(encoding="utf-8"))
    problem = problem_of(source) if only is None else kept(problem_of(source), only)
    return _judged(candidate, source, problem, told, wall, cpu)


def _judged(candidate: Candidate, source: str, problem: Problem, told: Answer, wall: float, cpu: float) -> Row:
    plan = plan_of(problem, told["orders"])
    broken = check(problem, plan)
    value, visits = evaluate(problem, plan), plan.placed()
    fault = f"{len(broken)} rules broken, first {broken[0]}" if broken else ""
    shares = shares_of(problem, visits)
    return Row(candidate, source, wall, cpu, told["peak_mb"], value.served, value.terms.travel, shares, visits, fault)
