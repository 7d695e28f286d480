"""A month of the county, synthetic, side by side with a telephone desk: first come, first served, nearest team first.

make bench-month ARGS="--days 30 --standing 40 --accept 0.4 1.0 --continuity 1800 --seed 1 --json"
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from linli.schemas.policy import Prices
from linli.services.simulation.month import Month, play_month
from linli.services.simulation.month_figures import MonthFigures, compare_month
from linli.services.simulation.people import manners_of


def main() -> None:
    """Play it and print the table."""
    given = _arguments()
    month = Month(
        given.seed,
        given.days,
        given.standing,
        tuple(given.accept),
        given.work,
        given.requests,
        given.continuity,
        given.load,
        given.reoffer,
        given.patience,
    )
    began = time.perf_counter()
    played = play_month(month)
    seconds = round(time.perf_counter() - began, 1)
    ours, desk = compare_month(played, manners_of(month.accept, month.seed), month.seed)
    if given.json:
        both = {"synthetic": True, "seconds": seconds, "rounds": len(played.rounds), "refused": len(played.dead)}
        sys.stdout.write(json.dumps({**both, "linli": ours.as_dict(), "desk": desk.as_dict()}) + "\n")
        return
    sys.stdout.write(f"{month.days} synthetic days, {len(played.rounds)} decisions, {seconds} s of computing\n")
    for line in _table(ours, desk):
        sys.stdout.write(line + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--standing", type=int, default=40, help="standing orders")
    parser.add_argument(
        "--accept", type=float, nargs=2, default=(0.4, 1.0), help="from and to which share of its offers a team accepts"
    )
    parser.add_argument("--requests", type=int, default=None, help="single orders a day (default: as the demo's day)")
    parser.add_argument("--work", type=int, default=0, help="deterministic units of search per round")
    shipped = Prices()
    parser.add_argument(
        "--continuity", type=int, default=shipped.continuity, help="price of another team than the regular one, seconds"
    )
    parser.add_argument(
        "--load", type=int, default=shipped.load, help="price of an hour for every hour a team gave, seconds"
    )
    parser.add_argument("--reoffer", type=int, default=shipped.reoffer, help="price of asking again, seconds")
    parser.add_argument(
        "--patience",
        type=int,
        default=None,
        help="minutes after which an ordinary visit that has not begun costs (default: its first window)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _table(ours: MonthFigures, desk: MonthFigures) -> list[str]:
    other = desk.as_dict()
    rows = [f"{'':28}{'Linli':>12}{'desk':>12}"]
    return [*rows, *(f"{name:28}{value!s:>12}{other[name]!s:>12}" for name, value in ours.as_dict().items())]


if __name__ == "__main__":
    main()
