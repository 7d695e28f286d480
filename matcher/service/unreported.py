"""Visits of which nobody says what became of them: first the desk is to call, later they end without counting (失联).

Rules, by the clock of the district, for a team that was to go and says nothing after the end that was planned:

1. After ``call_after_minutes`` the request is marked, once for each end: the desk sees it among those to call.
2. After ``give_up_hours`` it ends. Where another of its teams has said that it was done, it is done with what that team
   gave; else it is a failed visit for the reason ``not_reported``. For the silent team nothing is counted.
3. Until it is closed a late word mends it: the team's own, or the desk's entry afterwards; or another time is set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from linli.matcher.ledger.draft import Draft
from linli.matcher.service.finishing import done_with
from linli.matcher.service.service_records import write_given
from linli.schemas.assignment import Assignment, AssignmentRecord, FailedVisitState
from linli.schemas.lifecycle import State
from linli.schemas.service_policy import ServicePolicy

_GOING: Final = frozenset({State.COMMITTED, State.UNDER_WAY})


LATE_WORDS: Final = frozenset({State.FAILED_VISIT, State.DONE})
"""Where a request stands that ended although a team had not said that it is done; then its word still counts."""


def unheard(record: AssignmentRecord) -> list[Assignment]:
    """Return the teams of a request that has ended without their word, which can still hand it in."""
    going = (leg.assignment for leg in record.legs)
    return [one for one in going if one is not None and one.finished is None] if record.state in LATE_WORDS else []


def silent(record: AssignmentRecord) -> list[Assignment]:
    """Return the teams of a request that were to go and have not said that they are done."""
    if record.state not in _GOING:
        return []
    going = (leg.assignment for leg in record.legs)
    return [one for one in going if one is not None and one.finished is None]


def note_unreported(draft: Draft) -> None:
    """Mark the requests whose teams have been silent for long, and end those where it has lasted too long."""
    rules = draft.state.policy.service
    for record in list(draft.requests()):
        due = _due(rules, record)
        if due is None or due > draft.now:
            continue
        if _gives_up(rules, record) <= draft.now:
            _end(draft, record)
        else:
            draft.step(record, record.status, "unreported", unreported=draft.now)


def next_unreported(rules: ServicePolicy, records: Iterable[AssignmentRecord]) -> Iterator[datetime]:
    """Yield when requests are marked or ended next."""
    moments = (_due(rules, record) for record in records)
    yield from (moment for moment in moments if moment is not None)


def _due(rules: ServicePolicy, record: AssignmentRecord) -> datetime | None:
    """Return when something is to be done about the silence of a request's teams; ``None`` where nobody is silent."""
    ends = [one.end for one in silent(record)]
    if not ends:
        return None
    if record.unreported is not None and record.unreported > max(ends):
        return _gives_up(rules, record)
    return max(ends) + timedelta(minutes=rules.call_after_minutes)


def _gives_up(rules: ServicePolicy, record: AssignmentRecord) -> datetime:
    return max(one.end for one in silent(record)) + timedelta(hours=rules.give_up_hours)


def _end(draft: Draft, record: AssignmentRecord) -> None:
    """End a request of which some or all teams say nothing; their assignments stay, so that a late word finds them."""
    if any(leg.assignment is not None and leg.assignment.finished is not None for leg in record.legs):
        after = draft.step(record, done_with(record, record.legs), "not_reported")
        write_given(draft, after)
        return
    draft.step(record, FailedVisitState(team=silent(record)[0].team, reason="not_reported"), "not_reported")
