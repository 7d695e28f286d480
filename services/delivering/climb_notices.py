"""Who is told that a request has climbed: the contact of the node it reached, once, whatever became of it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, DeliveryState, Purpose
from linli.schemas.escalation import Awaited, Climb
from linli.schemas.identity import delivery_id
from linli.schemas.lifecycle import State
from linli.schemas.orders import RequestDetails
from linli.schemas.people import is_child

CLIMB_FOR: Final = timedelta(hours=24)
"""How long it makes sense to tell somebody of a climb: next day the level above has been told, or it is the root."""

_WAITS_IN: Final = {
    Awaited.PROMISED: frozenset({State.UNMET}),
    Awaited.OFFERED: frozenset({State.UNMET, State.PROMISED}),
    Awaited.ACCEPTED: frozenset({State.UNMET, State.PROMISED, State.OFFERED}),
    Awaited.SERVED: frozenset({State.UNMET, State.PROMISED, State.OFFERED, State.COMMITTED}),
    Awaited.ANSWERED: frozenset({State.REFERRED}),
    Awaited.RESOLVED: frozenset({State.REOPENED}),
}
"""States in which a request still waits for what it waited for when it climbed."""


def climb_notices(
    record: AssignmentRecord, known: Mapping[str, DeliveryRecord], now: datetime
) -> Iterator[DeliveryRecord]:
    """Yield what the contacts of the nodes that a request has reached are told, and nobody has told them yet.

    Every climb is told of. Where what was awaited has come before anybody was told, because the climb itself brought a
    team of the wider pool, or because the desk has the request in hand, the notice says how it stands by now.
    """
    if record.details is None:
        return
    for number, climb in enumerate(record.climbs, start=1):
        about = f"{record.request_id}.climb.{number}"
        stood = delivery_id(f"{about}.stands", Purpose.ESCALATED)
        if stood in known:
            continue
        made = _made(record, record.details, climb, about, now)
        if climb_holds(made, record):
            yield made
            continue
        told = known.get(made.id)
        if (told is None or not told.tried) and not record.details.restricted:
            yield made.model_copy(update={"id": stood, "offer": f"{about}.stands", "stands": record.state})


def _made(record: AssignmentRecord, details: RequestDetails, climb: Climb, about: str, now: datetime) -> DeliveryRecord:
    window = record.promise or details.windows[0]
    return DeliveryRecord(
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


def climb_holds(made: DeliveryRecord, record: AssignmentRecord) -> bool:
    """Tell whether what a notice of a climb says is so: that a request still waits, or how it stood at a moment."""
    if made.awaited is None:
        return False
    return made.stands is not None or record.state in _WAITS_IN[made.awaited]
