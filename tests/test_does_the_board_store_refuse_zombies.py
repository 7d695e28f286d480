"""Asks whether Redis refuses a writer of the board that was paused, doubled or outlived by a flush."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from linli.services.ground.local import LocalGround
from linli.services.ground.ports import free_port
from linli.streams.board import keys
from linli.streams.board.entries import Entry
from linli.streams.board.store import BoardGoneError, BoardMovedError, BoardStore, Epoch, StoreUnreachableError, connect
from tests.support.board_image import BoardImage, dump

START = {"layout": keys.LAYOUT, "assignments/0": "0:-1:-1"}
ONE = {"assignments/0": "1:0:7"}
TWO = {"assignments/0": "2:1:8"}


@pytest.fixture
async def client(ground: LocalGround) -> Any:
    async with connect(ground.redis) as one:
        yield one


@pytest.fixture
def cluster(fresh_name: Callable[[str], str]) -> str:
    return fresh_name("cluster")


async def built(store: BoardStore, former: Epoch | None = None) -> Epoch:
    """Build an empty epoch and make it the current one."""
    epoch = store.next_epoch(former)
    await store.apply(epoch, [], {}, START, building=True)
    await store.swap(former, epoch, START)
    return epoch


async def test_only_the_expected_position_is_written(client: Any, cluster: str) -> None:
    """Tests that a batch goes in once, its repetition changes nothing, and an older or newer writer is refused."""
    store = BoardStore(client, cluster)
    epoch = await built(store)
    entry = Entry("request:r-1", "{}", (("state:done", "r-1", 1.25),), ("first", 5))
    await store.apply(epoch, [entry], START, ONE)
    await store.apply(epoch, [entry], START, ONE)
    for expected in (TWO, {"assignments/0": "0:5:5"}, {"plans/0": "0:-1:-1"}):
        with pytest.raises(BoardMovedError):
            await store.apply(epoch, [Entry("request:r-1", "{}", ())], expected, {"assignments/0": "3:2:9"})
    image = BoardImage({"request:r-1": "{}"}, {"request:r-1": ["first"]}, {"state:done": {"r-1": 1.25}})
    assert await dump(client, cluster) == image


async def test_a_document_leaves_its_former_places(client: Any, cluster: str) -> None:
    """Tests that a document is in the sets of its last value alone, and in none after its removal."""
    store = BoardStore(client, cluster)
    epoch = await built(store)
    first = Entry("a", "1", (("state:offered", "a", 1.0), ("offers:t", "a.0.1", 2.0)), ("one", 1))
    second = Entry("a", "2", (("state:committed", "a", 1.0),), ("two", 1))
    await store.apply(epoch, [first, second], START, ONE)
    assert await dump(client, cluster) == BoardImage({"a": "2"}, {"a": ["two"]}, {"state:committed": {"a": 1.0}})
    await store.apply(epoch, [Entry("a", None)], ONE, TWO)
    assert await dump(client, cluster) == BoardImage()


async def test_a_bounded_set_loses_its_oldest_documents(client: Any, cluster: str) -> None:
    """Tests that documents beyond the limit are removed whole, the lowest scores first."""
    store = BoardStore(client, cluster)
    epoch = await built(store)
    entries = [Entry(f"dead:{n}", "x", (("dead", f"dead:{n}", float(n)),), bound=("dead", 2)) for n in (3, 1, 2, 4)]
    await store.apply(epoch, entries, START, ONE)
    kept = {"dead:3": 3.0, "dead:4": 4.0}
    assert await dump(client, cluster) == BoardImage({"dead:3": "x", "dead:4": "x"}, {}, {"dead": kept})


async def test_a_flushed_board_is_noticed_even_with_nothing_to_write(client: Any, cluster: str) -> None:
    """Tests that an empty batch finds out that the board is gone."""
    store = BoardStore(client, cluster)
    epoch = await built(store)
    await store.apply(epoch, [], START, START)
    await client.flushall()
    with pytest.raises(BoardGoneError):
        await store.apply(epoch, [], START, START)
    assert await store.find() is None


async def test_of_two_that_rebuild_one_wins(client: Any, cluster: str) -> None:
    """Tests that the second swap from the same former board is refused, and so is the former board's writer."""
    store = BoardStore(client, cluster)
    former = await built(store)
    one, other = store.next_epoch(former), store.next_epoch(former)
    for epoch in (one, other):
        await store.apply(epoch, [], {}, START, building=True)
    await store.swap(former, one, START)
    with pytest.raises(BoardMovedError):
        await store.swap(former, other, START)
    with pytest.raises(BoardMovedError):
        await store.apply(former, [], START, ONE)
    found = await store.find()
    assert found is not None
    assert (found.epoch, dict(found.positions)) == (one, START)


async def test_only_the_current_board_sweeps_and_only_what_is_older(client: Any, cluster: str) -> None:
    """Tests that sweeping removes every former epoch, leaves one that is being built, and is refused to a zombie."""
    store = BoardStore(client, cluster)
    oldest = await built(store)
    many = [Entry(f"request:{n}", "{}", (("all", str(n), float(n)),)) for n in range(700)]
    await store.apply(oldest, many, START, ONE)
    former = await built(store, oldest)
    current = await built(store, former)
    later = store.next_epoch(current)
    await store.apply(later, [Entry("a", "1")], {}, START, building=True)
    with pytest.raises(BoardMovedError):
        await store.sweep(former)
    # Per epoch: positions and beat; in the oldest also 700 documents and their set.
    assert await store.sweep(current) == 701 + 2 + 2
    assert not [key async for key in client.scan_iter(match=oldest.prefix + "*")]
    await store.swap(current, later, START)
    assert (await dump(client, cluster)).documents == {"a": "1"}


async def test_an_absent_redis_ends_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a Redis that stays away is tried again within the limit and then named."""
    monkeypatch.setattr("linli.streams.board.store.PATIENCE", timedelta(seconds=1))
    port = free_port()
    async with connect(f"redis://127.0.0.1:{port}") as client:
        with pytest.raises(StoreUnreachableError, match=f"Redis at 127.0.0.1:{port} did not answer"):
            await BoardStore(client, "nowhere").find()
