"""The tasks of a problem in VROOM's words, and the visits they become: a job is one, a shipment's two ends are one.

For the matcher a shipment is a visit for which something is fetched first, and brought at once (see
`linli.matcher.fetching`); what is better if something comes between is found afterwards (see `vroom_sharing`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from linli.services.solving.vroom_format import Job, Location, Shipment, ShipmentStep, VroomProblem

SHIPMENT = "shipment"


class Task(NamedTuple):
    """What is done at one place.

    Parameters
    ----------
    kind
        As VROOM calls it.
    path
        Where it stands in the file.
    at
        Its own fields.
    priority
        Its own, or its shipment's.
    delivery, pickup
        What is taken off the vehicle, and onto it; a delivery of a shipment takes off what its pickup took on.
    """

    kind: Literal["job", "pickup", "delivery"]
    path: str
    at: Job | ShipmentStep
    priority: int
    delivery: tuple[int, ...] = ()
    pickup: tuple[int, ...] = ()


def job_visit_id(job: Job) -> str:
    """Return the id of a job's visit."""
    return f"job:{job.id}"


def shipment_visit_id(shipment: Shipment) -> str:
    """Return the id of a shipment's visit: that of its delivery, for the visit is where it is brought to."""
    return f"{SHIPMENT}:{shipment.delivery.id}"


def tasks_by_visit(problem: VroomProblem) -> dict[str, tuple[Task, ...]]:
    """Return every visit's tasks in the order of the file, jobs first; of a shipment the pickup, then the delivery."""
    tasks: dict[str, tuple[Task, ...]] = {}
    for job, task in zip(problem.jobs, _jobs(problem), strict=True):
        tasks[job_visit_id(job)] = (task,)
    for number, shipment in enumerate(problem.shipments):
        tasks[shipment_visit_id(shipment)] = _ends(shipment, number)
    return tasks


def all_tasks(problem: VroomProblem) -> list[Task]:
    """Return every task, also of a problem in which ids are repeated."""
    ends = (end for number, shipment in enumerate(problem.shipments) for end in _ends(shipment, number))
    return [*_jobs(problem), *ends]


def _jobs(problem: VroomProblem) -> list[Task]:
    return [
        Task("job", f"jobs[{number}]", job, job.priority, job.delivery, job.pickup)
        for number, job in enumerate(problem.jobs)
    ]


def _ends(shipment: Shipment, number: int) -> tuple[Task, Task]:
    where = f"shipments[{number}]"
    return (
        Task("pickup", f"{where}.pickup", shipment.pickup, shipment.priority, pickup=shipment.amount),
        Task("delivery", f"{where}.delivery", shipment.delivery, shipment.priority, delivery=shipment.amount),
    )


def place_key(location: Location | None, index: int | None) -> object:
    """Return what two tasks at the same place have in common."""
    return location if index is None else index
