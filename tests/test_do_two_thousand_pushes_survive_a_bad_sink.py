"""Do two thousand pushes arrive, each under one id with one body, although the sink fails and delivery is killed?"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import sys
from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, DeliveryState
from linli.schemas.people import Channel, ChannelKind
from linli.services.child import Child, ProcessSpec
from linli.streams.bootstrap import Wanted, bootstrap
from tests.conftest import RunningGround
from tests.support.delivery_stack import DeliveryStack, delivery_stack, webhook
from tests.support.district import DISTRICT, MONDAY
from tests.support.providers import Providers, Reply, Request

pytestmark = pytest.mark.broker

RATE = 1_800.0
"""Half an hour a second: the third wait of a webhook, five minutes, is a sixth of a second."""

PUSHES = 2_000
FAILS = 0.3
TEAMS = 10
PER_BATCH = 250


@pytest.fixture(scope="module")
def pushed_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGround]:
    running = RunningGround(tmp_path_factory.mktemp("pushed"))
    wanted = Wanted((DISTRICT,), 3, clock_rate=RATE, clock_origin=MONDAY)
    running.do(bootstrap(running.ground.kafka_address, wanted))
    yield running
    running.stop()


_numbers = itertools.count(1)


@pytest.fixture
async def stack(pushed_ground: RunningGround, tmp_path: Path) -> AsyncIterator[DeliveryStack]:
    address = pushed_ground.ground.kafka_address
    async with delivery_stack(address, next(_numbers), 3, tmp_path, rate=RATE) as stack:
        yield stack


@pytest.fixture
async def mapped(pushed_ground: RunningGround, tmp_path: Path) -> AsyncIterator[DeliveryStack]:
    """Give the partition that the district lives on, where a process that reads the map delivers."""
    address = pushed_ground.ground.kafka_address
    async with delivery_stack(address, 0, 3, tmp_path, rate=RATE) as stack:
        yield stack


class BadSink:
    """Fails three in ten of all requests, in every way there is, until it is healed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.healed = False
        self.bodies: defaultdict[str, set[bytes]] = defaultdict(set)

    def __call__(self, request: Request) -> Reply | None:
        self.bodies[request.headers.get("webhook-id", "")].add(request.body)
        if self.healed or self._chance.random() >= FAILS:
            return None
        return self._chance.choice((Reply(500), Reply(302, headers={"location": "/"}), Reply(404), Reply(reset=True)))


def asked(record: AssignmentRecord, count: int) -> list[AssignmentRecord]:
    """Give records like one, each of another request with an open offer to the next team; they run for weeks."""
    text = record.model_dump_json()
    offer = record.legs[0].offers[0]
    late = (offer.expires.isoformat().replace("+00:00", "Z"), "2026-12-24T00:00:00Z")
    return [
        AssignmentRecord.model_validate_json(
            text.replace(record.request_id, f"r-push{number}")
            .replace(f'"team":"{offer.team}"', f'"team":"push{number % TEAMS}"')
            .replace(f'"expires":"{late[0]}"', f'"expires":"{late[1]}"')
        )
        for number in range(count)
    ]


async def ask(stack: DeliveryStack, server: Providers, count: int) -> None:
    """Register the teams, two of them with addresses that must not be called, and ask them all."""
    for number in range(TEAMS):
        await stack.register(f"push{number}", await stack.seal(webhook(server, f"push{number}")), skill=f"s{number}")
    for name, url in (("inward", "https://10.0.0.1/hook"), ("unlisted", "https://example.org/hook")):
        channel = Channel(kind=ChannelKind.WEBHOOK, target=url, secret=webhook(server).secret)
        await stack.register(name, await stack.seal(channel), skill=name)
        await stack.offer(name, skill=name)
    await stack.register("model", None, skill="model")
    await stack.decided(stack.desk.place_order("model", skill="model", urgency=0))
    model = stack.desk.state.requests["r-model"]
    records = asked(model, count)
    for start in range(0, count, PER_BATCH):
        await stack.written(records[start : start + PER_BATCH])


