"""A Faust worker that falls into a trap, or does not: run as a process by the contract tests.

Called with one argument, JSON: ``bootstrap``, ``group``, ``source``, ``target``, ``folder``, ``agent`` (``careless`` as
Faust's documentation writes it, or ``strict`` as we do), ``transport`` (``stock`` or ``ours``), ``fails_at`` (a value
on which handling raises, or null), ``instance`` (or null).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import faust

from linli.streams.intake.faust_strict import raw_topic, strict_app, take_strictly, write
from linli.streams.intake.faust_transport import use_committed_transport
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.subject_keys import OutRecord

Handler = Callable[[bytes], Awaitable[None]]


class ProbeError(Exception):
    """What a probe raises while it handles an event."""


def stock_app(chosen: dict[str, Any]) -> Any:
    """Make an app as Faust makes it, commits and session aside, which are only made quick enough for a test."""
    app = faust.App(
        chosen["group"],
        broker=f"kafka://{chosen['bootstrap']}",
        store="memory://",
        datadir=Path(chosen["folder"]),
        web_enabled=False,
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        broker_commit_interval=0.25,
        broker_session_timeout=10,
        broker_heartbeat_interval=2,
        consumer_group_instance_id=chosen["instance"],
    )
    if chosen["transport"] == "ours":
        use_committed_transport(app)
    return app


def careless(app: Any, source: Any, target: Any, fails_at: bytes | None) -> None:
    """Handle events as the documentation shows it: plain ``async for``, sends awaited once."""

    async def copy(stream: Any) -> None:
        async for value in stream:
            if value == fails_at:
                raise ProbeError
            await target.send(value=value)

    app.agent(source, name="careless")(copy)


def strict(app: Any, source: Any, target: Any, fails_at: bytes | None) -> None:
    """Handle events with our own loop and our own send."""

    async def copy(message: Any) -> None:
        if message.value == fails_at:
            raise ProbeError
        await write(target, OutRecord(target.get_topic_name(), None, b"", message.value, []))

    take_strictly(app, source, copy)


def main() -> None:
    """Run the worker that was asked for."""
    chosen: dict[str, Any] = json.loads(sys.argv[1])
    if chosen["agent"] == "strict":
        address = KafkaAddress(chosen["bootstrap"])
        folder = Path(chosen["folder"])
        app: Any = strict_app(chosen["group"], address, instance=chosen["instance"] or "i", folder=folder)
    else:
        app = stock_app(chosen)
    source, target = (raw_topic(app, chosen[name]) for name in ("source", "target"))
    fails_at = None if chosen["fails_at"] is None else chosen["fails_at"].encode()
    (strict if chosen["agent"] == "strict" else careless)(app, source, target, fails_at)
    faust.Worker(app, quiet=True, override_logging=False, redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main()
