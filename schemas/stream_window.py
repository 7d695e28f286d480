"""Over which time whoever watches the stream sees its figures."""

from __future__ import annotations

from enum import StrEnum


class StreamWindow(StrEnum):
    """The last hour, the last day, or the last seven days."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
