"""Audit of ``rounds`` and of what each round wrote: numbers, ranges, outcomes, and whether a round is whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from linli.schemas.rounds import OutcomeCode, RoundRecord
from linli.streams.audit.offset_set import OffsetSet
from linli.streams.audit.verdict import Findings, Guarantee

_SET_ASIDE: Final = frozenset(
    {OutcomeCode.CONFLICT, OutcomeCode.NO_LONGER_KEPT, OutcomeCode.CRASHED, OutcomeCode.REFUSED}
)
"""Outcomes that leave a dead letter."""

Key = tuple[str, str]
"""Topic and key of a ledger record."""


@dataclass(slots=True)
class RoundAudit:
    """Follows the rounds of one partition.

    ``forgets`` has the rounds that forgot something, each with the moment before which a request must have ended.

    Memory: eight bytes or so per round and one bit per command.
    """

    findings: Findings
    partition: int
    outcomes: OffsetSet = field(default_factory=OffsetSet)
    applied: OffsetSet = field(default_factory=OffsetSet)
    set_aside: list[int] = field(default_factory=list[int])
    promised: dict[int, int] = field(default_factory=dict[int, int])
    found: Counter[int] = field(default_factory=Counter[int])
    forgets: dict[int, datetime] = field(default_factory=dict[int, datetime])
    last: RoundRecord | None = None
    _versions: dict[Key, int] = field(default_factory=dict[Key, int])

    @property
    def first_offset(self) -> int:
        """The first offset of ``commands`` that a known round read."""
        return self._first_offset

    _first_offset: int = 0

    def read(self, record: RoundRecord, place: str, *, compacted: bool) -> None:
        """Judge one round against the one before it."""
        before = self.last
        if before is None:
            self._first_offset = record.first_offset
            if record.number != 1 and not compacted:
                self.findings.add(Guarantee.GAPLESS, place, f"the first round is number {record.number}")
        elif record.number == before.number + 1:
            self._follows(before, record, place)
        elif compacted and record.number > before.number:
            self._first_offset = record.first_offset
        else:
            self.findings.add(Guarantee.GAPLESS, place, f"round {record.number} follows {before.number}")
        for outcome in record.outcomes:
            self._outcome(record, outcome.offset, outcome.code, place)
        self.promised[record.number] = record.records + record.forgotten
        if record.forgotten:
            self.forgets[record.number] = record.now - timedelta(days=record.policy.keep_days)
        self.last = record

    def _follows(self, before: RoundRecord, record: RoundRecord, place: str) -> None:
        if record.now < before.now:
            self.findings.add(Guarantee.WHOLE_ROUNDS, place, f"round {record.number} is earlier than the one before")
        if record.first_offset != before.next_offset and not record.healed:
            detail = f"round {record.number} begins at {record.first_offset}, not at {before.next_offset}"
            self.findings.add(Guarantee.WHOLE_ROUNDS, place, detail)

    def _outcome(self, record: RoundRecord, offset: int, code: OutcomeCode, place: str) -> None:
        if not record.first_offset <= offset < record.next_offset:
            self.findings.add(Guarantee.COMMAND_OUTCOME, place, f"outcome of {offset}, which the round did not read")
        if not self.outcomes.add(offset):
            self.findings.add(Guarantee.COMMAND_OUTCOME, place, f"second outcome of command {offset}")
        if code in _SET_ASIDE:
            self.set_aside.append(offset)
        if code is OutcomeCode.APPLIED:
            self.applied.add(offset)

    def wrote(self, topic: str, key: str, version: int, number: int, place: str, *, compacted: bool) -> None:
        """Count one ledger record towards its round; judge its version where nobody else does."""
        self.found[number] += 1
        if topic == "assignments":
            return
        before = self._versions.get((topic, key), 0)
        if version != before + 1 and not (compacted and version > before):
            self.findings.add(Guarantee.GAPLESS, place, f"{topic} {key} version {version} follows {before}")
        self._versions[topic, key] = version

    def forgot(self, topic: str, key: str, number: int) -> None:
        """Count one tombstone towards its round; if there is ever such a key again, its versions begin anew."""
        self.found[number] += 1
        self._versions.pop((topic, key), None)

    def whole(self, compacted_before: int) -> None:
        """Judge whether every round has the records it counted, from the first round that is sure to be kept whole."""
        for number in sorted(set(self.promised) | set(self.found)):
            if number < compacted_before or self.promised.get(number) == self.found[number]:
                continue
            where = f"partition {self.partition}, round {number}"
            if number not in self.promised:
                self.findings.add(Guarantee.WHOLE_ROUNDS, where, f"{self.found[number]} records and no round record")
            else:
                detail = f"counts {self.promised[number]} records, the ledger has {self.found[number]}"
                self.findings.add(Guarantee.WHOLE_ROUNDS, where, detail)
