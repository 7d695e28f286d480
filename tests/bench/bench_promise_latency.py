"""How long from submission to promise, at a steady rate, through the real Kafka, intake and dispatcher.

    make bench BENCH=tests/bench/bench_promise_latency.py ARGS="--rate 50 --seconds 40 --districts 20"

Orders are spread over synthetic districts of 54 teams each, all on one partition: one intake, one dispatcher. A
district alone never sees such a rate; it is a load test. Latency is real time, from handing a record to the producer
to the broker's append time of the promise, on one machine and so on one clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from linli.schemas.base import Edge
from linli.schemas.identity import request_id
from linli.schemas.policy import Mode
from linli.schemas.roster import RegisterTeam
from linli.services.demo.county import sinan
from linli.services.demo.demand import Scenario, ask
from linli.services.demo.follow import follow
from linli.services.demo.post import Post
from linli.services.demo.requests import ordered
from linli.services.demo.tally import Tally, percentile
from linli.services.demo.teams import registrations
from linli.services.demo.timed import TimedEvent, chance, timed
from linli.services.ground.local import ground_of
from linli.services.processes import process_specs
from linli.services.settings import Settings, load_settings
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.sealed.master_key_file import create_master_key

PATIENCE_S = 60.0
"""How long the last promises may take before the bench gives up and says how many came."""


def district_codes(count: int) -> tuple[str, ...]:
    """Return made-up county codes."""
    return tuple(str(900_001 + number) for number in range(count))


def write_districts(folder: Path, codes: tuple[str, ...]) -> None:
    """Write a copy of the synthetic county under each code."""
    folder.mkdir()
    for code in codes:
        (folder / f"{code}.json").write_text(sinan().model_copy(update={"code": code}).model_dump_json())


def teams(code: str, day: date) -> list[TimedEvent]:
    """Return a district's 54 teams, their ids made unique by its code."""
    now = datetime.now(UTC)
    return [
        timed(now, _renamed(event.body, code), "team", event.source, code, f"{code}-{event.event_id}")
        for event in registrations(day, now)
    ]


def _renamed(body: Edge | None, code: str) -> RegisterTeam:
    if not isinstance(body, RegisterTeam):
        raise TypeError("a registration registers a team")
    return body.model_copy(update={"team": f"{code}-{body.team}"})


def orders(codes: tuple[str, ...], day: date, count: int) -> list[TimedEvent]:
    """Return ordinary orders for a day, district after district in turn."""
    dice = chance("latency", count)
    events = [ordered(ask(dice, day, serial, Scenario.CALM)) for serial in range(count)]
    return [
        replace(event, district=codes[i % len(codes)], source=f"bench-{codes[i % len(codes)]}")
        for i, event in enumerate(events)
    ]


async def run(rate: float, seconds: float, districts: int) -> dict[str, object]:
    """Run the load and return what was seen."""
    codes, day = district_codes(districts), (datetime.now(UTC) + timedelta(days=2)).date()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        state = Path(folder)
        write_districts(state / "districts", codes)
        settings = load_settings(
            state=state / "state", districts=",".join(codes), district_folder=state / "districts", mode=Mode.AUTO
        )
        async with ground_of(settings, tethered=True) as ground:
            create_master_key(settings.master_key_file)
            facts = await bootstrap(ground.kafka_address, Wanted(districts=settings.districts, partitions=1))
            for spec in process_specs(settings, ground, tethered=True):
                await ground.supervisor.start(spec)
            tally = Tally()
            post = Post(ground.kafka_address, facts.clock.now, facts.partition_of, _noting(tally))
            following = asyncio.create_task(follow(ground.kafka_address, 1, tally, lambda _: None))
            try:
                async with post:
                    await _load(post, tally, settings, codes, day, rate, seconds)
            finally:
                following.cancel()
            return {"rate": rate, "seconds": seconds, "districts": districts, **_summary(tally)}


def _noting(tally: Tally) -> Callable[[TimedEvent, datetime], None]:
    def note(event: TimedEvent, at: datetime) -> None:
        source_id = getattr(event.body, "source_id", None)
        if event.kind == "order" and source_id is not None:
            tally.ordered_at.setdefault(request_id(event.source, source_id), at)

    return note


async def _load(
    post: Post, tally: Tally, settings: Settings, codes: tuple[str, ...], day: date, rate: float, seconds: float
) -> None:
    """Register all teams, then send orders at the rate, then wait for the last decisions."""
    for code in codes:
        await post.send_now(teams(code, day))
    while len(tally.roster) < 54 * len(codes):
        await asyncio.sleep(0.1)
    loop, events = asyncio.get_running_loop(), orders(codes, day, int(rate * seconds))
    began = loop.time()
    for number, event in enumerate(events):
        await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
        await post.send_now([event])
    deadline = loop.time() + PATIENCE_S
    while loop.time() < deadline and len(tally.history) + len(tally.dead_letters) < len(events):
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)


def _summary(tally: Tally) -> dict[str, object]:
    latencies = tally.latencies_ms()
    return {
        "submitted": len(tally.ordered_at),
        "registered": len(tally.history),
        "promised": len(latencies),
        "dead_letters": dict(tally.dead_by_reason()),
        "p50_ms": round(percentile(latencies, 0.5) or 0),
        "p99_ms": round(percentile(latencies, 0.99) or 0),
        "max_ms": round(latencies[-1]) if latencies else None,
        "rounds": len(tally.rounds),
    }


def main() -> None:
    """Read the arguments and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="orders per second")
    parser.add_argument("--seconds", type=float, default=40.0, help="how long")
    parser.add_argument("--districts", type=int, default=20, help="districts of 54 teams")
    chosen = parser.parse_args()
    print(json.dumps(asyncio.run(run(chosen.rate, chosen.seconds, chosen.districts))))


if __name__ == "__main__":
    main()
