"""One vehicle's route in VROOM's output format, step by step: a job is one step, a shipment two.

Every time and sum is recomputed from the plan and the problem, none comes from an engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from linli.matcher.problem import Place, Problem, Route, Stop
from linli.services.solving.vroom_breaks import Rest, rests_of, soonest
from linli.services.solving.vroom_clocks import Clock, working_of
from linli.services.solving.vroom_format import Location, Vehicle
from linli.services.solving.vroom_problem import team_id
from linli.services.solving.vroom_speed import cost_of
from linli.services.solving.vroom_tasks import Task
from linli.services.solving.vroom_times import settle, windows_of_steps

Json = dict[str, Any]


class Begun(NamedTuple):
    """A task where it is done, and when it begins there."""

    task: Task
    place: Place
    start: int


class RouteWriter:
    """Writes one vehicle's route, with what has added up so far.

    Parameters
    ----------
    problem
        What was planned.
    vehicle
        Whose route it is.
    clock
        Which the plan's times are of.
    tasks
        Every visit's tasks.
    distances
        Whether metres are told.
    """

    def __init__(
        self, problem: Problem, vehicle: Vehicle, clock: Clock, tasks: Mapping[str, Sequence[Task]], *, distances: bool
    ) -> None:
        self.problem = problem
        self.vehicle = vehicle
        self.tasks = tasks
        self.distances = distances
        self.visits = {visit.id: visit for visit in problem.visits}
        team = next(team for team in problem.teams if team.id == team_id(vehicle))
        self.base = team.base
        self.clock = clock
        self.rests = rests_of(vehicle, working_of(vehicle))
        self.at = self.base
        self.free: int = 0
        self.duration: int = 0
        self.distance: int = 0
        # Seconds driven of a way that a break has cut.
        self.gone: int = 0

    def route(self, route: Route) -> Json:
        """Write a route that has stops."""
        return self.written([one for stop in route.stops for one in self._begun(stop)])

    def written(self, begun: Sequence[Begun]) -> Json:
        """Write what is done, in order; never nothing."""
        tasks = [one.task for one in begun]
        loads = _loads(tasks, len(self.vehicle.capacity))
        self.free = self._leaves(begun[0])
        steps = [self._end("start", self.free, loads[0], tasks[0])]
        for one, (load, after) in zip(begun, pairwise(loads), strict=True):
            steps += self._breaks(one.place, one.start, load)
            self._go(one.place)
            steps.append(self._task(one, after))
        steps += self._breaks(self.base, working_of(self.vehicle)[1], loads[-1])
        self._go(self.base)
        steps.append(self._end("end", self.free, loads[-1], tasks[-1]))
        settle(steps, windows_of_steps(steps, self.vehicle, tasks))
        return self._sums(tasks, steps)

    def _leaves(self, first: Begun) -> int:
        """Return when the vehicle leaves its base, or rests there before that: so late that it is just in time."""
        way = self.problem.travel.between(self.base, first.place)[0]
        leaves = self.clock.time(self.clock.shows(first.start) - way)
        return min([leaves, *(rest.begin for rest in self.rests)])

    def _breaks(self, to: Place, until: int, load: Sequence[int]) -> list[Json]:
        """Write the breaks taken before the vehicle must be somewhere; after its last task, all that are left.

        A break is taken there if the vehicle can be there before it, else on the way, where its time finds the vehicle:
        as early as it may be if there is time for the rest of the way after it.
        """
        steps = list[Json]()
        while self.rests and self.rests[0].begin <= until:
            rest = self.rests.pop(0)
            way = self.problem.travel.between(self.at, to)[0] - self.gone
            more = sum(one.pause.service for one in self.rests if one.begin <= until)
            begin = soonest(rest, self.free)
            if self.free + way <= rest.begin:
                self._go(to)
                begin = soonest(rest, self.free)
            else:
                if begin + rest.pause.service + way + more > until:
                    begin = rest.begin
                self._go(to, begin - self.free)
            steps.append(self._rest(rest, begin, load))
        return steps

    def _rest(self, rest: Rest, begin: int, load: Sequence[int]) -> Json:
        """Write a break and take it."""
        arrival, self.free = self.free, begin + rest.pause.service
        told = described(rest.pause.description)
        return self._step(
            "break",
            arrival,
            load,
            id=rest.pause.id,
            setup=0,
            service=rest.pause.service,
            waiting_time=begin - arrival,
            **told,
        )

    def _begun(self, stop: Stop) -> Iterator[Begun]:
        """Yield what is done for one visit, the pickup first where there is one."""
        visit, (*before, last) = self.visits[stop.visit], self.tasks[stop.visit]
        start = self.clock.time(stop.start)
        for pickup in before:
            if visit.fetch is None or stop.fetch is None:
                raise AssertionError(f"{stop.visit} was planned without its pickup")
            # No break comes between the two.
            yield Begun(pickup, visit.fetch.place, start - (stop.start - stop.fetch))
        yield Begun(last, visit.place, start)

    def _sums(self, tasks: Sequence[Task], steps: Sequence[Json]) -> Json:
        dimensions = len(self.vehicle.capacity)
        return {
            "vehicle": self.vehicle.id,
            "cost": cost_of(self.vehicle, self.duration),
            "setup": sum(task.at.setup for task in tasks),
            "service": sum(step["service"] for step in steps),
            "duration": self.duration,
            "waiting_time": sum(step["waiting_time"] for step in steps),
            "priority": sum(task.priority for task in tasks),
            **self._driven(),
            **delivered(total([_filled(task.delivery, dimensions) for task in tasks], dimensions)),
            "pickup": total([_filled(task.pickup, dimensions) for task in tasks], dimensions),
            "steps": list(steps),
            "violations": [],
            **described(self.vehicle.description),
        }

    def _go(self, to: Place, seconds: int | None = None) -> None:
        """Go on to a place, or for so many seconds towards it."""
        way, metres = self.problem.travel.between(self.at, to)
        gone = way if seconds is None else self.gone + seconds
        # Of a way cut by a break as many of the metres are driven as of the seconds.
        before, after = (metres * part // way if way else metres for part in (self.gone, gone))
        self.free, self.duration = self.free + gone - self.gone, self.duration + gone - self.gone
        self.distance += after - (before if way else 0)
        self.at, self.gone = (to, 0) if seconds is None else (self.at, gone)

    def _driven(self) -> Json:
        return {"distance": self.distance} if self.distances else {}

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

    def _end(self, kind: str, arrival: int, load: Sequence[int], nearest: Task) -> Json:
        """Write where a route begins or ends: at its first or last task where the file leaves that to the route."""
        one = self.vehicle
        place = where(one.start, one.start_index) if kind == "start" else where(one.end, one.end_index)
        place = place or where(nearest.at.location, nearest.at.location_index)
        return self._step(kind, arrival, load, setup=0, service=0, waiting_time=0, **place)

    def _task(self, one: Begun, load: Sequence[int]) -> Json:
        """Write a task at which the vehicle has just arrived, and do it."""
        task, arrival = one.task.at, self.free
        self.free = one.start + task.setup + task.service
        named = {"id": task.id, "job": task.id, **where(task.location, task.location_index)}
        named |= described(task.description)
        waiting = one.start - arrival
        return self._step(
            one.task.kind, arrival, load, setup=task.setup, service=task.service, waiting_time=waiting, **named
        )


def _loads(tasks: Sequence[Task], dimensions: int) -> list[list[int]]:
    """Return what is on board when the vehicle leaves its base, and after each task.

    From the base it brings what jobs want delivered, not what it fetches for a delivery.
    """
    load = total([_filled(task.delivery, dimensions) for task in tasks if task.kind == "job"], dimensions)
    loads = [load]
    for task in tasks:
        out, on = _filled(task.delivery, dimensions), _filled(task.pickup, dimensions)
        load = [before - given + taken for before, given, taken in zip(load, out, on, strict=True)]
        loads.append(load)
    return loads


def total(rows: Sequence[Sequence[int]], dimensions: int) -> list[int]:
    """Return the sum of amounts, dimension by dimension."""
    return [sum(row[k] for row in rows) for k in range(dimensions)]


def delivered(amounts: Sequence[int]) -> Json:
    """Return what is brought under both names that VROOM has for it; the older one only where there is anything."""
    return {"delivery": list(amounts), **({"amount": list(amounts)} if amounts else {})}


def _filled(amount: Sequence[int], dimensions: int) -> list[int]:
    return list(amount) if amount else [0] * dimensions


def where(location: Location | None, index: int | None) -> Json:
    """Return a place as the file has it."""
    place: Json = {} if location is None else {"location": list(location)}
    return place if index is None else {**place, "location_index": index}


def described(description: str | None) -> Mapping[str, str]:
    """Return a description if there is one."""
    return {} if description is None else {"description": description}
