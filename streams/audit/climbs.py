"""Audit of escalation: each step after its time, one level at a time, to who answers there, ended when it is served.

A step that should have been taken and was not is a break as well: the rounds say when there was occasion for it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, starmap
from typing import Final, NamedTuple

from linli.schemas.assignment import AssignmentRecord, Audience
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.escalation import Awaited, Climb
from linli.schemas.identity import delivery_id
from linli.schemas.lifecycle import SETTLED, State
from linli.schemas.organisation import NodeDetails, NodeRecord
from linli.schemas.policy import Policy
from linli.schemas.rounds import RoundRecord
from linli.streams.audit.climb_waits import Answerable, Waiting, waiting_of
from linli.streams.audit.verdict import Findings, Guarantee

_OWED: Final = {State.REFERRED: Awaited.ANSWERED, State.REOPENED: Awaited.RESOLVED}
"""What is climbed for although volunteers owe nothing any more."""


class _Seen(NamedTuple):
    """A request's last record, when it came into its state, and whether all that led there was read."""

    record: AssignmentRecord
    entered: datetime
    whole: bool


class _Step(NamedTuple):
    """One climb that was read: of which request at which record, the how manieth, where, and since when it is there."""

    record: AssignmentRecord
    climb: Climb
    number: int
    place: str
    appended: datetime


