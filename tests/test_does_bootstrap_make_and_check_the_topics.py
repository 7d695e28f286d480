"""Bootstrap makes every topic as the registry says, stores the facts once, and refuses what does not fit."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from linli.schemas.ground_facts import ClockFact
from linli.schemas.topics import INBOX, TOPICS
from linli.services.ground.local import LocalGround
from linli.streams.bootstrap import BootstrapError, Wanted, bootstrap, make_topics
from linli.streams.clock import Clock
from linli.streams.ground_facts import FactsMissingError, map_districts, read_facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs

pytestmark = pytest.mark.broker

ORIGIN = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
WANTED = Wanted(("520624", "520625", "520626"), 2, clock_rate=60.0, clock_origin=ORIGIN)


async def test_bootstrap_from_the_first_start_to_the_last_refusal(tmp_path: Path) -> None:
    """Tests that a bare Kafka is set up once, by two at the same time too, and then never changed."""
    async with LocalGround(tmp_path, tethered=True) as ground:
        address = ground.kafka_address
        await _two_at_once_agree(address)
        await _every_topic_is_as_registered(address)
        await _a_later_start_reads_what_holds(address)
        await _differences_are_refused(address)
        await _a_topic_of_other_shape_is_refused(address)


async def _two_at_once_agree(address: KafkaAddress) -> None:
    with pytest.raises(FactsMissingError, match="linli up"):  # No topic yet, and it is said at once.
        await read_facts(address)
    await make_topics(address, 2)
    with pytest.raises(FactsMissingError, match="linli up"):
        await read_facts(address)
    results = await asyncio.gather(bootstrap(address, WANTED), bootstrap(address, WANTED), bootstrap(address, WANTED))
    gc.collect()  # aiokafka leaves exceptions of fenced producers unread; let them be logged here and not elsewhere.
    stored = await read_facts(address)
    assert all(result == stored for result in results)


async def _every_topic_is_as_registered(address: KafkaAddress) -> None:
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    await admin.start()
    described = {one["topic"]: one for one in await admin.describe_topics([topic.name for topic in TOPICS])}
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, t.name) for t in TOPICS])
    await admin.close()
    settings = {r[3]: {entry[0]: entry[1] for entry in r[4]} for answer in answers for r in answer.resources}
    for topic in TOPICS:
        assert len(described[topic.name]["partitions"]) == (2 if topic.districted else 1)
        assert topic.settings().items() <= settings[topic.name].items()
        assert settings[topic.name]["message.timestamp.type"] == "LogAppendTime"


async def _a_later_start_reads_what_holds(address: KafkaAddress) -> None:
    stored = await read_facts(address)
    other_order = replace(WANTED, districts=("520626", "520624", "520625"), clock_origin=None)
    assert await bootstrap(address, other_order) == stored
    assert stored.partition_of("520625") == 1
    assert stored.partition_of("110101") is None
    assert stored.districts_on(0) == ("520624", "520626")


async def _differences_are_refused(address: KafkaAddress) -> None:
    for changed, sentence in (
        (replace(WANTED, districts=("520624", "520625")), "a district never moves"),
        (replace(WANTED, clock_rate=1.0), "LINLI_CLOCK_RATE=60"),
        (replace(WANTED, clock_origin=ORIGIN + timedelta(days=1)), "unset LINLI_CLOCK_ORIGIN"),
        (replace(WANTED, partitions=3), "has 2 partitions and should have 3"),
    ):
        with pytest.raises(BootstrapError, match=sentence):
            await bootstrap(address, changed)


async def _a_topic_of_other_shape_is_refused(address: KafkaAddress) -> None:
    strange = replace(INBOX, name="inbox-of-another-make")
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    await admin.start()
    await admin.create_topics([NewTopic(strange.name, 2, 1, topic_configs={"message.timestamp.type": "CreateTime"})])
    await admin.close()
    with pytest.raises(BootstrapError, match=r"message\.timestamp\.type=CreateTime and should have LogAppendTime"):
        await make_topics(address, 2, (strange,))


def test_the_clock_runs_along_its_line() -> None:
    """Tests that decision time starts at the origin, runs at its rate, and converts back to the same instant."""
    started = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    clock = Clock(ClockFact(started=started, origin=ORIGIN, rate=720.0))
    assert clock.at(started) == ORIGIN
    assert clock.at(started + timedelta(seconds=2)) == ORIGIN + timedelta(minutes=24)
    assert clock.real(clock.at(started + timedelta(seconds=7))) == started + timedelta(seconds=7)
    assert clock.real_span(timedelta(hours=1)) == timedelta(seconds=5)


def test_a_district_named_twice_is_refused() -> None:
    """Tests that a list of districts with a repetition is no map."""
    with pytest.raises(ValueError, match="named twice"):
        map_districts(["520624", "520624"], 1)
