"""When something is tried again: the published schedule, spread out, and never at night unless it must be."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.people import ChannelKind
from linli.schemas.policy import QuietHours

WEBHOOK_SCHEDULE: Final = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Waits before each try of a webhook, as Standard Webhooks proposes them: 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h,
14 h, 20 h, 24 h. Three days in all, in the district's time; then it is given up."""

PEOPLE_SCHEDULE: Final = tuple(timedelta(seconds=seconds) for seconds in (0, 5, 60, 300))
"""Waits before each try of a channel that people read: after seven minutes another channel is better."""

JITTER: Final = 0.1
"""How far a wait is stretched or shortened at most: a target that comes back is not met by all at once."""


def schedule_of(kind: ChannelKind) -> tuple[timedelta, ...]:
    """Give the waits of a channel."""
    return WEBHOOK_SCHEDULE if kind is ChannelKind.WEBHOOK else PEOPLE_SCHEDULE


def next_try(kind: ChannelKind, delivery: str, attempts: int, now: datetime) -> datetime | None:
    """Say when the next try is due after some were made; ``None`` if none is.

    Notes
    -----
    The spread comes from the delivery's id and not from chance, so that a restart finds the same times.
    """
    schedule = schedule_of(kind)
    if attempts >= len(schedule):
        return None
    digest = hashlib.sha256(f"{delivery}/{kind.value}/{attempts}".encode()).digest()
    spread = 1 + JITTER * (int.from_bytes(digest[:4], "big") / 2**31 - 1)
    return now + schedule[attempts] * spread


def quiet_until(quiet: QuietHours | None, zone: str, now: datetime) -> datetime | None:
    """Say until when it is quiet; ``None`` if it is not."""
    if quiet is None:
        return None
    local = now.astimezone(ZoneInfo(zone))
    time = local.time()
    crosses = quiet.end <= quiet.start
    inside = (time >= quiet.start or time < quiet.end) if crosses else quiet.start <= time < quiet.end
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if crosses and time >= quiet.start else local.date()
    return datetime.combine(day, quiet.end, tzinfo=local.tzinfo).astimezone(now.tzinfo)


def not_before(record: DeliveryRecord, quiet: QuietHours | None, now: datetime) -> datetime | None:
    """Say until when a delivery waits because it is quiet; ``None`` if it does not.

    What is urgent does not wait, nor what is about a visit that begins before the morning. A list of the day always
    does: of each visit on it the team was told by itself, and nobody is woken to hear that again.
    """
    until = quiet_until(quiet, record.zone, now)
    if until is None or record.urgency == 0:
        return None
    early = record.start is not None and record.start < until
    return None if early and record.purpose is not Purpose.DAY_AHEAD else until
