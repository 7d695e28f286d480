"""What a person should look at in a visit that was made: a closed list of patterns, each one pure function (异常标记).

None of them proves that anything is wrong; none drops a visit. Each tells the other requests that it is about, so that
a person can lay them side by side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from linli.schemas.places import RoundedPlace
from linli.schemas.service import CODE_TRIES, Anomaly, ServiceRecord
from linli.schemas.service_policy import ServicePolicy

SLACK: Final = timedelta(minutes=5)
"""Two visits that touch by so much are no overlap: people round when they say how long they were there."""

ROUNDED_KM: Final = 1.0
"""Places are rounded to some hundred metres before they come here, so the distance of two is only so well known."""

PAIR_DAY_MAX: Final = 2
"""Visits of a member to one household on one day, a morning and an evening one."""

NIGHT: Final = (23, 5)
"""Hours from which and to which a visit is at night."""

DIFFERENT_LENGTHS: Final = 3
"""Only where at least so many different lengths were ordered is it strange that all visits took the same time."""

FAR_MINUTES: Final = 30
FAR_SHARE: Final = 2
"""More minutes than somebody was there, by both: at least this many, and at least this many times."""

KM_PER_DEGREE: Final = 111.2


@dataclass(frozen=True, slots=True)
class Made:
    """A visit that was made, with what the record itself does not keep.

    Parameters
    ----------
    record
        Its service record as it would be.
    place
        Where, rounded; ``None`` where the request is forgotten.
    household
        The household's mark, if it has one. It never enters the record.
    planned
        From when to when it was agreed on; ``None`` for what was entered afterwards.
    zone
        The team's time zone.
    """

    record: ServiceRecord
    place: RoundedPlace | None = None
    household: str | None = None
    planned: tuple[datetime, datetime] | None = None
    zone: str = "UTC"

    @property
    def end(self) -> datetime:
        """When it ended, as the team says."""
        return self.record.start + timedelta(minutes=self.record.minutes)

    @property
    def local(self) -> datetime:
        """When it began, by the clock on the wall."""
        return self.record.start.astimezone(ZoneInfo(self.zone))


Found = Sequence[ServiceRecord]
"""The other visits that an anomaly is about."""

Check = Callable[[Made, Sequence[Made], ServicePolicy], Found | None]
"""Says of a visit, and of the others of its team, what is strange: ``None``, nothing."""


def _shared(visit: Made, others: Sequence[Made]) -> Iterator[Made]:
    """Yield the others in which one of the same people went: numbers of members are each team's own."""
    members = set(visit.record.members)
    return (o for o in others if o.record.team == visit.record.team and members & set(o.record.members))


def _records(made: Sequence[Made]) -> Found:
    return [one.record for one in made]


def overlap(visit: Made, others: Sequence[Made], _policy: ServicePolicy) -> Found | None:
    """Find another visit of the same member at the same time."""
    found = [
        other
        for other in _shared(visit, others)
        if min(visit.end, other.end) - max(visit.record.start, other.record.start) > SLACK
    ]
    return _records(found) or None


