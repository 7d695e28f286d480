"""A plan in VROOM's output format, with the reasons for what is unassigned as an extension named ``linli``.

Every time and sum is recomputed from the plan and the problem, none comes from an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from linli.matcher.objective import evaluate
from linli.matcher.problem import Plan, Problem
from linli.matcher.reasons.explain import WhyNobody, WhyTeam, explain_all
from linli.matcher.reasons.no_room import Labels
from linli.matcher.rules import RULES
from linli.matcher.search.solve import EngineReport
from linli.services.solving.vroom_clocks import APART, Clocks
from linli.services.solving.vroom_errands import can_be_done
from linli.services.solving.vroom_format import Vehicle, VroomProblem
from linli.services.solving.vroom_problem import team_id
from linli.services.solving.vroom_route import Begun, RouteWriter, described, total, where
from linli.services.solving.vroom_sharing import Shared, is_narrower, may_come_between
from linli.services.solving.vroom_tasks import SHIPMENT, Task, tasks_by_visit

Json = dict[str, Any]

EXPLAINED = 60
"""Unassigned jobs and shipments that are explained unless somebody asks for more or fewer: each takes 12 to 30
milliseconds with 54 vehicles and 600 jobs, so all of them together about as long as the search has by default."""

NOT_EXPLAINED: Json = {"reason": "not_explained", "rules": [], "lost_to": [], "change": None}
"""What is told of the rest."""

PROOF_LABELS = 100_000
"""Labels that may be looked at to prove changes the smallest: about half a second, for no round waits."""

OF_WINDOWS = frozenset(("widen_window", "wait"))
"""Changes that ask for another time."""

NAMES = {"team_kind": "the load fits on the vehicle"}
"""What rules are called where a file uses them for something of its own: vehicles are kinds by what they can carry."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long reading and solving took."""

    loading: float
    solving: float


@dataclass(frozen=True, slots=True)
class Solved:
    """Everything a solution is written from; `shared` stands in for the plan where it is better.

    `explained` is of how many unassigned jobs and shipments it is said why.
    """

    given: VroomProblem
    problem: Problem
    clocks: Clocks
    plan: Plan
    report: EngineReport
    took: Seconds
    distances: bool
    shared: Shared | None = None
    explained: int = EXPLAINED

    def placed(self) -> frozenset[str]:
        """Return the ids of the visits that are made."""
        return self.plan.placed() if self.shared is None else self.shared.placed()


def solution_of(solved: Solved) -> Json:
    """Return the solution as JSON.

    Notes
    -----
    VROOM leaves its base as late as it can; so do we: the first stop of a route is reached just in time, and all
    waiting is at the places between. Distances are told where they are known. A shipment is two steps and, where it is
    left out, two entries among the unassigned, each with the reason; both count, as with VROOM.
    """
    tasks = tasks_by_visit(solved.given)
    written = _routes(solved, tasks) if solved.shared is None else _trips(solved, solved.shared, tasks)
    unassigned = _unassigned(solved, tasks)
    return {"code": 0, "summary": _summary(solved, written, unassigned), "unassigned": unassigned, "routes": written}


def _routes(solved: Solved, tasks: Mapping[str, Sequence[Task]]) -> list[Json]:
    routes = {route.team: route for route in solved.plan.routes}
    return [
        _writer(solved, vehicle, tasks).route(routes[team_id(vehicle)])
        for vehicle in solved.given.vehicles
        if team_id(vehicle) in routes
    ]


def _trips(solved: Solved, shared: Shared, tasks: Mapping[str, Sequence[Task]]) -> list[Json]:
    visits, found = {visit.id: visit for visit in solved.problem.visits}, list[Json]()
    for number, trip in sorted(shared.trips.items()):
        vehicle, begun = solved.given.vehicles[number], list[Begun]()
        for done in trip:
            name = shared.errands.errands[done.errand].id
            fetch, task = visits[name].fetch, tasks[name][0 if done.fetching else -1]
            place = fetch.place if done.fetching and fetch is not None else visits[name].place
            begun.append(Begun(task, place, solved.clocks[vehicle.id].time(done.start)))
        found.append(_writer(solved, vehicle, tasks).written(begun))
    return found


def _writer(solved: Solved, vehicle: Vehicle, tasks: Mapping[str, Sequence[Task]]) -> RouteWriter:
    clock = solved.clocks[vehicle.id]
    return RouteWriter(solved.problem, vehicle, clock, tasks, distances=solved.distances)


SUMMED = ("cost", "setup", "service", "duration", "waiting_time", "priority")


def _summary(solved: Solved, routes: Sequence[Json], unassigned: Sequence[Json]) -> Json:
    dimensions = len(solved.given.vehicles[0].capacity) if solved.given.vehicles else 0
    value = evaluate(solved.problem, solved.plan)
    report, placed = solved.report, solved.placed()
    served = [
        sum(visit.id in placed and visit.urgency == level for visit in solved.problem.visits)
        for level in range(len(value.served))
    ]
    return {
        **{name: sum(route[name] for route in routes) for name in SUMMED},
        **({"distance": sum(route["distance"] for route in routes)} if solved.distances else {}),
        "routes": len(routes),
        "unassigned": len(unassigned),
        "delivery": total([route["delivery"] for route in routes], dimensions),
        "pickup": total([route["pickup"] for route in routes], dimensions),
        "violations": [],
        "computing_times": {
            "loading": round(solved.took.loading * 1000),
            "solving": round(solved.took.solving * 1000),
            "routing": 0,
        },
        "linli": {
            "served": served,
            "cost": value.cost if solved.shared is None else sum(route["cost"] for route in routes),
            "engine": report.fingerprint,
            "work": report.work + (0 if solved.shared is None else solved.shared.work),
            "proven": report.complete and report.proven and not is_narrower(solved.given),
            "travel": solved.problem.travel.quality,
        },
    }


