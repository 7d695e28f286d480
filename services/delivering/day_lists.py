"""The list of a team's next day: whom it is sent to, of which visits, and until when it still says something.

It holds what a team agreed to. An offer that is not answered yet is not named: it has a message and a link of its own,
and is open for some minutes, while a list may wait for the morning and would then ask for what is long over.

Pure, and a function of the present like `linli.services.delivering.notices`: asked again after a restart it gives lists
of the same ids, and those that are known are left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from linli.schemas.assignment import Assignment, AssignmentRecord, Audience
from linli.schemas.deliveries import DeliveryRecord, DeliveryState, ListedVisit, Purpose
from linli.schemas.identity import delivery_id
from linli.services.delivering.contacts import USUAL_ZONE
from linli.services.delivering.notices import VISITING, is_child

LOOKS: Final = timedelta(hours=1)
"""How long after one count of all visits the next comes at the latest: a team of another zone may have come, or what
was agreed in the last second before the hour has been read only since."""

LAST_CLASS: Final = 2
"""A list is never urgent: what is urgent in it was told by itself."""

ZoneOf = Callable[[str, str], str]
"""Gives the zone of a district's team."""

Visit = tuple[AssignmentRecord, Assignment]

ListKey = tuple[str, str, date, str]
"""District, team, local day, and the zone of that day."""


class DayLists:
    """Says which lists are due. Use `due` at every look: what is known is counted through at the hour alone.

    Parameters
    ----------
    at
        The local time of day from which the next day's lists are sent; ``None``: there are none.
    zone_of
        Where a team's day begins.
    """

    def __init__(self, at: time | None, zone_of: ZoneOf) -> None:
        self._at = at
        self._zone_of = zone_of
        self._next: datetime | None = None

    def due(
        self, requests: Iterable[AssignmentRecord], now: datetime, is_known: Callable[[str], bool]
    ) -> list[DeliveryRecord]:
        """Give the lists that are due and, by their ids, not known; none until it is time to count again."""
        if self._at is None or (self._next is not None and now < self._next):
            return []
        by_list = _by_list(requests, self._zone_of, now)
        zones = {USUAL_ZONE, *(zone for _, _, _, zone in by_list)}
        self._next = min([now + LOOKS, *(_next_hour(now, self._at, zone) for zone in zones)])
        return list(_lists(by_list, self._at, now, is_known))


def day_lists(
    requests: Iterable[AssignmentRecord], at: time, zone_of: ZoneOf, now: datetime
) -> Iterator[DeliveryRecord]:
    """Yield the lists that are due at a moment, one for each team and day.

    Parameters
    ----------
    requests
        Every request that somebody may go for.
    at
        The local time of day, on the day before, from which a list is due.
    zone_of
        Where a team's day begins.
    now
        Decision time. A list that is late, or waits for the morning, is still told until the last visit on it begins.

    Notes
    -----
    A team is sent a list if one of its visits had been agreed at the hour; who agreed to the first one later has just
    been told of it, and a restart in the night makes no list of it. The list counts all that stands when it is made.
    A team that still waits for others is not told to come. A visit that was moved into the day after the hour, of a
    team that had no other, makes a late list besides the notice of the new time.
    """
    return _lists(_by_list(requests, zone_of, now), at, now, lambda _: False)


def list_holds(made: DeliveryRecord, requests: Mapping[str, AssignmentRecord]) -> bool:
    """Tell whether a visit is left of those that a list counts: of what else changed each team is told by itself."""
    return any(_stands(visit, made.team, requests.get(visit.request)) for visit in made.visits)


def _by_list(requests: Iterable[AssignmentRecord], zone_of: ZoneOf, now: datetime) -> Mapping[ListKey, list[Visit]]:
    """Order what teams are still to go for by district, team, local day and zone."""
    found: defaultdict[ListKey, list[Visit]] = defaultdict(list)
    for record in requests:
        for visit in _visits(record):
            if visit.start > now:
                zone = zone_of(record.district, visit.team)
                found[record.district, visit.team, _day_of(visit.start, zone), zone].append((record, visit))
    return found


def _lists(
    by_list: Mapping[ListKey, list[Visit]], at: time, now: datetime, is_known: Callable[[str], bool]
) -> Iterator[DeliveryRecord]:
    for key, visits in by_list.items():
        _, _, day, zone = key
        hour = _hour_before(day, at, zone)
        due = hour <= now and any(visit.since <= hour for _, visit in visits)
        if due and not is_known(delivery_id(_about(key), Purpose.DAY_AHEAD)):
            yield _made(key, sorted(visits, key=lambda one: (one[1].start, one[1].id)), now)


def _about(key: ListKey) -> str:
    district, team, day, _ = key
    return f"day.{district}.{team}.{day}"


def _made(key: ListKey, visits: list[Visit], now: datetime) -> DeliveryRecord:
    district, team, day, zone = key
    about = _about(key)
    first = visits[0][1].start
    listed = (
        ListedVisit(id=visit.id, request=record.request_id, start=visit.start, end=visit.end)
        for record, visit in visits
    )
    return DeliveryRecord(
        id=delivery_id(about, Purpose.DAY_AHEAD),
        offer=about,
        team=team,
        channel="",
        state=DeliveryState.PENDING,
        attempt=0,
        at=now,
        district=district,
        purpose=Purpose.DAY_AHEAD,
        urgency=LAST_CLASS,
        child=any(is_child(record) for record, _ in visits),
        start=first,
        end=max(visit.end for _, visit in visits),
        zone=zone,
        made=now,
        until=visits[-1][1].start,
        day=day,
        visits=tuple(listed),
    )


def _visits(record: AssignmentRecord) -> list[Assignment]:
    """Give the visits of a request whose teams were told to go and have not begun."""
    if Audience.TEAM not in record.notify or record.state not in VISITING or record.is_gathering:
        return []
    going = (leg.assignment for leg in record.legs)
    return [one for one in going if one is not None and not one.started]


def _stands(listed: ListedVisit, team: str | None, record: AssignmentRecord | None) -> bool:
    if record is None:
        return False
    return any((one.id, one.team, one.start) == (listed.id, team, listed.start) for one in _visits(record))


def _day_of(start: datetime, zone: str) -> date:
    return start.astimezone(ZoneInfo(zone)).date()


def _hour_before(day: date, at: time, zone: str) -> datetime:
    """Give the hour of the day before."""
    return datetime.combine(day - timedelta(days=1), at, ZoneInfo(zone))


def _next_hour(now: datetime, at: time, zone: str) -> datetime:
    """Give the hour that comes next, of today or of tomorrow."""
    today = _day_of(now, zone)
    hours = (_hour_before(today + timedelta(days=ahead), at, zone) for ahead in (1, 2))
    return next(hour for hour in hours if hour > now)
