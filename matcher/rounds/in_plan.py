"""Which requests want, or have, a place in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from linli.matcher.ledger.draft import Draft, live_offer
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.lifecycle import State

WANTED = frozenset(
    {
        State.REGISTERED,
        State.PROMISED,
        State.OFFERED,
        State.COMMITTED,
        State.UNDER_WAY,
        State.WITHDRAWN,
        State.RESCHEDULED,
        State.UNMET,
    }
)
"""States in which a request wants, or has, a place in the plan."""

GIVEN = frozenset({State.DONE, State.RATED, State.REOPENED})
"""States of a visit that was made: it stays in the plan to the end of its time, so that its crew is where it is."""


def requests_in_plan(draft: Draft) -> Iterator[AssignmentRecord]:
    """Yield every request that wants or has a place in the plan."""
    return (record for record in draft.requests() if record.details is not None and _in_plan(record, draft.now))


def is_incomplete(record: AssignmentRecord) -> bool:
    """Say whether a request of several teams lacks one: what it lacks is sought together, not by the optimizer."""
    return len(record.legs) > 1 and any(leg.assignment is None and live_offer(leg) is None for leg in record.legs)


def is_begun(record: AssignmentRecord) -> bool:
    """Say whether somebody is, or was, at work: nothing of that can be undone."""
    return record.state is State.UNDER_WAY or record.state in GIVEN


def _in_plan(record: AssignmentRecord, now: datetime) -> bool:
    if record.state in WANTED:
        return True
    return record.state in GIVEN and any(leg.assignment and leg.assignment.end > now for leg in record.legs)
