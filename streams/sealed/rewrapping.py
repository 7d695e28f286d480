"""Wrapping every key of ``subject-keys`` anew after the master key was replaced, so that the former can be retired.

An erasure must never be undone by it. Kafka cannot write "only if nothing came between", so whatever was erased between
the reading of a key and its being written anew is found by reading on, and erased again: key ids are random and never
used twice, so a key that comes after its own tombstone is always ours.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from linli.schemas.subject_keys import SubjectKey
from linli.schemas.topics import SUBJECT_KEYS
from linli.streams.codec import decode_as
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.log_reader import LogReader, LogRecord, LogStalledError, Span, open_reader
from linli.streams.sealed.keyring import Keyring, UnsealError
from linli.streams.sealed.subject_keys import OutRecord, erasure_record, read_keys, subject_key_record

BATCH: Final = 1_000
"""Keys written before it is looked for erasures: so few that an erased key is back for a second at most."""

SETTLED_S: Final = 30.0
"""How long what we wrote may lie behind somebody's open transaction; intake's end after 12 s at the latest."""

_PAUSE_S: Final = 0.05


@dataclass(slots=True)
class Rewrapped:
    """What was found and done.

    Parameters
    ----------
    wrapped
        Keys wrapped anew.
    kept
        Keys that the present master key had wrapped already.
    erased_again
        Keys that somebody erased meanwhile, and that were therefore erased once more.
    unopened
        Keys that no master key here opens, by the master key they name; they are left as they are.
    """

    wrapped: int = 0
    kept: int = 0
    erased_again: int = 0
    unopened: Counter[str] = field(default_factory=Counter[str])


async def masters_in_use(address: KafkaAddress, partitions: int) -> Counter[str]:
    """Count the keys that each master key wraps; reads the whole topic, some 100,000 keys a second.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions the topic has.
    """
    found = await read_keys(address, partitions, lambda _, record: decode_as(SubjectKey, record).master)
    return Counter(found.values())


async def rewrap(
    address: KafkaAddress, partitions: int, keyring: Keyring, source: str, told: Callable[[Rewrapped], None]
) -> Rewrapped:
    """Wrap every key by the present master key.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions the topic has.
    keyring
        Holds the present master key and the former ones.
    source
        Who does it, for the events' envelopes.
    told
        Told after each batch how far it is.

    Returns
    -------
    Rewrapped
        What was done. Harmless when repeated, and to be repeated when it was broken off.

    Raises
    ------
    aiokafka.errors.KafkaError
        If Kafka does not take a key: it is still there as it was.
    linli.streams.log_reader.LogStalledError
        If what was written cannot be read back in `SETTLED_S`.

    Notes
    -----
    One partition's keys are in memory at a time, some 0.5 kB each. For the moment between writing a batch and reading
    on, an erased key can be found again. If we are killed in that very moment and compaction takes the tombstone away
    before the next run, within the hour, it stays: erasing again is the cure. The former records leave the log when it
    is compacted, two hours later at most; copies of the log keep them.
    """
    done = Rewrapped()
    async with open_reader(address) as reader, _open_producer(address) as producer:
        for span in await reader.spans(SUBJECT_KEYS.name, range(partitions)):
            part = _Partition(reader, span)
            await part.catch_up()
            await _erase_again(part, producer, done)
            for batch in _batches(_stale(part, keyring, done)):
                await part.reach(await write_keys(producer, [subject_key_record(key, source) for key in batch]))
                await _erase_again(part, producer, done)
                done.wrapped += len(batch)
                told(done)
    return done


class _Partition:
    """The keys of one partition as far as it was read."""

    def __init__(self, reader: LogReader, span: Span) -> None:
        self._reader = reader
        self._span = span
        self._erased: set[bytes] = set()
        self.live: dict[bytes, bytes] = {}
        self.returned: set[bytes] = set()

    async def catch_up(self) -> None:
        """Read on to the end that the partition has now, open transactions left out."""
        [now] = await self._reader.spans(SUBJECT_KEYS.name, [self._span.partition])
        async for record in self._reader.read(replace(self._span, end=now.end)):
            self._take(record)
        self._span = replace(self._span, start=max(self._span.start, now.end))

    async def reach(self, offset: int) -> None:
        """Read on until a record of ours was read, which may lie behind somebody's open transaction."""
        until = time.monotonic() + SETTLED_S
        await self.catch_up()
        while self._span.start <= offset:
            if time.monotonic() > until:
                raise LogStalledError(
                    f"{SUBJECT_KEYS.name}-{self._span.partition} cannot be read up to {offset}: run this again."
                )
            await asyncio.sleep(_PAUSE_S)
            await self.catch_up()

    def _take(self, record: LogRecord) -> None:
        key = record.key or b""
        if record.value is None:
            self.live.pop(key, None)
            self.returned.discard(key)
            self._erased.add(key)
            return
        self.live[key] = record.value
        if key in self._erased:
            self.returned.add(key)


async def _erase_again(part: _Partition, producer: Any, done: Rewrapped) -> None:
    if part.returned:
        done.erased_again += len(part.returned)
        await part.reach(await write_keys(producer, [erasure_record(key.decode()) for key in sorted(part.returned)]))


def _stale(part: _Partition, keyring: Keyring, done: Rewrapped) -> list[SubjectKey]:
    """Give the keys that another master key wraps, wrapped by the present one."""
    found: list[SubjectKey] = []
    for value in part.live.values():
        key = decode_as(SubjectKey, value)
        if key.master == keyring.master_id:
            done.kept += 1
            continue
        try:
            found.append(keyring.rewrapped(key))
        except UnsealError:
            done.unopened[key.master] += 1
    return found


def _batches(keys: list[SubjectKey]) -> Iterable[list[SubjectKey]]:
    return (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))


async def write_keys(producer: Any, records: list[OutRecord]) -> int:
    """Write records of one partition, wait until the broker has them, and give the offset of the last."""
    sent = [await producer.send(one.topic, one.value, one.key, one.partition, headers=one.headers) for one in records]
    offsets: list[int] = [(await future).offset for future in sent]
    return max(offsets)


@asynccontextmanager
async def _open_producer(address: KafkaAddress) -> AsyncGenerator[Any]:
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
