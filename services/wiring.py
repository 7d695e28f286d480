"""The one place where parts are put together: what a process or a command needs, made from the settings."""

from __future__ import annotations

from linli.services.language import both
from linli.services.settings import Settings, SettingsError
from linli.streams.bootstrap import Wanted
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.master_key_file import create_master_key, load_keyring


def kafka_of(settings: Settings) -> KafkaAddress:
    """Say where Kafka is.

    Raises
    ------
    SettingsError
        If the settings do not say.
    """
    if settings.kafka_address is None:
        raise SettingsError(
            both(
                "LINLI_KAFKA is not set: run `linli up`, or name your own Kafka in it.",
                "未设置 LINLI_KAFKA：请运行 `linli up`，或写明自有 Kafka 的地址。",
            )
        )
    return settings.kafka_address


def redis_of(settings: Settings) -> str:
    """Say where Redis is.

    Raises
    ------
    SettingsError
        If the settings do not say.
    """
    if settings.redis is None:
        raise SettingsError(
            both(
                "LINLI_REDIS is not set: run `linli up`, or name your own Redis in it.",
                "未设置 LINLI_REDIS：请运行 `linli up`，或写明自有 Redis 的地址。",
            )
        )
    return settings.redis


def wanted_of(settings: Settings) -> Wanted:
    """Say how the topics and facts of the installation should be."""
    return Wanted(
        districts=settings.districts,
        partitions=settings.partitions,
        clock_rate=settings.clock_rate,
        clock_origin=settings.clock_origin,
    )


def keyring_of(settings: Settings, *, make: bool = False) -> Keyring:
    """Give what holds the master key.

    Parameters
    ----------
    settings
        They name its file.
    make
        Whether a missing key is made: by `linli up` alone, because a second key beside the first would open nothing.

    Raises
    ------
    linli.streams.sealed.keyring.MasterKeyError
        If it cannot be used.
    """
    if make and not settings.master_key_file.exists():
        return create_master_key(settings.master_key_file)
    return load_keyring(settings.master_key_file)
