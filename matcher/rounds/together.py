"""Requests of several teams: the start is fixed first, then all teams are asked; all go or none.

The rules, in the order in which they come to bear:

1. Teams and times are found for all legs, different teams, all at one start or each within the county's gap after the
   one before; then every team is asked. Nothing is asked while one leg has nobody.
2. The request is committed when the last team has accepted. Until then those who accepted are kept.
3. Who declines, lets an offer expire, withdraws or may not go any more is replaced: the leg is offered again at the
   very start it had, or, in order, at another within the gap; the others stay as they are.
4. Where nobody can take a leg's place, the start is impossible: all are released and told, the promise is broken with
   its cause, and in the same round the whole is matched anew. If that fails too, the reason names the leg.
5. Once somebody is at work nothing is released: a leg that loses its team then is sought as long as its start is ahead,
   and missed openly (a broken promise) if nobody is found.
6. A person who names the team of one leg binds the others: they are sought at the start that follows. A choice that
   leaves another leg with nobody is refused under the rule ``together``.
7. Amending minutes or windows, before the commitment, takes everything back and begins with 1.

Notes
-----
The search is `linli.matcher.insertion.gathering`: not exhaustive. It takes no account of what single visits could be
moved away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from linli.matcher.check_together import TOGETHER
from linli.matcher.insertion.gathering import Found, Gathering, Held
from linli.matcher.insertion.insertion import Insertion
from linli.matcher.insertion.repair import repair
from linli.matcher.ledger.draft import Draft, answered_in_time, end_offers, live_offer, replace_leg, unmet
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem, Visit
from linli.matcher.rounds.in_plan import is_begun, is_incomplete, requests_in_plan
from linli.matcher.rounds.offering import asked_enough, exhausted, new_offer, status_of, with_offer
from linli.matcher.rounds.plan_records import warm_plan, with_handed
from linli.matcher.rounds.translate import (
    bond_of,
    first_start,
    problem_of,
    timely_visits,
    visit_id,
)
from linli.matcher.rounds.why import EXPLANATIONS_MAX, WHY_STOPPED, explain_visits
from linli.matcher.service.finishing import all_finished, done_with
from linli.matcher.timetable import Timetable
from linli.schemas.assignment import AssignmentRecord, BrokenPromise, Leg, Promised
from linli.schemas.explanation import WhyNobody
from linli.schemas.instants import from_seconds, to_seconds
from linli.schemas.lifecycle import OfferEnd, State
from linli.schemas.orders import Window


def bring_together(draft: Draft, plan: Plan) -> None:
    """Complete every request of several teams that lacks one, or release those it has; see the rules above.

    Parameters
    ----------
    draft
        The district.
    plan
        What is planned, with what people handed over in this round.
    """
    waiting = [record for record in requests_in_plan(draft) if is_incomplete(record) and not _is_over(record)]
    if not waiting:
        return
    problem = problem_of(draft, incomplete=True)
    timetable = _standing(problem, plan)
    for record in waiting:
        if visit_id(record.request_id, 0) in timetable.model.visit_index:
            _complete(draft, record, timetable, plan)


def _is_over(record: AssignmentRecord) -> bool:
    """Say whether nobody is sought any more: the visit was made, or what was missed was noted before."""
    missed = any(one.window == record.promise for one in record.broken)
    return is_begun(record) and (record.state is not State.UNDER_WAY or missed)


def _standing(problem: Problem, plan: Plan) -> Timetable:
    """Return the part of the plan that holds for the problem as it is now."""
    return repair(Model(problem), plan)[0]


def held_legs(legs: tuple[Leg, ...]) -> dict[int, Held]:
    """Return the legs that have a team, or have asked one, with their times."""
    held: dict[int, Held] = {}
    for index, leg in enumerate(legs):
        number = live_offer(leg)
        one = leg.assignment or (leg.offers[number] if number is not None else None)
        if one is not None:
            held[index] = Held(one.team, to_seconds(one.start), to_seconds(one.end))
    return held


def gathering_of(
    draft: Draft, record: AssignmentRecord, timetable: Timetable, only: Mapping[int, str] | None = None
) -> Gathering:
    """Return the search for the teams that a request lacks."""
    if record.details is None:
        raise ValueError(f"{record.request_id}: nobody is sought for a request that was never ordered")
    enough = (team.id for team in timetable.model.teams if asked_enough(draft, record, team.id))
    visits = tuple(timetable.model.visits[timetable.model.visit_index[one.id]] for one in timely_visits(draft, record))
    joined = bond_of(record.details, 60 * draft.state.policy.gap_minutes)
    return Gathering(timetable, visits, joined, held_legs(record.legs), frozenset(enough), only)


def place_beside(draft: Draft, record: AssignmentRecord, mine: Visit, team: str, start: int | None) -> Insertion | str:
    """Find a leg's place with the team a person named, where all others have or find a team; else name the rule.

    Parameters
    ----------
    draft, record, mine
        The request and the visit of one of its legs, as it is to be judged.
    team
        Who was named.
    start
        When, if that was said.
    """
    leg = mine.leg
    freed = end_offers((record.legs[leg],), OfferEnd.REASSIGNED)[0]
    bare = record.model_copy(update={"legs": replace_leg(record.legs, leg, freed)})
    full = problem_of(draft)
    rest = tuple(visit for visit in full.visits if visit.request != record.request_id)
    own = (
        replace(one, barred_teams=mine.barred_teams, not_yet=mine.not_yet) if one.leg == leg else one
        for one in timely_visits(draft, bare)
    )
    problem = replace(full, visits=(*rest, *own))
    search = gathering_of(draft, bare, _standing(problem, warm_plan(draft)), {leg: team})
    found = search.seek({} if start is None else {leg: start})
    return found.places.get(leg, TOGETHER)


def _complete(draft: Draft, record: AssignmentRecord, timetable: Timetable, plan: Plan) -> None:
    """Ask whoever is missing; where nobody is there, release all and begin anew."""
    if exhausted(draft.state.policy, record):
        _leave(draft, record, WHY_STOPPED)
        return
    search = gathering_of(draft, record, timetable)
    found = _found(draft, search, record)
    if found.places:
        search.take(found)
        _ask(draft, record, found)
    elif is_begun(record):
        _note_missed(draft, record)
    elif record.state is not State.UNMET:
        _release(draft, record, _why(draft, search, record, found), plan)


def _found(draft: Draft, search: Gathering, record: AssignmentRecord) -> Found:
    """Seek at the starts that were told, and where that fails at others that go with those who have accepted."""
    missing = [leg for leg in range(len(record.legs)) if leg not in search.held]
    begins = min((one.start for one in search.held.values()), default=None)
    if begins is not None and begins < first_start(draft, record) and not is_begun(record):
        return Found({}, missing[0])
    told = {leg: to_seconds(record.legs[leg].offers[-1].start) for leg in missing if record.legs[leg].offers}
    found = search.seek(told) if search.held and told else Found({}, missing[0])
    return found if found.places else search.seek()


def _release(draft: Draft, record: AssignmentRecord, why: WhyNobody, plan: Plan) -> None:
    """Give up a start that is impossible, and begin anew with all times the resident gave; fail with what failed last.

    A request that had no start is only left with its reason: all its times were tried just now.
    """
    if not held_legs(record.legs) and record.promise is None:
        _leave(draft, record, why)
        return
    bare = record.model_copy(update={"legs": end_offers(record.legs, OfferEnd.NO_LONGER_POSSIBLE), "promise": None})
    others = problem_of(draft)
    rest = tuple(visit for visit in others.visits if visit.request != record.request_id)
    again = replace(others, visits=(*rest, *timely_visits(draft, bare)))
    search = gathering_of(draft, bare, _standing(again, with_handed(draft, plan)))
    found = search.seek()
    if found.places:
        _ask(draft, _leave(draft, record, why), found)
    else:
        _leave(draft, record, _why(draft, search, bare, found))


def _leave(draft: Draft, record: AssignmentRecord, why: WhyNobody) -> AssignmentRecord:
    """Write why nobody goes; a promise made before is broken, with what broke it."""
    if record.state is State.UNMET:
        return record
    broken = record.broken
    if record.promise is not None:
        broken = (*broken, BrokenPromise(window=record.promise, cause=record.cause, at=draft.now))
    legs = end_offers(record.legs, OfferEnd.NO_LONGER_POSSIBLE)
    return draft.step(record, unmet(draft.state.policy, record, why), "unmet", legs=legs, promise=None, broken=broken)


def _note_missed(draft: Draft, record: AssignmentRecord) -> None:
    """Note that a team is missing where others are at work already, or have ended their work."""
    if record.promise is not None:
        broken = (*record.broken, BrokenPromise(window=record.promise, cause=record.cause, at=draft.now))
        status = done_with(record, record.legs) if all_finished(record.legs) else record.status
        draft.step(record, status, "team_missing", broken=broken)


def _why(draft: Draft, search: Gathering, record: AssignmentRecord, found: Found) -> WhyNobody:
    """Say which leg has nobody, and why: by itself, or only together with the others.

    After `EXPLANATIONS_MAX` in one round, those of single teams not counted, only the leg is named: a round with
    hundreds of them must end.
    """
    leg = search.impossible()
    if leg is None:
        return WhyNobody(outcome="together", leg=found.stuck)
    if draft.explained >= EXPLANATIONS_MAX:
        return WHY_STOPPED.model_copy(update={"leg": leg})
    draft.explained += 1
    name = visit_id(record.request_id, leg)
    why = explain_visits(search.timetable, [name]).get(name)
    return (why if isinstance(why, WhyNobody) else WHY_STOPPED).model_copy(update={"leg": leg})


def _ask(draft: Draft, record: AssignmentRecord, found: Found) -> None:
    """Ask the teams that were found; the window promised is the start of the first."""
    if record.promise is None:
        start = from_seconds(found.places[0].stop.start)
        window = Window(start=start, end=start)
        record = draft.step(record, Promised(window=window), "matched", promise=window)
    legs = record.legs
    for index, place in sorted(found.places.items()):
        offer = new_offer(draft, record, index, place.team, place.crew, place.stop, None)
        legs = with_offer(legs, index, offer)
        draft.handed.append((place.team, place.crew, place.stop))
    legs = answered_in_time(legs, draft.now + timedelta(minutes=draft.state.policy.answer_minutes_least))
    status = record.status if record.state is State.UNDER_WAY else status_of(legs, record)
    draft.step(record, status, "offer", legs=legs)
