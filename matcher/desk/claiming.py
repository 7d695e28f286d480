"""``claim``: a team takes a request by itself, before anybody asked it."""

from __future__ import annotations

from linli.matcher.desk.going import why_they_may_not_go
from linli.matcher.desk.handover import find_place, hand_over
from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.desk.people import find
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.modes import mode_for
from linli.matcher.rounds.choosing import choice_of
from linli.schemas.answers import Claim
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.choices import ChosenBy
from linli.schemas.commands import Command
from linli.schemas.desk import Assign
from linli.schemas.instants import from_seconds
from linli.schemas.lifecycle import State
from linli.schemas.people import is_child
from linli.schemas.policy import Mode
from linli.schemas.rounds import OutcomeCode


def claim(draft: Draft, command: Command, body: Claim) -> Result:
    """Let a team take a request, by the same hard rules as if the desk had named it.

    Only where offers go out by themselves: elsewhere the desk has the first word. No volunteer chooses a child.
    """
    record, result = find(draft, command, State.CLAIMED)
    if record is None:
        return result
    refused = _refused(draft, record, body)
    if refused is not None:
        return refused
    wish = _as_assigned(body)
    found = find_place(draft, record, wish)
    if isinstance(found, str):
        return OutcomeCode.BREAKS_RULE, found
    broken = why_they_may_not_go(draft, record, body.team, body.members, from_seconds(found.stop.end))
    if broken:
        return OutcomeCode.BREAKS_RULE, broken
    choice = choice_of(draft, record, body.leg, ChosenBy.CLAIM, body.team, body.team, "claim")
    hand_over(draft, command, wish, record, found, choice)
    return APPLIED


def _refused(draft: Draft, record: AssignmentRecord, body: Claim) -> Result | None:
    """Say why a team may not even ask for it."""
    if record.details is None or body.leg >= len(record.legs) or record.legs[body.leg].assignment is not None:
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    if draft.team(body.team) is None:
        return OutcomeCode.UNKNOWN_TEAM, ""
    mode = mode_for(draft.state.policy, record.details)
    if mode is not Mode.AUTO:
        return OutcomeCode.NOT_ALLOWED_NOW, mode
    if is_child(record.details.beneficiary, record.details.age_band):
        return OutcomeCode.BREAKS_RULE, "safeguarding"
    return None


def _as_assigned(body: Claim) -> Assign:
    """Return the claim as the desk would have said it."""
    return Assign(
        target=body.target,
        team=body.team,
        leg=body.leg,
        start=body.start,
        agreed=True,
        members=body.members,
        reason="claim",
        by=body.team,
    )
