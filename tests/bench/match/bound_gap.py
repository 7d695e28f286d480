"""How far the plan of a full day is from a bound that no plan can beat.

    PYTHONPATH=. .venv/bin/python -m tests.bench.match.bound_gap --family mixed --teams 54 --visits 600 --seconds 600

The seconds are processor time of each of two threads, as an idle machine would give them, for the plans and the bound
together; the bound so far is told after every round of prices, and holds whenever the work is ended.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass

from linli.matcher.checker import check
from linli.matcher.exact.bound import ServedBound, bound_served
from linli.matcher.problem import Problem
from linli.matcher.search.solve import Result
from linli.services.solving.limits import Allowance, solve_within
from tests.bench.match.families import FAMILIES, Size, day

THREADS = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """A plan and a bound: visits served, at most to be served, and the bound's part that is not served."""

    source: str
    served: int
    bound: int
    gap: float
    closed: bool
    rounds: int
    routes: int
    cpu: float
    wall: float


def planned(problem: Problem, source: str, seconds: float, seed: int) -> Result:
    """Plan a day within so many seconds of each thread, by the processor's clock."""
    before = time.process_time()
    allowance = Allowance(seconds, seed=seed, threads=THREADS)
    result = solve_within(problem, allowance, clock=lambda: (time.process_time() - before) / (seconds * THREADS))
    if check(problem, result.plan):
        raise AssertionError("a plan that breaks a rule")
    sys.stderr.write(f"{source}  seed {seed}: served {len(result.plan.placed())}\n")
    return result


def gap_of(problem: Problem, source: str, seconds: float, plan_seconds: float, seeds: int) -> Gap:
    """Plan a day from several seeds, then bound it with the seconds that are left, from the best plan."""
    plans = (planned(problem, source, plan_seconds / seeds, seed) for seed in range(1, seeds + 1))
    plan = min(plans, key=lambda one: one.objective.key()).plan
    served = len(plan.placed())
    began, before = time.monotonic(), time.process_time()

    def spent() -> float:
        return time.process_time() - before

    def tell(bound: ServedBound) -> None:
        words = (
            f"{spent():7.1f} s  served {served}, at most {bound.served}, round {bound.rounds}, routes {bound.routes}"
        )
        sys.stderr.write(f"{source}  {words}\n")

    over = (seconds - plan_seconds) * THREADS
    bound = bound_served(problem, plan, lambda: spent() >= over, threads=THREADS, told=tell)
    gap = round(1 - served / max(1, bound.served), 4)
    figures = bound.closed, bound.rounds, bound.routes, round(spent(), 1), round(time.monotonic() - began, 1)
    return Gap(source, served, bound.served, gap, *figures)


def main() -> None:
    """Print one line of JSON for every instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", default="mixed", choices=FAMILIES)
    parser.add_argument("--teams", type=int, default=54)
    parser.add_argument("--visits", type=int, default=600)
    parser.add_argument("--instances", type=int, nargs="*", default=[1])
    parser.add_argument("--seconds", type=float, default=600.0, help="for plan and bound")
    parser.add_argument("--plan-seconds", type=float, default=90.0, help="of these for the plans")
    parser.add_argument("--seeds", type=int, default=6, help="plans, of which the best counts")
    given = parser.parse_args()
    for number in given.instances:
        problem = day(given.family, Size(given.teams, given.visits), number)
        gap = gap_of(problem, f"{given.family} {number}", given.seconds, given.plan_seconds, given.seeds)
        sys.stdout.write(json.dumps(asdict(gap)) + "\n")


if __name__ == "__main__":
    main()
