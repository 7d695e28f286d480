"""The strict subset of Faust that loses nothing, and only that; measured against the traps of the pinned version.

Raw bytes in and out; one agent with one record in hand; no automatic acknowledgement; every send awaited until the
broker has the record, then the event is acknowledged. Any exception ends the process at once: nothing is committed
that was not handled, and the supervisor starts it again. A record may be handled twice; never less than once.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import faust

from linli.schemas.identity import position_id
from linli.streams.intake.faust_no_tables import NoTables
from linli.streams.intake.faust_transport import broker_of, credentials_of, use_committed_transport
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_lines import log_for
from linli.streams.sealed.subject_keys import OutRecord

EXIT_FAILED: Final = 70
"""EX_SOFTWARE of sysexits.h: the supervisor starts the process again."""

SESSION_TIMEOUT_S: Final = 10.0
"""How long the broker waits for a silent member. Faust's 60 s would be 60 s without intake after a lost machine."""

HEARTBEAT_S: Final = 2.0
"""Five heartbeats fit into a session: one lost packet is no lost member."""

SEND_TIMEOUT_S: Final = 30.0
"""How long a send may take; Faust's 20 minutes would hide a dead broker for as long."""

COMMIT_INTERVAL_S: Final = 0.25
"""How often handled offsets are committed; after a kill at most so much is handled again. Four commits a second cost
the broker nothing; Faust's 2.8 s would be some hundred records under load."""

POLL_RECORDS_MAX: Final = 500
"""Records fetched at once: bounds memory after a backlog."""

BUFFER_RECORDS: Final = 512
"""Records waiting in the process; more would only make a stop slower."""

FRAMES_SHOWN: Final = 6
"""Places in the code that the last line of a failed process names: enough to find it."""


def strict_app(group: str, address: KafkaAddress, *, instance: str, folder: Path) -> faust.App:
    """Make a Faust app without the settings that lose data or time.

    Parameters
    ----------
    group
        Its consumer group and name.
    address
        Where Kafka is.
    instance
        Name of this process among those of the group: after a crash it takes its place again without a rebalance.
    folder
        An existing folder of this process's own for Faust's files.
    """
    app = faust.App(
        group,
        broker=broker_of(address),
        broker_credentials=credentials_of(address),
        store="memory://",
        TableManager=NoTables,
        datadir=folder,
        web_enabled=False,
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=instance,
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_commit_interval=COMMIT_INTERVAL_S,
        broker_max_poll_records=POLL_RECORDS_MAX,
        stream_buffer_maxsize=BUFFER_RECORDS,
        producer_request_timeout=SEND_TIMEOUT_S,
        producer_acks=-1,
    )
    use_committed_transport(app)
    return app


def raw_topic(app: Any, name: str) -> Any:
    """Declare a topic whose keys and values Faust leaves alone: a decoding of its own would acknowledge before us."""
    return app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


def take_strictly(app: Any, topic: Any, handle: Callable[[Any], Awaitable[None]]) -> None:
    """Give an app its one agent.

    Parameters
    ----------
    app
        From `strict_app`.
    topic
        What it reads, from `raw_topic`.
    handle
        Called with each of Faust's messages; when it returns, everything must be at the broker. A bad record is for it
        to write somewhere, not to raise: whatever it raises ends the process.
    """

    async def take(stream: Any) -> None:
        async for event in stream.noack().events():
            try:
                await handle(event.message)
                event.ack()
            except BaseException as error:
                end_process(error, event.message)

    app.agent(topic, name=f"{topic.get_topic_name()}-agent", concurrency=1)(take)


async def write(topic: Any, record: OutRecord) -> None:
    """Write a record and wait until the broker has it.

    Raises
    ------
    aiokafka.errors.KafkaError
        If the broker does not take it. Without the second await Faust would only log that, and commit.
    """
    sending = await topic.send(
        key=record.key, value=record.value, partition=record.partition, headers=record.headers, force=True
    )
    await sending


def end_process(error: BaseException, message: Any) -> None:
    """End the process at once, so that nothing is committed for a record that was not handled.

    Notes
    -----
    The line names the error's type and where in the code it was raised. Its text is left out: it may quote the record.
    """
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    at = position_id(message.topic, message.partition, message.offset)
    log_for("agent").critical("ended by an error", error=type(error).__name__, at=at, frames=frames[-FRAMES_SHOWN:])
    os._exit(EXIT_FAILED)
