"""Facts written once per installation: which partition a district lives on, and the clock that all processes share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerFenced
from pydantic import BaseModel

from linli.schemas import event_types
from linli.schemas.ground_facts import ClockFact, DistrictMap
from linli.schemas.identity import record_id
from linli.schemas.topics import GROUND_FACTS
from linli.streams.clock import Clock
from linli.streams.codec import encode
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.log_reader import open_reader

DISTRICT_MAP_KEY: Final = b"district-map"
CLOCK_KEY: Final = b"clock"

WRITER_ID: Final = "bootstrap"
"""Transactional id of whoever writes facts: of two that start at once, the broker lets only the later one write."""

_TRIES = 5
"""Processes of one installation that start at the same moment are a handful; each try leaves one winner."""

_PAUSE_S = 0.5
"""Between tries: storing the facts takes a tenth of this."""


class FactsMissingError(RuntimeError):
    """The facts were never stored: nothing was set up on this Kafka yet."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The stored facts."""

    district_map: DistrictMap
    clock_fact: ClockFact

    @property
    def clock(self) -> Clock:
        """The shared clock."""
        return Clock(self.clock_fact)

    def partition_of(self, district: str) -> int | None:
        """Give the partition a district lives on; ``None`` if it is not served here."""
        return self.district_map.districts.get(district)

    def districts_on(self, partition: int) -> tuple[str, ...]:
        """Give the districts of a partition, in order of their codes."""
        return tuple(sorted(code for code, where in self.district_map.districts.items() if where == partition))


def map_districts(districts: Sequence[str], partitions: int) -> DistrictMap:
    """Spread districts over partitions, evenly and in order of their codes: the order in a setting is no matter.

    Raises
    ------
    ValueError
        If a district is named twice.
    """
    if len(set(districts)) != len(districts):
        raise ValueError("a district is named twice")
    spread = {code: index % partitions for index, code in enumerate(sorted(districts))}
    return DistrictMap(partitions=partitions, districts=spread)


async def read_facts(address: KafkaAddress) -> Facts:
    """Read the facts.

    Raises
    ------
    FactsMissingError
        If they were never stored.
    aiokafka.errors.KafkaError
        If Kafka does not answer.
    """
    stored = await _stored(address, topic_is_there=False)
    if stored is None:
        raise FactsMissingError("Nothing was set up on this Kafka yet: run `linli up`, which makes topics and facts.")
    return stored


async def store_facts(address: KafkaAddress, wanted: Facts) -> Facts:
    """Store the facts if there are none, and give those that hold.

    Raises
    ------
    aiokafka.errors.ProducerFenced, RuntimeError
        If others kept on storing them at the same moment; one of them has won by then: start again.
    """
    for _ in range(_TRIES):
        try:
            return await _store(address, wanted)
        except (ProducerFenced, _NotKnownError):  # Another process began after us, and it alone may write: read that.
            await asyncio.sleep(_PAUSE_S)
    return await _store(address, wanted)


async def _store(address: KafkaAddress, wanted: Facts) -> Facts:
    if stored := await _stored(address):
        return stored
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), transactional_id=WRITER_ID)
    await producer.start()
    try:
        stored = await _stored(address)
        if stored is None:
            await _write_or_doubt(producer, wanted)
        return stored or wanted
    finally:
        await producer.stop()


class _NotKnownError(RuntimeError):
    """A transaction failed, and whether it took place only the topic can tell."""


async def _write_or_doubt(producer: Any, facts: Facts) -> None:
    """Write the facts; a writer that is fenced out while it commits is told so in one of several ways."""
    try:
        await _write(producer, facts)
    except (KafkaError, AssertionError) as error:
        raise _NotKnownError(f"{type(error).__name__} while the facts were stored") from error


async def _write(producer: Any, facts: Facts) -> None:
    async with producer.transaction():
        pairs: tuple[tuple[bytes, BaseModel], ...] = (
            (DISTRICT_MAP_KEY, facts.district_map),
            (CLOCK_KEY, facts.clock_fact),
        )
        for key, fact in pairs:
            event_id = record_id("fact", key.decode(), 1)
            event = encode(
                fact, event_type=event_types.FACT, source="bootstrap", event_id=event_id, time=facts.clock_fact.started
            )
            # Awaited one by one: a commit does not notice a record that the broker refused.
            await producer.send_and_wait(GROUND_FACTS.name, event.value, key, 0, headers=event.headers)


async def _stored(address: KafkaAddress, *, topic_is_there: bool = True) -> Facts | None:
    """Read the facts; whoever stores them has made the topic just before and need not ask whether it is there."""
    found: dict[bytes, bytes] = {}
    async with open_reader(address) as reader:
        if not (topic_is_there or await reader.knows(GROUND_FACTS.name)):
            return None
        for span in await reader.spans(GROUND_FACTS.name, [0]):
            async for record in reader.read(span):
                if record.key is not None and record.value is not None:
                    found[record.key] = record.value
    if not found:
        return None
    return Facts(
        district_map=DistrictMap.model_validate_json(found[DISTRICT_MAP_KEY]),
        clock_fact=ClockFact.model_validate_json(found[CLOCK_KEY]),
    )
