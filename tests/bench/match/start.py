"""How long a process takes from nothing to its first plan, and how much memory: warm, cold, and set-up itself.

    PYTHONPATH=. .venv/bin/python -m tests.bench.match.start

Cold means that the search's machine code is missing, so that insertion decides; set-up is what makes it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from statistics import median

REPEATS = 5

NOTHING = "pass"
NUMPY = "import numpy"
PLAN = """
import resource
from linli.matcher.problem import Plan
from linli.matcher.search.solve import Limits, solve
from tests.bench.match.families import Size, day
result = solve(day("mixed", Size(54, {visits}), 1), Plan(), Limits({work}), 1)
print(result.report.engine, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Median seconds of a whole process, and what it said: who decided, and its largest memory in MB."""

    what: str
    cpu: float
    wall: float
    said: str


def timed(what: str, words: list[str], repeats: int = REPEATS, **environment: str) -> Start:
    """Run a process several times."""
    cpus, walls, said = list[float](), list[float](), ""
    for _ in range(repeats):
        before, began = os.times(), time.monotonic()
        done = subprocess.run(
            [sys.executable, *words], env={**os.environ, **environment}, capture_output=True, text=True, check=True
        )
        walls.append(time.monotonic() - began)
        after, said = os.times(), done.stdout.strip()
        cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return Start(what, round(median(cpus), 2), round(median(walls), 2), said)


def starts(visits: int) -> list[Start]:
    """Measure everything; a round of hardly any work shows what loading alone takes."""
    quick, short = PLAN.format(visits=visits, work=0), PLAN.format(visits=visits, work=3_000)
    with tempfile.TemporaryDirectory(prefix="linli-cold-") as empty:
        return [
            timed("Python alone", ["-c", NOTHING]),
            timed("numpy", ["-c", NUMPY]),
            timed("insertion", ["-c", quick]),
            timed("search, warm", ["-c", short]),
            timed("search, cold", ["-c", short], LINLI_COMPILED=empty),
            timed("set-up's compilation", ["-m", "linli.matcher.search.compile"], 1, LINLI_COMPILED=empty),
        ]


def main() -> None:
    """Print one line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=600)
    for one in starts(parser.parse_args().visits):
        sys.stdout.write(json.dumps(asdict(one)) + "\n")


if __name__ == "__main__":
    main()
