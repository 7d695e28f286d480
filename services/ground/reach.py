"""Whether the user's own Kafka and Redis answer, and what they are."""

import asyncio
import ssl
from urllib.parse import urlsplit

from linli.services.ground.errors import GroundError
from linli.services.ground.valkey import server_release
from linli.services.language import both
from linli.streams.kafka_client import KafkaAddress, ask_for_brokers, is_refusal

ANSWER_TIMEOUT_S = 15.0
"""How long a server may take to answer when we start: across a county's network, seconds are plenty."""


async def reach_kafka(address: KafkaAddress) -> str:
    """Ask the user's own Kafka for its brokers.

    Returns
    -------
    str
        What it is, in words; Kafka's protocol does not tell a client the broker's release.

    Raises
    ------
    GroundError
        If it does not answer or does not let us in.
    """
    from aiokafka.errors import KafkaError  # Here, so that the command line starts without loading a Kafka client.

    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            brokers = await ask_for_brokers(address)
    except (KafkaError, OSError, TimeoutError) as error:
        if is_refusal(error):
            raise _refused(address, error) from error
        raise GroundError(
            both(
                f"Kafka at {address.bootstrap} does not answer ({type(error).__name__}).",
                f"位于 {address.bootstrap} 的 Kafka 没有响应（{type(error).__name__}）。",
            ),
            both(
                "Check LINLI_KAFKA and the LINLI_KAFKA_... settings, or leave LINLI_KAFKA out to have one started "
                "here.",
                "请核对 LINLI_KAFKA 及 LINLI_KAFKA_… 各项设置；不设 LINLI_KAFKA 则在本机启动一个。",
            ),
        ) from error
    return f"Kafka with {brokers} broker{'s' if brokers != 1 else ''} at {address.bootstrap}"


def _refused(address: KafkaAddress, error: Exception) -> GroundError:
    """Say who did not trust whom; the error's own words for a certificate hold nothing secret."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return GroundError(
            both(
                f"The certificate of Kafka at {address.bootstrap} is not to be believed: {error.verify_message}.",
                f"位于 {address.bootstrap} 的 Kafka 的证书不可信：{error.verify_message}。",
            ),
            both(
                "Name the PEM file of the authority that signed it in LINLI_KAFKA_CA_FILE.",
                "请在 LINLI_KAFKA_CA_FILE 中写明签发机构的 PEM 文件。",
            ),
        )
    return GroundError(
        both(
            f"Kafka at {address.bootstrap} does not let us in ({type(error).__name__}).",
            f"位于 {address.bootstrap} 的 Kafka 拒绝登录（{type(error).__name__}）。",
        ),
        both(
            "Check LINLI_KAFKA_SASL_USERNAME, LINLI_KAFKA_SASL_PASSWORD and LINLI_KAFKA_SASL_MECHANISM.",
            "请核对 LINLI_KAFKA_SASL_USERNAME、LINLI_KAFKA_SASL_PASSWORD 和 LINLI_KAFKA_SASL_MECHANISM。",
        ),
    )


async def reach_redis(url: str) -> str:
    """Ask the user's own Redis what it is.

    Returns
    -------
    str
        Its name and release.

    Raises
    ------
    GroundError
        If it does not answer or does not let us in; the message names no password.
    """
    from redis.exceptions import RedisError  # Here, so that the command line starts without loading a Redis client.

    place = urlsplit(url).netloc.rpartition("@")[2]
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await server_release(url)
    except (RedisError, OSError, TimeoutError, ValueError) as error:
        raise GroundError(
            both(
                f"Redis at {place or 'the given address'} does not answer ({type(error).__name__}).",
                f"位于 {place or '所给地址'} 的 Redis 没有响应（{type(error).__name__}）。",
            ),
            both(
                "Check LINLI_REDIS, or leave it out to have one started here.",
                "请核对 LINLI_REDIS；不设则在本机启动一个。",
            ),
        ) from error
