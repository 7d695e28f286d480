"""Days on which a skill is rare: orders come one by one, with and without a price on the hours of who holds it.

    make bench BENCH=tests/bench/bench_rare_skills.py ARGS="--percent 30 --frozen 100 --scarcity 1800 7200 --seeds 8"

The odds of being short of a skill are sampled from other days of the same kind, none of which is played; what a visit
takes of a team beside the service is a setting, as in a county. A frozen order has its team asked as soon as it is
promised, and the team stays; any other may go from team to team until the end. Differences are those of the same day
without the price, with the standard error of their mean. Every plan is judged by the checker.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from typing import NamedTuple

from linli.matcher.search.warm_start import load_engines
from linli.schemas.policy import Futures
from tests.bench.differences import differences
from tests.bench.match.families import FAMILIES, Size
from tests.bench.online_arrivals import Arrivals, arrive
from tests.bench.rare_days import PAST, needs_it, odds_for, priced, rare_day


class Found(NamedTuple):
    """What came of a day: all who were served, those of the rare skill among them, and minutes of travel."""

    served: int
    rare: int
    travel: int


class Kind(NamedTuple):
    """A kind of day, and how much of it is frozen."""

    family: str
    visits: int
    percent: int
    frozen: int


def main() -> None:
    """Play every kind of day with every price, print a line for each day and the differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=["mixed"])
    parser.add_argument("--teams", type=int, default=9)
    parser.add_argument("--visits", type=int, nargs="+", default=[60])
    parser.add_argument("--holders", type=int, default=2, help="teams that hold the rare skill")
    parser.add_argument("--percent", type=int, nargs="+", default=[30], help="of the visits that need it")
    parser.add_argument("--frozen", type=int, nargs="+", default=[100], help="percent of the orders")
    parser.add_argument("--scarcity", type=int, nargs="+", default=[1_800], help="its price, seconds per hour")
    parser.add_argument("--past", type=int, default=14, help="days from which odds are sampled")
    parser.add_argument("--way", type=int, default=Futures().way_minutes, help="minutes beside the service")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--work", type=int, default=100, help="units of a round")
    asked = parser.parse_args()
    load_engines()
    for one in itertools.product(asked.families, asked.visits, asked.percent, asked.frozen):
        kind = Kind(*one)
        played = [_play(asked, kind, seed) for seed in range(asked.first, asked.first + asked.seeds)]
        for price in asked.scarcity:
            pairs = [(found[0], found[price]) for found in played]
            print(
                json.dumps(
                    {**kind._asdict(), "price": price, "days": len(pairs), **differences(pairs)}, ensure_ascii=False
                ),
                flush=True,
            )


def _play(asked: argparse.Namespace, kind: Kind, seed: int) -> dict[int, Found]:
    """Play a day without a price and with each."""
    size = Size(teams=asked.teams, visits=kind.visits, side=40.0 * (asked.teams / 54) ** 0.5)
    past = [rare_day(kind.family, size, asked.holders, kind.percent, PAST + number) for number in range(asked.past)]
    problem = rare_day(kind.family, size, asked.holders, kind.percent, seed)
    wanted, found = {visit.id for visit in problem.visits if needs_it(visit)}, dict[int, Found]()
    odds = odds_for(problem, past, asked.way)
    for price in (0, *asked.scarcity):
        begun = time.process_time()
        came = arrive(priced(problem, odds, price), Arrivals(seed, asked.work, frozen=kind.frozen))
        found[price] = Found(came.served, len(wanted & came.placed), came.travel // 60)
        told = {**kind._asdict(), "seed": seed, "rare_wanted": len(wanted), "odds": dict(odds.odds), "price": price}
        told |= {**found[price]._asdict(), "cpu_s": round(time.process_time() - begun, 1)}
        print(json.dumps(told), flush=True)
    return found


if __name__ == "__main__":
    main()
