"""A topic of keys to write to: the county's own of the delivery tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from linli.schemas.subject_keys import SubjectKey
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.sealed.subject_keys import subject_key_record
from tests.conftest import RunningGround


@pytest.fixture
def address(told_ground: RunningGround) -> KafkaAddress:
    """Give where its Kafka is."""
    return told_ground.ground.kafka_address


@pytest.fixture
async def producer(address: KafkaAddress) -> AsyncIterator[Any]:
    """Give a producer that writes there."""
    made: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True)
    await made.start()
    yield made
    await made.stop()


async def write_keys(producer: Any, keys: list[SubjectKey]) -> None:
    """Write keys and wait until the broker has them."""
    records = [subject_key_record(key, "test") for key in keys]
    sent = [await producer.send(one.topic, one.value, one.key, headers=one.headers) for one in records]
    await asyncio.gather(*sent)
