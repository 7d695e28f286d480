"""``mark``: the desk calls a request a hard problem, whose solving counts for the unit that solves it (疑难问题)."""

from __future__ import annotations

from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.ledger.draft import Draft
from linli.matcher.service.service_records import service_of, settle
from linli.schemas.assignment import HardProblem
from linli.schemas.commands import Command
from linli.schemas.desk import Mark
from linli.schemas.lifecycle import may_follow
from linli.schemas.rounds import OutcomeCode


def mark(draft: Draft, command: Command, body: Mark) -> Result:
    """Mark a request, or take the mark back; what was served already says so in its service records.

    Notes
    -----
    A request that has ended takes no step any more: then its service records alone keep the mark, and where it has
    none there is nothing to mark.
    """
    record = draft.request(command.request_id or "")
    if record is None or record.details is None:
        return OutcomeCode.UNKNOWN_REQUEST, ""
    if command.id in record.recent:
        return OutcomeCode.DUPLICATE, record.state
    served = service_of(draft, record)
    steps = may_follow(record.state, record.state)
    if not steps and not served:
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    before = record.hard is not None if steps else all(one.hard for one in served)
    if before == body.hard:
        return OutcomeCode.DUPLICATE, "no change"
    if steps:
        hard = HardProblem(reason=body.reason, by=body.by, at=draft.now) if body.hard else None
        draft.step(record, record.status, "mark", hard=hard, **draft.remember(record, command.id))
    for one in served:
        settle(draft, one.model_copy(update={"hard": body.hard}))
    return APPLIED
