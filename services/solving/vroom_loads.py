"""What vehicles can carry, as far as the matcher knows it: loads that never bind, that count jobs, or go straight.

A job's load may be on board from the base on or until the base, so it adds to the others'. A shipment's is on board
only from its pickup to its delivery, and nothing comes between: it is too large for a vehicle, or it never matters.
Where more is asked, trips are searched for that know every load (`vroom_sharing`).
"""

from __future__ import annotations

from linli.services.solving.vroom_format import Shipment, Vehicle, VroomProblem


def loads_bind(problem: VroomProblem) -> bool:
    """Say whether the matcher knows too little to keep every limit, so that its plan must be judged load by load."""
    return any(
        _counts_tasks(problem, vehicle)
        or any(_capacity_binds(problem, dimension, limit) for dimension, limit in enumerate(vehicle.capacity))
        for vehicle in problem.vehicles
    )


def _counts_tasks(problem: VroomProblem, vehicle: Vehicle) -> bool:
    """Say whether a limit of tasks counts jobs once and shipments twice; to the matcher both are one visit."""
    return _mixes(problem) and vehicle.max_tasks is not None and vehicle.max_tasks < _tasks(problem)


def _mixes(problem: VroomProblem) -> bool:
    return bool(problem.jobs and problem.shipments)


def _tasks(problem: VroomProblem) -> int:
    return len(problem.jobs) + 2 * len(problem.shipments)


def _capacity_binds(problem: VroomProblem, dimension: int, limit: int) -> bool:
    """Say whether a capacity is one the matcher cannot keep: it binds, and does not only count jobs (`most_visits`)."""
    loads = sum(amounts(problem, dimension))
    if loads > limit and (problem.shipments or not is_count(problem, dimension)):
        return True
    moved = (_amount(one, dimension) for one in problem.shipments)
    heaviest = max((amount for amount in moved if amount <= limit), default=0)
    return bool(loads and heaviest and loads + heaviest > limit)


def _amount(shipment: Shipment, dimension: int) -> int:
    return sum(shipment.amount[dimension : dimension + 1])


def amounts(problem: VroomProblem, dimension: int) -> list[int]:
    """Return the most that each job can weigh on a vehicle in one dimension."""
    return [
        max(job.delivery[dimension : dimension + 1] or (0,)) + max(job.pickup[dimension : dimension + 1] or (0,))
        for job in problem.jobs
    ]


def most_aboard(problem: VroomProblem, vehicle: Vehicle, dimension: int) -> int:
    """Return what a vehicle carries at the most in one dimension: as much as it may, or all that there is."""
    moved = sum(_amount(one, dimension) for one in problem.shipments)
    return min(vehicle.capacity[dimension], sum(amounts(problem, dimension)) + moved)


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
