"""An event of the simulated day: what is sent, by whom, when, and why it is in the stream."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from linli.schemas.base import Edge
from linli.schemas.dead_letters import Reason
from linli.schemas.event_types import TYPE_OF_KIND


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """One record for the inbox with the decision time at which it is sent.

    Parameters
    ----------
    at
        When it is sent, on the demo's clock.
    event_id, event_type, source
        Its CloudEvents attributes.
    district
        Its record key.
    value
        Its bytes on the wire.
    kind
        Its inbox kind, such as ``order``; empty where the type is none of ours.
    body
        The model behind ``value``; ``None`` for a malformed record.
    note
        Why it is in the stream: empty for an ordinary one, else such as ``duplicate``, ``late``, ``story:unmet``.
    expected
        The reason for which it must be refused, as a dead letter or at the gateway's door; ``None`` if it must become a
        command.
    by_event
        Whether another system writes it to Kafka itself, past the gateway.
    """

    at: datetime
    event_id: str
    event_type: str
    source: str
    district: str
    value: bytes
    kind: str
    body: Edge | None = None
    note: str = ""
    expected: Reason | None = None
    by_event: bool = False


def timed(at: datetime, body: Edge, kind: str, source: str, district: str, event_id: str, note: str = "") -> TimedEvent:
    """Make an ordinary event of a body; it is written to JSON without the fields that are null."""
    value = body.model_dump_json(exclude_none=True).encode()
    return TimedEvent(at.astimezone(UTC), event_id, TYPE_OF_KIND[kind], source, district, value, kind, body, note)


def chance(*parts: str | int) -> Random:
    """Return a generator whose numbers depend on nothing but the parts, on every machine and in every run."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 - it invents a day, it protects nothing
