"""Makes the topics of the registry, checks those that exist, and stores the facts of the installation once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from linli.schemas.ground_facts import ClockFact
from linli.schemas.topics import TOPICS, Topic
from linli.streams.ground_facts import Facts, map_districts, store_facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs

REPLICAS_WANTED = 3
"""Copies of every partition where the cluster has as many brokers: one may fail while another is being serviced."""

APPEAR_TIMEOUT_S = 30.0
"""How long new topics may take until every broker knows them; a broker of our own needs about 0.2 s."""

_APPEAR_PAUSE_S = 0.1


class BootstrapError(RuntimeError):
    """A Kafka that does not fit the settings; the message says in sentences what differs and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings ask for.

    Parameters
    ----------
    districts
        Codes of the districts served here.
    partitions
        How many partitions they are spread over.
    clock_rate
        Seconds of decision time per second of real time.
    clock_origin
        Decision time at the very first start; ``None`` for the real time then.
    """

    districts: tuple[str, ...]
    partitions: int
    clock_rate: float = 1.0
    clock_origin: datetime | None = None


async def bootstrap(address: KafkaAddress, wanted: Wanted) -> Facts:
    """Make what is missing and check what is there; harmless when repeated.

    Returns
    -------
    Facts
        The facts that hold: those of the first start.

    Raises
    ------
    BootstrapError
        If a topic or a stored fact differs from what the settings ask for; nothing that exists is ever changed.
    aiokafka.errors.KafkaError
        If Kafka does not answer or does not let us.
    """
    started = datetime.now(UTC)
    await make_topics(address, wanted.partitions)
    clock = ClockFact(started=started, origin=wanted.clock_origin or started, rate=wanted.clock_rate)
    facts = Facts(map_districts(wanted.districts, wanted.partitions), clock)
    stored = await store_facts(address, facts)
    _refuse_if(_different_facts(stored, facts, wanted))
    return stored


async def make_topics(address: KafkaAddress, partitions: int, topics: Sequence[Topic] = TOPICS) -> None:
    """Make the topics that are missing and check the others.

    Raises
    ------
    BootstrapError
        If a topic exists with another number of partitions or other settings.
    """
    async with _admin(address) as admin:
        there = await _partition_counts(admin, topics)
        missing = [topic for topic in topics if topic.name not in there]
        if missing:
            await _create(admin, missing, partitions)
            there = await _when_all_are_there(admin, topics)
        problems = _different_counts(there, topics, partitions)
        problems += await _different_settings(admin, topics)
        _refuse_if(problems)


@asynccontextmanager
async def _admin(address: KafkaAddress) -> AsyncGenerator[Any]:
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


def _count(topic: Topic, partitions: int) -> int:
    return partitions if topic.districted else 1


async def _partition_counts(admin: Any, topics: Sequence[Topic]) -> dict[str, int]:
    """Give the number of partitions of each of the topics that exists, by name."""
    names = set(await admin.list_topics()) & {topic.name for topic in topics}
    described: list[Any] = await admin.describe_topics(sorted(names)) if names else []
    return {one["topic"]: len(one["partitions"]) for one in described if one["partitions"]}


async def _create(admin: Any, missing: Sequence[Topic], partitions: int) -> None:
    brokers = len((await admin.describe_cluster())["brokers"])
    replicas = min(REPLICAS_WANTED, brokers)
    new = [
        NewTopic(topic.name, _count(topic, partitions), replicas, topic_configs=_settings(topic, replicas))
        for topic in missing
    ]
    answer = await admin.create_topics(new)
    for name, code, message in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:  # Another process made it at the same moment: checked below.
            raise BootstrapError(f"Kafka did not make the topic {name}: {message or error.__name__}.")


def _settings(topic: Topic, replicas: int) -> dict[str, str]:
    """Give a new topic's settings: with three copies a record counts as written when two have it."""
    return topic.settings() | ({"min.insync.replicas": "2"} if replicas >= REPLICAS_WANTED else {})


async def _when_all_are_there(admin: Any, topics: Sequence[Topic]) -> dict[str, int]:
    """Wait until the cluster tells of all topics with a leader for every partition."""
    async with asyncio.timeout(APPEAR_TIMEOUT_S):
        while True:
            described = await admin.describe_topics([topic.name for topic in topics])
            if all(_is_led(one) for one in described):
                return {one["topic"]: len(one["partitions"]) for one in described}
            await asyncio.sleep(_APPEAR_PAUSE_S)


def _is_led(described: Any) -> bool:
    partitions = described["partitions"]
    return bool(partitions) and all(one["leader"] >= 0 and not one["error_code"] for one in partitions)


def _different_counts(there: dict[str, int], topics: Sequence[Topic], partitions: int) -> list[str]:
    return [
        f"The topic {topic.name} has {there[topic.name]} partitions and should have {_count(topic, partitions)}: "
        "the number is fixed when topics are made. Set LINLI_PARTITIONS to it, or start on an empty Kafka."
        for topic in topics
        if there[topic.name] != _count(topic, partitions)
    ]


async def _different_settings(admin: Any, topics: Sequence[Topic]) -> list[str]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    found: dict[str, dict[str, str]] = {}
    for answer in await admin.describe_configs(asked):
        for resource in answer.resources:
            code, message, _, name, entries = resource
            if code:
                raise BootstrapError(
                    f"Kafka does not tell the settings of {name}: {message or for_code(code).__name__}."
                )
            found[name] = {entry[0]: entry[1] for entry in entries}
    return [
        f"The topic {topic.name} has {key}={found[topic.name].get(key)} and should have {value}: correct it with "
        f"`kafka-configs --alter --entity-type topics --entity-name {topic.name} --add-config {key}={value}`."
        for topic in topics
        for key, value in topic.settings().items()
        if found[topic.name].get(key) != value
    ]


def _different_facts(stored: Facts, now: Facts, wanted: Wanted) -> list[str]:
    problems: list[str] = []
    if stored.district_map != now.district_map:
        problems.append(
            f"This Kafka was set up for {_districts_in_words(stored)} and the settings ask for "
            f"{_districts_in_words(now)}: a district never moves. Correct LINLI_DISTRICTS and LINLI_PARTITIONS, "
            "or start on an empty Kafka."
        )
    if stored.clock_fact.rate != wanted.clock_rate:
        problems.append(
            f"The clock of this Kafka runs at {stored.clock_fact.rate:g} times real time and the settings ask for "
            f"{wanted.clock_rate:g}: set LINLI_CLOCK_RATE={stored.clock_fact.rate:g}, or start on an empty Kafka."
        )
    if wanted.clock_origin is not None and stored.clock_fact.origin != wanted.clock_origin:
        problems.append(
            f"The clock of this Kafka began at {stored.clock_fact.origin.isoformat()} and the settings ask for "
            f"{wanted.clock_origin.isoformat()}: unset LINLI_CLOCK_ORIGIN, or start on an empty Kafka."
        )
    return problems


def _districts_in_words(facts: Facts) -> str:
    listed = facts.district_map
    return f"the districts {', '.join(sorted(listed.districts))} on {listed.partitions} partitions"


def _refuse_if(problems: list[str]) -> None:
    if problems:
        raise BootstrapError("\n".join(problems))
