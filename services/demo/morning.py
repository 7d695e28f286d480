"""The morning after the demo's day: the clock is set, to go on as fast as a real one, so that people can look around.

An installation's clock is stored once and never changed. The demo's may be, because nothing runs while it is set, it
is only ever set forward, and the installation is a toy that ends with the demo.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from linli.schemas import event_types
from linli.schemas.ground_facts import ClockFact
from linli.schemas.identity import record_id
from linli.schemas.topics import GROUND_FACTS
from linli.streams.codec import encode
from linli.streams.ground_facts import CLOCK_KEY, Facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs


async def set_clock(address: KafkaAddress, facts: Facts, moment: datetime) -> Facts:
    """Store a clock that shows ``moment`` now and goes at the speed of a real one.

    Parameters
    ----------
    address
        Of Kafka.
    facts
        Those that hold until now.
    moment
        A decision time that is not earlier than any before.

    Returns
    -------
    Facts
        Those that hold from now on.
    """
    fact = ClockFact(started=datetime.now(UTC), origin=moment, rate=1.0)
    event_id = record_id("fact", CLOCK_KEY.decode(), 2)
    event = encode(fact, event_type=event_types.FACT, source="demo", event_id=event_id, time=fact.started)
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(GROUND_FACTS.name, event.value, CLOCK_KEY, 0, headers=event.headers)
    finally:
        await producer.stop()
    return replace(facts, clock_fact=fact)
