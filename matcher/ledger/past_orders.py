"""What was asked for on past days: counted from the requests in the ledger, by the day for which it was wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from linli.matcher.futures.sampled_days import Asked
from linli.schemas.assignment import AssignmentRecord, Closed
from linli.schemas.instants import to_seconds
from linli.schemas.lifecycle import State

DAY: Final = 86_400

_NO_VISIT: Final = frozenset({State.CANCELLED, State.REFERRED, State.ON_HOLD, State.RECORDED_AFTERWARDS})
"""States of a request for which no team of the plan is wanted."""

Wanted = tuple[int, tuple[Asked, ...]]
"""The day on which the first window of a request opens, and what its legs ask for."""


@dataclass(slots=True)
class PastOrders:
    """What was asked for, served or not, brought up to date by the records that changed since.

    A pure function of the records it was last shown: what it remembers can change the speed of a decision and nothing
    else. Days are those of UTC.

    Attributes
    ----------
    source, records, wanted
        All requests as last shown, the record that was looked at of each, and what it asks for.
    days
        By day, how often each was asked for.
    changes
        By day, how often that has changed: as long as it is the same number, so is the day.
    """

    source: Mapping[str, AssignmentRecord] | None = None
    records: dict[str, AssignmentRecord] = field(default_factory=dict[str, AssignmentRecord])
    wanted: dict[str, Wanted] = field(default_factory=dict[str, Wanted])
    days: dict[int, Counter[Asked]] = field(default_factory=dict[int, "Counter[Asked]"])
    changes: Counter[int] = field(default_factory=Counter[int])

    def update(self, requests: Mapping[str, AssignmentRecord]) -> None:
        """Look at what changed in all requests as the ledger has them."""
        if requests is self.source:
            return
        self.source = requests
        for request_id, record in requests.items():
            if self.records.get(request_id) is not record:
                self.records[request_id] = record
                self._put(request_id, _wanted(record))
        if len(self.records) > len(requests):
            for gone in [one for one in self.records if one not in requests]:
                del self.records[gone]
                self._put(gone, None)

    def _put(self, request_id: str, wanted: Wanted | None) -> None:
        """Count what a request asks for now, if that is something else: most steps of a request change nothing."""
        known = self.wanted.get(request_id)
        if known == wanted:
            return
        if known is not None:
            self._count(known, -1)
            del self.wanted[request_id]
        if wanted is not None:
            self._count(wanted, 1)
            self.wanted[request_id] = wanted

    def _count(self, wanted: Wanted, sign: int) -> None:
        day, legs = wanted
        counts = self.days.setdefault(day, Counter())
        self.changes[day] += 1
        for asked in legs:
            counts[asked] += sign
            if not counts[asked]:
                del counts[asked]
        if not counts:
            del self.days[day]

    def past_days(self, today: int, span: int) -> range:
        """Return the days before today, at most `span`, from the first on which anything was asked for."""
        return range(min((day for day in self.days if today - span <= day < today), default=today), today)

    def on(self, day: int) -> list[Asked]:
        """Return what was asked for on a day, sorted."""
        return sorted(self.days.get(day, Counter()).elements())


def _wanted(record: AssignmentRecord) -> Wanted | None:
    """Return what a request asks for; None if it wants no team."""
    details, status = record.details, record.status
    ended = status.outcome if isinstance(status, Closed) else record.state
    if details is None or ended in _NO_VISIT:
        return None
    windows = sorted((to_seconds(window.start), to_seconds(window.end)) for window in details.windows)
    day = windows[0][0] // DAY
    times = tuple((opens - DAY * day, closes - DAY * day) for opens, closes in windows)
    needs = [details.needs_of(leg) for leg in range(len(record.legs))]
    return day, tuple(
        Asked(tuple(sorted({skill for skill, _ in one.skills})), 60 * one.minutes, times) for one in needs
    )
