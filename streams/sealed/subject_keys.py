"""The topic ``subject-keys``: a sealed part's key is written and acknowledged before the part itself is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from linli.schemas import event_types
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.topics import SUBJECT_KEYS
from linli.streams.codec import decode_as, encode
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import open_reader

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class OutRecord:
    """A record to be written; a partition of ``None`` is chosen by the record key's hash. No value: a tombstone."""

    topic: str
    partition: int | None
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


def subject_key_record(key: SubjectKey, source: str) -> OutRecord:
    """Give the record of a key. The same key id always lies on the same partition, so that compaction can erase it."""
    event = encode(key, event_type=event_types.SUBJECT_KEY, source=source, event_id=key.key_id, time=key.created_at)
    return OutRecord(SUBJECT_KEYS.name, None, key.key_id.encode(), event.value, event.headers)


def erasure_record(key_id: str) -> OutRecord:
    """Give the tombstone of a key: whoever looks from then on finds none, and compaction takes away the key itself."""
    return OutRecord(SUBJECT_KEYS.name, None, key_id.encode(), None, [])


async def write_subject_key(producer: Any, key: SubjectKey, source: str) -> None:
    """Write a key with an aiokafka producer and wait until the broker has it.

    Parameters
    ----------
    producer
        A started ``AIOKafkaProducer`` with ``acks="all"`` and ``enable_idempotence=True``.
    key
        The key of a sealed part.
    source
        Who writes it, for the event's envelope.

    Raises
    ------
    aiokafka.errors.KafkaError
        If the broker does not take it: then the sealed part must not be sent, because nobody could open it.
    """
    record = subject_key_record(key, source)
    await producer.send_and_wait(record.topic, record.value, record.key, record.partition, headers=record.headers)


async def read_keys(
    address: KafkaAddress, partitions: int, told: Callable[[bytes, bytes], Told | None]
) -> dict[bytes, Told]:
    """Read the topic to its present end, and give what was told of every key that is not erased, by its id.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions the topic has; as many as districts are spread over.
    told
        Given an id and a key's record: what is to be kept of it, ``None`` for nothing.

    Notes
    -----
    It reads everything, some 100,000 keys a second; in memory is only what was told.
    """
    kept: dict[bytes, Told] = {}
    async with open_reader(address) as reader:
        for span in await reader.spans(SUBJECT_KEYS.name, range(partitions)):
            async for record in reader.read(span):
                key_id = record.key or b""
                kept.pop(key_id, None)
                what = None if record.value is None else told(key_id, record.value)
                if what is not None:
                    kept[key_id] = what
    return kept


async def find_subject_key(address: KafkaAddress, key_id: str, partitions: int) -> SubjectKey | None:
    """Find the key of a sealed part by reading the topic to its end; ``None`` if it was never written or was erased.

    Right for a person who asks for one case, wrong for a list: see `read_keys`.
    """
    wanted = key_id.encode()
    found = await read_keys(address, partitions, lambda one, record: record if one == wanted else None)
    return decode_as(SubjectKey, found[wanted]) if wanted in found else None