async def test_all_arrive_once_the_sink_heals_and_none_where_none_may(stack: DeliveryStack) -> None:
    """Tests 2,000 pushes at a sink that fails 30 %: all told, same id same body, none to a private address."""
    sink = BadSink(7)
    async with Providers(behave=sink) as server, stack.delivering(server):
        await ask(stack, server, PUSHES)
        await stack.until(lambda seen: len(pushed(seen)) == PUSHES, "every push")
        sink.healed = True
        seen = await stack.until(
            lambda seen: all(one.state is DeliveryState.DELIVERED for one in pushed(seen)), "every push told"
        )
    told = [request.headers["webhook-id"] for request in server.taken]
    assert set(told) == {one.id for one in pushed(seen)}
    assert len(told) == len(set(told)) == PUSHES, "a push that was taken was sent again although nobody died"
    assert {len(bodies) for bodies in sink.bodies.values()} == {1}
    assert len(server.received) > PUSHES / (1 - FAILS) * 0.9
    refused = {one.team: one.tracks[0].error for one in seen if one.team in ("inward", "unlisted")}
    assert refused == {"inward": "host_not_allowed", "unlisted": "host_not_allowed"}


def pushed(seen: list[DeliveryRecord]) -> list[DeliveryRecord]:
    return [one for one in seen if one.team is not None and one.team.startswith("push")]


async def test_kill_9_in_the_middle_loses_nothing_and_changes_no_id(mapped: DeliveryStack) -> None:
    """Tests three SIGKILLs of the real process under load: every push told at least once, same id, same body."""
    sink, stack = BadSink(11), mapped
    async with Providers(behave=sink) as server:
        await ask(stack, server, count := 300)
        (stack.folder / "master.key").write_bytes(b64encode(bytes(range(32))))
        (stack.folder / "master.key").chmod(0o600)
        for kill in range(3):
            child = await Child.launch(process(stack, server))
            target = (kill + 1) * count // 5
            while len({request.headers["webhook-id"] for request in server.taken}) < target:
                assert child.code is None, (stack.folder / "delivery.log").read_text()[-2_000:]
                await asyncio.sleep(0.02)
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()
        sink.healed = True
        child = await Child.launch(process(stack, server))
        seen = await stack.until(
            lambda seen: (
                len(pushed(seen)) == count and all(one.state is DeliveryState.DELIVERED for one in pushed(seen))
            ),
            "every push told",
        )
        await child.stop()
    told = [request.headers["webhook-id"] for request in server.taken]
    assert set(told) == {one.id for one in pushed(seen)}
    assert {len(bodies) for bodies in sink.bodies.values()} == {1}
    assert {len(set(map(without_its_course, same))) for same in by_id(await stack.log())} == {1}


def without_its_course(record: DeliveryRecord) -> str:
    """Give what is told, without how far the telling has got."""
    course = {"state", "tracks", "at", "channel", "attempt", "error", "answered"}
    return record.model_dump_json(exclude=course)


def by_id(log: list[DeliveryRecord]) -> list[list[DeliveryRecord]]:
    found: defaultdict[str, list[DeliveryRecord]] = defaultdict(list)
    for record in log:
        found[record.id].append(record)
    return list(found.values())


async def test_a_second_process_shuts_the_first_one_out(stack: DeliveryStack) -> None:
    """Tests that of two deliveries on one partition the elder ends at its next word, and goes on with nothing."""
    async with Providers() as server:
        await ask(stack, server, 20)
        elder, younger = asyncio.Event(), asyncio.Event()
        late: list[str] = []

        async def first() -> None:
            async with stack.delivering(server) as running:
                await stack.until(lambda seen: len(pushed(seen)) == 20, "the first ones")
                elder.set()
                await younger.wait()
                # The younger takes over when it has read the log: until then the elder may still tell what is new.
                while not late or not running.done():
                    late.append(f"late{len(late)}")
                    await stack.offer(late[-1], skill=f"s{len(late) % TEAMS}")
                    await asyncio.wait({running}, timeout=3)
                await running

        ending = asyncio.create_task(first())
        await asyncio.wait({ending, asyncio.create_task(elder.wait())}, return_when=asyncio.FIRST_COMPLETED)
        assert elder.is_set(), ending
        async with stack.delivering(server) as running:
            younger.set()
            with pytest.raises((KafkaError, AssertionError)):
                await ending
            await stack.until(
                lambda seen: any(one.request == f"r-{late[-1]}" and one.settled for one in seen), "the late one"
            )
            assert not running.done()


def process(stack: DeliveryStack, server: Providers) -> ProcessSpec:
    return ProcessSpec(
        name="delivery",
        argv=(sys.executable, "-m", "linli.services.delivery"),
        log=stack.folder / "delivery.log",
        env={
            "LINLI_KAFKA": stack.address.bootstrap,
            "LINLI_STATE": str(stack.folder),
            "LINLI_DELIVERY_LOOPBACK": server.address,
            "LINLI_MASTER_KEY_FILE": str(stack.folder / "master.key"),
        },
        tethered=True,
    )
