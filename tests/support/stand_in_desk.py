"""A desk that decides next to nothing, for tests of the loop: an order is registered and at once unmet.

An order whose number begins with ``poison`` makes the decision fail; ``huge`` makes a record that no topic takes. An
unmet request is closed `CLOSES_AFTER` later, which is the only deadline there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand
from linli.schemas.assignment import AssignmentRecord, Closed, Registered, Unmet
from linli.schemas.commands import PlaceOrder
from linli.schemas.explanation import WhyNobody
from linli.schemas.lifecycle import State
from linli.schemas.rounds import CommandOutcome, OutcomeCode
from linli.schemas.topics import RECORD_BYTES_MAX
from linli.streams.dispatch.round_work import Desk

CLOSES_AFTER = timedelta(minutes=10)


class PoisonError(RuntimeError):
    """The decision that was made to fail."""


def decide(state: DistrictState, commands: Sequence[NumberedCommand], moment: Moment) -> Decision:
    """Register new orders and leave them unmet; close what is due."""
    known = dict(state.requests)
    written: list[AssignmentRecord] = []
    outcomes: list[CommandOutcome] = []
    for numbered in commands:
        code = _place(known, written, numbered, moment)
        command = numbered.command
        outcomes.append(
            CommandOutcome(offset=numbered.offset, command=command.id, request_id=command.request_id, code=code)
        )
    if moment.deadlines:
        written += [_closed(record, moment) for record in known.values() if _is_due(record, moment.now)]
    return Decision(assignments=tuple(written), outcomes=tuple(outcomes))


def next_deadline(state: DistrictState) -> datetime | None:
    """Give when the next unmet request is closed."""
    waiting = [record.at + CLOSES_AFTER for record in state.requests.values() if record.state is State.UNMET]
    return min(waiting, default=None)


STAND_IN = Desk(decide, next_deadline)


def _place(
    known: dict[str, AssignmentRecord], written: list[AssignmentRecord], numbered: NumberedCommand, moment: Moment
) -> OutcomeCode:
    command = numbered.command
    if not isinstance(command.body, PlaceOrder) or command.request_id is None:
        return OutcomeCode.NOT_ALLOWED_NOW
    details = command.body.details
    if details.source_id.startswith("poison"):
        raise PoisonError(details.source_id)
    if command.request_id in known:
        return OutcomeCode.DUPLICATE
    cause = "x" * RECORD_BYTES_MAX if details.source_id.startswith("huge") else "order"
    first = AssignmentRecord(
        request_id=command.request_id,
        district=command.district,
        version=1,
        round=moment.round,
        at=moment.now,
        cause=cause,
        details=details,
        status=Registered(),
        registered_at=moment.now,
    )
    why = Unmet(why=WhyNobody(outcome="stopped"))
    second = first.model_copy(update={"version": 2, "status": why, "cause": "unmet"})
    known[first.request_id] = second
    written += [first, second]
    return OutcomeCode.APPLIED


def _is_due(record: AssignmentRecord, now: datetime) -> bool:
    return record.state is State.UNMET and record.at + CLOSES_AFTER <= now


def _closed(record: AssignmentRecord, moment: Moment) -> AssignmentRecord:
    changes = {"version": record.version + 1, "round": moment.round, "at": moment.now, "cause": "close"}
    return record.model_copy(update={**changes, "status": Closed(outcome=State.UNMET)})
