"""The one place where parts are put together: what a process or a command needs, made from the settings."""

from __future__ import annotations

from linli.schemas.policy import Policy
from linli.services.settings import Settings, SettingsError
from linli.streams.bootstrap import Wanted
from linli.streams.kafka_client import KafkaAddress


def kafka_of(settings: Settings) -> KafkaAddress:
    """Say where Kafka is.

    Raises
    ------
    SettingsError
        If the settings do not say.
    """
    if settings.kafka_address is None:
        raise SettingsError("LINLI_KAFKA is not set: run `linli up`, or name your own Kafka in it.")
    return settings.kafka_address


def redis_of(settings: Settings) -> str:
    """Say where Redis is.

    Raises
    ------
    SettingsError
        If the settings do not say.
    """
    if settings.redis is None:
        raise SettingsError("LINLI_REDIS is not set: run `linli up`, or name your own Redis in it.")
    return settings.redis


def wanted_of(settings: Settings) -> Wanted:
    """Say how the topics and facts of the installation should be."""
    return Wanted(
        districts=settings.districts,
        partitions=settings.partitions,
        clock_rate=settings.clock_rate,
        clock_origin=settings.clock_origin,
    )


def policy_of(settings: Settings) -> Policy:
    """Give the county's policy."""
    return Policy(mode=settings.mode, work=settings.solver_work)
