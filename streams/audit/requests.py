"""Audit of ``assignments``: what each request went through, record by record, and which crew is where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Leg, Offer
from linli.schemas.lifecycle import TERMINAL, TRANSITIONS, OfferState, State
from linli.streams.audit.verdict import Findings, Guarantee

_WAITING: Final = frozenset({OfferState.PROPOSED, OfferState.OPEN})

_OFFER_STEPS: Final[dict[OfferState, frozenset[OfferState]]] = {
    OfferState.PROPOSED: frozenset(OfferState),
    OfferState.OPEN: frozenset(OfferState) - {OfferState.PROPOSED},
    OfferState.ACCEPTED: frozenset({OfferState.ACCEPTED}),
    OfferState.DECLINED: frozenset({OfferState.DECLINED}),
    OfferState.EXPIRED: frozenset({OfferState.EXPIRED}),
    OfferState.REVOKED: frozenset({OfferState.REVOKED}),
}
"""What may become of an offer: an answer is final."""

_GOING: Final = frozenset({State.OFFERED, State.COMMITTED, State.UNDER_WAY})
"""States in which a leg's assignment keeps its crew busy."""

_NEEDS_PLACE: Final = frozenset({State.PROMISED, State.OFFERED, State.COMMITTED, State.UNDER_WAY, State.CLAIMED})
"""Every visit of such a request has a team, an offer that waits, or a place in a plan."""

_UNPLACED: Final = frozenset({State.SUBMITTED, State.REGISTERED, State.WITHDRAWN, State.RESCHEDULED})
"""No round may end with a request here: it is planned in the same round, or told why not."""

Crew = tuple[str, int]
Visit = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _LegSeen:
    """A leg, as far as the next record is compared with it."""

    offers: tuple[tuple[str, str, OfferState], ...]
    assignment: str | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A request's last record, as far as the next one is compared with it."""

    version: int
    state: State
    at: datetime
    legs: tuple[_LegSeen, ...]


