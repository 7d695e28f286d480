"""A day as it comes: Linli against VROOM solved again at every round, under the same policy and the same people.

    make bench-online ARGS="--requests 110 --accept 50 70 90 50-90 --seeds 2"

Both play `linli simulate`'s synthetic day through the same intake, desk, checker and simulated leads; only who makes a
round's plan differs. Requests come through the day, a window is promised at once, a team is asked at its freeze time,
durations vary, and a lead accepts with the share told, each team its own where a range is told (``50-90``). VROOM gets
what is pinned as jobs with one second's window on one vehicle, what is promised with its highest free priority, and
who may go as skills; its routes are laid out by Linli's own repair, which also finds places for promised visits that
VROOM left out. Served and offers are counted from the ledger.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from unittest.mock import patch

from linli.matcher import matching
from linli.matcher.model import Model
from linli.matcher.objective import evaluate
from linli.matcher.problem import Plan, Problem
from linli.matcher.repair import insert_all, repair
from linli.matcher.solve import EngineReport, Limits, Result, solve
from linli.matcher.warm_start import load_engines
from linli.schemas.policy import Mode, Policy, Prices
from linli.services.simulation.figures import Figures, figures_of
from linli.services.simulation.people import manners_of
from linli.services.simulation.virtual_day import VirtualDay
from tests.bench.online_vroom import vroom_plan

WORK = 3_000
"""Units a round may spend: the work of a round of the demo."""

Engine = Callable[[Problem, Plan, Limits, int], Result]


def vroom(problem: Problem, plan: Plan, limits: Limits, seed: int) -> Result:
    """Plan a round by VROOM, as `linli.matcher.solve.solve` would."""
    model = Model(problem)
    if limits.work > 0:
        plan = vroom_plan(model, plan)
    timetable, dropped = repair(model, plan)
    held = [visit for visit in timetable.unserved() if model.held[visit] or limits.work <= 0]
    inserted = insert_all(timetable, held)
    answer = timetable.plan()
    report = EngineReport("vroom", inserted, 0, 0, complete=False, proven=False, work=0, fingerprint="vroom")
    names = tuple(sorted(model.visits[visit].id for visit in dropped))
    broken = tuple(sorted(model.visits[visit].id for visit in timetable.unserved() if model.held[visit]))
    return Result(answer, evaluate(problem, answer), report, names, broken, timetable)


ENGINES: dict[str, Engine] = {"linli": solve, "vroom": vroom}


def play(engine: str, requests: int, accept: str, seed: int, reoffer: int) -> tuple[Figures, float]:
    """Play one day; return what it came to and the processor seconds it took."""
    low, _, high = accept.partition("-")
    manners = manners_of((int(low) / 100, int(high or low) / 100), seed)
    policy = Policy(mode=Mode.AUTO, prices=Prices(reoffer=reoffer))
    begun = time.process_time()
    with patch.object(matching, "solve", ENGINES[engine]):
        day = VirtualDay(seed, requests, work=WORK, policy=policy, manners=manners).play()
    return figures_of(day), time.process_time() - begun


def _days(asked: argparse.Namespace) -> Iterator[tuple[int, str, int]]:
    for requests in asked.requests:
        for accept in asked.accept:
            for seed in range(1, asked.seeds + 1):
                yield requests, accept, seed


def _share(text: str) -> str:
    if not re.fullmatch(r"\d{1,2}(-\d{1,3})?", text):
        raise argparse.ArgumentTypeError("50, or 50-90")
    return text


def main() -> None:
    """Play all days by both, in alternating order, and print a line for each and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, nargs="+", default=[110])
    parser.add_argument("--accept", type=_share, nargs="+", default=["70", "50-90"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=["linli", "vroom"])
    parser.add_argument("--reoffer", type=int, default=Prices().reoffer, help="price of having to ask again, seconds")
    asked = parser.parse_args()
    load_engines()
    ratios: list[float] = []
    for number, (requests, accept, seed) in enumerate(_days(asked)):
        served: dict[str, int] = {}
        order = asked.engines if number % 2 == 0 else asked.engines[::-1]
        for engine in order:
            figures, seconds = play(engine, requests, accept, seed, asked.reoffer)
            served[engine] = figures.served
            told = {"engine": engine, "orders": requests, "accept": accept, "seed": seed, "cpu_s": round(seconds, 1)}
            told["reoffer"] = asked.reoffer
            kept = asdict(figures)
            for name in ("requests", "promised", "served", "on_time", "travel_minutes", "offers", "offers_per_served",
                         "notifications_per_served", "moves", "promises_broken", "unmet"):  # fmt: skip
                told[name] = kept[name]
            print(json.dumps(told), flush=True)
        if len(served) == len(ENGINES):
            ratios.append(served["linli"] / max(1, served["vroom"]))
    if ratios:
        print(json.dumps({"served_ratio_median": round(statistics.median(ratios), 4), "worst": round(min(ratios), 4)}))


if __name__ == "__main__":
    main()
