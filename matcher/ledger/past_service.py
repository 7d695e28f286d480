"""What teams gave in the last weeks, and who came to a household last: counted from the requests in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from linli.matcher.ledger.counted_requests import CountedRequests
from linli.schemas.assignment import AssignmentRecord, Closed
from linli.schemas.instants import to_seconds
from linli.schemas.lifecycle import State

LOAD_DAYS: Final = 28
"""Days before today over which a team's load is counted: four weeks hold the same weekdays for everybody."""

DAY: Final = 86_400

_GIVEN: Final = frozenset({State.DONE, State.RATED, State.REOPENED})


class _Given(NamedTuple):
    """A visit that was made: what for, by whom, when, for how long."""

    need: tuple[str, str, int]
    team: str
    start: int
    seconds: int


@dataclass(slots=True)
class PastService:
    """Visits made in a district, brought up to date by the records that changed since.

    A pure function of the records it was last shown: what it remembers can change the speed of a decision and nothing
    else. Days are those of UTC, and today's visits do not count: a team's load changes once a day, not every visit.
    """

    counted: CountedRequests = field(default_factory=CountedRequests)
    seconds: dict[str, dict[int, int]] = field(default_factory=dict[str, dict[int, int]])
    visits: dict[tuple[str, str, int], dict[str, tuple[int, str]]] = field(
        default_factory=dict[tuple[str, str, int], dict[str, tuple[int, str]]]
    )

    def update(self, requests: Mapping[str, AssignmentRecord]) -> None:
        """Count what changed in all requests as the ledger has them."""
        if requests is not self.counted.source:
            self.counted.follow(requests, self._count)

    def _count(self, record: AssignmentRecord, sign: int) -> None:
        for one in _given(record):
            days = self.seconds.setdefault(one.team, {})
            days[one.start // DAY] = days.get(one.start // DAY, 0) + sign * one.seconds
            at_home = self.visits.setdefault(one.need, {})
            if sign > 0:
                at_home[record.request_id] = (one.start, one.team)
            else:
                at_home.pop(record.request_id, None)

    def load(self, team: str, now: int) -> int:
        """Return the seconds of service that a team gave in the `LOAD_DAYS` days before today."""
        today = now // DAY
        days = self.seconds.get(team, {})
        return sum(seconds for day, seconds in days.items() if today - LOAD_DAYS <= day < today)

    def regular_teams(self, record: AssignmentRecord) -> tuple[str | None, ...]:
        """Return for each leg of a request the team that came last to this household for the same need."""
        legs = range(len(record.legs))
        return tuple(max(self.visits.get(need, {}).values(), default=(0, None))[1] for need in _needs(record, legs))


def _needs(record: AssignmentRecord, legs: range) -> Iterator[tuple[str, str, int]]:
    """Yield household, category and leg; a household that cannot be told from others has a name of its own."""
    details = record.details
    for leg in legs:
        mark = details.marks.household if details is not None else None
        yield (mark or record.request_id, details.category if details is not None else "", leg)


def _given(record: AssignmentRecord) -> Iterator[_Given]:
    """Yield the visits of a request that was done, closed since or not."""
    status = record.status
    ended = status.outcome if isinstance(status, Closed) else record.state
    if ended not in _GIVEN:
        return
    for need, leg in zip(_needs(record, range(len(record.legs))), record.legs, strict=True):
        if leg.assignment is not None:
            start, end = to_seconds(leg.assignment.start), to_seconds(leg.assignment.end)
            yield _Given(need, leg.assignment.team, start, end - start)
