"""Topics of a test's own, with any settings."""

from __future__ import annotations

from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs


async def make_topic(address: KafkaAddress, name: str, **settings: str) -> str:
    """Make a topic of one partition; dots in the names of settings are written as underscores."""
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    await admin.start()
    configs = {key.replace("_", "."): value for key, value in settings.items()}
    answer = await admin.create_topics([NewTopic(name, 1, 1, topic_configs=configs)])
    await admin.close()
    assert not any(code for _, code, _ in answer.topic_errors), answer.topic_errors
    return name
