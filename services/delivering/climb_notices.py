"""Who is told that a request has climbed: the contact of the node it reached, once, while it still waits there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, DeliveryState, Purpose
from linli.schemas.escalation import Awaited
from linli.schemas.identity import delivery_id
from linli.schemas.lifecycle import State
from linli.schemas.people import is_child

CLIMB_FOR: Final = timedelta(hours=24)
"""How long it makes sense to tell somebody of a climb: next day the level above has been told, or it is the root."""

_WAITS_IN: Final = {
    Awaited.PROMISED: frozenset({State.UNMET}),
    Awaited.OFFERED: frozenset({State.UNMET, State.PROMISED}),
    Awaited.ACCEPTED: frozenset({State.UNMET, State.PROMISED, State.OFFERED}),
    Awaited.SERVED: frozenset({State.UNMET, State.PROMISED, State.OFFERED, State.COMMITTED}),
    Awaited.ANSWERED: frozenset({State.REFERRED}),
}
"""States in which a request still waits for what it waited for when it climbed."""


def climb_notices(record: AssignmentRecord, now: datetime) -> Iterator[DeliveryRecord]:
    """Yield what the contacts of the nodes are told that a request has reached, whether they know it already or not.

    Where the climb itself brought what was waited for, a team of the wider pool, there is nothing to tell.
    """
    details = record.details
    if details is None:
        return
    window = record.promise or details.windows[0]
    for number, climb in enumerate(record.climbs, start=1):
        about = f"{record.request_id}.climb.{number}"
        made = DeliveryRecord(
            id=delivery_id(about, Purpose.ESCALATED),
            offer=about,
            team=None,
            channel="",
            state=DeliveryState.PENDING,
            attempt=0,
            at=now,
            request=record.request_id,
            district=record.district,
            purpose=Purpose.ESCALATED,
            category=details.category,
            urgency=details.urgency,
            child=is_child(details.beneficiary, details.age_band),
            start=window.start,
            end=window.end,
            made=climb.at,
            until=climb.at + CLIMB_FOR,
            node=climb.node,
            awaited=climb.waited_for,
        )
        if climb_holds(made, record):
            yield made


def climb_holds(made: DeliveryRecord, record: AssignmentRecord) -> bool:
    """Tell whether a request still waits for what a notice of its climb says."""
    return made.awaited is not None and record.state in _WAITS_IN[made.awaited]
