"""What changes in a team between its registrations, and what that does to visits it had accepted."""

from __future__ import annotations

from typing import Final

from linli.matcher.desk.going import why_they_may_not_go
from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.ledger.draft import Draft, replace_leg
from linli.schemas.assignment import AssignmentRecord, Offered, Withdrawn
from linli.schemas.lifecycle import State
from linli.schemas.roster import ABSENCES_MAX, Absence
from linli.schemas.rounds import OutcomeCode
from linli.schemas.team_changes import Absent, ApplyDeputy, ChangeMembers

VETTING: Final = "vetting"
"""Cause of a withdrawal because those who were named may not go any more."""


def absent(draft: Draft, body: Absent) -> Result:
    """Add an absence; absences that are over are forgotten, so that a team's list does not grow for ever."""
    known = draft.team(body.team)
    if known is None:
        return OutcomeCode.UNKNOWN_TEAM, ""
    new = Absence(start=body.start, end=body.end)
    kept = tuple(one for one in known.details.absences if one.end >= draft.now)
    if any(one.start <= new.start and new.end <= one.end for one in kept):
        return OutcomeCode.DUPLICATE, ""
    if len(kept) >= ABSENCES_MAX:
        return OutcomeCode.NOT_ALLOWED_NOW, "too many absences"
    draft.write_team(known.details.model_copy(update={"absences": (*kept, new)}))
    return APPLIED


def change_members(draft: Draft, body: ChangeMembers) -> Result:
    """Replace a team's members."""
    return _replace(draft, body.team, "members", body.members)


def name_deputy(draft: Draft, body: ApplyDeputy) -> Result:
    """Name who is told in the lead's place; a later deputy replaces an earlier one."""
    return _replace(draft, body.team, "deputy", body.deputy)


def _replace(draft: Draft, team: str, field: str, new: object) -> Result:
    """Replace what a team's record holds in a field."""
    known = draft.team(team)
    if known is None:
        return OutcomeCode.UNKNOWN_TEAM, ""
    if getattr(known.details, field) == new:
        return OutcomeCode.DUPLICATE, ""
    draft.write_team(known.details.model_copy(update={field: new}))
    return APPLIED


def withdraw_unfit(draft: Draft) -> None:
    """Take back visits whose named visitors may not go any more; they are matched again in the same round.

    The team as a whole may still be fit: then it can be asked again, and must name others. Looked at whenever a roster
    changed and once a day, because that is when a vetting is found to have run out.
    """
    if not (draft.roster_written or draft.new_day):
        return
    for record in list(draft.requests()):
        if record.state in (State.COMMITTED, State.OFFERED) and record.details is not None:
            for index in range(len(record.legs)):
                _withdraw_if_unfit(draft, record.request_id, index)


def _withdraw_if_unfit(draft: Draft, request_id: str, index: int) -> None:
    record = draft.request(request_id)
    going = record.legs[index].assignment if record is not None else None
    if record is None or going is None or going.started or going.start <= draft.now:
        return
    broken = why_they_may_not_go(draft, record, going.team, going.members, going.end)
    if broken:
        _take_back(draft, record, index, broken)


def _take_back(draft: Draft, record: AssignmentRecord, index: int, broken: str) -> None:
    freed = record.legs[index].model_copy(update={"assignment": None})
    legs = replace_leg(record.legs, index, freed)
    going = record.legs[index].assignment
    if record.state is State.COMMITTED and going is not None:
        draft.step(record, Withdrawn(team=going.team, reason=broken), VETTING, legs=legs)
    else:
        draft.step(record, Offered(), VETTING, legs=legs)