@dataclass(slots=True)
class RequestAudit:
    """Follows the requests of one partition.

    Memory grows with the number of requests and of offers per request, not with the length of the log.
    """

    findings: Findings
    seen: dict[str, _Seen] = field(default_factory=dict[str, _Seen])
    forgotten: set[str] = field(default_factory=set[str])
    offers: int = 0
    assignments: int = 0
    _round: int = 0
    _busy: dict[Crew, dict[Visit, tuple[datetime, datetime]]] = field(
        default_factory=dict[Crew, dict[Visit, tuple[datetime, datetime]]]
    )
    _where: dict[Visit, Crew] = field(default_factory=dict[Visit, Crew])
    _touched: set[Crew] = field(default_factory=set[Crew])

    def read(self, record: AssignmentRecord, place: str, *, compacted: bool) -> None:
        """Judge one record against the one before it.

        Parameters
        ----------
        record
            The record.
        place
            Where it lies, for the report.
        compacted
            Whether earlier records of its key may have been removed by compaction.
        """
        if record.round != self._round:
            self.end_of_round()
            self._round = record.round
        before = self.seen.get(record.request_id)
        if before is None:
            self._first(record, place, compacted)
        else:
            self._next(before, record, place, compacted)
        for leg in record.legs:
            self._leg(record.request_id, leg, place)
        self._keep_busy(record)
        legs = tuple(_seen(leg) for leg in record.legs)
        self.seen[record.request_id] = _Seen(record.version, record.state, record.at, legs)

    def forget(self, request: str, before: datetime | None, place: str, *, compacted: bool) -> None:
        """Judge a tombstone; a later order of the same number begins anew.

        Parameters
        ----------
        request
            Which request was forgotten.
        before
            The moment before which it must have ended; ``None`` if its round counts none, which is judged there.
        place
            Where the tombstone lies.
        compacted
            Whether the records before it may have been removed by compaction.
        """
        seen = self.seen.pop(request, None)
        self.forgotten.add(request)
        if seen is None:
            if not compacted:
                self.findings.add(Guarantee.KEPT, place, f"{request} was forgotten and had never been there")
        elif seen.state not in TERMINAL:
            self.findings.add(Guarantee.KEPT, place, f"{request} was forgotten while {seen.state}")
        elif before is not None and seen.at > before:
            self.findings.add(
                Guarantee.KEPT, place, f"{request} ended at {seen.at.isoformat()} and is forgotten already"
            )

    def knew(self, request: str) -> bool:
        """Tell whether a request is in the ledger, or was and has been forgotten."""
        return request in self.seen or request in self.forgotten

    def _first(self, record: AssignmentRecord, place: str, compacted: bool) -> None:
        if compacted:
            return
        if record.version != 1:
            self.findings.add(Guarantee.GAPLESS, place, f"{record.request_id} begins with version {record.version}")
        if record.state not in TRANSITIONS[State.SUBMITTED]:
            self.findings.add(Guarantee.LIFE_CYCLE, place, f"{record.request_id} begins as {record.state}")

    def _next(self, before: _Seen, record: AssignmentRecord, place: str, compacted: bool) -> None:
        name = record.request_id
        if record.version != before.version + 1 and not (compacted and record.version > before.version):
            self.findings.add(Guarantee.GAPLESS, place, f"{name} version {record.version} follows {before.version}")
            return
        if record.version == before.version + 1 and record.state not in TRANSITIONS[before.state]:
            self.findings.add(Guarantee.LIFE_CYCLE, place, f"{name} goes from {before.state} to {record.state}")
        if len(record.legs) != len(before.legs):
            self.findings.add(
                Guarantee.UNIQUE_IDS, place, f"{name} had {len(before.legs)} visits, now {len(record.legs)}"
            )
            return
        for old, leg in zip(before.legs, record.legs, strict=True):
            self._leg_step(old, leg, place)

    def _leg_step(self, old: _LegSeen, leg: Leg, place: str) -> None:
        """Judge what became of one visit: nothing told before is taken back, no team replaces another unseen."""
        new = _seen(leg)
        self.offers += len(new.offers) - len(old.offers)
        for was, now in zip(old.offers, new.offers, strict=False):
            if was[:2] != now[:2] or now[2] not in _OFFER_STEPS[was[2]]:
                self.findings.add(Guarantee.UNIQUE_IDS, place, f"offer {was} became {now}")
        if len(new.offers) < len(old.offers):
            self.findings.add(Guarantee.UNIQUE_IDS, place, f"{len(old.offers)} offers became {len(new.offers)}")
        if new.assignment is not None and new.assignment != old.assignment:
            self.assignments += 1
            if old.assignment is not None:
                detail = f"{new.assignment} replaces {old.assignment}, which had not ended"
                self.findings.add(Guarantee.ONE_ASSIGNMENT, place, detail)

    def _leg(self, request: str, leg: Leg, place: str) -> None:
        """Judge one visit by itself."""
        ids = [offer.id for offer in leg.offers]
        if len(set(ids)) != len(ids) or not all(name.startswith(request + ".") for name in ids):
            self.findings.add(Guarantee.UNIQUE_IDS, place, f"{request} has offers {ids}")
        waiting = [offer for offer in leg.offers if offer.state in _WAITING]
        at_once = len({offer.team for offer in waiting}) == len(waiting)
        asked_only = all(offer.state is OfferState.OPEN for offer in waiting)
        if (waiting and leg.assignment is not None) or (len(waiting) > 1 and not (at_once and asked_only)):
            going = [leg.assignment.id] if leg.assignment else []
            names = ", ".join([offer.id for offer in waiting] + going)
            self.findings.add(Guarantee.ONE_ASSIGNMENT, place, f"at once: {names}")
        if leg.assignment is not None and not any(_is_of(leg, offer) for offer in leg.offers):
            self.findings.add(Guarantee.UNIQUE_IDS, place, f"{leg.assignment.id} was never offered and accepted")

    def _keep_busy(self, record: AssignmentRecord) -> None:
        for number, leg in enumerate(record.legs):
            visit = (record.request_id, number)
            crew = self._where.pop(visit, None)
            if crew is not None:
                del self._busy[crew][visit]
            going = leg.assignment
            if going is not None and record.state in _GOING:
                crew = (going.team, going.crew)
                self._busy.setdefault(crew, {})[visit] = (going.start, going.end)
                self._where[visit] = crew
                self._touched.add(crew)

    def end_of_round(self) -> None:
        """Judge the crews that a round touched; within a round records may pass each other."""
        for crew in self._touched:
            spans = sorted((start, end, visit) for visit, (start, end) in self._busy[crew].items())
            for first, second in pairwise(spans):
                if second[0] < first[1]:
                    detail = f"{first[2]} ends at {first[1].isoformat()}, {second[2]} begins before"
                    self.findings.add(Guarantee.ONE_PLACE, f"round {self._round}, crew {crew}", detail)
        self._touched.clear()

    def last_states(self, planned: set[Visit]) -> Counter[str]:
        """Judge where the requests stand at the end, given the visits in the plans, and count the states."""
        self.end_of_round()
        for request, seen in self.seen.items():
            if seen.state in _UNPLACED:
                self.findings.add(Guarantee.REASON_OR_PLAN, request, f"was left {seen.state}")
            elif seen.state in _NEEDS_PLACE:
                self._has_place(request, seen, planned)
        return Counter(seen.state.value for seen in self.seen.values())

    def _has_place(self, request: str, seen: _Seen, planned: set[Visit]) -> None:
        for number, leg in enumerate(seen.legs):
            waiting = any(state in _WAITING for _, _, state in leg.offers)
            if leg.assignment is None and not waiting and (request, number) not in planned:
                detail = f"is {seen.state} but visit {number} has neither team nor offer nor place"
                self.findings.add(Guarantee.REASON_OR_PLAN, request, detail)


def _seen(leg: Leg) -> _LegSeen:
    offers = tuple((offer.id, offer.team, offer.state) for offer in leg.offers)
    return _LegSeen(offers, leg.assignment.id if leg.assignment else None)


def _is_of(leg: Leg, offer: Offer) -> bool:
    """Tell whether the leg's assignment came from this offer."""
    going = leg.assignment
    return going is not None and (going.id, going.team, OfferState.ACCEPTED) == (offer.id, offer.team, offer.state)
