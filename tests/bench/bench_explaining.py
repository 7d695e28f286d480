"""What does it take to say why nobody comes, and how often is the change told proved the smallest?

    make bench BENCH=tests/bench/bench_explaining.py

A synthetic, overloaded day of 54 teams; nobody in it exists. Every visit without a place is explained, compiled and in
plain Python, with more and more labels for proofs. Figures are processor milliseconds for one explanation.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import replace

from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.repair import repair
from linli.matcher.memory import Memory
from linli.matcher.model import Model
from linli.matcher.problem import Plan
from linli.matcher.reasons.explain import WhyNobody, explain_planned
from linli.matcher.reasons.no_room import Labels
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import day


def bench(visits: int, work: int, labels: tuple[int, ...], seed: int) -> None:
    """Explain one day's unserved visits."""
    problem = day(54, visits, seed)
    plan = solve(problem, Plan(), Limits(work), seed).plan
    for each in labels:
        for plainly in (False, True):
            kept = replace(problem, memory=Memory(problem.travel, problem.weights))
            timetable, _ = repair(Model(kept), plan)
            compiled_insertion.load()
            if plainly:
                compiled_insertion.unload()
            missing = [timetable.model.visits[v].id for v in timetable.unserved()]
            spent, kinds = list[float](), Counter[str]()
            for name in missing:
                begun = time.process_time()
                (why,) = explain_planned(timetable, (name,), labels=Labels(each))
                spent.append(1000 * (time.process_time() - begun))
                assert isinstance(why, WhyNobody)
                change = why.change
                proved = change is not None and change.proved
                kinds["none" if change is None else "proved" if proved else "found"] += 1
            spent.sort()
            how = "plain" if plainly else "compiled"
            p50, p99 = spent[len(spent) // 2], spent[len(spent) * 99 // 100]
            mean = sum(spent) / len(spent)
            print(f"{each:7} labels, {how:8}: mean {mean:6.2f}  p50 {p50:6.2f}  p99 {p99:6.2f} ms   {dict(kinds)}")


def main() -> None:
    """Run with the sizes given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=600)
    parser.add_argument("--work", type=int, default=0)
    parser.add_argument("--labels", type=int, nargs="*", default=[400, 2_000, 10_000, 50_000])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    bench(given.visits, given.work, tuple(given.labels), given.seed)


if __name__ == "__main__":
    main()