def _unassigned(solved: Solved, tasks: Mapping[str, Sequence[Task]]) -> list[Json]:
    placed = solved.placed()
    left = [visit for visit in tasks if visit not in placed]
    urgency = {visit.id: visit.urgency for visit in solved.problem.visits}
    explained = sorted(left, key=lambda visit: urgency[visit])[: solved.explained]
    if solved.shared is not None:
        beside = _whys_beside(solved, solved.shared, explained)
        return [_without(task, beside.get(visit), rests=True) for visit in left for task in tasks[visit]]
    whys = (
        {why.visit: why for why in explain_all(solved.problem, solved.plan, explained, labels=Labels(PROOF_LABELS))}
        if explained
        else {}
    )
    rests = any(clock.rests for clock in solved.clocks.values())
    if may_come_between(solved.given):
        whys = {visit: _only_found(why) for visit, why in whys.items()}
    return [_without(task, whys.get(visit), rests=rests) for visit in left for task in tasks[visit]]


def _only_found(why: WhyTeam | WhyNobody) -> WhyTeam | WhyNobody:
    """Call no change the smallest that is so only as long as nothing comes between a pickup and its delivery.

    What the rules refute of every vehicle that has nothing else to do, they refute of all trips.
    """
    if not isinstance(why, WhyNobody) or why.change is None or why.change.whole:
        return why
    return replace(why, change=replace(why.change, proved=False))


def _whys_beside(solved: Solved, shared: Shared, left: Sequence[str]) -> dict[str, WhyNobody]:
    """Explain beside trips: what no vehicle could do is impossible by rules; all else is lost, nobody says to whom.

    The matcher's explanations change its own plan, in which nothing is shared: of trips they would be wrong.
    """
    alone = {errand.id: can_be_done(shared.errands, errand) for errand in shared.errands.errands}
    found = dict[str, WhyNobody]()
    for why in explain_all(solved.problem, Plan(), left, labels=Labels(0)) if left else ():
        if isinstance(why, WhyNobody):
            possible = alone[why.visit]
            rules = () if possible else why.rules
            found[why.visit] = replace(
                why, reason="lost" if possible else "impossible", rules=rules, lost_to=(), change=None
            )
    return found


def _without(task: Task, why: object, *, rests: bool) -> Json:
    told: Json = {"id": task.at.id, "type": task.kind, **where(task.at.location, task.at.location_index)}
    told |= described(task.at.description)
    told["linli"] = _reasons(why, rests=rests) if isinstance(why, WhyNobody) else NOT_EXPLAINED
    return told


def _reasons(why: WhyNobody, *, rests: bool) -> Json:
    """Write why nobody goes, vehicle by vehicle where one misses a rule by little.

    Where vehicles have breaks no other window is proposed, and no change is called the smallest: to a clock that stands
    still in a break, a wider window is more than it is. Nor is told how little is missing where the answer is another
    clock's.
    """
    change = why.change
    if rests and change is not None:
        change = None if change.kind in OF_WINDOWS else replace(change, proved=False, whole=False)
    return {
        "reason": why.reason,
        "rules": [
            {
                "rule": one.rule,
                "name": NAMES.get(one.rule, RULES[one.rule].english),
                "vehicles": one.teams,
                "nearest": [
                    {"vehicle": _number(near.team), "amount": near.amount, "unit": near.unit}
                    for near in one.nearest
                    if near.amount < APART or not rests
                ],
            }
            for one in why.rules
        ],
        "lost_to": [
            {
                "vehicle": _number(one.team),
                **_named(one.visits),
                "any_one": one.any_one,
                "exchange": None
                if one.exchange is None
                else {
                    **_named([one.exchange.visit]),
                    "because": one.exchange.standing,
                    "cost": one.exchange.seconds,
                },
            }
            for one in why.lost_to
        ],
        "change": None
        if change is None
        else {
            "kind": change.kind,
            "amount": change.amount,
            "unit": change.unit,
            "vehicle": _vehicle(change.team),
            "proved": change.proved,
            "whole": change.whole,
        },
    }


def _named(visits: Iterable[str]) -> Json:
    """Return the ids that stand in the file, those of shipments by their deliveries."""
    found: dict[str, list[int]] = {"jobs": [], "shipments": []}
    for visit in visits:
        found["shipments" if visit.startswith(SHIPMENT) else "jobs"].append(_number(visit))
    return found


def _number(name: str) -> int:
    """Return the id that stands in the file."""
    return int(name.partition(":")[2])


def _vehicle(team: str | None) -> int | None:
    return _number(team) if team else None
