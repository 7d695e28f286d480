"""Audit of ``deliveries``: is everybody told who was asked, always in the same words, and nobody who is gone?

Judged is how things stand at the audit and not how long anything took: an offer that has ended needs nobody any more,
and a delivery process that was away for an hour and then told everybody has broken nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Audience
from linli.schemas.deliveries import BEGUN, GONE, DeliveryRecord, DeliveryState, Purpose, Track
from linli.schemas.identity import delivery_id
from linli.schemas.lifecycle import OfferState
from linli.schemas.people import ChannelKind
from linli.schemas.roster import RosterRecord
from linli.streams.audit.day_lists import DayListAudit
from linli.streams.audit.verdict import Findings, Guarantee

DUE: Final = timedelta(seconds=60)
"""An offer that lies in the ledger for so long must have been noted by delivery: a restart takes some seconds."""

_COURSE: Final = frozenset({"channel", "state", "attempt", "at", "error", "tracks", "answered"})
"""What of a delivery changes while it is told; all the rest is what every try says, and never does."""

Team = tuple[str | None, str]
Try = tuple[ChannelKind, str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """An open offer: until when, and since when it lies in the ledger."""

    expires: datetime
    since: datetime
    place: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A delivery as it stands."""

    words: bytes
    state: DeliveryState
    at: datetime
    old: bool
    answered: bool
    attempts: dict[Try, int]


@dataclass(slots=True)
class DeliveryAudit:
    """Follows the deliveries of one partition; read the requests and the roster first.

    Memory grows with the number of open offers, of teams' records, and of deliveries of thirty days, some 500 bytes
    each.

    Notes
    -----
    An address that is gone may be called again once its team was written anew. Whether that was before or after the
    try is not looked at, because two machines' clocks may differ. Where compaction has removed a team's records from
    between, nobody can tell whether it was written anew, and nothing is judged.
    """

    findings: Findings
    lists: DayListAudit
    _asked: dict[str, dict[str, _Asked]] = field(default_factory=dict[str, dict[str, _Asked]])
    _teams: dict[Team, list[RosterRecord]] = field(default_factory=dict[Team, list[RosterRecord]])
    _told: dict[str, _Told] = field(default_factory=dict[str, _Told])
    _gone: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def request(self, record: AssignmentRecord, place: str, appended: datetime) -> None:
        """Note which offers of a request wait for an answer of a team that is told of them."""
        self.lists.request(record, place)
        before = self._asked.pop(record.request_id, {})
        now = {
            offer.id: before.get(offer.id) or _Asked(offer.expires, appended, place)
            for leg in record.legs
            for offer in leg.offers
            if offer.state is OfferState.OPEN and Audience.TEAM in record.notify
        }
        if now:
            self._asked[record.request_id] = now

    def forget(self, request: str) -> None:
        """Take note of a request's tombstone."""
        self.lists.forget(request)
        self._asked.pop(request, None)

    def team(self, record: RosterRecord) -> None:
        """Note when a team was written."""
        self.lists.team(record.district, record.details.team, record.details.zone)
        self._teams.setdefault((record.district, record.details.team), []).append(record)

    def delivery(self, record: DeliveryRecord, place: str, *, old: bool = True) -> None:
        """Judge one record against those before it.

        Parameters
        ----------
        record
            The record.
        place
            Where it lies, for the report.
        old
            Whether all that led to it has been read; of a young one the ledger may know more than was read of it.
        """
        self.lists.delivery(record)
        before, words = self._told.get(record.id), _words(record)
        if before is not None and before.words != words:
            self.findings.add(Guarantee.SAME_WORDS, place, f"{record.id} says something else than before")
        for track in _begun(record, before):
            if old and self._is_closed(record, track):
                self.findings.add(Guarantee.NOT_GONE, place, f"{record.id} is sent to an address that said it is gone")
        for track in record.tracks:
            if track.error == GONE and track.channel is ChannelKind.WEBHOOK:
                said = track.ended or record.at
                self._gone[track.target] = max(said, self._gone.get(track.target, said))
        attempts = {(track.channel, track.target): track.attempt for track in record.tracks}
        self._told[record.id] = _Told(words, record.state, record.at, old, record.answered is not None, attempts)

    def last_states(self, old: datetime) -> None:
        """Judge the offers that are open at the end, and the lists that are due.

        Offers that came after ``old`` may still wait to be noted.
        """
        self.lists.last_states()
        for offers in self._asked.values():
            for offer, asked in offers.items():
                told = self._told.get(delivery_id(offer, Purpose.OFFER))
                if told is None and asked.since > old:
                    self.findings.waiting += 1
                elif told is None:
                    self.findings.add(Guarantee.TOLD, asked.place, f"nobody was told of the open offer {offer}")
                elif told.old and _is_dropped(told, asked):
                    detail = f"the open offer {offer} is {told.state.value}, and nobody at the desk knows of it"
                    self.findings.add(Guarantee.TOLD, asked.place, detail)

    def _is_closed(self, record: DeliveryRecord, track: Track) -> bool:
        """Tell whether an address had said that it is gone, and its team was not written anew since."""
        gone = self._gone.get(track.target)
        if gone is None or track.channel is not ChannelKind.WEBHOOK:
            return False
        known = self._teams.get((record.district, record.team or ""), [])
        if not known or (known[0].version > 1 and known[0].at > gone):
            return False
        return not any(one.at > gone for one in known)


def _words(record: DeliveryRecord) -> bytes:
    """Give a digest of what a delivery says."""
    return hashlib.sha256(record.model_dump_json(exclude=set(_COURSE)).encode()).digest()


def _begun(record: DeliveryRecord, before: _Told | None) -> Iterator[Track]:
    """Yield the tracks on which a try has begun since the record before."""
    known = {} if before is None else before.attempts
    begun = (one for one in record.tracks if one.error == BEGUN)
    return (one for one in begun if one.attempt > known.get((one.channel, one.target), 0))


def _is_dropped(told: _Told, asked: _Asked) -> bool:
    """Tell whether a delivery ended without having told anybody, although there was time left to answer."""
    if told.state is DeliveryState.OBSOLETE:
        return True
    return told.state is DeliveryState.GIVEN_UP and not told.answered and told.at < asked.expires
