"""Is a slow follower let go: what is kept for it is bounded, it is told, and it may come back where it stopped."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaProducer

from linli.schemas.ground_facts import ClockFact
from linli.schemas.metrics import SECTIONS
from linli.schemas.roles import Role
from linli.schemas.topics import ASSIGNMENTS
from linli.services import listening
from linli.services.gateway import feed as feeding
from linli.services.gateway.app import make_app
from linli.services.gateway.feed import SLICE, Feed, Notice, Transition
from linli.services.gateway.installation import Installation, put_into
from linli.services.gateway.main import serve
from linli.services.ground.local import LocalGround
from linli.streams.board.store import connect
from linli.streams.codec import to_bytes
from linli.streams.ground_facts import Facts, map_districts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.meters import Meters
from linli.streams.sealed.master_key_file import create_master_key
from tests.support.event_stream import events
from tests.support.examples import STATUSES, assignment_record
from tests.support.gateway_inside import installation
from tests.support.topic_maker import make_topic

pytestmark = pytest.mark.broker

DISTRICT = "520624"

FEW = 6
"""Transitions that a feed here keeps: so few that a test can outrun them."""

LIMIT_S = 30


class Told:
    """Writes transitions of one request, one version after the other, as the dispatcher does."""

    def __init__(self, producer: Any, topic: str) -> None:
        self._producer, self._topic = producer, topic
        self._version = 0

    async def turn(self, times: int) -> None:
        """Write so many."""
        sent: Any = None
        for _ in range(times):
            self._version += 1
            record = assignment_record(STATUSES[0]).model_copy(update={"version": self._version, "district": DISTRICT})
            sent = await self._producer.send(self._topic, to_bytes(record), b"r-1", 0)
        await sent


@pytest.fixture
async def told(
    kafka_address: KafkaAddress, fresh_name: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Told]:
    """Give a ledger of this test alone."""
    topic = await make_topic(kafka_address, fresh_name("followed"))
    monkeypatch.setattr(feeding, "ASSIGNMENTS", replace(ASSIGNMENTS, name=topic))
    async with AIOKafkaProducer(**kafka_client_kwargs(kafka_address)) as producer:
        yield Told(producer, topic)


class Followed:
    """A running feed. Use ``async with``."""

    def __init__(self, address: KafkaAddress, kept: int) -> None:
        self.meters = Meters(SECTIONS["gateway"])
        self.feed = Feed(address, 1, self.meters, kept=kept)

    async def __aenter__(self) -> Followed:
        self.task = asyncio.create_task(self.feed.run())
        await until(lambda: self.feed.running)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task

    def figure(self, name: str) -> float | None:
        """Read one figure."""
        return self.meters.registry.get_sample_value(f"linli_gateway_feed_{name}")


async def until(look: Callable[[], bool]) -> None:
    """Look until it is so."""
    async with asyncio.timeout(LIMIT_S):
        while not look():
            await asyncio.sleep(0.02)


async def heard(following: Any, count: int) -> list[Transition]:
    """Read on for so many transitions."""
    found = [await asyncio.wait_for(anext(following), LIMIT_S) for _ in range(count)]
    assert all(isinstance(one, Transition) for one in found), found
    return found


async def test_whoever_does_not_read_is_dropped_and_told(kafka_address: KafkaAddress, told: Told) -> None:
    """Tests a follower that stops reading beside one that reads on; the memory, the figures, and how each goes on."""
    async with Followed(kafka_address, FEW) as running:
        slow, quick = running.feed.follow(0, None), running.feed.follow(0, None)
        both = asyncio.gather(heard(slow, 1), heard(quick, 1))
        await until(lambda: running.figure("followers") == 2)
        await told.turn(1)
        [first], [same] = await both
        assert first == same
        for _ in range(2):
            await told.turn(FEW - 1)
            await heard(quick, FEW - 1)
        await told.turn(FEW - 1)
        last = await heard(quick, FEW - 1)
        assert [one.record.version for one in last] == list(range(3 * (FEW - 1) - FEW + 3, 3 * (FEW - 1) + 2))
        assert len(running.feed.kept(0)) == FEW
        rest = [one async for one in slow]
        assert rest == [Notice.DROPPED]
        assert running.figure("dropped_total") == 1
        too_late, again = running.feed.follow(0, first.id), running.feed.follow(0, last[0].id)
        assert await asyncio.wait_for(anext(too_late), LIMIT_S) is Notice.RELOAD
        assert await heard(again, FEW - 2) == last[1:]
        for one in (quick, too_late, again):
            await one.aclose()


async def test_what_is_held_for_whoever_stopped_is_a_slice(kafka_address: KafkaAddress, told: Told) -> None:
    """Tests that nobody who stopped in the middle of a long list keeps more of it alive than a slice."""
    kept = 3 * SLICE
    await told.turn(kept)
    async with Followed(kafka_address, kept) as running:
        await until(lambda: len(running.feed.kept(0)) == kept)
        stopped = running.feed.follow(0, running.feed.kept(0)[0].id)
        await heard(stopped, 1)
        await told.turn(kept)
        await until(lambda: running.feed.kept(0)[-1].record.version == 2 * kept)
        gc.collect()
        alive = sum(isinstance(one, Transition) for one in gc.get_objects())
        # A little of the tests before may still be alive; whoever held everything would hold three slices.
        assert kept <= alive < kept + 2 * SLICE
        assert [one async for one in stopped][-1] is Notice.DROPPED


@pytest.fixture
async def here(
    ground: LocalGround, kafka_address: KafkaAddress, fresh_name: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Installation]:
    """Give what a gateway needs whose callers follow and do nothing else."""
    now = datetime.now(UTC)
    facts = Facts(map_districts([DISTRICT], 1), ClockFact(origin=now, started=now, rate=1))
    store = connect(ground.redis)
    keyring = create_master_key(tmp_path / "master.key")
    yield installation(kafka_address, store, fresh_name("followed"), facts, keyring, tmp_path)
    await store.aclose()


async def test_a_connection_that_takes_nothing_ends(
    kafka_address: KafkaAddress, told: Told, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests a follower behind a real connection who stops taking, beside one who reads everything."""
    monkeypatch.setattr(listening, "TAKES_NOTHING_S", 1)
    app, now = make_app(), datetime.now(UTC)
    _, token = here.tokens.issue(
        Role.DISPATCH_CENTRE, "centre", DISTRICT, now=now, expires=now + timedelta(days=1), team=None, place=None
    )
    async with Followed(kafka_address, 8 * SLICE) as running:
        put_into(app, replace(here, feed=running.feed, meters=running.meters))
        with listening.listening_socket("127.0.0.1:0") as listener:
            serving = asyncio.create_task(serve(app, listener, running.task))
            port: int = listener.getsockname()[1]
            with stopped_follower(port, token):
                await until(lambda: running.figure("followers") == 1)
                reading = asyncio.create_task(asyncio.to_thread(read_on, port, token, 4 * SLICE))
                await until(lambda: running.figure("followers") == 2)
                for _ in range(4 * SLICE):
                    await told.turn(1)
                assert await asyncio.wait_for(reading, LIMIT_S) == list(range(1, 4 * SLICE + 1))
                await until(lambda: running.figure("followers") == 0)
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving


def stopped_follower(port: int, token: str) -> socket.socket:
    """Ask for the feed with room for a few kB, and never take anything."""
    follower = socket.socket()
    follower.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    follower.connect(("127.0.0.1", port))
    follower.sendall(f"GET /v1/feed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    return follower


def read_on(port: int, token: str, count: int) -> list[int]:
    """Follow and read, and list the versions that came."""
    headers = {"authorization": f"Bearer {token}"}
    with (
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=LIMIT_S) as client,
        client.stream("GET", "/v1/feed") as stream,
    ):
        following = events(stream)
        return [next(following)["data"]["version"] for _ in range(count)]
