"""Times that people type: with a zone, or in the one that was stated."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linli.schemas.base import in_utc
from linli.schemas.errors import Code, LinliError
from linli.services.cli.words import both

ZONE: Final = "Asia/Shanghai"
"""The zone of all districts of China, and of times that state none unless another zone is given."""

_TIMES: Final = frozenset({"start", "end", "valid_until", "insured_until"})
"""Names of the fields that hold an instant; weekly working hours have a start and an end that are no instants."""


def zone_named(name: str) -> ZoneInfo:
    """Find a time zone.

    Raises
    ------
    LinliError
        If there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise LinliError(
            Code.USAGE,
            detail=both(
                f"--zone {name}: write it like Asia/Shanghai or UTC", f"--zone {name}：写作 Asia/Shanghai 或 UTC"
            ),
        ) from None


def instant(text: str, zone: ZoneInfo) -> datetime:
    """Read an ISO 8601 time; one without a zone is in ``zone``.

    Raises
    ------
    LinliError
        If it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        in_utc(moment)
    except ValueError:
        detail = both(f"{text!r} is not a time like 2026-03-26T09:00", f"{text!r} 不是时间；请写成 2026-03-26T09:00")
        raise LinliError(Code.USAGE, detail=detail) from None
    return moment


def with_zone(data: object, zone: ZoneInfo) -> object:
    """Give the same data with the zone added to every instant that states none."""
    if isinstance(data, dict):
        fields = cast(dict[str, object], data)
        return {key: _zoned(value, zone) if key in _TIMES else with_zone(value, zone) for key, value in fields.items()}
    if isinstance(data, list):
        return [with_zone(item, zone) for item in cast(list[object], data)]
    return data


def _zoned(value: object, zone: ZoneInfo) -> object:
    if not isinstance(value, str) or len(value) < len("2026-03-26T09:00"):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value  # It is refused as no time, with its path, where the event is read.
    return value if moment.tzinfo else moment.replace(tzinfo=zone).isoformat()
