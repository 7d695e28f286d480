"""One round's matching: plan, judge the plan, then write promises, offers and what stays unmet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from linli.matcher.checker import check, check_moves
from linli.matcher.engine_fault import EngineFaultError
from linli.matcher.ledger.draft import Draft, end_offers, live_offer, replace_leg, replace_offer, unmet
from linli.matcher.problem import Plan, Problem, Stop, Visit, is_fact
from linli.matcher.rounds.admission_price import without_the_dear
from linli.matcher.rounds.asking_at_once import Crowd
from linli.matcher.rounds.in_plan import requests_in_plan
from linli.matcher.rounds.offering import asked_enough, exhausted, may_ask, new_offer, status_of, with_offer
from linli.matcher.rounds.plan_records import warm_plan, with_handed
from linli.matcher.rounds.rare_skills import rare_skills
from linli.matcher.rounds.silent_teams import forgive_silence, heard_again
from linli.matcher.rounds.together import bring_together
from linli.matcher.rounds.too_dear import is_too_dear_at, too_dear
from linli.matcher.rounds.translate import problem_of, request_and_leg, visit_id
from linli.matcher.rounds.why import WHY_STOPPED, explain_visits
from linli.matcher.rules import Violation, first_violation
from linli.matcher.search.solve import Limits, Result, solve
from linli.schemas.assignment import AssignmentRecord, BrokenPromise, Leg, Promised, Withdrawn
from linli.schemas.explanation import WhyNobody, WhyTeam
from linli.schemas.instants import from_seconds
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import Window
from linli.schemas.plan import SHADOWS_FROM
from linli.schemas.rounds import RareSkills, SolverReport

PASSES_MAX = 4
"""Plans made per round: each further one follows a visit given up or a silence forgiven, and that comes to an end."""


TOLD_MOST = 5
"""Broken rules that a message names: one says what is wrong, and further ones mostly follow from it."""

ENGINE_FAULT = "engine_fault"
"""Stands where a broken rule stands else: the engine contradicted itself and made no plan."""


class PlanRefusedError(RuntimeError):
    """The checker refuses every plan there is: the district is held and an alarm raised; nothing is written."""

    def __init__(self, found: list[Violation]) -> None:
        super().__init__(_told(found))
        self.found = found


Reasons = dict[str, WhyTeam | WhyNobody]
"""By visit."""


@dataclass(frozen=True, slots=True)
class Matched:
    """The plan of a round with the problem it answers."""

    problem: Problem
    result: Result
    fallback: str
    fault: str


def match(draft: Draft) -> tuple[Plan, SolverReport]:
    """Plan the district, then write what follows from the plan.

    Raises
    ------
    PlanRefusedError
        If neither the optimizer's plan nor insertion on the last plan passes the checker.
    """
    bring_together(draft, warm_plan(draft))
    matched = _plan(draft, problem_of(draft), warm_plan(draft))
    for _ in range(PASSES_MAX):
        if not (_give_up(draft, matched) or forgive_silence(draft, matched.result.plan)):
            break
        bring_together(draft, matched.result.plan)
        matched = _plan(draft, problem_of(draft), with_handed(draft, matched.result.plan))
    crowd = Crowd(matched.problem, matched.result.plan)
    _write(draft, matched, crowd)
    return crowd.plan, _report(matched, rare_skills(draft))


def _plan(draft: Draft, problem: Problem, plan: Plan) -> Matched:
    """Return a plan that the checker accepts: the optimizer's, else insertion on the last plan."""
    try:
        result = _solved(draft, problem, plan, draft.moment.work)
    except EngineFaultError as error:
        return _inserted(draft, problem, plan, why=ENGINE_FAULT, fault=str(error))
    if found := _judged(problem, plan, result):
        return _inserted(draft, problem, plan, why=found[0].rule, fault=_told(found))
    return Matched(problem, result, "", "")


def _inserted(draft: Draft, problem: Problem, plan: Plan, *, why: str, fault: str) -> Matched:
    """Return insertion on the last plan."""
    result = _solved(draft, problem, plan, 0)
    if found := _judged(problem, plan, result):
        raise PlanRefusedError(found)
    return Matched(problem, result, f"insertion after {why}", fault)


def _solved(draft: Draft, problem: Problem, plan: Plan, work: int) -> Result:
    return without_the_dear(draft, problem, solve(problem, plan, Limits(work), draft.moment.seed))


def _told(found: list[Violation]) -> str:
    return "; ".join(f"{one.rule} {one.team} {one.visit} by {one.amount} {one.unit}" for one in found[:TOLD_MOST])


