"""Audit of the lists of the next day: has each team been sent one that had agreed to a visit by the hour before it?

Judged is how things stand at the audit, as with all that is told: a visit that has begun needs no list any more. It is
written anew from the promise and shares no code with delivery, so that a mistake there is seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from linli.schemas.assignment import Assignment, AssignmentRecord, Audience
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.lifecycle import State
from linli.streams.audit.verdict import Findings, Guarantee
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress

COUNTED: Final = timedelta(hours=1)
"""All visits are counted at the hour and at least once in so long: what was moved since may still wait for that."""

_GOING: Final = frozenset({State.OFFERED, State.COMMITTED, State.UNDER_WAY, State.WITHDRAWN, State.CLAIMED})

Team = tuple[str, str]
TeamDay = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Evening:
    """When lists are due, and at which moment that is judged; both moments are decision times.

    Parameters
    ----------
    at
        The local time of day, on the day before, from which a list is due.
    now
        The moment of the audit.
    old
        What has been due for longer than since this moment, and `COUNTED` before it, must have been made.
    """

    at: time
    now: datetime
    old: datetime


async def evening_of(address: KafkaAddress, at: time | None, now: datetime, old: datetime) -> Evening | None:
    """Give the evening in decision time by the clock that all processes share; the moments are real ones.

    Raises
    ------
    linli.streams.ground_facts.FactsMissingError
        If lists are judged and nothing was set up on this Kafka.
    """
    if at is None:
        return None
    clock = (await read_facts(address)).clock
    return Evening(at, clock.at(now), clock.at(old))


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A visit to come, since when the ledger has had it as it is, and where it lies."""

    start: datetime
    since: datetime
    written: datetime
    place: str


@dataclass(slots=True)
class DayListAudit:
    """Follows the visits that are agreed, and the lists that were made, of one partition.

    Memory grows with the number of visits to come and of lists of thirty days, by some 200 bytes each.

    Parameters
    ----------
    findings
        Takes what is found.
    evening
        ``None``: no lists are sent here, and nothing is judged.

    Notes
    -----
    Whether a list says what is right is not judged, only that it was made: later changes are told one by one. Nothing
    is judged of a team that is not in the ledger or has been of two zones, for nobody can tell in whose evening it was.
    """

    findings: Findings
    evening: Evening | None = None
    due: int = 0
    _agreed: dict[str, dict[tuple[Team, str], _Agreed]] = field(
        default_factory=dict[str, dict[tuple[Team, str], _Agreed]]
    )
    _zones: dict[Team, set[str]] = field(default_factory=dict[Team, set[str]])
    _made: set[TeamDay] = field(default_factory=set[TeamDay])

    def request(self, record: AssignmentRecord, place: str) -> None:
        """Note which visits of a request teams are to go for."""
        before = self._agreed.pop(record.request_id, {})
        now: dict[tuple[Team, str], _Agreed] = {}
        for going in _to_come(record):
            key = ((record.district, going.team), going.id)
            known = before.get(key)
            same = known is not None and known.start == going.start
            now[key] = known if known and same else _Agreed(going.start, going.since, record.at, place)
        if now:
            self._agreed[record.request_id] = now

    def forget(self, request: str) -> None:
        """Take note of a request's tombstone."""
        self._agreed.pop(request, None)

    def team(self, district: str, team: str, zone: str) -> None:
        """Note where a team's day begins."""
        self._zones.setdefault((district, team), set()).add(zone)

    def delivery(self, record: DeliveryRecord) -> None:
        """Note that a list was made, whatever became of it."""
        if record.purpose is Purpose.DAY_AHEAD and record.day is not None:
            self._made.add((record.district or "", record.team or "", record.day))

    def last_states(self) -> None:
        """Judge the days to come; what became so a moment ago may still wait to be counted."""
        if self.evening is None:
            return
        for team_day, visits in self._days(self.evening).items():
            self.due += 1
            if team_day in self._made:
                continue
            district, team, day = team_day
            since, first = min((since, one.place) for since, one in visits)
            if since > self.evening.old - COUNTED:
                self.findings.waiting += 1
            else:
                detail = f"{team} of {district} was sent no list of {day}: {len(visits)} visits were agreed by the hour"
                self.findings.add(Guarantee.LISTED, first, detail)

    def _days(self, evening: Evening) -> dict[TeamDay, list[tuple[datetime, _Agreed]]]:
        """Give each team's day that a list is due of: what counts for it, and since when it has been due for that."""
        days: defaultdict[TeamDay, list[tuple[datetime, _Agreed]]] = defaultdict(list)
        for (district, team), zone, one in self._visits():
            day = one.start.astimezone(ZoneInfo(zone)).date()
            hour = datetime.combine(day - timedelta(days=1), evening.at, ZoneInfo(zone))
            if one.since <= hour <= evening.now < one.start:
                days[district, team, day].append((max(hour, one.written), one))
        return days

    def _visits(self) -> Iterator[tuple[Team, str, _Agreed]]:
        for visits in self._agreed.values():
            for (team, _), one in visits.items():
                zones = self._zones.get(team, set())
                if len(zones) == 1:
                    yield team, next(iter(zones)), one


def _to_come(record: AssignmentRecord) -> list[Assignment]:
    """Give the visits whose teams were told to go and have not begun; who waits for others is not told to go."""
    if Audience.TEAM not in record.notify or record.state not in _GOING or record.is_gathering:
        return []
    return [leg.assignment for leg in record.legs if leg.assignment is not None and not leg.assignment.started]
