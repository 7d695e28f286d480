"""The one kind of transactional producer: of each name there is one that can write, and nothing is ever tried twice.

An end of transaction that is sent again on another connection may end a later transaction, so the whole is limited to
less than a request's time-out.
"""

from __future__ import annotations

from typing import Any, Final

from aiokafka import AIOKafkaProducer

from linli.schemas.topics import RECORD_BYTES_MAX
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs

TRANSACTION_LIMIT_S: Final = 15.0
"""From begin to committed: below `REQUEST_TIMEOUT_MS`, so that the end of a transaction is never sent twice."""

REQUEST_TIMEOUT_MS: Final = 20_000
"""How long the client waits for an answer before it would ask again."""

TRANSACTION_TIMEOUT_MS: Final = 12_000
"""The broker ends what a dead process left open after this; until then readers of committed records wait."""

_REQUEST_BYTES_MAX: Final = 4 * RECORD_BYTES_MAX
_BATCH_BYTES_MAX: Final = RECORD_BYTES_MAX
"""Records of one topic travel together where they fit; the topics take twice as much in one batch."""


async def start_fenced(address: KafkaAddress, transactional_id: str) -> Any:
    """Start the producer of a name: a former one can commit nothing more, and what it left open is aborted.

    Raises
    ------
    aiokafka.errors.KafkaError
        If Kafka does not answer.
    """
    producer: Any = AIOKafkaProducer(
        **kafka_client_kwargs(address),
        transactional_id=transactional_id,
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        max_request_size=_REQUEST_BYTES_MAX,
        max_batch_size=_BATCH_BYTES_MAX,
    )
    await producer.start()
    return producer
