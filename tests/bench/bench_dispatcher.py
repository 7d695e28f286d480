"""How many requests the dispatcher decides per second and core, at full load: Kafka, restore, decide, commit.

    make bench BENCH=tests/bench/bench_dispatcher.py ARGS="--districts 60 --orders 6000"

Districts of 54 synthetic teams each live on one partition, so one dispatcher process decides them all. The orders were
judged by the real intake beforehand and lie in ``commands``; the clock starts when the first is sent and stops when the
round that holds the last is committed. Per core means per second of the dispatcher's own processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from aiokafka import AIOKafkaProducer

from linli.schemas.admission import shipped_admission
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.menu import shipped_menu
from linli.schemas.topics import ASSIGNMENTS, COMMANDS, ROUNDS
from linli.services.demo.county import sinan
from linli.services.demo.timed import TimedEvent
from linli.services.ground.local import LocalGround
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.codec import headers_of, to_bytes
from linli.streams.gazetteer import Gazetteer
from linli.streams.inbox_record import InboxRecord
from linli.streams.intake_admit import World
from linli.streams.intake_judge import CommandOut, judge
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.keyring import Keyring
from linli.streams.log_reader import open_reader
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


async def send(address: KafkaAddress, commands: list[Command]) -> int:
    """Send commands as fast as the broker takes them; give the offset after the last."""
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True)
    async with producer:
        last = -1
        for start in range(0, len(commands), _AT_ONCE):
            answers = [
                await producer.send(COMMANDS.name, to_bytes(one), one.district.encode(), partition=0)
                for one in commands[start : start + _AT_ONCE]
            ]
            last = (await answers[-1]).offset
            await asyncio.gather(*answers)
    return last + 1


async def run(districts: int, count: int) -> dict[str, object]:
    """Run the load and give what was seen."""
    codes, day = district_codes(districts), (datetime.now(UTC) + timedelta(days=2)).date()
    world = world_of(codes)
    roster = commands_of([event for code in codes for event in teams(code, day)], world, 0)
    asked = commands_of(orders(codes, day, count), world, len(roster))
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with LocalGround(Path(folder) / "ground", tethered=True) as ground:
            await bootstrap(ground.kafka_address, Wanted(codes, 1))
            dispatchers = Dispatchers(ground.kafka_address, 0, Path(folder))
            child = await dispatchers.launch()
            await send(ground.kafka_address, roster)
            await dispatchers.settled()
            await asyncio.sleep(3)
            process = psutil.Process(child.pid)
            before, began, first_round = process.cpu_times(), time.monotonic(), await dispatchers.round()
            await send(ground.kafka_address, asked)
            await dispatchers.settled()
            wall_s, after = time.monotonic() - began, process.cpu_times()
            cpu_s = after.user + after.system - before.user - before.system
            promised = await _promised(ground.kafka_address)
            rounds = await _rounds(ground.kafka_address, first_round)
            await child.stop()
    return {
        "districts": districts,
        "teams": len(roster),
        "orders": len(asked),
        "promised_share": round(promised / len(asked), 3),
        "wall_s": round(wall_s, 2),
        "cpu_s": round(cpu_s, 2),
        "decided_per_second": round(len(asked) / wall_s, 1),
        "decided_per_cpu_second": round(len(asked) / cpu_s, 1),
        **rounds,
    }


async def _promised(address: KafkaAddress) -> int:
    """Count the requests that were promised a window."""
    promised: set[str] = set()
    async with open_reader(address) as reader:
        [span] = await reader.spans(ASSIGNMENTS.name, [0])
        async for record in reader.read(span):
            one = AssignmentRecord.model_validate_json(record.value or b"")
            if one.promise is not None:
                promised.add(one.request_id)
    return len(promised)


async def _rounds(address: KafkaAddress, after: int) -> dict[str, object]:
    async with open_reader(address) as reader:
        [span] = await reader.spans(ROUNDS.name, [0])
        count = len([record async for record in reader.read(span)])
    return {"rounds": count - after}


def main() -> None:
    """Read the arguments and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=60, help="districts of 54 teams")
    parser.add_argument("--orders", type=int, default=6_000, help="orders in all")
    chosen = parser.parse_args()
    print(json.dumps(asyncio.run(run(chosen.districts, chosen.orders))))


if __name__ == "__main__":
    main()
