"""What a team's answers so far say of the next one, and whether it was asked often enough today.

The odds are additive smoothing, with `TRUST` imagined acceptances and no refusal (a Beta prior; with one of each it
would be Laplace's rule of succession): of all that a team was asked before today, the share it took, where silence
counts half as much as a decline. Nothing else than the requests that are still in the ledger is
looked at, so that anybody can count it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from linli.matcher.ledger.counted_requests import CountedRequests
from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.lifecycle import OfferState

TRUST: Final = 5
"""Acceptances that a team is credited with: a new team counts as sure, and one bad day does not ruin it."""

STEP: Final = 50
"""Odds are rounded down to steps of so many per thousand: finer ones would pretend to know more."""

_FULL: Final = 2
"""What one answer counts, so that a silence, half of it, is a whole number."""

_WEIGHT: Final = {OfferState.ACCEPTED: _FULL, OfferState.DECLINED: _FULL, OfferState.EXPIRED: 1}
"""How much being asked counts by what came of it; what was taken back or is still open counts nothing."""


class Standing(NamedTuple):
    """How a team stands: acceptances per thousand from all days before today, and how often it was asked today."""

    acceptance: int = 1_000
    today: int = 0


@dataclass(slots=True)
class _Count:
    """Offers of one team on one day: how many were sent, and in halves what was asked and what was taken."""

    sent: int = 0
    asked: int = 0
    taken: int = 0


@dataclass(slots=True)
class Answers:
    """Counts of a district's offers, brought up to date by the records that changed since.

    A pure function of the records and zones it was last shown: what it remembers can change the speed of a decision
    and nothing else.
    """

    counted: CountedRequests = field(default_factory=CountedRequests)
    zones: Mapping[str, str] = field(default_factory=dict[str, str])
    counts: dict[str, dict[date, _Count]] = field(default_factory=dict[str, dict[date, _Count]])
    known: dict[str, tuple[date, Standing]] = field(default_factory=dict[str, tuple[date, Standing]])

    def update(self, requests: Mapping[str, AssignmentRecord], zones: Mapping[str, str]) -> None:
        """Count what changed.

        Parameters
        ----------
        requests
            All requests as the ledger has them.
        zones
            The zone of every team, for its calendar.
        """
        if requests is self.counted.source and zones == self.zones:
            return
        if zones != self.zones:
            self.counted, self.counts, self.known = CountedRequests(), {}, {}
        self.zones = zones
        self.counted.follow(requests, self._count)

    def _count(self, record: AssignmentRecord, sign: int) -> None:
        withdrew = {team for team, why in record.barred if why == "withdrew"}
        for leg in record.legs:
            for offer in leg.offers:
                if offer.sent and offer.state is not OfferState.PROPOSED:
                    self._add(offer, sign, withdrew)

    def _add(self, offer: Offer, sign: int, withdrew: set[str]) -> None:
        day = offer.offered_at.astimezone(ZoneInfo(self.zones.get(offer.team, "UTC"))).date()
        self.known.pop(offer.team, None)
        count = self.counts.setdefault(offer.team, {}).setdefault(day, _Count())
        took = offer.state is OfferState.ACCEPTED and offer.team not in withdrew
        count.sent += sign
        count.taken += sign * _FULL * took
        count.asked += sign * _WEIGHT.get(offer.state, 0)

    def standing(self, team: str, today: date) -> Standing:
        """Return how a team stands on a day of its calendar."""
        known = self.known.get(team)
        if known is None or known[0] != today:
            known = self.known[team] = (today, self._standing(self.counts.get(team, {}), today))
        return known[1]

    def _standing(self, days: Mapping[date, _Count], today: date) -> Standing:
        past = [count for day, count in days.items() if day < today]
        taken, asked = sum(count.taken for count in past), sum(count.asked for count in past)
        odds = 1_000 * (taken + _FULL * TRUST) // (asked + _FULL * TRUST)
        now = days.get(today)
        return Standing(odds // STEP * STEP, now.sent if now is not None else 0)
