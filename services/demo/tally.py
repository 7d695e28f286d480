"""Counting what the ledger says, record by record; pure, so that it can be counted again at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from linli.matcher.rules import RULES
from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.plan import PlanRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import OutcomeCode, RoundRecord

_RULE_ORDER = {code: place for place, code in enumerate(RULES)}
"""Rules are tried in this order, and a team counts under the first that it breaks."""


@dataclass(slots=True)
class Tally:
    """What became of the day so far.

    Attributes
    ----------
    history
        Every record of every request, in order.
    ever
        For each state, the requests that were ever in it.
    offers
        Last state of every offer.
    promised_at, ordered_at
        Real instants of the first promise (the broker's append time) and of the submission, by request.
    """

    history: dict[str, list[AssignmentRecord]] = field(default_factory=dict[str, list[AssignmentRecord]])
    ever: dict[State, set[str]] = field(default_factory=dict[State, set[str]])
    offers: dict[str, OfferState] = field(default_factory=dict[str, OfferState])
    plans: dict[str, PlanRecord] = field(default_factory=dict[str, PlanRecord])
    roster: dict[str, RosterRecord] = field(default_factory=dict[str, RosterRecord])
    rounds: list[tuple[datetime, RoundRecord]] = field(default_factory=list[tuple[datetime, RoundRecord]])
    dead_letters: list[DeadLetter] = field(default_factory=list[DeadLetter])
    promised_at: dict[str, datetime] = field(default_factory=dict[str, datetime])
    ordered_at: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def note_assignment(self, record: AssignmentRecord, appended: datetime) -> None:
        """Count one record of ``assignments``."""
        self.history.setdefault(record.request_id, []).append(record)
        self.ever.setdefault(record.state, set()).add(record.request_id)
        if record.state is State.PROMISED:
            self.promised_at.setdefault(record.request_id, appended)
        for leg in record.legs:
            self.offers.update((offer.id, offer.state) for offer in leg.offers)

    def last(self) -> list[AssignmentRecord]:
        """Return the last record of every request."""
        return [records[-1] for records in self.history.values()]

    def now_in(self) -> Counter[State]:
        """Count requests by the state they are in."""
        return Counter(record.state for record in self.last())

    def count_ever(self, state: State) -> int:
        """Count requests that were ever in a state."""
        return len(self.ever.get(state, ()))

    def offer_states(self) -> Counter[OfferState]:
        """Count offers by where they stand."""
        return Counter(self.offers.values())

    def dead_by_reason(self) -> Counter[str]:
        """Count dead letters by reason."""
        return Counter(letter.reason.value for letter in self.dead_letters)

    def outcomes(self) -> Counter[OutcomeCode]:
        """Count what became of commands."""
        return Counter(outcome.code for _, record in self.rounds for outcome in record.outcomes)

    def unmet_by_reason(self) -> Counter[str]:
        """Count requests that nobody could go to in the end, by outcome and the rule that kept most teams away."""
        return Counter(
            _reason(why) for records in self.history.values() if (why := _unmet_in_the_end(records)) is not None
        )

    def broken_by_cause(self) -> Counter[str]:
        """Count broken promises by cause."""
        return Counter(broken.cause for record in self.last() for broken in record.broken)

    def latencies_ms(self) -> list[float]:
        """Return milliseconds from submission to promise, sorted."""
        pairs = ((self.promised_at[one], at) for one, at in self.ordered_at.items() if one in self.promised_at)
        return sorted((promised - at).total_seconds() * 1000 for promised, at in pairs)


def _unmet_in_the_end(records: Sequence[AssignmentRecord]) -> Unmet | None:
    """Return why a request is unmet now, or was when it was closed."""
    last = records[-1]
    if last.state not in (State.UNMET, State.CLOSED):
        return None
    told = [record.status for record in records if isinstance(record.status, Unmet)]
    if last.state is State.CLOSED and records[-2].state is not State.UNMET:
        return None
    return next((status for status in reversed(told) if status.why.outcome != "stopped"), told[-1] if told else None)


def _reason(unmet: Unmet) -> str:
    """Name the outcome and the decisive rule: the one that stopped the teams which passed the most rules before it."""
    if unmet.why.outcome != "impossible" or not unmet.why.rules:
        return unmet.why.outcome
    rule = max((count.rule for count in unmet.why.rules), key=_RULE_ORDER.__getitem__)
    return f"{unmet.why.outcome}: {rule}"


def percentile(sorted_values: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank percentile of sorted values; ``None`` for none."""
    if not sorted_values:
        return None
    rank = min(len(sorted_values) - 1, max(0, round(share * len(sorted_values)) - 1))
    return sorted_values[rank]
