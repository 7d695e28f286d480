"""Is a slow follower let go: what is kept for it is bounded, it is told, and it may come back where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx2
import pytest

from linli.schemas.metrics import SECTIONS
from linli.services.gateway.feed import Feed, Notice, Transition
from linli.streams.kafka_client import KafkaAddress
from linli.streams.meters import Meters
from tests.support.days_ahead import order_ahead
from tests.support.house import House

pytestmark = pytest.mark.broker

KEPT = 6
"""Transitions that the feed here keeps: so few that a test can outrun them."""

LIMIT_S = 90


@pytest.fixture
async def feed(own_house: House) -> AsyncIterator[tuple[Feed, Meters]]:
    """Follow the ledger of a running house with little memory."""
    meters = Meters(SECTIONS["gateway"])
    feed = Feed(KafkaAddress(own_house.running.kafka), 1, meters, kept=KEPT)
    task = asyncio.create_task(feed.run())
    while not feed.running:
        await asyncio.sleep(0.05)
        assert not task.done(), task
    yield feed, meters
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def turned(house: House, request: str, turns: int) -> None:
    """Hold and release a request so many times: each makes a transition or more."""
    for _ in range(turns):
        house.json("hold", request, "--reason", "synthetic")
        house.json("release", request)


def figure(meters: Meters, name: str) -> float | None:
    """Read one figure."""
    return meters.registry.get_sample_value(name)


async def test_whoever_does_not_read_is_dropped_and_told(
    own_house: House, own_centre: httpx2.Client, feed: tuple[Feed, Meters]
) -> None:
    """Tests a follower that stops reading beside one that reads on; the memory, the figures, and how each goes on."""
    following, meters = feed
    order = order_ahead(own_house, "slow-follower")
    slow, quick = following.follow(0, None), following.follow(0, None)
    first_of_slow, first_of_quick = asyncio.ensure_future(anext(slow)), asyncio.ensure_future(anext(quick))
    await asyncio.sleep(0.2)
    taken = await asyncio.to_thread(own_centre.post, "/v1/requests", json=order, params={"wait": 20})
    first = await asyncio.wait_for(first_of_slow, LIMIT_S)
    assert isinstance(first, Transition)
    assert figure(meters, "linli_gateway_feed_followers") == 2
    heard = [await asyncio.wait_for(first_of_quick, LIMIT_S)]
    assert heard[0] == first
    turning = asyncio.ensure_future(asyncio.to_thread(turned, own_house, taken.json()["request_id"], 3))
    while not (turning.done() and len(heard) > 2 * KEPT - 1) and len(heard) < 3 * KEPT:
        try:
            heard.append(await asyncio.wait_for(anext(quick), 10 if turning.done() else LIMIT_S))
        except TimeoutError:
            break
    await turning
    assert len(heard) > KEPT
    assert len(following.kept(0)) == KEPT
    rest = [one async for one in slow]
    assert rest[-1] is Notice.DROPPED
    assert len(rest) <= KEPT + 1
    assert figure(meters, "linli_gateway_feed_dropped_total") == 1
    await _comes_back(following, first, heard)
    await quick.aclose()


async def _comes_back(following: Feed, first: Transition, heard: list[Transition | Notice]) -> None:
    """Come back after what is not kept any more, and after what still is."""
    too_late = following.follow(0, first.id)
    assert await asyncio.wait_for(anext(too_late), LIMIT_S) is Notice.RELOAD
    await too_late.aclose()
    kept = [one for one in heard if isinstance(one, Transition)][-3:]
    again = following.follow(0, kept[0].id)
    assert [await asyncio.wait_for(anext(again), LIMIT_S) for _ in kept[1:]] == kept[1:]
    await again.aclose()
