"""How many requests one core decides without Kafka: `decide` alone, district after district, in this very process.

    make bench BENCH=tests/bench/bench_decide.py ARGS="--districts 20 --orders 1000 --at-once 1 5"

Districts of 54 synthetic teams each; the orders were judged by the real intake beforehand. Figures are processor
seconds. ``--at-once`` says how many orders a decision gets: one as on a quiet day, many as after a pause. With
``--plain`` insertion is left to Python, so that both can be compared in the same run. ``--profile FILE`` writes what
cProfile saw.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand, apply
from linli.matcher.search.warm_start import load_engines
from linli.schemas.commands import Command
from linli.schemas.policy import Mode, Policy
from tests.bench.bench_dispatcher import commands_of, world_of
from tests.bench.bench_promise_latency import district_codes, orders, teams


class _Desk:
    """All districts, and what they have decided."""

    def __init__(self, codes: tuple[str, ...], now: datetime) -> None:
        policy = Policy(mode=Mode.AUTO)
        self.policy = policy
        self.states = {code: DistrictState(code, policy) for code in codes}
        self.now, self.round, self.promised = now, 0, 0

    def decide(self, code: str, commands: list[Command]) -> None:
        """Take one decision in haste, as the dispatcher does while commands wait."""
        self.round += 1
        numbered = [NumberedCommand(self.round * 1000 + i, command) for i, command in enumerate(commands)]
        moment = Moment(self.now, self.round, self.round, self.policy.work_in_haste)
        decision: Decision = decide(self.states[code], numbered, moment)
        self.states[code] = apply(self.states[code], decision, self.now)
        self.promised += sum(record.version == 2 and record.promise is not None for record in decision.assignments)


def run(districts: int, count: int, at_once: int, profile: str | None) -> dict[str, object]:
    """Decide all orders and return what was seen."""
    codes, now = district_codes(districts), datetime.now(UTC)
    day = (now + timedelta(days=2)).date()
    world = world_of(codes)
    roster = commands_of([event for code in codes for event in teams(code, day)], world, 0)
    waiting: dict[str, list[Command]] = defaultdict(list)
    for command in commands_of(orders(codes, day, count), world, len(roster)):
        waiting[command.district].append(command)
    desk = _Desk(codes, now)
    for code in codes:
        desk.decide(code, [command for command in roster if command.district == code])
    profiler = cProfile.Profile(time.process_time) if profile else None
    longest = 0.0
    begun = time.process_time()
    if profiler is not None:
        profiler.enable()
    for first in range(0, max(map(len, waiting.values())), at_once):
        for code in codes:
            before = time.process_time()
            desk.decide(code, waiting[code][first : first + at_once])
            longest = max(longest, time.process_time() - before)
    cpu_s = time.process_time() - begun
    if profiler is not None and profile is not None:
        profiler.disable()
        profiler.dump_stats(profile)
    return {
        "orders": count,
        "at_once": at_once,
        "promised_share": round(desk.promised / count, 3),
        "cpu_s": round(cpu_s, 2),
        "decided_per_cpu_second": round(count / cpu_s, 1),
        "longest_ms": round(1000 * longest, 1),
    }


def main() -> None:
    """Read the arguments and print one line of JSON for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=20, help="districts of 54 teams")
    parser.add_argument("--orders", type=int, default=1_000, help="orders in all")
    parser.add_argument("--at-once", type=int, nargs="*", default=[1, 5], help="orders a decision")
    parser.add_argument("--profile", default=None, help="where to write what cProfile saw")
    chosen = parser.parse_args()
    load_engines()
    for at_once in chosen.at_once:
        print(json.dumps(run(chosen.districts, chosen.orders, at_once, chosen.profile)), flush=True)


if __name__ == "__main__":
    main()
