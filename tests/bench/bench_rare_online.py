"""A running day on which few crews of medical staff remain, with and without a price on rare skills.

    make bench BENCH=tests/bench/bench_rare_online.py ARGS="--medical 1 --scarcity 1800 3600 --seeds 3"

The synthetic county's days as in ``make bench-online``, Linli alone: the odds of being short of a skill come from the
ledger, that is from the days before (``--before``), and reach the plan as they do in a county. What is paid for: nurses
and doctors also fetch medicine, as many others could. Differences are those of the same day without the price, with
the standard error of their mean.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import NamedTuple

from linli.matcher.search.warm_start import load_engines
from linli.schemas.policy import Futures, Mode, Policy, Prices
from linli.services.simulation.figures import first_begin
from linli.services.simulation.virtual_day import VirtualDay
from tests.bench.differences import differences
from tests.bench.online_days import Day, eve_of, figures_of, own_requests, play_on

MEDICAL = frozenset({"nursing", "follow_up", "rehabilitation"})
"""Skills that only teams of medical staff have."""


class Found(NamedTuple):
    """Of the day's own requests: served, served by medical staff who were needed, minutes of travel, offers."""

    served: int
    medical: int
    travel: int
    offers: int


def main() -> None:
    """Play every day with every price, print a line for each and the differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=110)
    parser.add_argument("--medical", type=int, default=1, help="crews of medical staff, all of one team")
    parser.add_argument("--accept", type=int, default=90, help="percent of offers that a team accepts")
    parser.add_argument("--before", type=int, default=Futures().days_least, help="days before, from which odds come")
    parser.add_argument("--scarcity", type=int, nargs="+", default=[1_800], help="its price, seconds per hour")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--work", type=int, default=3_000, help="units of a round")
    asked = parser.parse_args()
    load_engines()
    played = [_play(asked, seed) for seed in range(asked.first, asked.first + asked.seeds)]
    for price in asked.scarcity:
        pairs = [(found[0], found[price]) for found in played]
        print(json.dumps({"price": price, "days": len(pairs), **differences(pairs)}, ensure_ascii=False), flush=True)


def _play(asked: argparse.Namespace, seed: int) -> dict[int, Found]:
    one = Day(seed, asked.requests, (asked.accept / 100, asked.accept / 100), asked.before, asked.medical)
    eve, found = eve_of(one), dict[int, Found]()
    for price in (0, *asked.scarcity):
        begun = time.process_time()
        played = play_on(eve, one, Policy(mode=Mode.AUTO, prices=Prices(scarcity=price), work=asked.work))
        figures, (wanted, served) = figures_of(played, one), _medical(played, one)
        found[price] = Found(figures.served, served, figures.travel_minutes, figures.offers)
        told = {"seed": seed, "price": price, "wanted": figures.wanted, "medical_wanted": wanted, "odds": _odds(played)}
        told |= {**found[price]._asdict(), "cpu_s": round(time.process_time() - begun, 1), "rounds": figures.rounds}
        print(json.dumps(told), flush=True)
    return found


def _medical(played: VirtualDay, asked: Day) -> tuple[int, int]:
    """Return how many of the day's own requests need medical staff, and how many of these were served."""
    own = [
        records
        for records in own_requests(played, asked).values()
        if (details := records[-1].details) is not None and MEDICAL & {skill for skill, _ in details.skills}
    ]
    return len(own), sum(first_begin(records) is not None for records in own)


def _odds(played: VirtualDay) -> dict[str, int]:
    """Return what the first round of the day that knew any odds went by."""
    told = (decision.solver.rare_skills for _, decision in played.rounds if decision.solver is not None)
    return next((dict(rare.odds) for rare in told if rare is not None and rare.odds), dict[str, int]())


if __name__ == "__main__":
    main()
