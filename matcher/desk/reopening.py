"""A low rating reopens a case at its community; a person says there what came of it (差评回访)."""

from __future__ import annotations

from linli.matcher.desk.escalation import reopened_climb
from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.desk.people import find
from linli.matcher.ledger.draft import Draft
from linli.schemas.assignment import AssignmentRecord, Rated, Reopened, Reopening
from linli.schemas.commands import Command
from linli.schemas.lifecycle import State
from linli.schemas.proving import Resolve
from linli.schemas.rounds import OutcomeCode

REOPENINGS_MAX = 8
"""Reopenings remembered of one request; each was a low rating and its answer."""


def reopen(draft: Draft, record: AssignmentRecord, rated: Rated) -> None:
    """Reopen a case that was just rated, if the rating that counts is low."""
    if rated.stars > draft.state.policy.service.reopen_stars:
        return
    since = Reopening(at=draft.now, stars=rated.stars, by=rated.by)
    draft.step(
        record,
        Reopened(stars=rated.stars, tags=rated.tags, by=rated.by),
        "low_rating",
        reopened=(*record.reopened, since)[-REOPENINGS_MAX:],
        **reopened_climb(draft, record),
    )


def resolve(draft: Draft, command: Command, body: Resolve) -> Result:
    """Take what came of a reopened case: it is rated as before, and closed in its time."""
    record, result = find(draft, command, State.RATED)
    if record is None:
        return result
    status = record.status
    if not isinstance(status, Reopened):
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    last = record.reopened[-1].model_copy(
        update={"remedy": body.remedy.value, "reason": body.reason, "resolved_by": body.by, "resolved_at": draft.now}
    )
    draft.step(
        record,
        Rated(stars=status.stars, tags=status.tags, by=status.by),
        "resolve",
        reopened=(*record.reopened[:-1], last),
        **draft.remember(record, command.id),
    )
    return APPLIED
