"""What is forgotten: requests and standing orders that ended longer ago than they are kept; plans of teams gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import Forgotten
from linli.matcher.problem import Plan
from linli.matcher.rounds.translate import request_and_leg, visit_id
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.lifecycle import TERMINAL
from linli.schemas.plan import PlanRecord

FORGOTTEN_MAX: Final = 200
"""Most requests, and most plans, that one decision forgets: two days of a county, and some milliseconds more of a
transaction even when sixty districts have a new day in the same round."""


def is_outlived(draft: Draft, command: Command) -> bool:
    """Tell whether a command was received longer ago than an ended request is kept.

    It cannot be told from a repetition of one whose request was forgotten. Intake repeats a record with the time of its
    first arrival, so whatever repeats a forgotten order is at least as old as this.
    """
    return command.received_at + timedelta(days=draft.state.policy.keep_days) <= draft.now


def forget_requests(draft: Draft, plan: Plan) -> tuple[Forgotten, ...]:
    """Give the requests that this decision forgets, those registered first first, at most `FORGOTTEN_MAX`.

    Notes
    -----
    Nothing wakes up for them: every district is decided once a day anyway, and whenever something happens in it.
    """
    found = tuple(islice(_over(draft), FORGOTTEN_MAX))
    if not found:
        return ()
    planned = {request_and_leg(stop.visit)[0] for route in plan.routes for stop in route.stops}
    gone = [record for record in found if record.request_id not in planned]
    for record in gone:
        _forget_translations(draft, record)
    return tuple(Forgotten(record.request_id, record.version) for record in gone)


def _over(draft: Draft) -> Iterator[AssignmentRecord]:
    """Yield the requests whose time to be kept is over; what was written in this very decision is not."""
    before = draft.now - timedelta(days=draft.state.policy.keep_days)
    return (record for record in draft.state.requests.values() if record.state in TERMINAL and record.at <= before)


def _forget_translations(draft: Draft, record: AssignmentRecord) -> None:
    translations = draft.state.translations
    translations.visits.pop(record.request_id, None)
    for leg in range(len(record.legs)):
        translations.cuts.pop(visit_id(record.request_id, leg), None)


def forget_plans(draft: Draft, plan: Plan) -> tuple[Forgotten, ...]:
    """Give the teams whose plan is forgotten: without a visit, before this decision and after it, and retired."""
    busy = {route.team for route in plan.routes}
    over = (known for team, known in draft.state.plans.items() if team not in busy and _has_left(draft, known))
    gone = tuple(Forgotten(known.team, known.version) for known in islice(over, FORGOTTEN_MAX))
    for one in gone:
        draft.state.translations.routes.pop(one.key, None)
    return gone


def forget_standing(draft: Draft) -> tuple[Forgotten, ...]:
    """Give the standing orders that this decision forgets: ended as long ago as requests are kept, and none left of it.

    Those that have a visit in the ledger stay: whoever looks at it still finds the order it belongs to.
    """
    before = draft.now - timedelta(days=draft.state.policy.keep_days)
    ended = [one for one in draft.state.standing.values() if not one.details.active and one.at <= before]
    if not ended:
        return ()
    known = {one.details.standing for one in draft.requests() if one.details is not None}
    gone = (one for one in ended if one.key not in known)
    return tuple(Forgotten(one.key, one.version) for one in islice(gone, FORGOTTEN_MAX))


def _has_left(draft: Draft, plan: PlanRecord) -> bool:
    if any(plan.crews):
        return False
    team = draft.team(plan.team)
    return team is None or not team.details.active
