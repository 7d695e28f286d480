"""``assign``: a person names the team. Costs may be overridden, hard rules may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from linli.matcher.desk.going import why_they_may_not_go
from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.insertion.insertion import Insertion, insert
from linli.matcher.insertion.repair import repair
from linli.matcher.ledger.draft import Draft, answered_in_time, end_offers, replace_leg
from linli.matcher.model import Model
from linli.matcher.problem import Pin, Problem, Visit
from linli.matcher.rounds.choosing import choice_of, with_choice
from linli.matcher.rounds.offering import new_offer, with_offer
from linli.matcher.rounds.plan_records import warm_plan, with_stop
from linli.matcher.rounds.together import place_beside
from linli.matcher.rounds.translate import LegView, behind_the_first, problem_of, visits_of
from linli.matcher.rules import first_violation
from linli.matcher.search.solve import Limits, solve
from linli.matcher.standing.series_agreed import take_series
from linli.schemas.assignment import (
    Assignment,
    AssignmentRecord,
    Claimed,
    Committed,
    Leg,
    Offer,
    Offered,
    Promised,
)
from linli.schemas.choices import ChosenBy, DeskChoice
from linli.schemas.commands import Command
from linli.schemas.desk import Assign
from linli.schemas.instants import from_seconds, to_seconds
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import Window
from linli.schemas.plan import SHADOWS_FROM
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
    record = _heard_again(record, body.team)
    found = find_place(draft, record, body, any_pool=True)
    if isinstance(found, str):
        return OutcomeCode.BREAKS_RULE, found
    if body.agreed:
        broken = why_they_may_not_go(draft, record, body.team, body.members, from_seconds(found.stop.end))
        if broken:
            return OutcomeCode.BREAKS_RULE, broken
    choice = choice_of(draft, record, body.leg, ChosenBy.ASSIGN, body.team, body.by, body.reason)
    after = hand_over(draft, command, body, record, found, choice)
    going = after.legs[body.leg].assignment
    if not body.series or going is None:
        return APPLIED
    return OutcomeCode.APPLIED, take_series(draft, after, body.leg, going, body.by)


def _heard_again(record: AssignmentRecord, team: str) -> AssignmentRecord:
    """Return the record with a team's silence forgiven: a person who asks again knows more than the plan."""
    return record.model_copy(update={"barred": tuple(one for one in record.barred if one != (team, "expired"))})


def find_place(draft: Draft, record: AssignmentRecord, body: Assign, *, any_pool: bool = False) -> Insertion | str:
    """Find a place with the named team, or say which rule forbids it.

    Visits that are only promised make way, as long as each of them finds another place: a person may override costs,
    but not the promise that somebody else was given. With ``any_pool`` also a team that is asked by itself only from a
    higher level: whoever names it has climbed there.
    """
    full = problem_of(draft, incomplete=True)
    mine = visits_of(draft, record)[body.leg]
    if any_pool:
        mine = replace(mine, not_yet=None)
    pin = Pin(body.team, None, to_seconds(body.start) if body.start is not None else None)
    wanted = replace(mine, pin=pin)
    others = tuple(v for v in full.visits if v.request != mine.request or _is_another_leg(v, mine))
    team = next(team for team in full.teams if team.id == body.team)
    violation = first_violation(full, wanted, team)
    if violation is not None:
        return violation.rule
    if len(record.legs) > 1:
        return place_beside(draft, record, mine, body.team, pin.start)
    fixed = replace(full, visits=tuple(v for v in others if v.pin is not None))
    plan, _ = repair(Model(fixed), warm_plan(draft))
    found = insert(replace(fixed, visits=(*fixed.visits, wanted)), plan.plan(), wanted.id)
    if found is None:
        return "crew_capacity"
    pinned = replace(mine, pin=Pin(found.team, found.crew, found.stop.start))
    return _broken_by(draft, replace(full, visits=(*others, pinned)), found) or found


def _is_another_leg(visit: Visit, mine: Visit) -> bool:
    """Say whether it is the other visit of the same request, fixed already; further teams asked at once make way."""
    return visit.leg != mine.leg and visit.pin is not None and visit.leg < SHADOWS_FROM


def _broken_by(draft: Draft, problem: Problem, found: Insertion) -> str:
    """Return the rule that the handover would break for others, or an empty text."""
    before = warm_plan(draft)
    trial = solve(problem, with_stop(before, found.team, found.crew, found.stop), Limits(0), draft.moment.seed)
    if found.visit in trial.broken:
        return "crew_capacity"
    return "promise" if before.placed().intersection(trial.broken) else ""


def hand_over(
    draft: Draft, command: Command, body: Assign, record: AssignmentRecord, found: Insertion, choice: DeskChoice
) -> AssignmentRecord:
    """Write the offer, or the visit that was agreed on, with the choice that led to it; return the request."""
    claimed = choice.how is ChosenBy.CLAIM
    record, legs = placed(draft, body, record, found, OfferEnd.CLAIMED if claimed else OfferEnd.REASSIGNED)
    status = Committed() if all(one.assignment for one in legs) else Offered()
    changes = {"legs": legs, **with_choice(record, choice), **draft.remember(record, command.id)}
    if claimed:
        record = draft.step(record, Claimed(team=body.team), "claim", **changes)
    return draft.step(record, status, choice.how, **changes)


def placed(
    draft: Draft, body: Assign, record: AssignmentRecord, found: Insertion, ended: OfferEnd, *, asked: bool = True
) -> tuple[AssignmentRecord, tuple[Leg, ...]]:
    """Return the request, its window promised, and its legs with the offer or the visit that was agreed on.

    Parameters
    ----------
    draft, body, record, found
        What is handed over, to whom and where.
    ended
        Why whoever was asked before is asked no longer.
    asked
        Whether this counts as having asked the team: not where it took the whole series before.
    """
    if record.promise is None and record.details is not None:
        window = _promised(LegView(record, record.details, body.leg, 60 * draft.state.policy.gap_minutes), found)
        record = draft.step(record, Promised(window=window), "matched", promise=window)
    elif record.state is State.WITHDRAWN and record.promise is not None:
        # Another team gave it back in this very round: only what is promised again can be taken.
        record = draft.step(record, Promised(window=record.promise), "matched")
    leg = end_offers((record.legs[body.leg],), ended)[0]
    legs = replace_leg(record.legs, body.leg, leg)
    draft.handed.append((body.team, found.crew, found.stop))
    held = record.model_copy(update={"legs": legs})
    offer = new_offer(draft, held, body.leg, body.team, found.crew, found.stop, None, asks=asked)
    legs = with_offer(legs, body.leg, _by_person(offer, body, asked))
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
    soonest = draft.now + timedelta(minutes=draft.state.policy.answer_minutes_least)
    return record, answered_in_time(legs, soonest)


def _promised(view: LegView, found: Insertion) -> Window:
    """Return the window to be promised: the resident's own that holds the start; of several teams the very start."""
    start = from_seconds(found.stop.start)
    if view.details.legs > 1:
        first, last = behind_the_first(view)
        return Window(start=start - last, end=start - first)
    holding = (window for window in view.details.windows if window.start <= start <= window.end)
    return next(holding, Window(start=start, end=start))


def _by_person(offer: Offer, body: Assign, asked: bool) -> Offer:
    """Return the offer as the desk makes it: sent at once whatever the mode, or accepted by telephone."""
    state = OfferState.ACCEPTED if body.agreed else OfferState.OPEN
    return offer.model_copy(update={"state": state, "by": body.by, "sent": asked})
