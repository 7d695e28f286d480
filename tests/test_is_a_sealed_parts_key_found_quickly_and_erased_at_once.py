"""Is the key of a sealed part found without reading all of them again, and never once it was erased?"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from linli.schemas.subject_keys import SubjectKey
from linli.schemas.topics import SUBJECT_KEYS
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import LogReader, LogRecord, Span, open_reader
from linli.streams.sealed.key_index import KeyIndex
from linli.streams.sealed.keyring import Keyring
from tests.conftest import TOLD_PARTITIONS
from tests.support.district import MONDAY
from tests.support.subject_keys import address as address
from tests.support.subject_keys import producer as producer
from tests.support.subject_keys import write_keys

pytestmark = pytest.mark.broker

KEYRING = Keyring(bytes(range(32)))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[LogRecord]:
    """Give the list of every record that is read from now on."""
    seen: list[LogRecord] = []
    plain = LogReader.read

    async def noting(reader: LogReader, span: Span) -> AsyncIterator[LogRecord]:
        async for record in plain(reader, span):
            seen.append(record)
            yield record

    monkeypatch.setattr(LogReader, "read", noting)
    return seen


async def written(producer: Any, count: int) -> list[SubjectKey]:
    """Write so many fresh keys and wait until the broker has them."""
    keys = [KEYRING.fresh_key(MONDAY).record for _ in range(count)]
    await write_keys(producer, keys)
    return keys


async def erase(producer: Any, key: SubjectKey) -> None:
    await producer.send_and_wait(SUBJECT_KEYS.name, None, key.key_id.encode())


async def test_what_was_read_is_not_read_again(producer: Any, address: KafkaAddress, read: list[LogRecord]) -> None:
    """Tests that a second look-up reads nothing, and one after a new key reads that key alone."""
    first = await written(producer, 300)
    index = KeyIndex(address, TOLD_PARTITIONS)
    assert await index.find(first[0].key_id) == first[0]
    assert len(read) >= 300
    read.clear()
    assert [await index.find(one.key_id) for one in first[1:6]] == first[1:6]
    assert read == []
    [later] = await written(producer, 1)
    assert await index.find(later.key_id) == later
    assert [record.key for record in read] == [later.key_id.encode()]


async def test_an_erased_key_is_not_found_by_the_very_next_look_up(producer: Any, address: KafkaAddress) -> None:
    """Tests that a tombstone that the broker has acknowledged counts at once, for a key that was found a moment ago."""
    index = KeyIndex(address, TOLD_PARTITIONS)
    for key in await written(producer, 5):
        assert await index.find(key.key_id) == key
        await erase(producer, key)
        assert await index.find(key.key_id) is None
    assert await index.find("k-never") is None


async def test_memory_is_bounded_and_an_old_key_is_still_found_or_erased(producer: Any, address: KafkaAddress) -> None:
    """Tests that of many keys only the youngest are held, and that what was dropped is read from the topic."""
    keys = await written(producer, 120)
    index = KeyIndex(address, TOLD_PARTITIONS, generation_max=20)
    assert [await index.find(key.key_id) for key in (keys[0], keys[-1])] == [keys[0], keys[-1]]
    assert len(index) <= 40
    await erase(producer, keys[0])
    assert await index.find(keys[0].key_id) is None


async def test_those_who_ask_together_read_together(
    producer: Any, address: KafkaAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that fifty look-ups at once open two readers at most, and that each sees what was written before it."""
    keys = await written(producer, 50)
    index, opened, plain = KeyIndex(address, TOLD_PARTITIONS), itertools.count(1), open_reader
    last = 0

    def counting(where: KafkaAddress) -> Any:
        nonlocal last
        last = next(opened)
        return plain(where)

    monkeypatch.setattr("linli.streams.sealed.key_index.open_reader", counting)
    assert await asyncio.gather(*(index.find(key.key_id) for key in keys)) == keys
    assert 1 <= last <= 2


async def test_a_topic_that_was_made_anew_is_read_anew(
    producer: Any, address: KafkaAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that what is known of a longer topic is not believed of a shorter one, which is read from its start."""
    [key] = await written(producer, 1)
    index = KeyIndex(address, TOLD_PARTITIONS)
    assert await index.find(key.key_id) == key

    plain = LogReader.spans

    async def empty(reader: LogReader, topic: str, partitions: Sequence[int]) -> list[Span]:
        return [replace(span, start=0, end=0) for span in await plain(reader, topic, partitions)]

    with monkeypatch.context() as patched:
        patched.setattr(LogReader, "spans", empty)
        assert await index.find(key.key_id) is None
        assert len(index) == 0
    assert await index.find(key.key_id) == key
