"""Small days against the proven optimum of an independent method.

PYTHONPATH=. .venv/bin/python -m tests.bench.match.small_days --days 200 --work 50000
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass

from linli.matcher.checker import check
from linli.matcher.problem import Plan
from linli.matcher.search.solve import Limits, solve
from tests.bench.match.exact import optimum
from tests.bench.match.families import FAMILIES, Size, day

TEAMS, VISITS = (2, 5), (5, 13)
"""From and to."""


@dataclass(frozen=True, slots=True)
class SmallDays:
    """What came of many small days: visits lost, travel beyond the optimum, and how many plans Linli itself proved."""

    days: int
    requests: int
    lost: int
    days_with_a_loss: int
    travel_over: float
    worst_travel_over: float
    proven: int
    exact_s: float
    linli_s: float


def compare(days: int, work: int) -> SmallDays:
    """Solve days of all families, two to five teams and five to thirteen requests, by both."""
    families = list(FAMILIES)
    lost, proven, requests = list[int](), 0, 0
    ways: list[tuple[int, int]] = []
    exact_s = linli_s = 0.0
    for number in range(days):
        size = Size(TEAMS[0] + number % (TEAMS[1] - TEAMS[0] + 1), VISITS[0] + number * 7 % (VISITS[1] - VISITS[0] + 1))
        problem = day(families[number % len(families)], size, number)
        requests += size.visits
        began = time.process_time()
        served, way = optimum(problem)
        exact_s += time.process_time() - began
        began = time.process_time()
        result = solve(problem, Plan(), Limits(work), 1)
        linli_s += time.process_time() - began
        if check(problem, result.plan):
            raise AssertionError("a plan that breaks a rule")
        lost.append(served - sum(result.objective.served))
        if lost[-1] == 0:
            ways.append((result.objective.terms.travel, way))
        proven += result.report.complete and result.report.proven
        sys.stderr.write(f"\r{number + 1} of {days} days, {sum(lost)} lost ")
    over = [mine / best - 1 for mine, best in ways if best]
    total = sum(mine for mine, _ in ways) / max(1, sum(best for _, best in ways)) - 1
    worst = max(over, default=0.0)
    return SmallDays(
        days, requests, sum(lost), sum(map(bool, lost)), round(total, 5), round(worst, 5), proven, exact_s, linli_s
    )


def main() -> None:
    """Print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--work", type=int, default=50_000)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(asdict(compare(given.days, given.work))) + "\n")


if __name__ == "__main__":
    main()
