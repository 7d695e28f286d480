"""A plan in VROOM's output format, with the reasons for what is unassigned as an extension named ``linli``.

Every time and sum is recomputed from the plan and the problem, none comes from an engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linli.matcher.explain import WhyNobody, explain_all
from linli.matcher.objective import evaluate
from linli.matcher.problem import Plan, Problem, Route
from linli.matcher.rules import RULES
from linli.matcher.solve import EngineReport
from linli.services.solving.vroom_format import Job, Location, Vehicle, VroomProblem
from linli.services.solving.vroom_problem import team_id, visit_id

Json = dict[str, Any]

EXPLAINED_MAX = 500
"""Unassigned jobs that are explained: each takes milliseconds, and nobody reads more."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long reading and solving took."""

    loading: float
    solving: float


@dataclass(frozen=True, slots=True)
class Solved:
    """Everything a solution is written from."""

    given: VroomProblem
    problem: Problem
    plan: Plan
    report: EngineReport
    took: Seconds
    distances: bool


def solution_of(solved: Solved) -> Json:
    """Return the solution as JSON.

    Notes
    -----
    VROOM leaves its base as late as it can; so do we: the first stop of a route is reached just in time, and all
    waiting is at the places between. Distances are told where they are known.
    """
    routes = {route.team: route for route in solved.plan.routes}
    written = [
        _Writer(solved, vehicle).route(routes[team_id(vehicle)])
        for vehicle in solved.given.vehicles
        if team_id(vehicle) in routes
    ]
    unassigned = _unassigned(solved)
    return {"code": 0, "summary": _summary(solved, written, unassigned), "unassigned": unassigned, "routes": written}


SUMMED = ("cost", "setup", "service", "duration", "waiting_time", "priority")


def _summary(solved: Solved, routes: Sequence[Json], unassigned: Sequence[Json]) -> Json:
    dimensions = len(solved.given.vehicles[0].capacity) if solved.given.vehicles else 0
    value = evaluate(solved.problem, solved.plan)
    report = solved.report
    return {
        **{name: sum(route[name] for route in routes) for name in SUMMED},
        **({"distance": sum(route["distance"] for route in routes)} if solved.distances else {}),
        "routes": len(routes),
        "unassigned": len(unassigned),
        "delivery": _total([route["delivery"] for route in routes], dimensions),
        "pickup": _total([route["pickup"] for route in routes], dimensions),
        "violations": [],
        "computing_times": {
            "loading": round(solved.took.loading * 1000),
            "solving": round(solved.took.solving * 1000),
            "routing": 0,
        },
        "linli": {
            "served": list(value.served),
            "cost": value.cost,
            "engine": report.fingerprint,
            "work": report.work,
            "proven": report.complete and report.proven,
            "travel": solved.problem.travel.quality,
        },
    }


def _total(rows: Sequence[Sequence[int]], dimensions: int) -> list[int]:
    return [sum(row[k] for row in rows) for k in range(dimensions)]


