"""Orders that come in the days before the day, each promised at once, beside the best plan of who knew them all.

    make bench BENCH=tests/bench/bench_arrivals.py ARGS="--teams 18 --visits 200 --work 2000 --seeds 2"

The days are the synthetic ones of ``make bench-match``; the best known plan is the better one of Linli's own long
search and VROOM. A price lets a visit wait that would add more seconds to the plan, until all have come, once so many
percent of the day's hours are taken (0: from the first order on). Every plan is judged by the checker; a broken promise
ends the bench.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time

from linli.matcher.search.warm_start import load_engines
from linli.schemas.policy import AdmissionPrice
from tests.bench.match.families import FAMILIES, Size, day
from tests.bench.online_arrivals import Arrivals, all_known, arrive

SHIPPED = AdmissionPrice()


def main() -> None:
    """Play every day in every way asked for, print a line for each and the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=["mixed"])
    parser.add_argument("--teams", type=int, default=18)
    parser.add_argument("--visits", type=int, nargs="+", default=[200])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--work", type=int, nargs="+", default=[1_000], help="units of a round")
    parser.add_argument(
        "--price", type=int, nargs="*", default=[SHIPPED.seconds], help="seconds from which a visit waits"
    )
    parser.add_argument("--crowded", type=int, nargs="+", default=[SHIPPED.crowded_percent], help="percent")
    parser.add_argument("--long", type=int, default=600_000, help="units of the search that knows everything")
    parser.add_argument("--level", type=int, default=5, help="of VROOM")
    asked = parser.parse_args()
    load_engines()
    shares: dict[str, list[float]] = {}
    for family in asked.families:
        for visits in asked.visits:
            for seed in range(1, asked.seeds + 1):
                _play(asked, family, visits, seed, shares)
    for name, found in shares.items():
        told = {"median": round(statistics.median(found), 4), "worst": round(min(found), 4), "days": len(found)}
        print(json.dumps({"way": name, "served_of_best_known": told}), flush=True)


def _play(asked: argparse.Namespace, family: str, visits: int, seed: int, shares: dict[str, list[float]]) -> None:
    side = 40.0 * (asked.teams / 54) ** 0.5
    problem = day(family, Size(teams=asked.teams, visits=visits, side=side), seed)
    best = all_known(problem, asked.long, asked.level)
    most = max(served for served, _ in best.values())
    print(json.dumps({"family": family, "visits": visits, "seed": seed, "known": best}), flush=True)
    for work in asked.work:
        for price, crowded in ((None, 0), *itertools.product(asked.price, asked.crowded)):
            begun = time.process_time()
            came = arrive(problem, Arrivals(seed, work, price, crowded))
            told = {"work": work, "price": price, "crowded": crowded, "served": came.served, "travel_s": came.seconds}
            told |= {"waited_and_served": came.waited, "cpu_s": round(time.process_time() - begun, 1)}
            print(json.dumps(told), flush=True)
            shares.setdefault(f"{visits} work {work} price {price} from {crowded} %", []).append(came.served / most)


if __name__ == "__main__":
    main()