def kilometres(one: RoundedPlace, other: RoundedPlace) -> float:
    """Return the straight distance of two places of a county."""
    east = (one.lon - other.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return KM_PER_DEGREE * math.hypot(one.lat - other.lat, east)


def impossible_travel(visit: Made, others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a visit from which, or to which, nobody gets in the time between."""
    return _records([other for other in _shared(visit, others) if _too_fast(visit, other, policy)]) or None


def _too_fast(one: Made, other: Made, policy: ServicePolicy) -> bool:
    if one.place is None or other.place is None:
        return False
    first, second = sorted((one, other), key=lambda made: made.record.start)
    between = second.record.start - first.end + SLACK
    if between < timedelta(0):
        return False  # They overlap, which has its own name.
    return kilometres(one.place, other.place) - ROUNDED_KM > policy.travel_kmh_max * (between / timedelta(hours=1))


def same_pair(visit: Made, others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a member and a household that meet too often: on one day, or in seven days."""
    if visit.household is None:
        return None
    met = [other for other in _shared(visit, others) if other.household == visit.household]
    day = [other for other in met if other.local.date() == visit.local.date()]
    week = [other for other in met if abs(other.record.start - visit.record.start) < timedelta(days=7)]
    if len(day) + 1 > PAIR_DAY_MAX:
        return _records(day)
    return _records(week) if len(week) + 1 > policy.pair_week_max else None


def too_short(visit: Made, _others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a visit that took much less time than its kind takes: by what was said, or between start and end."""
    least = visit.record.planned_minutes * policy.short_percent / 100
    elapsed = minutes_there(visit.record)
    return [] if visit.record.minutes < least or (elapsed is not None and elapsed < least) else None


def minutes_there(record: ServiceRecord) -> int | None:
    """Return the minutes between start and end as both were reported when they happened, or ``None``."""
    if record.started_at is None or record.reported_at is None or record.afterwards:
        return None
    return max(0, int((record.reported_at - record.started_at) / timedelta(minutes=1)))


def more_than_there(visit: Made, _others: Sequence[Made], _policy: ServicePolicy) -> Found | None:
    """Find a visit for which far more minutes were said than passed between start and end."""
    elapsed, said = minutes_there(visit.record), visit.record.minutes
    if elapsed is None or said < FAR_SHARE * elapsed or said < elapsed + FAR_MINUTES:
        return None
    return []


def long_day(visit: Made, others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a day on which a member gave more hours than anybody gives."""
    day = [other for other in _shared(visit, others) if other.local.date() == visit.local.date()]
    for member in visit.record.members:
        mine = [other for other in day if member in other.record.members]
        if visit.record.minutes + sum(other.record.minutes for other in mine) > policy.hours_day_max * 60:
            return _records(mine)
    return None


def far_from_window(visit: Made, _others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a visit that began long before or after the time that was agreed on."""
    if visit.planned is None or visit.record.started_at is None:
        return None
    slack = timedelta(hours=policy.window_hours)
    begun = visit.record.started_at
    return None if visit.planned[0] - slack <= begun <= visit.planned[1] + slack else []


def done_late(visit: Made, _others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a visit that was reported long after it should have ended."""
    if visit.planned is None or visit.record.reported_at is None:
        return None
    due = max(visit.planned[1], visit.end) + timedelta(hours=policy.late_hours)
    return [] if visit.record.reported_at > due else None


def wrong_codes(visit: Made, _others: Sequence[Made], _policy: ServicePolicy) -> Found | None:
    """Find a visit for which wrong codes were tried until no more were taken."""
    return [] if visit.record.wrong_codes >= CODE_TRIES else None


def own_team(visit: Made, _others: Sequence[Made], _policy: ServicePolicy) -> Found | None:
    """Find a visit that somebody of the team itself confirmed."""
    return [] if any(not one.counts for one in visit.record.confirmations) else None


def same_length(visit: Made, others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a team whose last visits took the very same minutes, though different lengths were ordered."""
    before = sorted(
        (o.record for o in others if o.record.team == visit.record.team and o.record.start <= visit.record.start),
        key=lambda record: (record.start, record.key),
        reverse=True,
    )
    alike = list(takewhile(lambda record: record.minutes == visit.record.minutes, before))
    lengths = {record.planned_minutes for record in alike} | {visit.record.planned_minutes}
    return alike if len(alike) + 1 >= policy.same_length_visits and len(lengths) >= DIFFERENT_LENGTHS else None


def in_bulk(visit: Made, others: Sequence[Made], policy: ServicePolicy) -> Found | None:
    """Find a team for which many visits are entered afterwards on one day."""
    at = visit.record.reported_at
    if not visit.record.afterwards or at is None:
        return None
    day = at.astimezone(ZoneInfo(visit.zone)).date()
    entered = [
        other.record
        for other in others
        if other.record.team == visit.record.team
        and other.record.afterwards
        and other.record.reported_at is not None
        and other.record.reported_at.astimezone(ZoneInfo(visit.zone)).date() == day
    ]
    return entered if len(entered) + 1 > policy.bulk_day else None


def at_night(visit: Made, _others: Sequence[Made], _policy: ServicePolicy) -> Found | None:
    """Find a visit in the night."""
    hour = visit.local.hour
    return [] if hour >= NIGHT[0] or hour < NIGHT[1] else None


CHECKS: Final[dict[Anomaly, Check]] = {
    Anomaly.OVERLAP: overlap,
    Anomaly.IMPOSSIBLE_TRAVEL: impossible_travel,
    Anomaly.SAME_PAIR: same_pair,
    Anomaly.TOO_SHORT: too_short,
    Anomaly.MORE_THAN_THERE: more_than_there,
    Anomaly.LONG_DAY: long_day,
    Anomaly.FAR_FROM_WINDOW: far_from_window,
    Anomaly.DONE_LATE: done_late,
    Anomaly.WRONG_CODES: wrong_codes,
    Anomaly.OWN_TEAM: own_team,
    Anomaly.SAME_LENGTH: same_length,
    Anomaly.IN_BULK: in_bulk,
    Anomaly.AT_NIGHT: at_night,
}
"""Every pattern; a test holds this against the list of names."""

RELATED_MAX: Final = 20
"""Other requests named in one record: enough to look at, and the record stays small."""


def anomalies_of(
    visit: Made, others: Sequence[Made], policy: ServicePolicy
) -> tuple[tuple[Anomaly, ...], tuple[str, ...]]:
    """Return what is strange about a visit, and the other requests that it is about.

    Parameters
    ----------
    visit
        The visit.
    others
        The other visits of its team, as far as the ledger still has them.
    policy
        The county's limits.

    Notes
    -----
    Only what the ledger still holds is compared, five weeks by default. Of two visits that do not go together the one
    that was written later is flagged, and names the other.
    """
    found: list[Anomaly] = []
    related: set[str] = set()
    for name, check in CHECKS.items():
        about = check(visit, others, policy)
        if about is not None:
            found.append(name)
            related |= {record.request_id for record in about}
    return tuple(found), tuple(sorted(related - {visit.record.request_id})[:RELATED_MAX])
