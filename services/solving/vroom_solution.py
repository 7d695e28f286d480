"""A plan in VROOM's output format, with the reasons for what is unassigned as an extension named ``linli``.

Every time and sum is recomputed from the plan and the problem, none comes from an engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from linli.matcher.objective import evaluate
from linli.services.solving.vroom_format import Vehicle
from linli.services.solving.vroom_problem import team_id
from linli.services.solving.vroom_reasons import Progress, Reasons, reasons_of
from linli.services.solving.vroom_route import Begun, RouteWriter, delivered, total
from linli.services.solving.vroom_sharing import Shared, is_narrower
from linli.services.solving.vroom_solved import Solved
from linli.services.solving.vroom_tasks import Task, tasks_by_visit

Json = dict[str, Any]


def solution_of(solved: Solved, progress: Progress = lambda done, of: None) -> Json:
    """Return the solution as JSON; `progress` is told how far its reasons are.

    Notes
    -----
    VROOM ends a route as early as it can and lets everything in it begin as late as that allows; so do we, and no later
    start could save any of the waiting that is left. Distances are told where they are known. A shipment is two steps
    and, where it is left out, two entries among the unassigned, each with the reason; both count, as with VROOM.
    """
    tasks = tasks_by_visit(solved.given)
    written = _routes(solved, tasks) if solved.shared is None else _trips(solved, solved.shared, tasks)
    reasons = reasons_of(solved, tasks, progress)
    summary = _summary(solved, written, reasons)
    return {"code": 0, "summary": summary, "unassigned": reasons.unassigned, "routes": written}


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


def _summary(solved: Solved, routes: Sequence[Json], reasons: Reasons) -> Json:
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
        "unassigned": len(reasons.unassigned),
        **delivered(total([route["delivery"] for route in routes], dimensions)),
        "pickup": total([route["pickup"] for route in routes], dimensions),
        "violations": [],
        "computing_times": {
            "loading": round(solved.took.loading * 1000),
            "solving": round(solved.took.solving * 1000),
            "routing": 0,
            "explaining": round(reasons.seconds * 1000),
        },
        "linli": {
            "served": served,
            "cost": value.cost if solved.shared is None else sum(route["duration"] for route in routes),
            "engine": report.fingerprint,
            "work": report.work + (0 if solved.shared is None else solved.shared.work),
            "proven": report.complete and report.proven and not is_narrower(solved.given),
            "travel": solved.problem.travel.quality,
            "explained": reasons.summary,
        },
    }
