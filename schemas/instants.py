"""Instants as whole seconds: the matcher counts in integers, the wire speaks in dates with a zone."""

from __future__ import annotations

from datetime import UTC, datetime


def to_seconds(moment: datetime) -> int:
    """Whole seconds since the Unix epoch, rounded down."""
    return int(moment.timestamp() // 1)


def from_seconds(seconds: int) -> datetime:
    """Turn whole seconds since the Unix epoch into an instant in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
