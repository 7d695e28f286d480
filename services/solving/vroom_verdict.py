"""A solution in VROOM's output format, judged by the file alone: no clock, no plan and no engine is asked.

The matcher's own checker has judged the plan as the matcher understood the file. This one judges what is handed out,
in the file's own times, so that it finds what the translation got wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from linli.matcher.problem import Place
from linli.matcher.travel import Travel
from linli.services.solving.vroom_format import SECONDS_MAX, Break, Job, Location, ShipmentStep, Vehicle, VroomProblem
from linli.services.solving.vroom_tasks import Task, all_tasks

Json = Mapping[str, Any]

ANY_TIME = ((0, SECONDS_MAX),)


def faults_of_solution(given: VroomProblem, travel: Travel, terrain: str, solution: Json) -> list[str]:
    """Return everything that a solution breaks, with its path.

    Parameters
    ----------
    given
        The file.
    travel
        Between its places.
    terrain
        Of places that no matrix has.
    solution
        As written.
    """
    return list(_Judge(given, travel, terrain).faults(solution))


class _Judge:
    """What the file says, by the names that steps have."""

    def __init__(self, given: VroomProblem, travel: Travel, terrain: str) -> None:
        self.vehicles = {vehicle.id: vehicle for vehicle in given.vehicles}
        self.tasks = {(task.kind, task.at.id): task for task in all_tasks(given)}
        self.skills = {("job", job.id): job.skills for job in given.jobs}
        self.pickup_of: dict[int, int] = {}
        for one in given.shipments:
            self.pickup_of[one.delivery.id] = one.pickup.id
            self.skills |= {("pickup", one.pickup.id): one.skills, ("delivery", one.delivery.id): one.skills}
        steps = ((step, vehicle) for vehicle in given.vehicles for step in vehicle.steps if step.type == "job")
        self.pins = {step.id: (vehicle.id, step) for step, vehicle in steps}
        self.travel, self.terrain = travel, terrain

    def faults(self, solution: Json) -> Iterator[str]:
        """Yield everything that is broken."""
        routes: Sequence[Json] = solution["routes"]
        done = Counter((step["type"], step["id"]) for route in routes for step in route["steps"] if "job" in step)
        done.update((one["type"], one["id"]) for one in solution["unassigned"])
        if done != Counter(list(self.tasks)):
            yield "not every task is done once or unassigned once"
        if len({route["vehicle"] for route in routes}) != len(routes):
            yield "a vehicle has two routes"
        for number, route in enumerate(routes):
            vehicle = self.vehicles[route["vehicle"]]
            yield from (f"routes[{number}]: {fault}" for fault in self._of_route(vehicle, route))

    def _of_route(self, vehicle: Vehicle, route: Json) -> Iterator[str]:
        steps: Sequence[Json] = route["steps"]
        yield from self._of_ways(steps)
        yield from _of_totals(vehicle, route)
        brought = [self.pickup_of[step["id"]] for step in steps if step["type"] == "delivery"]
        if sorted(brought) != sorted(step["id"] for step in steps if step["type"] == "pickup"):
            yield "not everything fetched is brought"
        opens, closes = vehicle.time_window or (0, SECONDS_MAX)
        if steps[0]["arrival"] < opens or _left(steps[-1]) > closes:
            yield "the vehicle does not work then"
        for number, (before, step) in enumerate(pairwise(steps), 1):
            if step["arrival"] != _left(before) + step["duration"] - before["duration"] or step["waiting_time"] < 0:
                yield f"steps[{number}]: it is not there then"
        for number, step in enumerate(steps):
            if "job" in step:
                yield from (f"steps[{number}]: {fault}" for fault in self._of_task(vehicle, step, steps[:number]))
        yield from _of_breaks(vehicle, [step for step in steps if step["type"] == "break"])

    def _of_ways(self, steps: Sequence[Json]) -> Iterator[str]:
        """Yield where the seconds driven between two places are not those of the way."""
        placed = [(step["duration"], self._place(step)) for step in steps if step["type"] != "break"]
        for (before, origin), (after, destination) in pairwise(placed):
            if after - before != self.travel.between(origin, destination)[0]:
                yield f"a way of {after - before} s is another one"

    def _place(self, step: Json) -> Place:
        location: Location = tuple(step.get("location", (0.0, 0.0)))
        index: int | None = step.get("location_index")
        return Place(location[1], location[0], self.terrain if index is None else f"#{index}")

    def _of_task(self, vehicle: Vehicle, step: Json, before: Sequence[Json]) -> Iterator[str]:
        name = step["type"], step["id"]
        task, begins = self.tasks[name], step["arrival"] + step["waiting_time"]
        if not _is_within(task.at, begins):
            yield "it does not begin in a window"
        if (step["setup"], step["service"]) != (task.at.setup, task.at.service):
            yield "it takes another time"
        if not set(self.skills[name]) <= set(vehicle.skills):
            yield "the vehicle lacks a skill"
        if task.kind == "delivery" and not _holds(before, "pickup", self.pickup_of[task.at.id]):
            yield "its pickup is not a step before"
        yield from self._of_pin(vehicle, task, begins)

    def _of_pin(self, vehicle: Vehicle, task: Task, begins: int) -> Iterator[str]:
        pinned = self.pins.get(task.at.id) if task.kind == "job" else None
        if pinned is None:
            return
        named, step = pinned
        after, before = step.service_after or 0, step.service_before
        if step.service_at not in (None, begins) or begins < after or (before is not None and begins > before):
            yield "it is pinned to another time"
        if named != vehicle.id:
            yield "it is pinned to another vehicle"


def _left(step: Json) -> int:
    """Return when a vehicle leaves a step."""
    left: int = step["arrival"] + step["waiting_time"] + step["setup"] + step["service"]
    return left


def _holds(steps: Sequence[Json], kind: str, number: int) -> bool:
    return any((step["type"], step.get("id")) == (kind, number) for step in steps)


def _is_within(at: Job | ShipmentStep | Break, begins: int) -> bool:
    return any(lo <= begins <= hi for lo, hi in at.time_windows or ANY_TIME)


def _of_breaks(vehicle: Vehicle, steps: Sequence[Json]) -> Iterator[str]:
    """Yield what is wrong with a vehicle's breaks; that nothing else is done in them follows from the times."""
    pauses = {pause.id: pause for pause in vehicle.breaks}
    if sorted(step["id"] for step in steps) != sorted(pauses):
        yield "not every break is taken once"
        return
    for step in steps:
        pause = pauses[step["id"]]
        if not _is_within(pause, step["arrival"] + step["waiting_time"]) or step["service"] != pause.service:
            yield f"break {pause.id} is taken at another time"


def _of_totals(vehicle: Vehicle, route: Json) -> Iterator[str]:
    tasks = sum("job" in step for step in route["steps"])
    for name, limit, value in (
        ("max_tasks", vehicle.max_tasks, tasks),
        ("max_travel_time", vehicle.max_travel_time, route["duration"]),
        ("max_distance", vehicle.max_distance, route.get("distance", 0)),
    ):
        if limit is not None and value > limit:
            yield f"{name}: {value}"
    if any(load > limit for step in route["steps"] for load, limit in zip(step["load"], vehicle.capacity, strict=True)):
        yield "capacity"
