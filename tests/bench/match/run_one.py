"""One solver on one problem in a process of its own, from start-up to the written answer within a number of seconds.

    python -m tests.bench.match.run_one SOLVER SETTING CLOCK SECONDS THREADS BEGAN SOURCE OUT [KEEP]

BEGAN is the reading of the system's monotonic clock when the process was asked for, so that start-up, reading and
building count; KEEP is a file with the ids of the visits that alone are wanted.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from linli.matcher.problem import Problem
from tests.bench.match.deadline import Deadline
from tests.bench.match.schedule import Orders
from tests.bench.match.source import kept, problem_of

Solver = Callable[[Problem, Deadline, str], Orders]

SOLVERS = {
    "linli": ("solver_linli", "solve"),
    "vroom": ("solver_vroom", "solve"),
    "pyvrp": ("solver_pyvrp", "solve"),
    "ortools": ("solver_ortools", "solve"),
    "timefold": ("solver_timefold", "solve"),
    "nearest": ("solver_simple", "nearest"),
    "insertion": ("solver_simple", "insertion"),
    "assignment": ("solver_simple", "assignment"),
    "sketch": ("solver_sketch", "solve"),
}


def solver_of(name: str) -> Solver:
    """Return a solver; only its own library is loaded."""
    module, function = SOLVERS[name]
    loaded: Any = import_module(f"tests.bench.match.{module}")
    solver: Solver = getattr(loaded, function)
    return solver


def main() -> None:
    """Solve and write the orders, and the memory that it took."""
    name, setting, clock, seconds, threads, began, source, out, *keep = sys.argv[1:]
    deadline = Deadline("cpu" if clock == "cpu" else "wall", float(seconds), int(threads), float(began))
    solver = solver_of(name)
    problem = problem_of(source)
    if keep:
        problem = kept(problem, frozenset(json.loads(Path(keep[0]).read_text(encoding="utf-8"))))
    orders = solver(problem, deadline, setting)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    Path(out).write_text(json.dumps({"orders": orders, "peak_mb": peak}), encoding="utf-8")


if __name__ == "__main__":
    main()
