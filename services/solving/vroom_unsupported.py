"""What VROOM's format can say and Linli cannot do: refused by name, never ignored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from linli.services.solving.vroom_format import Costs, Job, Location, Vehicle, VroomProblem


def unsupported(problem: VroomProblem) -> list[str]:
    """Return the path of every field that asks for what Linli cannot do, and what that is."""
    faults: list[str] = []
    if problem.shipments:
        faults.append("shipments: fetching at one place and bringing to another is not supported")
    shared = shared_places(problem)
    for number, vehicle in enumerate(problem.vehicles):
        faults += [f"vehicles[{number}].{fault}" for fault in _of_vehicle(vehicle)]
    for number, job in enumerate(problem.jobs):
        faults += [f"jobs[{number}].{fault}" for fault in _of_job(job, shared)]
    return faults + _of_all(problem)


def shared_places(problem: VroomProblem) -> frozenset[object]:
    """Return the places of more than one job: there VROOM counts a set-up once, for jobs in a row."""
    counts = Counter(place_key(job.location, job.location_index) for job in problem.jobs)
    return frozenset(place for place, count in counts.items() if count > 1)


def place_key(location: Location | None, index: int | None) -> object:
    """Return what two tasks at the same place have in common."""
    return location if index is None else index


def _of_vehicle(vehicle: Vehicle) -> Iterator[str]:
    start, end = place_key(vehicle.start, vehicle.start_index), place_key(vehicle.end, vehicle.end_index)
    if start != end:
        yield "end: a route must end where it starts (give start and end, the same)"
    if vehicle.costs != Costs():
        yield "costs: costs other than travel time are not supported"
    if vehicle.breaks:
        yield "breaks: not supported; cut the time window in two vehicles"
    if vehicle.speed_factor != 1.0:
        yield "speed_factor: not supported"
    if vehicle.type is not None:
        yield "type: times by type of vehicle are not supported"
    if vehicle.max_travel_time is not None:
        yield "max_travel_time: not supported"
    if vehicle.max_distance is not None:
        yield "max_distance: not supported"
    for number, step in enumerate(vehicle.steps):
        if step.type in ("break", "pickup", "delivery"):
            yield f"steps[{number}].type: {step.type} is not supported"
        elif step.type != "job" and (step.service_at, step.service_after, step.service_before) != (None, None, None):
            yield f"steps[{number}]: a time for the {step.type} is not supported"


def _of_job(job: Job, shared: frozenset[object]) -> Iterator[str]:
    if job.setup and place_key(job.location, job.location_index) in shared:
        yield "setup: not supported where several jobs share a place"
    if job.setup_per_type:
        yield "setup_per_type: not supported"
    if job.service_per_type:
        yield "service_per_type: not supported"


def _of_all(problem: VroomProblem) -> list[str]:
    profiles = sorted({vehicle.profile for vehicle in problem.vehicles})
    faults: list[str] = []
    if len(profiles) > 1:
        faults.append(f"vehicles: one problem, one profile; here are {', '.join(profiles)}")
    for vehicle_number, vehicle in enumerate(problem.vehicles):
        for dimension, limit in enumerate(vehicle.capacity):
            fault = _capacity(problem, dimension, limit)
            if fault:
                faults.append(f"vehicles[{vehicle_number}].capacity[{dimension}]: {fault}")
    return faults


def _capacity(problem: VroomProblem, dimension: int, limit: int) -> str | None:
    """Say why a capacity cannot be kept; None if it never binds or only counts jobs, which `most_tasks` does."""
    loads = amounts(problem, dimension)
    if sum(loads) <= limit or is_count(problem, dimension):
        return None
    return "amounts that differ from job to job are not supported unless all jobs together fit"


def amounts(problem: VroomProblem, dimension: int) -> list[int]:
    """Return the most that each job can weigh on a vehicle in one dimension."""
    return [
        max(job.delivery[dimension : dimension + 1] or (0,)) + max(job.pickup[dimension : dimension + 1] or (0,))
        for job in problem.jobs
    ]


def is_count(problem: VroomProblem, dimension: int) -> bool:
    """Say whether every job delivers, or every job picks up, the same amount: then a capacity is a number of jobs."""
    delivered = {job.delivery[dimension : dimension + 1] or (0,) for job in problem.jobs}
    picked = {job.pickup[dimension : dimension + 1] or (0,) for job in problem.jobs}
    return (len(delivered) == 1 and picked == {(0,)}) or (len(picked) == 1 and delivered == {(0,)})
