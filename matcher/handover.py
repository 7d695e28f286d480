"""``assign``: a person names the team. Costs may be overridden, hard rules may not."""

from __future__ import annotations

from dataclasses import replace

from linli.matcher.desk_orders import APPLIED, Result
from linli.matcher.draft import Draft, end_offers, replace_leg
from linli.matcher.going import why_they_may_not_go
from linli.matcher.insertion import Insertion, insert
from linli.matcher.model import Model
from linli.matcher.offering import new_offer, with_offer
from linli.matcher.plan_records import plan_of
from linli.matcher.problem import Pin, Plan, Problem
from linli.matcher.repair import repair
from linli.matcher.rules import first_violation
from linli.matcher.translate import problem_of, visit_id
from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import Assignment, AssignmentRecord, Committed, Offer, Offered, Promised
from linli.schemas.commands import Command
from linli.schemas.desk import Assign
from linli.schemas.instants import from_seconds, to_seconds
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Window
from linli.schemas.rounds import OutcomeCode

_FROM = frozenset({State.REGISTERED, State.PROMISED, State.OFFERED, State.UNMET, State.WITHDRAWN, State.RESCHEDULED})
"""States from which a person may hand a request to a team; a committed one is withdrawn or rescheduled first."""


def assign(draft: Draft, command: Command, body: Assign) -> Result:
    """Hand a leg of a request to the team a person named, at the time named or the best one."""
    record = draft.request(command.request_id or "")
    if record is None or record.details is None:
        return OutcomeCode.UNKNOWN_REQUEST, ""
    if command.id in record.recent:
        return OutcomeCode.DUPLICATE, record.state
    if record.state not in _FROM or body.leg >= len(record.legs) or record.legs[body.leg].assignment is not None:
        return OutcomeCode.NOT_ALLOWED_NOW, record.state
    if draft.team(body.team) is None:
        return OutcomeCode.UNKNOWN_TEAM, ""
    found = _place(draft, record, body)
    if isinstance(found, str):
        return OutcomeCode.BREAKS_RULE, found
    if body.agreed:
        broken = why_they_may_not_go(draft, record, body.team, body.members, from_seconds(found.stop.end))
        if broken:
            return OutcomeCode.BREAKS_RULE, broken
    _hand_over(draft, command, body, record, found)
    return APPLIED


def _place(draft: Draft, record: AssignmentRecord, body: Assign) -> Insertion | str:
    """Find a place with the named team beside all that is fixed, or say which rule forbids it.

    Visits that are only promised do not stand in the way: the round's plan finds them another team.
    """
    full = problem_of(draft, HaversineTravel(), whole=True)
    wanted = visit_id(record.request_id, body.leg)
    pin = Pin(body.team, None, to_seconds(body.start) if body.start is not None else None)
    visits = tuple(replace(v, pin=pin) if v.id == wanted else v for v in full.visits if v.id == wanted or v.pin)
    problem = replace(full, visits=visits)
    visit = next((v for v in visits if v.id == wanted), None)
    team = next((t for t in problem.teams if t.id == body.team), None)
    if visit is None or team is None:
        return "crew_capacity"
    violation = first_violation(problem, visit, team)
    if violation is not None:
        return violation.rule
    return insert(problem, _fixed_part(problem, draft, wanted), wanted) or "crew_capacity"


def _fixed_part(problem: Problem, draft: Draft, wanted: str) -> Plan:
    """Return the plan of pinned visits alone, without the one that is handed over."""
    others = replace(problem, visits=tuple(v for v in problem.visits if v.id != wanted))
    timetable, _ = repair(Model(others), plan_of(draft.state.plans))
    return timetable.plan()


def _hand_over(draft: Draft, command: Command, body: Assign, record: AssignmentRecord, found: Insertion) -> None:
    if record.promise is None:
        start = from_seconds(found.stop.start)
        holding = (w for w in (record.details.windows if record.details else ()) if w.start <= start <= w.end)
        window = next(holding, Window(start=start, end=start))
        record = draft.step(record, Promised(window=window), "matched", promise=window)
    leg = end_offers((record.legs[body.leg],))[0]
    legs = replace_leg(record.legs, body.leg, leg)
    offer = new_offer(
        draft, record.model_copy(update={"legs": legs}), body.leg, body.team, found.crew, found.stop, None
    )
    legs = with_offer(legs, body.leg, _by_person(draft, offer, body))
    if body.agreed:
        going = Assignment(
            id=offer.id,
            team=body.team,
            crew=found.crew,
            members=body.members,
            start=offer.start,
            end=offer.end,
            since=draft.now,
        )
        legs = replace_leg(legs, body.leg, legs[body.leg].model_copy(update={"assignment": going}))
    status = Committed() if all(one.assignment for one in legs) else Offered()
    draft.step(record, status, "assign", legs=legs, **draft.remember(record, command.id))


def _by_person(draft: Draft, offer: Offer, body: Assign) -> Offer:
    """Return the offer as the desk makes it: sent at once whatever the mode, or accepted by telephone."""
    state = OfferState.ACCEPTED if body.agreed else OfferState.OPEN
    return offer.model_copy(update={"state": state, "by": body.by})
