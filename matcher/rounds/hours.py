"""Hours of the day as people live them: quiet hours, and how long an answer may take at this hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from linli.schemas.policy import Policy, QuietHours

_SECOND = timedelta(seconds=1)


class Period(NamedTuple):
    """Quiet hours of one night: the end is the first moment at which people may be asked again."""

    start: datetime
    end: datetime


def quiet_period(quiet: QuietHours | None, zone: str, moment: datetime) -> Period | None:
    """Return the quiet hours that a moment lies in, or ``None`` if people may be asked then."""
    if quiet is None:
        return None
    here = ZoneInfo(zone)
    today = moment.astimezone(here).date()
    overnight = timedelta(days=quiet.end <= quiet.start)
    for day in (today - timedelta(days=1), today):
        start = datetime.combine(day, quiet.start, here)
        end = datetime.combine(day + overnight, quiet.end, here)
        if start <= moment < end:
            return Period(start.astimezone(moment.tzinfo), end.astimezone(moment.tzinfo))
    return None


def answer_time(policy: Policy, urgency: int, zone: str, moment: datetime) -> timedelta:
    """Return how long an offer made at a moment waits for its answer."""
    now = moment.astimezone(ZoneInfo(zone)).time()
    for hours in policy.answer_hours:
        if hours.start <= now < hours.end if hours.start < hours.end else now >= hours.start or now < hours.end:
            return timedelta(minutes=hours.minutes[urgency])
    return timedelta(minutes=policy.answer_minutes[urgency])


def answer_until(policy: Policy, urgency: int, zone: str, moment: datetime) -> datetime:
    """Return the last moment of an answer to an offer made at a moment.

    An answer time that would end in quiet hours begins anew when they are over; the highest class knows none.
    """
    time = answer_time(policy, urgency, zone, moment)
    return moment + time if urgency == 0 else outside_quiet(policy, zone, moment + time, time)


def outside_quiet(policy: Policy, zone: str, moment: datetime, time: timedelta) -> datetime:
    """Return the moment, or where it lies in quiet hours, their end and so much time on top.

    Notes
    -----
    An answer time of most of a day could end in the next quiet hours again: then it ends just before those.
    """
    night = quiet_period(policy.quiet_hours, zone, moment + _SECOND)
    if night is None:
        return moment
    later = night.end + time
    next_night = quiet_period(policy.quiet_hours, zone, later + _SECOND)
    return later if next_night is None else next_night.start - _SECOND
