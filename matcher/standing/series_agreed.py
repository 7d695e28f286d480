"""What is agreed on for a whole standing order: the team that took all its visits, the team that the desk approved.

A team takes it by its own answer, or the desk writes down what it heard by telephone. What the desk approves is less:
that team is still asked for each visit, but without the desk having to confirm each.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeVar

from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.modes import mode_for
from linli.matcher.standing.giving_back import give_back
from linli.matcher.standing.standing_visits import made_visits, write
from linli.schemas.assignment import Assignment, AssignmentRecord
from linli.schemas.lifecycle import State
from linli.schemas.orders import RequestDetails
from linli.schemas.people import is_child
from linli.schemas.policy import Mode, Policy
from linli.schemas.standing import Confirmed, Series, StandingRecord

_GOING: Final = (State.OFFERED, State.COMMITTED, State.UNDER_WAY)

_Agreed = TypeVar("_Agreed", Series, Confirmed)


def order_of(draft: Draft, record: AssignmentRecord) -> StandingRecord | None:
    """Return the standing order that a request is a visit of, if it is one."""
    if record.details is None or record.details.standing is None:
        return None
    return draft.kept.standing.get(record.details.standing)


def _open_to_a_series(draft: Draft, record: AssignmentRecord) -> tuple[RequestDetails, StandingRecord] | str:
    """Return a visit and its order, or why nothing can be agreed on for all visits of that."""
    details, standing = record.details, order_of(draft, record)
    if details is None or standing is None or not standing.details.active:
        return "no_series"
    return "series_child" if is_child(details.beneficiary, details.age_band) else (details, standing)


def take_series(draft: Draft, record: AssignmentRecord, leg: int, going: Assignment, by: str | None = None) -> str:
    """Note that a team that goes takes the whole standing order: its own word, or ``by`` the desk that heard it.

    Returns
    -------
    str
        Why it does not, as the detail of an outcome; empty where it does. Nobody chooses to come to a child again and
        again: such visits are asked for one by one, like all others. In mode ``suggest`` the desk decides each.
    """
    found = _open_to_a_series(draft, record)
    if isinstance(found, str):
        return found
    details, standing = found
    if mode_for(draft.state.policy, details) is Mode.SUGGEST:
        return "series_suggest"
    if any(_is_held_by_another(draft, standing, one, leg, going.team) for one in range(details.legs)):
        return "series_taken"
    took = Series(team=going.team, members=going.members, since=draft.now, offer=going.id, by=by)
    write(draft, standing, cause="series", reason="", series=_with(standing, standing.series, leg, took))
    return ""


def _is_held_by_another(draft: Draft, standing: StandingRecord, held: int, leg: int, team: str) -> bool:
    """Say whether a leg is another active team's, or another leg the team's own: two teams means two."""
    series = standing.series_of(held)
    if series is None or (held == leg) == (series.team == team):
        return False
    known = draft.team(series.team)
    return held != leg or (known is not None and known.details.active)


def _with(
    standing: StandingRecord, agreed: tuple[_Agreed | None, ...], leg: int, changed: _Agreed | None
) -> tuple[_Agreed | None, ...]:
    """Return what is agreed on for all legs with one of them changed."""
    legs = range(standing.details.template.legs)
    return tuple(changed if one == leg else agreed[one] if one < len(agreed) else None for one in legs)


def end_series(draft: Draft, record: AssignmentRecord, leg: int, team: str, reason: str) -> str:
    """End what a team took, from one of its visits on: later ones that it has agreed to are given back as well.

    Returns
    -------
    str
        Why there is nothing to end, as the detail of an outcome; empty where it was ended.
    """
    standing = order_of(draft, record)
    series = None if standing is None else standing.series_of(leg)
    if standing is None or series is None or series.team != team:
        return "no_series"
    ended = write(
        draft, standing, cause="series_ended", reason=reason, series=_with(standing, standing.series, leg, None)
    )
    since = record.details.occurrence if record.details else None
    for later in list(made_visits(draft, ended, since or draft.now)):
        going = later.legs[leg].assignment if leg < len(later.legs) else None
        if going is not None and going.team == team and not going.started and later.state in _GOING:
            give_back(draft, later, leg, team, reason)
    return ""


def confirm_series(draft: Draft, record: AssignmentRecord, leg: int, team: str, by: str) -> str:
    """Note that the desk approves a team for all visits of a standing order.

    Returns
    -------
    str
        Why it is approved for this one alone, as the detail of an outcome; empty where for all.
    """
    found = _open_to_a_series(draft, record)
    if isinstance(found, str):
        return found
    _, standing = found
    approved = Confirmed(team=team, by=by, since=draft.now)
    write(draft, standing, cause="confirmed", reason="", confirmed=_with(standing, standing.confirmed, leg, approved))
    return ""


def approval(
    standing: StandingRecord | None, policy: Policy, details: RequestDetails, leg: int, team: str
) -> Confirmed | None:
    """Return the approval that counts for a visit: of this very team, and where the desk confirms at all."""
    approved = None if standing is None else standing.confirmed_of(leg)
    if approved is None or approved.team != team:
        return None
    return approved if mode_for(policy, details) is Mode.CONFIRM else None


def other_visits(draft: Draft, record: AssignmentRecord, since: datetime) -> list[AssignmentRecord]:
    """Return the other visits of a request's standing order that are requests already, by their moment."""
    standing = order_of(draft, record)
    made = () if standing is None else made_visits(draft, standing, since)
    return [one for one in made if one.request_id != record.request_id]
