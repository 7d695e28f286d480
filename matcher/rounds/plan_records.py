"""The plan as the ledger keeps it, and what of it a round changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import Translations
from linli.matcher.problem import Plan, Route, Stop
from linli.matcher.rounds.translate import request_and_leg, visit_id
from linli.schemas.instants import from_seconds, to_seconds
from linli.schemas.plan import PlannedVisit, PlanRecord


def plan_of(plans: Mapping[str, PlanRecord], remembered: Translations | None = None) -> Plan:
    """Return the plan as the ledger has it; routes of records that were translated before are taken from there."""
    memory = (remembered or Translations()).routes
    routes: list[Route] = []
    for team in sorted(plans):
        known = memory.get(team)
        if known is None or known[0] is not plans[team]:
            known = memory[team] = plans[team], _routes(plans[team])
        routes += known[1]
    return Plan(tuple(routes))


def _routes(plan: PlanRecord) -> tuple[Route, ...]:
    return tuple(
        Route(plan.team, crew, tuple(_stop(visit) for visit in visits))
        for crew, visits in enumerate(plan.crews)
        if visits
    )


def warm_plan(draft: Draft) -> Plan:
    """Return the plan a round starts from: the ledger's, with what people handed over in this very round."""
    return with_handed(draft, plan_of(draft.state.plans, draft.state.translations))


def with_handed(draft: Draft, plan: Plan) -> Plan:
    """Return a plan with what was fixed by hand, or for several teams together, in this very round."""
    for team, crew, stop in draft.handed:
        plan = with_stop(plan, team, crew, stop)
    return plan


def with_stop(plan: Plan, team: str, crew: int, stop: Stop) -> Plan:
    """Return the plan with a visit moved to a crew's route, in order of time; whether it fits is for repair to say."""
    stops = {
        (route.team, route.crew): tuple(one for one in route.stops if one.visit != stop.visit) for route in plan.routes
    }
    mine = (*stops.get((team, crew), ()), stop)
    stops[team, crew] = tuple(sorted(mine, key=lambda one: (one.start, one.visit)))
    return Plan(tuple(Route(*key, stops[key]) for key in sorted(stops) if stops[key]))


def stop_at(visit: str, start: datetime, end: datetime) -> Stop:
    """Return the stop of a visit whose times are fixed; when the crew arrives is worked out again with its route."""
    return Stop(visit, to_seconds(start), to_seconds(start), to_seconds(end))


def _stop(visit: PlannedVisit) -> Stop:
    return Stop(
        visit_id(visit.request_id, visit.leg),
        to_seconds(visit.arrival),
        to_seconds(visit.start),
        to_seconds(visit.end),
        None if visit.fetch is None else to_seconds(visit.fetch),
    )


def _planned(stop: Stop) -> PlannedVisit:
    request, leg = request_and_leg(stop.visit)
    return PlannedVisit(
        request_id=request,
        leg=leg,
        arrival=from_seconds(stop.arrival),
        start=from_seconds(stop.start),
        end=from_seconds(stop.end),
        fetch=None if stop.fetch is None else from_seconds(stop.fetch),
    )


def changed_plans(draft: Draft, plan: Plan) -> tuple[PlanRecord, ...]:
    """Return a plan record for every team whose routes are not what the ledger has."""
    before = _by_team(plan_of(draft.state.plans, draft.state.translations))
    after = _by_team(plan)
    return tuple(
        _changed(draft, team, after.get(team, []))
        for team in sorted({*before, *after})
        if before.get(team) != after.get(team)
    )


def _by_team(plan: Plan) -> dict[str, list[Route]]:
    routes: dict[str, list[Route]] = {}
    for route in plan.routes:
        routes.setdefault(route.team, []).append(route)
    return routes


def _changed(draft: Draft, team: str, routes: list[Route]) -> PlanRecord:
    """Return the next plan record of a team, and remember what it is in the matcher's words."""
    mine = {route.crew: tuple(_planned(stop) for stop in route.stops) for route in routes}
    before = draft.state.plans.get(team)
    record = PlanRecord(
        team=team,
        district=draft.state.district,
        version=before.version + 1 if before else 1,
        round=draft.moment.round,
        at=draft.now,
        crews=tuple(mine.get(crew, ()) for crew in range(max(mine, default=-1) + 1)),
    )
    draft.state.translations.routes[team] = record, tuple(routes)
    return record
