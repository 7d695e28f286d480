"""What vehicles can carry, as far as the matcher knows it: loads that never bind, that count jobs, or go straight.

A job's load may be on board from the base on or until the base, so it adds to the others'. A shipment's is on board
only from its pickup to its delivery, and nothing comes between: it is too large for a vehicle, or it never matters.
Where more is asked, trips are searched for that know every load (`vroom_sharing`); they know no metres.
"""

from __future__ import annotations

from collections.abc import Iterator

from linli.services.solving.vroom_format import Shipment, Vehicle, VroomProblem


def faults_of_loads(problem: VroomProblem) -> Iterator[str]:
    """Yield the path of every limit that cannot be kept because metres are limited too, and why."""
    if any(vehicle.max_distance is not None for vehicle in problem.vehicles):
        yield from (f"{fault}, nor where a max_distance is given" for fault in _beyond_the_matcher(problem))


def loads_bind(problem: VroomProblem) -> bool:
    """Say whether the matcher knows too little to keep every limit, so that its plan must be judged load by load."""
    return any(True for _ in _beyond_the_matcher(problem))


def _beyond_the_matcher(problem: VroomProblem) -> Iterator[str]:
    for number, vehicle in enumerate(problem.vehicles):
        for dimension, limit in enumerate(vehicle.capacity):
            fault = _capacity(problem, dimension, limit)
            if fault:
                yield f"vehicles[{number}].capacity[{dimension}]: {fault}"
        if _mixes(problem) and vehicle.max_tasks is not None and vehicle.max_tasks < _tasks(problem):
            yield f"vehicles[{number}].max_tasks: not supported where jobs and shipments mix, unless it allows all"


def _mixes(problem: VroomProblem) -> bool:
    return bool(problem.jobs and problem.shipments)


def _tasks(problem: VroomProblem) -> int:
    return len(problem.jobs) + 2 * len(problem.shipments)


def _capacity(problem: VroomProblem, dimension: int, limit: int) -> str | None:
    """Say why a capacity cannot be kept; None if it never binds or only counts jobs, which `most_visits` does."""
    loads = sum(amounts(problem, dimension))
    if loads > limit and not is_count(problem, dimension):
        return "amounts that differ from job to job are not supported unless all jobs together fit"
    if loads > limit and problem.shipments:
        return "jobs that do not all fit together are not supported beside shipments"
    moved = (_amount(one, dimension) for one in problem.shipments)
    heaviest = max((amount for amount in moved if amount <= limit), default=0)
    if loads and heaviest and loads + heaviest > limit:
        return "jobs and a shipment together may not fit; that is not supported unless they always do"
    return None


def _amount(shipment: Shipment, dimension: int) -> int:
    return sum(shipment.amount[dimension : dimension + 1])


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


def most_visits(given: VroomProblem, vehicle: Vehicle) -> int | None:
    """Return how many visits a vehicle may make: by its own limit, and by its capacity where every job takes the same.

    A shipment is one visit and two tasks.
    """
    limits: list[int] = []
    if vehicle.max_tasks is not None and vehicle.max_tasks < _tasks(given):
        limits.append(vehicle.max_tasks // 2 if given.shipments else vehicle.max_tasks)
    for dimension, limit in enumerate(vehicle.capacity):
        loads = amounts(given, dimension)
        if sum(loads) > limit and is_count(given, dimension):
            limits.append(limit // loads[0])
    return min(limits, default=None)


def has_room(vehicle: Vehicle, shipment: Shipment) -> bool:
    """Say whether a shipment fits on a vehicle that carries nothing else."""
    return all(amount <= limit for amount, limit in zip(shipment.amount, vehicle.capacity, strict=False))
