"""An ordinary day, round by round: is the plan proved to be the best there is, within the round's own work?

    make bench BENCH=tests/bench/bench_rounds.py ARGS="--requests 110 --seeds 3 --work 3000 20000"

Plays `linli simulate`'s synthetic day through the same intake, desk and checker as `bench_online`, every round decided
by the real engine. What is not proved within a round is proved, or bounded, offline with far more work; a gap is told
for what serves as many, in per cent of the cost of the optimum. Processor seconds are of `solve` alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from unittest.mock import patch

from linli.matcher.problem import Plan, Problem
from linli.matcher.rounds import matching
from linli.matcher.search.solve import Limits, Result, solve
from linli.matcher.search.warm_start import load_engines
from linli.schemas.policy import Mode, Policy, Prices
from tests.bench.online_days import Day, eve_of, play_on

OFFLINE = 3_000_000
"""Units for a proof offline: some twenty seconds."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it was decided, with the processor seconds it took."""

    problem: Problem
    plan: Plan
    work: int
    result: Result
    seconds: float


def rounds_of(asked: Day, work: int) -> list[Round]:
    """Play a day and return its rounds."""
    decided: list[Round] = []

    def noted(problem: Problem, plan: Plan, limits: Limits, seed: int) -> Result:
        begun = time.process_time()
        result = solve(problem, plan, limits, seed)
        decided.append(Round(problem, plan, limits.work, result, time.process_time() - begun))
        return result

    eve = eve_of(asked)
    with patch.object(matching, "solve", noted):
        play_on(eve, asked, Policy(mode=Mode.AUTO, prices=Prices(), admission_price=None, work=work))
    return decided


def is_proven(result: Result) -> bool:
    """Say whether a plan is proved to be the best."""
    return result.report.complete and result.report.proven


def gaps_of(rounds: list[Round]) -> Iterator[float | None]:
    """Yield by how many per cent each unproven plan is dearer than the best; None where that stays unknown."""
    for one in rounds:
        if not is_proven(one.result):
            best = solve(one.problem, one.result.plan, Limits(OFFLINE), 1)
            as_many = best.objective.served == one.result.objective.served
            known = is_proven(best) and as_many
            yield 100 * (one.result.objective.cost / max(1, best.objective.cost) - 1) if known else None


def figures(rounds: list[Round]) -> dict[str, float]:
    """Return what a day's rounds say."""
    gaps = list(gaps_of(rounds))
    known = [gap for gap in gaps if gap is not None]
    moving = [one for one in rounds if one.result.report.columns or not is_proven(one.result)]
    spent = sorted(one.seconds for one in rounds)
    return {
        "rounds": len(rounds),
        "with_a_choice": len(moving),
        "proven": round(1 - len(gaps) / len(rounds), 4),
        "proven_of_those_with_a_choice": round(1 - len(gaps) / max(1, len(moving)), 4),
        "gap_unknown": len(gaps) - len(known),
        "gap_mean": round(sum(known) / max(1, len(known)), 3),
        "gap_worst": round(max(known, default=0.0), 3),
        "cpu_ms_a_round": round(1000 * sum(spent) / len(spent), 1),
        "cpu_ms_worst": round(1000 * spent[-1], 1),
        "work_a_round": round(sum(one.result.report.work for one in rounds) / len(rounds)),
    }


def main() -> None:
    """Print a line of figures for each day and amount of work."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, nargs="+", default=[110])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--work", type=int, nargs="+", default=[3_000, 20_000], help="units a round")
    parser.add_argument("--accept", type=float, default=0.7)
    asked = parser.parse_args()
    load_engines()
    for requests in asked.requests:
        for seed in range(1, asked.seeds + 1):
            for work in asked.work:
                day = Day(seed, requests, (asked.accept, asked.accept), every=1)
                told = {"orders": requests, "seed": seed, "work": work, **figures(rounds_of(day, work))}
                print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
