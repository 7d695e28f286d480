"""Weekly working hours as absolute intervals, less absences."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from linli.schemas.instants import to_seconds
from linli.schemas.roster import Absence, WorkingHours


def shifts(
    hours: tuple[WorkingHours, ...], absences: tuple[Absence, ...], zone: str, now: datetime, horizon_days: int
) -> tuple[tuple[int, int], ...]:
    """Expand weekly hours into absolute, sorted, disjoint intervals of seconds, less absences.

    Two days back are included: a visit under way over midnight must still lie in its shift, in any zone.
    """
    here = ZoneInfo(zone)
    first = now.astimezone(here).date() - timedelta(days=2)
    spans = [span for offset in range(horizon_days + 4) for span in _day(hours, first + timedelta(days=offset), here)]
    away = sorted((to_seconds(absence.start), to_seconds(absence.end)) for absence in absences)
    return tuple(piece for span in _joined(spans) for piece in _less(span, away))


def _day(hours: tuple[WorkingHours, ...], day: date, zone: ZoneInfo) -> list[tuple[int, int]]:
    return [
        (
            to_seconds(datetime.combine(day, span.start, zone)),
            to_seconds(datetime.combine(day, span.end, zone)),
        )
        for span in hours
        if day.weekday() in span.days
    ]


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for lo, hi in sorted(spans):
        if joined and lo <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], hi))
        else:
            joined.append((lo, hi))
    return joined


def _less(span: tuple[int, int], away: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is left of a span without the absences."""
    left: list[tuple[int, int]] = []
    lo, hi = span
    for gone, back in away:
        if back < lo or gone > hi:
            continue
        if gone > lo:
            left.append((lo, gone - 1))
        lo = back + 1
    if lo < hi:
        left.append((lo, hi))
    return left
