"""What came of one try to tell somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

PAUSE: Final = timedelta(seconds=60)
"""How long a target rests that asked us to slow down and did not say for how long: the robots count by the minute."""

PAUSE_MAX: Final = timedelta(hours=1)
"""The longest rest that a target may ask for: whoever asks for a day is told by another channel."""


class How(StrEnum):
    """How a try went.

    ``later``: it may work another time; ``never``: this target will not take this message whatever we do; ``gone``:
    the target is closed and nothing is ever sent there again; ``unsent``: it was not even tried, because what it says
    had become untrue.
    """

    DELIVERED = "delivered"
    LATER = "later"
    NEVER = "never"
    GONE = "gone"
    UNSENT = "unsent"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one try.

    Parameters
    ----------
    how
        How it went.
    error
        A code, empty if it was delivered; never anything that the other side wrote, which may hold anything.
    pause
        For how long (real time) nothing more should go to this target.
    """

    how: How
    error: str = ""
    pause: timedelta | None = None


DELIVERED: Final = Sent(How.DELIVERED)
UNSENT: Final = Sent(How.UNSENT)


def retry_after(value: str | None, now: datetime) -> timedelta:
    """Read a ``Retry-After`` header: seconds or a date; `PAUSE` if it says neither, at most `PAUSE_MAX`."""
    asked = PAUSE
    if value is not None and value.strip().isascii() and value.strip().isdigit():
        asked = timedelta(seconds=min(int(value), 10**6))
    elif value is not None:
        asked = _until(value, now)
    return min(max(asked, timedelta(0)), PAUSE_MAX)


def _until(date: str, now: datetime) -> timedelta:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return PAUSE
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