class _Writer:
    """Writes one vehicle's route, step by step, with what has added up so far."""

    def __init__(self, solved: Solved, vehicle: Vehicle) -> None:
        self.solved = solved
        self.vehicle = vehicle
        self.jobs = {visit_id(job): job for job in solved.given.jobs}
        self.visits = {visit.id: visit for visit in solved.problem.visits}
        self.base = next(team.base for team in solved.problem.teams if team.id == team_id(vehicle))
        self.at = self.base
        self.duration = self.distance = 0

    def route(self, route: Route) -> Json:
        jobs = [self.jobs[stop.visit] for stop in route.stops]
        first, last = route.stops[0], route.stops[-1]
        out, _ = self.solved.problem.travel.between(self.base, self.visits[first.visit].place)
        loads = _loads(jobs, len(self.vehicle.capacity))
        steps = [self._end("start", first.start - out, loads[0])]
        for number, (stop, job) in enumerate(zip(route.stops, jobs, strict=True)):
            self._go(stop.visit)
            arrival = stop.start if number == 0 else stop.arrival
            steps.append(self._job(job, arrival, stop.start - arrival, loads[number + 1]))
        self._go(None)
        back, _ = self.solved.problem.travel.between(self.visits[last.visit].place, self.base)
        steps.append(self._end("end", last.end + back, loads[-1]))
        return self._sums(jobs, steps)

    def _sums(self, jobs: Sequence[Job], steps: Sequence[Json]) -> Json:
        dimensions = len(self.vehicle.capacity)
        return {
            "vehicle": self.vehicle.id,
            "cost": self.duration,
            "setup": sum(job.setup for job in jobs),
            "service": sum(job.service for job in jobs),
            "duration": self.duration,
            "waiting_time": sum(step["waiting_time"] for step in steps),
            "priority": sum(job.priority for job in jobs),
            **self._driven(),
            "delivery": _total([_filled(job.delivery, dimensions) for job in jobs], dimensions),
            "pickup": _total([_filled(job.pickup, dimensions) for job in jobs], dimensions),
            "steps": list(steps),
            "violations": [],
            **_described(self.vehicle.description),
        }

    def _go(self, visit: str | None) -> None:
        to = self.base if visit is None else self.visits[visit].place
        seconds, metres = self.solved.problem.travel.between(self.at, to)
        self.at, self.duration, self.distance = to, self.duration + seconds, self.distance + metres

    def _driven(self) -> Json:
        return {"distance": self.distance} if self.solved.distances else {}

    def _step(self, kind: str, arrival: int, load: Sequence[int], **more: object) -> Json:
        return {
            "type": kind,
            "arrival": arrival,
            "duration": self.duration,
            **self._driven(),
            "load": list(load),
            "violations": [],
            **more,
        }

    def _end(self, kind: str, arrival: int, load: Sequence[int]) -> Json:
        where = _where(self.vehicle.start, self.vehicle.start_index)
        return self._step(kind, arrival, load, setup=0, service=0, waiting_time=0, **where)

    def _job(self, job: Job, arrival: int, waiting: int, load: Sequence[int]) -> Json:
        named = {"id": job.id, "job": job.id, **_where(job.location, job.location_index), **_described(job.description)}
        return self._step("job", arrival, load, setup=job.setup, service=job.service, waiting_time=waiting, **named)


def _loads(jobs: Sequence[Job], dimensions: int) -> list[list[int]]:
    """Return what is on board when the vehicle leaves its base, and after each job."""
    load = _total([_filled(job.delivery, dimensions) for job in jobs], dimensions)
    loads = [load]
    for job in jobs:
        out, on = _filled(job.delivery, dimensions), _filled(job.pickup, dimensions)
        load = [before - given + taken for before, given, taken in zip(load, out, on, strict=True)]
        loads.append(load)
    return loads


def _filled(amount: Sequence[int], dimensions: int) -> list[int]:
    return list(amount) if amount else [0] * dimensions


def _where(location: Location | None, index: int | None) -> Json:
    place: Json = {} if location is None else {"location": list(location)}
    return place if index is None else {**place, "location_index": index}


def _described(description: str | None) -> Mapping[str, str]:
    return {} if description is None else {"description": description}


def _unassigned(solved: Solved) -> list[Json]:
    placed = solved.plan.placed()
    left = [job for job in solved.given.jobs if visit_id(job) not in placed]
    explained = [visit_id(job) for job in left[:EXPLAINED_MAX]]
    whys = {why.visit: why for why in explain_all(solved.problem, solved.plan, explained)} if explained else {}
    return [_without(job, whys.get(visit_id(job))) for job in left]


def _without(job: Job, why: object) -> Json:
    told: Json = {"id": job.id, "type": "job", **_where(job.location, job.location_index)}
    told |= _described(job.description)
    if isinstance(why, WhyNobody):
        told["linli"] = _reasons(why)
    return told


def _reasons(why: WhyNobody) -> Json:
    """Write why nobody goes, vehicle by vehicle where one misses a rule by little."""
    change = why.change
    return {
        "reason": why.reason,
        "rules": [
            {
                "rule": one.rule,
                "name": RULES[one.rule].english,
                "vehicles": one.teams,
                "nearest": [
                    {"vehicle": _number(near.team), "amount": near.amount, "unit": near.unit} for near in one.nearest
                ],
            }
            for one in why.rules
        ],
        "lost_to": [
            {"vehicle": _number(one.team), "jobs": [_number(visit) for visit in one.visits], "any_one": one.any_one}
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
        },
    }


def _number(name: str) -> int:
    """Return the id that stands in the file."""
    return int(name.partition(":")[2])


def _vehicle(team: str | None) -> int | None:
    return _number(team) if team else None
