"""What was asked for on past days: counted from the requests in the ledger, by the day for which it was wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from linli.matcher.futures.sampled_days import Asked
from linli.matcher.ledger.counted_requests import CountedRequests
from linli.schemas.assignment import AssignmentRecord, Closed
from linli.schemas.instants import to_seconds
from linli.schemas.lifecycle import State

DAY: Final = 86_400

_NO_VISIT: Final = frozenset({State.CANCELLED, State.REFERRED, State.ON_HOLD, State.RECORDED_AFTERWARDS})
"""States of a request for which no team of the plan is wanted."""


@dataclass(slots=True)
class PastOrders:
    """What was asked for, served or not, brought up to date by the records that changed since.

    A pure function of the records it was last shown: what it remembers can change the speed of a decision and nothing
    else. Days are those of UTC on which the first window opens.
    """

    counted: CountedRequests = field(default_factory=CountedRequests)
    days: dict[int, Counter[Asked]] = field(default_factory=dict[int, "Counter[Asked]"])

    def update(self, requests: Mapping[str, AssignmentRecord]) -> None:
        """Count what changed in all requests as the ledger has them."""
        if requests is not self.counted.source:
            self.counted.follow(requests, self._count)

    def _count(self, record: AssignmentRecord, sign: int) -> None:
        for day, asked in _asked(record):
            counts = self.days.setdefault(day, Counter())
            counts[asked] += sign
            if not counts[asked]:
                del counts[asked]
            if not counts:
                del self.days[day]

    def before(self, today: int, span: int) -> list[dict[Asked, int]]:
        """Return the counts of at most `span` days before today, from the first on which anything was asked for."""
        known = [day for day in self.days if today - span <= day < today]
        return [dict(self.days.get(day, {})) for day in range(min(known, default=today), today)]


def _asked(record: AssignmentRecord) -> Iterator[tuple[int, Asked]]:
    """Yield day and need of every leg of a request that wants, or wanted, a team."""
    details, status = record.details, record.status
    ended = status.outcome if isinstance(status, Closed) else record.state
    if details is None or ended in _NO_VISIT:
        return
    day = min(to_seconds(window.start) for window in details.windows) // DAY
    for leg in range(len(record.legs)):
        needs = details.needs_of(leg)
        yield day, Asked(tuple(sorted({skill for skill, _ in needs.skills})), 60 * needs.minutes)
