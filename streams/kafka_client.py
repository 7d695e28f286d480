"""How to reach Kafka: one address, for every client."""

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
    """
    from aiokafka.client import AIOKafkaClient  # Here, so that the command line starts without loading a Kafka client.

    client: Any = AIOKafkaClient(**kafka_client_kwargs(address))
    try:
        await client.bootstrap()
        return len(client.cluster.brokers())
    finally:
        await client.close()
