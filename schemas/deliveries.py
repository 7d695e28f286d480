"""A delivery: one attempt to tell somebody about an offer or a change."""

from __future__ import annotations

from enum import StrEnum

from linli.schemas.base import Inside, Instant, Ref


class DeliveryState(StrEnum):
    """How a delivery went."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"


class DeliveryRecord(Inside):
    """The value of the topic ``deliveries``; the same offer always has the same delivery id."""

    id: str
    offer: str
    team: Ref
    channel: str
    state: DeliveryState
    attempt: int
    at: Instant
    error: str = ""
