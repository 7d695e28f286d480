"""Whether a request waits because its place was too dear, as its own record says."""

from __future__ import annotations

from datetime import datetime

from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.explanation import TooDear


def too_dear(record: AssignmentRecord) -> TooDear | None:
    """Return the price for which a request is unmet, or ``None``."""
    return record.status.why.too_dear if isinstance(record.status, Unmet) else None


def is_too_dear_at(record: AssignmentRecord, now: datetime) -> bool:
    """Say whether a request still waits for a cheaper place."""
    why = too_dear(record)
    return why is not None and now < why.until
