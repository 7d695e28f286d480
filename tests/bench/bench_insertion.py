"""How fast is one insertion, and what does a plan serve? Synthetic days; run ``python -m tests.bench.bench_insertion``.

Prints one insertion decision in microseconds of processor time (p50, p99), compiled and in plain Python: once for a
visit never seen before, with all rules and travel times, and once for one that was tried before; for a county, and for
a region of a hundred times as many teams. Then, for an ordinary and an overloaded day, what first
come, nearest team serves and what the matcher serves with more and more work. Served and travel come from the
objective, validity from the checker.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from linli.matcher.checker import check
from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.baseline import first_come_nearest
from linli.matcher.insertion.insertion import best_spot, best_spot_plainly
from linli.matcher.insertion.repair import insert_all, repair
from linli.matcher.memory import Memory
from linli.matcher.model import Model
from linli.matcher.objective import evaluate
from linli.matcher.problem import Plan, Problem
from linli.matcher.search.solve import Limits, solve
from linli.matcher.timetable import Timetable
from tests.support.problems import day, region

MANY, CHECKED = 100, 30
"""With more teams than `MANY` every `CHECKED`th choice is checked: plain Python takes hundredths of a second for it."""


def _percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return f"p50 {p50 * 1e6:6.0f} us   p99 {p99 * 1e6:6.0f} us"


def _check_choices(timetable: Timetable, visits: range) -> None:
    """Hold machine code to the choices of plain Python, which says what an insertion is."""
    for visit in visits:
        assert best_spot(timetable, visit) == best_spot_plainly(timetable, visit)


def bench_insertion(problem: Problem, visits: int, compiled: bool) -> float:
    """Time single insertions beside a full plan; return the median of those whose visit was seen before."""
    problem = replace(problem, memory=Memory(problem.travel, problem.weights))
    timetable, _ = repair(Model(problem), Plan())
    compiled_insertion.load()
    insert_all(timetable, list(range(visits)))
    if not compiled:
        compiled_insertion.unload()
    stops = sum(duty >= 0 for duty in timetable.where)
    first, again = list[float](), list[float]()
    for times in (first, again):
        for visit in range(visits, len(problem.visits)):
            begun = time.process_time()
            best_spot(timetable, visit)
            times.append(time.process_time() - begun)
    if compiled:
        _check_choices(timetable, range(visits, len(problem.visits), 1 if len(problem.teams) <= MANY else CHECKED))
    print(f"{len(problem.teams)} teams, {stops} stops, {len(first)} insertions, {'compiled' if compiled else 'plain'}")
    print(f"  first seen   {_percentiles(first)}")
    print(f"  seen before  {_percentiles(again)}")
    return sorted(again)[len(again) // 2]


def bench_insertions(tried: int) -> None:
    """Compare compiled and plain insertion on a county's day, then a county with a region of a hundred."""
    for visits in (540, 108):
        for compiled in (True, False):
            bench_insertion(day(54, visits + tried, seed=11), visits, compiled)
    small, large = (bench_insertion(region(t, 8 * t + tried, seed=11), 8 * t, compiled=True) for t in (54, 5_400))
    print(f"as dense as a county, a hundred times the teams: {large / small:.2f} times the time")


def _line(name: str, problem: Problem, plan: Plan, seconds: float, note: str = "") -> None:
    assert check(problem, plan) == []
    value = evaluate(problem, plan)
    minutes = value.terms.travel // 60
    print(f"  {name:<22} {seconds:7.2f} s   served {sum(value.served):4}   travel {minutes:6} min   {note}")


def bench_day(teams: int, visits: int, seed: int, works: list[int]) -> None:
    """Plan one day by telephone and by the matcher."""
    problem = day(teams, visits, seed)
    print(f"{teams} teams, {visits} requests, seed {seed}")
    begun = time.process_time()
    plan = first_come_nearest(problem)
    _line("first come, nearest", problem, plan, time.process_time() - begun)
    for work in works:
        begun = time.process_time()
        result = solve(problem, Plan(), Limits(work), seed)
        report = result.report
        note = f"steps {report.steps}, columns {report.columns}, complete {report.complete}, proven {report.proven}"
        _line(f"linli, work {work}", problem, result.plan, time.process_time() - begun, note)


def main() -> None:
    """Run all benches with the sizes given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=54)
    parser.add_argument("--visits", type=int, nargs="*", default=[110, 450, 600])
    parser.add_argument("--seeds", type=int, nargs="*", default=[1])
    parser.add_argument("--work", type=int, nargs="*", default=[0, 100_000, 1_000_000])
    given = parser.parse_args()
    bench_insertions(300)
    for visits in given.visits:
        for seed in given.seeds:
            bench_day(given.teams, visits, seed, given.work)


if __name__ == "__main__":
    main()
