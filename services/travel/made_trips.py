"""Trips that teams made from one visit to the next, as far as the ledger says when they left and when they came.

A crew leaves when its visit is over: so many minutes after it said that it began. It comes when it says so at the next.
Between the two it may also have waited or had lunch, so only what cannot have been a wait counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from linli.schemas.assignment import Assignment, AssignmentRecord
from linli.schemas.places import RoundedPlace
from linli.services.reports.periods import Period
from linli.services.travel.calibration import SHORTEST_M, Trip, straight_metres

ON_THE_DOT: Final = timedelta(minutes=5)
"""Who begins as near as this to the planned start may have been early and waited: the planned start is a promise."""

LONGEST: Final = timedelta(hours=3)
"""A gap that is longer has a meal or an afternoon in it."""


@dataclass(slots=True)
class MadeTrips:
    """Trips that were made, and how many gaps between two visits were left aside, by why.

    The reasons: ``on_the_dot``, ``overlapping``, ``long_gap``, ``short``, ``two_terrains``, ``coarse``.
    """

    trips: list[Trip] = field(default_factory=list[Trip])
    left_aside: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True, slots=True)
class _Made:
    """A visit that was made: where, by plan from when, begun and over when."""

    place: RoundedPlace
    planned: datetime
    begun: datetime
    over: datetime


def made_trips(records: Iterable[AssignmentRecord], period: Period) -> MadeTrips:
    """Find the trips between visits that a crew made one after the other on one day.

    Parameters
    ----------
    records
        The latest record of every request; those with restricted access and those recorded afterwards are left out.
    period
        Only visits begun in it count.

    Notes
    -----
    Weak spots: who reports late lengthens one trip and shortens the next, and who idles on the way lengthens it; the
    middle of many bears that. Places are rounded, so a short way is uncertain. The way from the base is not told.
    """
    found, crews = MadeTrips(), defaultdict[tuple[str, int], list[_Made]](list)
    for record in records:
        for going in (leg.assignment for leg in record.legs):
            visit = None if going is None else _made(record, going)
            if going is not None and visit is not None and period.holds(visit.begun):
                crews[going.team, going.crew].append(visit)
    for crew in sorted(crews):
        for one, other in pairwise(sorted(crews[crew], key=lambda visit: visit.begun)):
            _add(found, one, other)
    return found


def _made(record: AssignmentRecord, going: Assignment) -> _Made | None:
    """Return a visit if it is known when it was made; what was fetched on the way makes its beginning another place."""
    details = record.details
    if details is None or details.restricted or details.recorded_afterwards or details.fetch is not None:
        return None
    if going.started_at is None or going.finished is None:
        return None
    told = going.finished if going.minutes is None else going.started_at + timedelta(minutes=going.minutes)
    return _Made(details.place, going.start, going.started_at, min(told, going.finished))


def _add(found: MadeTrips, one: _Made, other: _Made) -> None:
    gap = other.begun - one.over
    metres = straight_metres((one.place.lat, one.place.lon), (other.place.lat, other.place.lon))
    why = _left_aside(one, other, gap, metres)
    if why:
        found.left_aside[why] += 1
    else:
        found.trips.append(Trip(metres, gap.total_seconds(), None, one.place.terrain.value))


def _left_aside(one: _Made, other: _Made, gap: timedelta, metres: float) -> str:
    """Say why a gap tells nothing of the way; empty where it does."""
    if gap <= timedelta():
        return "overlapping"
    if gap > LONGEST:
        return "long_gap"
    if one.place.coarse or other.place.coarse:
        return "coarse"
    if one.place.terrain is not other.place.terrain:
        return "two_terrains"
    if metres < SHORTEST_M:
        return "short"
    return "on_the_dot" if abs(other.begun - other.planned) <= ON_THE_DOT else ""
