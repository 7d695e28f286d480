"""How to reach Kafka: one address, for every client."""

import asyncio
import logging
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

# A broker that is not there yet is asked again; aiokafka's own complaint about it must not reach the terminal of a
# program that has set up no logging. Where logging is set up, it is heard as before.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
"""How a connection is protected, in Kafka's words."""

SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
"""How a client proves who it is, in Kafka's words."""


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """Where a Kafka is and how to enter it.

    Parameters
    ----------
    bootstrap
        ``host:port``, several separated by commas.
    security_protocol
        How the connection is protected.
    sasl_mechanism, sasl_username, sasl_password
        Who we are; only for the ``SASL_`` protocols. The password never shows in ``repr``.
    ca_file
        PEM file with the authorities that may have signed the broker's certificate; ``None`` for the system's own.
    """

    bootstrap: str
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None


def kafka_client_kwargs(address: KafkaAddress) -> dict[str, Any]:
    """Give the keyword arguments that every aiokafka client takes to reach an address.

    Raises
    ------
    OSError
        If the file with the authorities cannot be read.
    """
    kwargs: dict[str, Any] = {"bootstrap_servers": address.bootstrap, "security_protocol": address.security_protocol}
    if address.security_protocol in ("SSL", "SASL_SSL"):
        kwargs["ssl_context"] = ssl.create_default_context(cafile=address.ca_file)
    if address.security_protocol in ("SASL_PLAINTEXT", "SASL_SSL"):
        kwargs["sasl_mechanism"] = address.sasl_mechanism
        kwargs["sasl_plain_username"] = address.sasl_username
        kwargs["sasl_plain_password"] = address.sasl_password
    return kwargs


async def ask_for_brokers(address: KafkaAddress) -> int:
    """Ask a Kafka for its metadata and count its brokers: the shortest proof that it is there and lets us in.

    Raises
    ------
    aiokafka.errors.KafkaError
        If it does not answer or does not let us in.
    ssl.SSLCertVerificationError
        If its certificate is not to be believed.
    """
    # Here, so that the command line starts without loading a Kafka client.
    from aiokafka.client import AIOKafkaClient
    from aiokafka.errors import KafkaConnectionError

    client: Any = AIOKafkaClient(**kafka_client_kwargs(address))
    try:
        await client.bootstrap()
        return len(client.cluster.brokers())
    except KafkaConnectionError:
        await _raise_refusal(address, client.hosts)
        raise
    finally:
        await client.close()


async def _raise_refusal(address: KafkaAddress, hosts: list[tuple[str, int, Any]]) -> None:
    """Knock once more where bootstrapping failed, and raise what aiokafka only logs: that one did not trust the other.

    A wrong password and an unknown authority would otherwise look like a broker that is not there.
    """
    from aiokafka import conn
    from aiokafka.errors import KafkaError

    untyped: Any = conn
    entrance = {name: value for name, value in kafka_client_kwargs(address).items() if name != "bootstrap_servers"}
    for host, port, _ in hosts:
        try:
            connection: Any = await untyped.create_conn(host, port, **entrance)
        except (KafkaError, OSError, TimeoutError) as error:
            if is_refusal(error):
                raise
        else:
            connection.close()


def is_refusal(error: BaseException) -> bool:
    """Tell whether a broker was there, and it did not believe our password or we not its certificate."""
    from aiokafka.errors import AuthenticationFailedError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

    logins = (AuthenticationFailedError, SaslAuthenticationFailed, UnsupportedSaslMechanismError)
    return isinstance(error, (ssl.SSLCertVerificationError, *logins))


async def stop_consumer(consumer: Any) -> None:
    """Stop an aiokafka consumer, also one whose last fetch failed a moment ago.

    Notes
    -----
    Such a fetch pauses before it is tried again, and aiokafka, which cancels and then awaits it, lets that
    cancellation out as if it were meant for whoever closes: connections stay open, and the caller seems cancelled. It
    is told apart from a real one, and the connections are closed here.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        await consumer._client.close()
