"""The keys of sealed parts in memory: the topic ``subject-keys`` is read once, and from then on only what is new in it.

A key that was erased is gone from here before the next question is answered: every look-up first reads on to where the
topic ends at that moment. Nothing is read between look-ups, so an idle process costs the broker nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from linli.schemas.subject_keys import SubjectKey
from linli.schemas.topics import SUBJECT_KEYS
from linli.streams.codec import decode_as
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import LogReader, LogRecord, Span, open_reader
from linli.streams.sealed.subject_keys import find_subject_key

GENERATION_MAX: Final = 100_000
"""Keys of one generation; two are kept, some 90 MB: five years of a county, three weeks of a province."""


class KeyIndex:
    """Finds the keys of sealed parts.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions the topic has.
    generation_max
        How many keys one generation holds.

    Notes
    -----
    Memory is bounded: when the young generation is full it becomes the old one, and the one before it is dropped. A key
    that was dropped is still found, by reading the whole topic as `find_subject_key` does.
    """

    def __init__(self, address: KafkaAddress, partitions: int, generation_max: int = GENERATION_MAX) -> None:
        self._address = address
        self._partitions = partitions
        self._generation_max = generation_max
        self._young: dict[bytes, bytes] = {}
        self._old: dict[bytes, bytes] = {}
        self._dropped = False
        self._next: dict[int, int] = {}
        self._reading = asyncio.Lock()
        self._asked = 0
        self._answered = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    async def find(self, key_id: str) -> SubjectKey | None:
        """Find the key of a sealed part; ``None`` if it was never written or was erased before this was asked.

        Raises
        ------
        aiokafka.errors.KafkaError
            If Kafka does not answer: an erasure might have been written that we know nothing of.
        pydantic.ValidationError
            If what lies under this id is no key.
        """
        await self.catch_up()
        found = self._young.get(key_id.encode()) or self._old.get(key_id.encode())
        if found is None and self._dropped:
            return await find_subject_key(self._address, key_id, self._partitions)
        return None if found is None else decode_as(SubjectKey, found)

    async def catch_up(self) -> None:
        """Read on to the end that the topic has now; whoever asks while another reads shares the next reading.

        Raises
        ------
        aiokafka.errors.KafkaError
            If Kafka does not answer.
        """
        self._asked += 1
        mine = self._asked
        async with self._reading:
            if self._answered < mine:
                upto = self._asked
                await self._read_on()
                self._answered = upto

    async def _read_on(self) -> None:
        async with open_reader(self._address) as reader:
            spans = await reader.spans(SUBJECT_KEYS.name, range(self._partitions))
            if any(self._next.get(span.partition, 0) > span.end for span in spans):
                self._forget_all()  # The topic was made anew: what we know is of another one.
            for span in spans:
                await self._read(reader, span)

    async def _read(self, reader: LogReader, span: Span) -> None:
        start = max(span.start, self._next.get(span.partition, 0))
        async for record in reader.read(replace(span, start=start)):
            self._take(record)
            self._next[span.partition] = record.offset + 1
        self._next[span.partition] = span.end

    def _take(self, record: LogRecord) -> None:
        key = record.key or b""
        self._old.pop(key, None)
        if record.value is None:
            self._young.pop(key, None)
            return
        self._young[key] = record.value
        if len(self._young) >= self._generation_max:
            self._dropped = self._dropped or bool(self._old)
            self._young, self._old = {}, self._young

    def _forget_all(self) -> None:
        self._young, self._old, self._next, self._dropped = {}, {}, {}, False
