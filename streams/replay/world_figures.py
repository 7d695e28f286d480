"""What came of a run of rounds, counted from its ledger records alone: promises, offers, visits, unmet, ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from linli.matcher.ledger.state import Decision, DistrictState
from linli.matcher.rounds.translate_teams import place_of
from linli.matcher.rounds.ways import travel_over
from linli.matcher.travel import Travel
from linli.schemas.assignment import AssignmentRecord, Closed, Committed, Offer, Unmet
from linli.schemas.grounds import Grounds
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.places import RoundedPlace
from linli.schemas.plan import SHADOWS_FROM, PlannedVisit

WINDOW_PASSED: Final = "window_passed"
"""The reason of a request that was closed unmet, because its last possible start had passed."""

_SENT: Final = frozenset({OfferState.OPEN, OfferState.ACCEPTED})
"""States of an offer that its team has seen."""


@dataclass(frozen=True, slots=True)
class WorldFigures:
    """What a world came to, from the first round that was counted to the last.

    Parameters
    ----------
    requests
        Requests of which anything was written.
    promised, offered, committed
        Requests that were promised a window, had a team asked, had a team that goes; each once, however often.
    offers_sent, offers_expired
        Offers that a team saw, and those of them that nobody answered in time.
    unmet
        Requests that are unmet at the end, by reason: the outcome of `linli.schemas.explanation.WhyNobody`, or
        `WINDOW_PASSED` where they were closed over it.
    promises_broken
        Promises that were broken.
    way_seconds, ways
        Seconds on the road to the visits, as planned when their request was first promised, and how many visits
        that were. Each way leads from the stop before on the same day, or from the team's base.
    """

    requests: int
    promised: int
    offered: int
    committed: int
    offers_sent: int
    offers_expired: int
    unmet: dict[str, int]
    promises_broken: int
    way_seconds: int
    ways: int


@dataclass(slots=True)
class WorldTally:
    """Counts one world, decision by decision; one tally may count the districts of several partitions.

    What was promised, offered or committed before `begin` counts in no figure.

    Notes
    -----
    Ways are the optimizer's own estimate from coordinates. A way to something that is fetched first is not counted.
    """

    _travels: dict[Grounds, Travel] = field(default_factory=dict[Grounds, Travel])
    _before: dict[str, AssignmentRecord] = field(default_factory=dict[str, AssignmentRecord])
    _last: dict[str, AssignmentRecord] = field(default_factory=dict[str, AssignmentRecord])
    _promised: set[str] = field(default_factory=set[str])
    _offered: set[str] = field(default_factory=set[str])
    _committed: set[str] = field(default_factory=set[str])
    _offers: dict[str, OfferState] = field(default_factory=dict[str, OfferState])
    _old_offers: set[str] = field(default_factory=set[str])
    _ways: list[int] = field(default_factory=list[int])

    def begin(self, states: Iterable[DistrictState]) -> None:
        """Take note of what there was before the first round."""
        for state in states:
            for record in state.requests.values():
                self._before[record.request_id] = record
                self._old_offers.update(offer.id for offer in _offers_of(record) if offer.state in _SENT)

    def count(self, after: DistrictState, decision: Decision) -> None:
        """Count a decision; `after` is the district with it applied."""
        for record in decision.assignments:
            self._last[record.request_id] = record
            self._count_offers(record)
            before = self._before.get(record.request_id)
            if isinstance(record.status, Committed) and not (before and isinstance(before.status, Committed)):
                self._committed.add(record.request_id)
            was_promised = before is not None and before.promise is not None
            if record.promise is not None and not was_promised and record.request_id not in self._promised:
                self._promised.add(record.request_id)
                self._ways += _ways_to(record.request_id, after, self._travel_over(after.policy.grounds))

    def _count_offers(self, record: AssignmentRecord) -> None:
        for offer in _offers_of(record):
            seen = offer.id in self._offers or offer.state in _SENT
            if seen and offer.id not in self._old_offers:
                self._offers[offer.id] = offer.state
                self._offered.add(record.request_id)

    def _travel_over(self, grounds: Grounds) -> Travel:
        if grounds not in self._travels:
            self._travels[grounds] = travel_over(grounds)
        return self._travels[grounds]

    def figures(self) -> WorldFigures:
        """Give the figures up to here."""
        unmet = Counter(reason for record in self._last.values() if (reason := _why_unmet(record)) is not None)
        return WorldFigures(
            requests=len(self._last),
            promised=len(self._promised),
            offered=len(self._offered),
            committed=len(self._committed),
            offers_sent=len(self._offers),
            offers_expired=sum(state is OfferState.EXPIRED for state in self._offers.values()),
            unmet=dict(sorted(unmet.items())),
            promises_broken=sum(len(record.broken) - self._broken_before(key) for key, record in self._last.items()),
            way_seconds=sum(self._ways),
            ways=len(self._ways),
        )

    def _broken_before(self, request: str) -> int:
        before = self._before.get(request)
        return len(before.broken) if before is not None else 0


def _offers_of(record: AssignmentRecord) -> Iterator[Offer]:
    return (offer for leg in record.legs for offer in leg.offers)


def _why_unmet(record: AssignmentRecord) -> str | None:
    status = record.status
    if isinstance(status, Unmet):
        return status.why.outcome
    return WINDOW_PASSED if isinstance(status, Closed) and status.outcome is State.UNMET else None


def _ways_to(request: str, state: DistrictState, travel: Travel) -> Iterator[int]:
    """Yield the seconds of the way to every visit of a request, by the plans of its district."""
    for team, plan in state.plans.items():
        known = state.roster.get(team)
        for visits in plan.crews if known is not None else ():
            for number, visit in enumerate(visits):
                if visit.request_id == request and visit.leg < SHADOWS_FROM and known is not None:
                    base, zone = known.details.base, ZoneInfo(known.details.zone)
                    stop = _stop_before(visits[:number], visit, state, zone) or base
                    here = _place(visit, state)
                    if here is not None:
                        yield travel.between(place_of(stop), place_of(here))[0]


def _stop_before(
    earlier: tuple[PlannedVisit, ...], visit: PlannedVisit, state: DistrictState, zone: ZoneInfo
) -> RoundedPlace | None:
    """Give the place of the visit before on the same day; ``None`` where the crew comes from its base."""

    def day(one: PlannedVisit) -> date:
        return one.start.astimezone(zone).date()

    if not earlier or day(earlier[-1]) != day(visit):
        return None
    return _place(earlier[-1], state)


def _place(visit: PlannedVisit, state: DistrictState) -> RoundedPlace | None:
    record = state.requests.get(visit.request_id)
    return record.details.place if record is not None and record.details is not None else None