def _judged(problem: Problem, before: Plan, result: Result) -> list[Violation]:
    """Have the checker judge a plan.

    Of a request of several teams that has just lost one the others are judged by themselves: what becomes of them is
    decided by `_give_up`, after which the plan is made and judged again.
    """
    torn = {request_and_leg(name)[0] for name in result.broken}
    if torn:
        alone = (replace(one, joined=None) if one.joined and one.request in torn else one for one in problem.visits)
        problem = replace(problem, visits=tuple(alone))
    return check(problem, result.plan) + check_moves(problem, before, result.plan)


def _report(matched: Matched, rare: RareSkills | None) -> SolverReport:
    report = matched.result.report
    return SolverReport(
        engine=report.engine,
        inserted=report.insertions,
        columns=report.columns,
        proven=report.complete and report.proven,
        work=report.work,
        served=len(matched.result.plan.placed()),
        seconds=matched.result.objective.cost,
        fingerprint=report.fingerprint,
        fallback=matched.fallback,
        fault=matched.fault,
        rare_skills=rare,
    )


def _give_up(draft: Draft, matched: Matched) -> bool:
    """Free offered and committed visits that can no longer be made as agreed, for a roster has changed under them.

    Returns
    -------
    bool
        Whether any was freed, so that the plan has to be made again.
    """
    visits = {visit.id: visit for visit in matched.problem.visits}
    lost = [
        name for name in matched.result.broken if visits[name].pin and not is_fact(visits[name], matched.problem.now)
    ]
    for name in lost:
        request, index = request_and_leg(name)
        record = draft.request(request)
        if record is not None and index >= SHADOWS_FROM:
            _unask(draft, record, index)
        elif record is not None:
            _free(draft, record, index, _what_forbids(matched.problem, visits[name]))
    return bool(lost)


def _what_forbids(problem: Problem, visit: Visit) -> str:
    """Name the rule that keeps a visit from its team now; where only the plan as a whole has no room, say that."""
    team = next((team for team in problem.teams if visit.pin is not None and team.id == visit.pin.team), None)
    broken = first_violation(problem, visit, team) if team is not None else None
    return broken.rule if broken is not None else OfferEnd.NO_LONGER_POSSIBLE


def _unask(draft: Draft, record: AssignmentRecord, number: int) -> None:
    """Take back one of several offers that were made at once; the others stay."""
    leg, offer = number % SHADOWS_FROM, number // SHADOWS_FROM - 1
    gone = {"state": OfferState.REVOKED, "ended": OfferEnd.NO_LONGER_POSSIBLE}
    legs = replace_leg(record.legs, leg, replace_offer(record.legs[leg], offer, **gone))
    draft.step(record, record.status, "roster", legs=legs)


def _free(draft: Draft, record: AssignmentRecord, index: int, why: str) -> None:
    """Take a visit back from a team that can no longer make it; the teams of other legs stay."""
    going = record.legs[index].assignment
    legs = replace_leg(record.legs, index, end_offers((record.legs[index],), OfferEnd.NO_LONGER_POSSIBLE)[0])
    if record.state is State.COMMITTED and going is not None:
        draft.step(record, Withdrawn(team=going.team, reason=why), "roster", legs=legs)
    elif record.promise is not None and record.state in (State.OFFERED, State.PROMISED, State.WITHDRAWN):
        draft.step(record, status_of(legs, record), "roster", legs=legs)


def _write(draft: Draft, matched: Matched, crowd: Crowd) -> None:
    """Write promises and offers for what has a place, and the reason for what has none."""
    plan = matched.result.plan
    places = {stop.visit: Spot(route.team, route.crew, stop) for route in plan.routes for stop in route.stops}
    waiting = [_waiting(draft, record, places) for record in requests_in_plan(draft) if not _is_settled(record)]
    waiting = [one for one in waiting if one.due or one.missing or one.record.state is not State.PROMISED]
    explained = (one for one in waiting if one.record.request_id not in draft.dear)
    reasons = _reasons(matched, [name for one in explained for name in one.to_explain(draft.now)])
    for one in waiting:
        if one.missing:
            _leave_unmet(draft, one, reasons)
        else:
            _place(draft, one, reasons, crowd)


def _reasons(matched: Matched, names: list[str]) -> Reasons:
    """Explain visits from the very timetable of the plan; what several teams lack, `together` has explained."""
    return dict(explain_visits(matched.result.timetable, names))


class Spot(NamedTuple):
    """Where the plan has a visit."""

    team: str
    crew: int
    stop: Stop


