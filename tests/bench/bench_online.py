"""A day as it comes: Linli against VROOM solved again at every round, under the same policy and the same people.

    make bench-online ARGS="--accept 50 70 90 50-90 --seeds 3 --before 7"

Both play `linli simulate`'s synthetic day through the same intake, desk, checker and simulated leads; only who makes a
round's plan differs. Requests come through the day, a window is promised at once, a team is asked at its freeze time,
durations vary, and a lead accepts with the share told, each team its own where a range is told (``50-90``). VROOM gets
what is pinned as jobs with one second's window on one vehicle, what is promised with its highest free priority, and
who may go as skills; its routes are laid out by Linli's own repair, which also finds places for promised visits that
VROOM left out. Served and offers are counted from the ledger, after the last visit promised on the day; days before it
(``--before 7``) are played by insertion alone, the same for both, so that it is known what each team says.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import NamedTuple
from unittest.mock import patch

from linli.matcher.insertion.repair import insert_all, repair
from linli.matcher.model import Model
from linli.matcher.objective import evaluate
from linli.matcher.problem import Plan, Problem
from linli.matcher.rounds import matching
from linli.matcher.search.solve import EngineReport, Limits, Result, solve
from linli.matcher.search.warm_start import load_engines
from linli.schemas.policy import AdmissionPrice, Mode, Policy, Prices
from linli.services.simulation.virtual_day import VirtualDay
from tests.bench.online_days import Day, DayFigures, driven_for_both, eve_of, figures_of, play_on
from tests.bench.online_vroom import vroom_plan

WORK = 3_000
"""Units a round may spend: the work of a round of the demo."""

Engine = Callable[[Problem, Plan, Limits, int], Result]


def vroom(problem: Problem, plan: Plan, limits: Limits, seed: int) -> Result:
    """Plan a round by VROOM, as `linli.matcher.search.solve.solve` would."""
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


def play(engine: str, eve: VirtualDay, asked: Day, policy: Policy) -> tuple[VirtualDay, float]:
    """Play one day on from its eve; return it and the processor seconds it took."""
    begun = time.process_time()
    with patch.object(matching, "solve", ENGINES[engine]):
        played = play_on(eve, asked, policy)
    return played, time.process_time() - begun


def _accepting(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    return int(low) / 100, int(high or low) / 100


def _days(asked: argparse.Namespace) -> Iterator[tuple[str, Day]]:
    for requests in asked.requests:
        for accept in asked.accept:
            for seed in range(1, asked.seeds + 1):
                yield accept, Day(seed, requests, _accepting(accept), asked.before, every=asked.every)


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
    parser.add_argument("--before", type=int, default=0, help="days before, on which teams become known")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=["linli", "vroom"])
    parser.add_argument("--reoffer", type=int, nargs="+", default=[Prices().reoffer], help="price of asking again")
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth team: more orders than hours")
    parser.add_argument("--freeze", type=int, default=Policy().freeze_minutes, help="minutes before a visit to ask")
    parser.add_argument("--work", type=int, default=WORK, help="units a round; 0: Linli by insertion alone")
    parser.add_argument("--admission", type=int, default=AdmissionPrice().seconds, help="its price; 0: nobody waits")
    asked = parser.parse_args()
    admission = AdmissionPrice(seconds=asked.admission) if asked.admission else None
    load_engines()
    came: dict[str, list[Pair]] = {}
    for number, (accept, one) in enumerate(_days(asked)):
        eve = eve_of(one)
        for reoffer in asked.reoffer:
            found: dict[str, VirtualDay] = {}
            for engine in asked.engines if number % 2 == 0 else asked.engines[::-1]:
                policy = Policy(
                    mode=Mode.AUTO,
                    prices=Prices(reoffer=reoffer),
                    admission_price=admission,
                    freeze_minutes=asked.freeze,
                    work=asked.work,
                )
                found[engine], seconds = play(engine, eve, one, policy)
                told = {"engine": engine, "orders": one.requests, "accept": accept, "seed": one.seed}
                told |= {
                    "reoffer": reoffer,
                    "every": asked.every,
                    "freeze": asked.freeze,
                    "work": asked.work,
                    "admission": asked.admission,
                    "cpu_s": round(seconds, 1),
                    **asdict(figures_of(found[engine], one)),
                }
                print(json.dumps(told), flush=True)
            if len(found) == len(ENGINES):
                both = [figures_of(found[name], one) for name in ("linli", "vroom")]
                way = driven_for_both(found["linli"], found["vroom"], one)
                came.setdefault(f"{accept} reoffer {reoffer}", []).append(Pair(both[0], both[1], way))
    for name, pairs in came.items():
        print(json.dumps({"days": name, **_ratios(pairs)}), flush=True)


class Pair(NamedTuple):
    """A day of Linli's, the same of VROOM's, and what each drove for the visits that both made."""

    ours: DayFigures
    theirs: DayFigures
    way: tuple[int, int]


def _ratios(pairs: list[Pair]) -> dict[str, float]:
    """Return Linli's sums over VROOM's, the worst day's share of served, and offers per served and Gini of both."""
    ours, theirs = [one.ours for one in pairs], [one.theirs for one in pairs]
    served = [a.served / max(1, b.served) for a, b in zip(ours, theirs, strict=True)]
    asked = [sum(one.offers for one in days) / sum(one.served for one in days) for days in (ours, theirs)]
    travel = [sum(one.travel_minutes for one in days) for days in (ours, theirs)]
    return {
        "served": round(sum(one.served for one in ours) / sum(one.served for one in theirs), 4),
        "served_worst": round(min(served), 4),
        "travel": round(travel[0] / travel[1], 4),
        "travel_for_the_same_visits": round(sum(one.way[0] for one in pairs) / sum(one.way[1] for one in pairs), 4),
        "offers_per_served": round(asked[0], 3),
        "offers_per_served_vroom": round(asked[1], 3),
        "gini": round(sum(one.gini for one in ours) / len(ours), 3),
        "gini_vroom": round(sum(one.gini for one in theirs) / len(theirs), 3),
    }


if __name__ == "__main__":
    main()