@dataclass(slots=True)
class ClimbAudit:
    """Follows the climbs of one partition: read the rounds first, then the requests, the organisation, the deliveries.

    Memory grows with the number of requests, of climbs, and by some bytes a round.

    Notes
    -----
    Where compaction has removed a request's first records, nobody can tell when its wait began: it is judged from its
    next change of state on. A limit that the policy changed while a request waited is judged by neither.
    """

    findings: Findings
    _policies: list[tuple[int, Policy]] = field(default_factory=list[tuple[int, Policy]])
    _numbers: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    _nows: dict[str, list[datetime]] = field(default_factory=dict[str, list[datetime]])
    _seen: dict[str, _Seen] = field(default_factory=dict[str, _Seen])
    _steps: dict[str, list[_Step]] = field(default_factory=dict[str, list[_Step]])
    _missed: list[tuple[_Seen, int]] = field(default_factory=list[tuple[_Seen, int]])
    _answerable: Answerable = field(default_factory=Answerable)
    _told: dict[str, str | None] = field(default_factory=dict[str, str | None])

    def round(self, record: RoundRecord) -> None:
        """Note a round: under which policy, and for which districts its deadlines fired."""
        if not self._policies or self._policies[-1][1] != record.policy:
            self._policies.append((record.number, record.policy))
        for part in record.districts if record.deadlines else ():
            self._numbers.setdefault(part.district, []).append(record.number)
            self._nows.setdefault(part.district, []).append(record.now)

    def request(self, record: AssignmentRecord, place: str, appended: datetime, *, compacted: bool) -> None:
        """Judge one record of a request against the one before it."""
        before = self._seen.get(record.request_id)
        same = before is not None and before.record.state is record.state
        whole = not compacted if before is None else before.whole or not same
        entered = before.entered if before is not None and same else record.at
        if before is not None:
            self._next(before, record, place, appended)
        elif record.climbs and not compacted:
            self._break(place, f"{record.request_id} begins with a climb")
        self._stopped(record, place)
        self._seen[record.request_id] = _Seen(record, entered, whole)

    def forget(self, request: str) -> None:
        """Take note of a request's tombstone: who was told of its climbs is not kept as long."""
        self._seen.pop(request, None)
        self._steps.pop(request, None)

    def node(self, record: NodeRecord) -> None:
        """Note a node of the organisation."""
        self._answerable.put(record)

    def delivery(self, record: DeliveryRecord) -> None:
        """Note who was told of a climb."""
        if record.purpose is Purpose.ESCALATED:
            self._told[record.id] = record.node

    def end(self) -> None:
        """Judge what needs the whole log: to whom each climb went, and which should have been and were not."""
        for step in chain.from_iterable(self._steps.values()):
            self._to_the_right_node(step)
        for seen in self._seen.values():
            self._waited(seen, None)
        for seen, number in self._missed:
            line = self._line(seen.record, number)
            if seen.record.escalation < len(line) - 1:
                detail = f"{seen.record.request_id} should have climbed in round {number} and did not"
                self._break(f"{seen.record.request_id} version {seen.record.version}", detail)

    def told(self, old: datetime) -> None:
        """Judge whether every level was told; a climb that came after ``old`` may still wait to be noted."""
        for step in chain.from_iterable(self._steps.values()):
            about = f"{step.record.request_id}.climb.{step.number}"
            ids = [delivery_id(name, Purpose.ESCALATED) for name in (about, f"{about}.stands")]
            told = [self._told[one] for one in ids if one in self._told]
            if not told and step.appended > old:
                self.findings.waiting += 1
            elif not told and self._is_told_of(step.record.request_id):
                self.findings.add(Guarantee.TOLD, step.place, f"nobody was told of the climb {about}")
            elif any(node != step.climb.node for node in told):
                self.findings.add(Guarantee.TOLD, step.place, f"{about} went to {step.climb.node}, others were told")

    def _is_told_of(self, request: str) -> bool:
        """Tell whether somebody may hear of a request at all."""
        last = self._seen.get(request)
        if last is None or last.record.details is None or last.record.details.restricted:
            return False
        return Audience.TEAM in last.record.notify

    def _break(self, place: str, detail: str) -> None:
        self.findings.add(Guarantee.CLIMBS, place, detail)

    def _policy(self, number: int) -> Policy | None:
        """Return the policy of a round, if that was read."""
        return next((policy for first, policy in reversed(self._policies) if first <= number), None)

    def _next(self, before: _Seen, record: AssignmentRecord, place: str, appended: datetime) -> None:
        """Judge what became of a request's climbs from one record to the next."""
        known, now, name = before.record.climbs, record.climbs, record.request_id
        if record.version != before.record.version + 1:
            return  # A gap is a break of its own, or what compaction left.
        if len(now) - len(known) not in (0, 1) or not all(starmap(_is_same, zip(known, now, strict=False))):
            self._break(place, f"{name} had {len(known)} climbs, now {len(now)}, or one of them was changed")
            return
        if len(now) > len(known):
            self._steps.setdefault(name, []).append(_Step(record, now[-1], len(now), place, appended))
            self._in_time(before, record, now[-1], place)
            return
        if record.escalation != before.record.escalation:
            self._break(place, f"{name} is at level {record.escalation} without a climb")
        self._waited(before, record.round)

    def _in_time(self, before: _Seen, record: AssignmentRecord, climb: Climb, place: str) -> None:
        """Judge when a step was taken, for want of what, and how far it led."""
        policy, name = self._policy(record.round), f"{record.request_id} climb {len(record.climbs)}"
        if climb.at != record.at:
            self._break(place, f"{name} is of {climb.at.isoformat()}, its record of {record.at.isoformat()}")
        if record.state is State.REOPENED and before.record.state is not State.REOPENED:
            if climb.waited_for is not Awaited.RESOLVED or climb.minutes:
                self._break(place, f"{name} is said to have waited, and a low rating brought it there")
            return
        if record.escalation != before.record.escalation + 1:
            self._break(place, f"{name} leads from level {before.record.escalation} to {record.escalation}")
        if policy is None or not before.whole:
            return
        wait = waiting_of(policy, before.record, before.entered)
        if wait is None or (wait.awaited, wait.minutes) != (climb.waited_for, climb.minutes):
            self._break(place, f"{name} is for want of {climb.waited_for} after {climb.minutes} min, not {_said(wait)}")
        elif climb.at < wait.until:
            self._break(place, f"{name} is of {climb.at.isoformat()}, due at {wait.until.isoformat()}")

    def _stopped(self, record: AssignmentRecord, place: str) -> None:
        """Judge whether climbing ended when there was nothing left to climb for."""
        if record.state in SETTLED:
            owed = _OWED.get(record.state)
            going = [one for one in record.climbs if one.ended is None and one.waited_for is not owed]
            if going:
                self._break(place, f"{record.request_id} is {record.state} and its climbs have no end")

    def _waited(self, seen: _Seen, until: int | None) -> None:
        """Note a climb that should have been before a round: there was occasion for it, in a round of its district."""
        policy = self._policy(seen.record.round)
        if policy is None or not seen.whole:
            return
        wait = waiting_of(policy, seen.record, seen.entered)
        number = None if wait is None else self._occasion(seen.record, wait)
        if number is not None and (until is None or number < until) and self._policy(number) == policy:
            self._missed.append((seen, number))

    def _occasion(self, record: AssignmentRecord, wait: Waiting) -> int | None:
        """Return the first round after a record's own in which its climb was due."""
        numbers, nows = self._numbers.get(record.district, []), self._nows.get(record.district, [])
        found = max(bisect_left(nows, wait.until), bisect_left(numbers, record.round + 1))
        return numbers[found] if found < len(numbers) else None

    def _line(self, record: AssignmentRecord, number: int) -> tuple[NodeDetails, ...]:
        if record.details is None:
            return ()
        return self._answerable.line(record.district, record.details, number)

    def _to_the_right_node(self, step: _Step) -> None:
        """Judge whether a climb led to the node that answers at its level."""
        record, climb = step.record, step.climb
        line = self._line(record, record.round)
        level = record.escalation
        right = line[level] if level < len(line) else None
        if right is None or (right.node, right.level) != (climb.node, climb.level):
            expected = "nobody" if right is None else right.node
            self._break(step.place, f"{record.request_id} went to {climb.node}; at level {level} answers {expected}")
        policy = self._policy(record.round)
        if policy is not None and climb.waited_for is Awaited.RESOLVED and not climb.minutes:
            levels = policy.escalation.reopened_at
            first = next((number for number, node in enumerate(line) if node.level in levels), 0)
            if level != first:
                self._break(step.place, f"{record.request_id} was reopened at level {level}, not at {first}")


def _is_same(before: Climb, now: Climb) -> bool:
    """Tell whether a climb says what it said, or has only ended since."""
    return before == now or (before.ended is None and before == now.model_copy(update={"ended": None}))


def _said(wait: Waiting | None) -> str:
    return "nothing" if wait is None else f"{wait.awaited} after {wait.minutes} min"
