"""A visit given back by the team that had agreed to it: matched again at once, never by that team."""

from __future__ import annotations

from linli.matcher.ledger.draft import Draft, replace_leg
from linli.schemas.assignment import AssignmentRecord, Offered, Status, Withdrawn
from linli.schemas.lifecycle import State


def give_back(
    draft: Draft, record: AssignmentRecord, index: int, team: str, reason: str, **changes: object
) -> AssignmentRecord:
    """Take a leg from a team that cannot go any more; the teams of other legs stay, also at work.

    Parameters
    ----------
    draft
        The district.
    record, index
        The request and its leg, whose assignment is the team's.
    team, reason
        Who gives it back, and why.
    **changes
        Other fields of the record that change with it.
    """
    legs = replace_leg(record.legs, index, record.legs[index].model_copy(update={"assignment": None}))
    gone: Status = Withdrawn(team=team, reason=reason)
    if any(leg.assignment is not None and leg.assignment.started for leg in legs):
        gone = record.status
    status = Offered() if record.state is State.OFFERED else gone
    return draft.step(record, status, "withdraw", legs=legs, barred=(*record.barred, (team, "withdrew")), **changes)
