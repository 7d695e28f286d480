"""How many requests the dispatcher decides per second and core, at full load: Kafka, restore, decide, commit.

    make bench BENCH=tests/bench/bench_dispatcher.py ARGS="--districts 60 --orders 6000"
    make bench BENCH=tests/bench/bench_dispatcher.py ARGS="--districts 8 --orders 1600 --dispatchers 1 2 4"

Districts of 54 synthetic teams each are spread over as many partitions as there are dispatcher processes. The orders
were judged by the real intake beforehand; the clock starts when the first is sent to ``commands`` and stops when the
round that holds the last is committed. Per core means per second of the dispatchers' own processor time, summed: while
dispatchers share nothing, it stays the same however many there are, on a machine that is busy as well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from aiokafka import AIOKafkaProducer

from linli.schemas.admission import shipped_admission
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.menu import shipped_menu
from linli.schemas.topics import ASSIGNMENTS, COMMANDS
from linli.services.demo.county import sinan
from linli.services.demo.timed import TimedEvent
from linli.services.ground.local import LocalGround
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.codec import headers_of, to_bytes
from linli.streams.gazetteer import Gazetteer
from linli.streams.ground_facts import Facts
from linli.streams.intake.admit import World
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.intake.judge import CommandOut, judge
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.log_reader import open_reader
from linli.streams.sealed.keyring import Keyring
from tests.bench.bench_promise_latency import district_codes, orders, teams
from tests.support.dispatchers import Dispatchers

_AT_ONCE = 2_000
"""Commands handed to the producer before waiting for the broker."""


def world_of(codes: tuple[str, ...]) -> World:
    """Give the intake's world for the made-up districts."""
    return World(
        districts={code: Gazetteer(sinan().model_copy(update={"code": code})) for code in codes},
        menu=shipped_menu(),
        admission=shipped_admission(),
        at=lambda moment: moment,
        keyring=Keyring(bytes(32), lambda count: b"\x07" * count),
        digits=3,
    )


def commands_of(events: list[TimedEvent], world: World, first: int) -> list[Command]:
    """Let the intake judge events; keep what becomes a command."""
    commands: list[Command] = []
    for number, event in enumerate(events, first):
        headers = headers_of(event_type=event.event_type, source=event.source, event_id=event.event_id, time=event.at)
        record = InboxRecord(
            "bench", 0, number, event.district.encode(), tuple(headers), event.value, datetime.now(UTC)
        )
        judged = judge(record, world)
        if isinstance(judged, CommandOut):
            commands.append(judged.command)
    return commands


async def send(address: KafkaAddress, commands: list[Command], facts: Facts) -> None:
    """Send commands as fast as the broker takes them, each to its district's partition."""
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True)
    async with producer:
        for start in range(0, len(commands), _AT_ONCE):
            answers = [
                await producer.send(
                    COMMANDS.name, to_bytes(one), one.district.encode(), partition=facts.partition_of(one.district)
                )
                for one in commands[start : start + _AT_ONCE]
            ]
            await asyncio.gather(*answers)


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent: the same for one dispatcher and for many."""

    codes: tuple[str, ...]
    roster: list[Command]
    asked: list[Command]


def load_of(districts: int, count: int) -> Load:
    """Make the load."""
    codes, day = district_codes(districts), (datetime.now(UTC) + timedelta(days=2)).date()
    world = world_of(codes)
    roster = commands_of([event for code in codes for event in teams(code, day)], world, 0)
    return Load(codes, roster, commands_of(orders(codes, day, count), world, len(roster)))


async def run(load: Load, slots: int) -> dict[str, object]:
    """Run the load through so many dispatchers, each with a partition of its own, and give what was seen."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with LocalGround(Path(folder) / "ground", tethered=True) as ground:
            address = ground.kafka_address
            facts = await bootstrap(address, Wanted(load.codes, slots))
            side_by_side = [Dispatchers(address, slot, Path(folder)) for slot in range(slots)]
            children = [await dispatchers.launch() for dispatchers in side_by_side]
            await send(address, load.roster, facts)
            await _settled(side_by_side)
            await asyncio.sleep(3)
            processes = [psutil.Process(child.pid) for child in children]
            rounds = await _rounds(side_by_side)
            before, began = _spent(processes), time.monotonic()
            await send(address, load.asked, facts)
            await _settled(side_by_side)
            wall_s, cpu_s = time.monotonic() - began, _spent(processes) - before
            promised, rounds = await _promised(address, slots), await _rounds(side_by_side) - rounds
            for child in children:
                await child.stop()
    asked = len(load.asked)
    return {
        "dispatchers": slots,
        "districts": len(load.codes),
        "teams": len(load.roster),
        "orders": asked,
        "promised_share": round(promised / asked, 3),
        "wall_s": round(wall_s, 2),
        "cpu_s": round(cpu_s, 2),
        "decided_per_second": round(asked / wall_s, 1),
        "decided_per_cpu_second": round(asked / cpu_s, 1),
        "rounds": rounds,
    }


async def _settled(side_by_side: list[Dispatchers]) -> None:
    await asyncio.gather(*(dispatchers.settled() for dispatchers in side_by_side))


async def _rounds(side_by_side: list[Dispatchers]) -> int:
    return sum([await dispatchers.round() for dispatchers in side_by_side])


def _spent(processes: list[psutil.Process]) -> float:
    """Give the processor time that processes have used, in seconds."""
    times = [process.cpu_times() for process in processes]
    return float(sum(one.user + one.system for one in times))


async def _promised(address: KafkaAddress, partitions: int) -> int:
    """Count the requests that were promised a window."""
    promised: set[str] = set()
    async with open_reader(address) as reader:
        for span in await reader.spans(ASSIGNMENTS.name, range(partitions)):
            async for record in reader.read(span):
                one = AssignmentRecord.model_validate_json(record.value or b"")
                if one.promise is not None:
                    promised.add(one.request_id)
    return len(promised)


def main() -> None:
    """Read the arguments and print one line of JSON for each number of dispatchers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=60, help="districts of 54 teams")
    parser.add_argument("--orders", type=int, default=6_000, help="orders in all")
    parser.add_argument("--dispatchers", type=int, nargs="+", default=[1], help="how many side by side, like 1 2 4")
    chosen = parser.parse_args()
    load, first = load_of(chosen.districts, chosen.orders), 0.0
    for slots in chosen.dispatchers:
        seen = asyncio.run(run(load, slots))
        each = float(str(seen["decided_per_cpu_second"]))
        first = first or each
        print(json.dumps({**seen, "per_cpu_second_against_first": round(each / first, 3)}), flush=True)


if __name__ == "__main__":
    main()