class _Waiting(NamedTuple):
    """A request that waits for the plan's word.

    `spots` are the places the plan has for its legs; `missing` says that a leg has none, or that so many teams declined
    that a person must look; `due` are the legs whose team is asked now.
    """

    record: AssignmentRecord
    spots: dict[int, Spot]
    missing: bool
    due: list[int]

    def to_explain(self, now: datetime) -> list[str]:
        """Return the visits whose place, or lack of one, is to be explained."""
        if self.missing and _stays_unmet(self.record, now):
            return []
        legs = [_first_missing(self.record)] if self.missing else self.due
        return [visit_id(self.record.request_id, i) for i in legs]


def _waiting(draft: Draft, record: AssignmentRecord, places: dict[str, Spot]) -> _Waiting:
    found = {i: places.get(visit_id(record.request_id, i)) for i in range(len(record.legs))}
    spots = {i: spot for i, spot in found.items() if spot is not None}
    missing = len(spots) < len(record.legs) or exhausted(draft.state.policy, record)
    return _Waiting(record, spots, missing, _due(draft, record, spots))


def _due(draft: Draft, record: AssignmentRecord, spots: dict[int, Spot]) -> list[int]:
    """Return the legs whose team is asked now; while the clock is not trusted only those of urgent requests."""
    details = record.details
    if details is None or not (draft.moment.deadlines or details.urgency == 0):
        return []
    return [
        i
        for i, spot in spots.items()
        if not _has_team(record.legs[i]) and may_ask(draft, details, from_seconds(spot.stop.start), spot.team)
    ]


def _has_team(leg: Leg) -> bool:
    return leg.assignment is not None or live_offer(leg) is not None


def _is_settled(record: AssignmentRecord) -> bool:
    """Say whether every leg has a team or a waiting offer, so that nothing is to be written."""
    if record.state in (State.COMMITTED, State.UNDER_WAY, State.DONE, State.RATED, State.REOPENED):
        return True
    return all(_has_team(leg) for leg in record.legs)


def _first_missing(record: AssignmentRecord) -> int:
    return next((i for i, leg in enumerate(record.legs) if not _has_team(leg)), 0)


def _stays_unmet(record: AssignmentRecord, now: datetime) -> bool:
    """Say whether a request is unmet and nothing new is to be said; a price that holds no more is something new."""
    return record.state is State.UNMET and (too_dear(record) is None or is_too_dear_at(record, now))


def _leave_unmet(draft: Draft, waiting: _Waiting, reasons: Reasons) -> None:
    """Write why nobody goes; a promise made before is broken, with what broke it."""
    record = waiting.record
    if _stays_unmet(record, draft.now):
        return
    dear = draft.dear.get(record.request_id)
    why = reasons.get(visit_id(record.request_id, _first_missing(record)))
    if not isinstance(why, WhyNobody) or exhausted(draft.state.policy, record):
        why = WHY_STOPPED.model_copy(update={"too_dear": dear})
    broken = record.broken
    if record.promise is not None:
        broken = (*broken, BrokenPromise(window=record.promise, cause=record.cause, at=draft.now))
    draft.step(
        record,
        unmet(draft.state.policy, record, why),
        "unmet",
        legs=end_offers(record.legs, OfferEnd.NO_LONGER_POSSIBLE),
        promise=None,
        broken=broken,
    )


def _place(draft: Draft, waiting: _Waiting, reasons: Reasons, crowd: Crowd) -> None:
    """Promise the window, and ask the teams whose time has come."""
    record = _promise(draft, waiting.record, min(spot.stop.start for spot in waiting.spots.values()))
    legs = record.legs
    for i in waiting.due:
        spot, why = waiting.spots[i], reasons.get(visit_id(record.request_id, i))
        if asked_enough(draft, record, spot.team):
            continue
        offer = new_offer(draft, record, i, spot.team, spot.crew, spot.stop, why if isinstance(why, WhyTeam) else None)
        legs = with_offer(legs, i, offer)
        for one in crowd.others(draft, record, i, spot.team):
            so_far = record.model_copy(update={"legs": legs})
            legs = with_offer(legs, i, new_offer(draft, so_far, i, one.team, one.crew, one.stop, None))
    barred = heard_again(draft, record, waiting.spots[0].team)
    if legs != record.legs:
        draft.step(record, status_of(legs, record), "offer", legs=legs, barred=barred)
    elif record.promise is not None and (record.state is not State.PROMISED or barred != record.barred):
        draft.step(record, Promised(window=record.promise), "matched", barred=barred)


def _promise(draft: Draft, record: AssignmentRecord, start: int) -> AssignmentRecord:
    """Promise the window the planned start lies in, unless one was promised before."""
    if record.promise is not None or record.details is None:
        return record
    at = from_seconds(start)
    holding = next((window for window in record.details.windows if window.start <= at <= window.end), None)
    window = holding or Window(start=at, end=at)
    return draft.step(record, Promised(window=window), "matched", promise=window)
