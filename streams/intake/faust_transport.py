"""Faust's Kafka transport without two of its traps: it reads committed records alone, and it commits what was handled.

Trap one: Faust's consumer reads records of aborted transactions unless the whole app is "exactly once", which is
broken. Trap two: after a hole in the offsets, which every transaction leaves, Faust counts the first record behind the
hole as part of it, so that commits advance by one transaction per interval. Private names of Faust and aiokafka are
used here and nowhere else; the versions are pinned and ``tests/contract`` turns red when an upstream change matters.
"""

from __future__ import annotations

from typing import Any, Final

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from typing_extensions import override

from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs

READ_COMMITTED: Final = "read_committed"
"""Kafka's name for not showing what was never committed."""


class CommittedThread(AIOKafkaConsumerThread):
    """The thread that fetches; it asks the broker for committed records alone."""

    @override
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._isolation_level = READ_COMMITTED
        return consumer


class CommittedConsumer(Consumer):
    """The consumer that keeps account of offsets; its holes end before the first record behind them."""

    @override
    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        untyped: Any = self
        return CommittedThread(self, loop=self.loop, beacon=untyped.beacon)

    @override
    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        await super()._add_gap(tp, offset_from, offset_to - 1)


class CommittedTransport(Transport):
    """The transport to use: ``app.transport = CommittedTransport(app.conf.broker_consumer, app)``."""

    Consumer = CommittedConsumer


def use_committed_transport(app: faust.App) -> None:
    """Give an app the transport without the traps; call it before the app starts."""
    app.transport = CommittedTransport(app.conf.broker_consumer, app)


def broker_of(address: KafkaAddress) -> list[str]:
    """Give the brokers in the form that Faust takes."""
    return [f"kafka://{server.strip()}" for server in address.bootstrap.split(",")]


def credentials_of(address: KafkaAddress) -> Any:
    """Give how to log in, in the form that Faust takes; ``None`` for an open broker.

    Raises
    ------
    OSError
        If the file with the authorities cannot be read.
    """
    context = kafka_client_kwargs(address).get("ssl_context")
    if address.security_protocol.startswith("SASL_"):
        return faust.SASLCredentials(
            username=address.sasl_username,
            password=address.sasl_password,
            ssl_context=context,
            mechanism=address.sasl_mechanism,
        )
    return None if context is None else faust.SSLCredentials(context)
