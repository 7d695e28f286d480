"""What the fields of a problem must satisfy together; each fault with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise

from linli.services.solving.vroom_breaks import faults_of_breaks
from linli.services.solving.vroom_format import (
    SECONDS_MAX,
    Job,
    Location,
    Shipment,
    ShipmentStep,
    Step,
    Vehicle,
    VroomProblem,
    Window,
)

DRIVEN = "car"
"""The profile of which ways are estimated or asked for; VROOM's own default."""

Sizes = Mapping[str, int]
"""How many places the matrix of a profile has."""


def faults_of(problem: VroomProblem, sizes: Sizes) -> list[str]:
    """Return every contradiction with its path.

    Parameters
    ----------
    problem
        What was read; what Linli cannot do was refused before.
    sizes
        The size of the matrix of every profile that has one.
    """
    profile = problem.vehicles[0].profile if problem.vehicles else "car"
    size = sizes.get(profile)
    faults = [f"matrices.{one}: no vehicle has this profile" for one in sizes if one != profile and problem.vehicles]
    known = frozenset(chain.from_iterable(vehicle.skills for vehicle in problem.vehicles))
    if size is None and problem.vehicles and profile != DRIVEN:
        faults.append(f"vehicles[0].profile: there is no matrix for {profile}, and ways are found for {DRIVEN} alone")
    dimensions = len(problem.vehicles[0].capacity) if problem.vehicles else 0
    faults += _repeated([vehicle.id for vehicle in problem.vehicles], "vehicles")
    faults += _repeated([job.id for job in problem.jobs], "jobs")
    faults += _repeated([one.pickup.id for one in problem.shipments], "shipments", ".pickup")
    faults += _repeated([one.delivery.id for one in problem.shipments], "shipments", ".delivery")
    for number, vehicle in enumerate(problem.vehicles):
        faults += [f"vehicles[{number}].{fault}" for fault in _of_vehicle(vehicle, size, dimensions)]
    for number, job in enumerate(problem.jobs):
        faults += [f"jobs[{number}].{fault}" for fault in _of_job(job, size, dimensions, known)]
    for number, shipment in enumerate(problem.shipments):
        faults += [f"shipments[{number}].{fault}" for fault in _of_shipment(shipment, size, dimensions, known)]
    return faults + list(_of_steps(problem))


def _repeated(ids: Sequence[int], where: str, end: str = "") -> list[str]:
    first: dict[int, int] = {}
    faults: list[str] = []
    for number, one in enumerate(ids):
        if first.setdefault(one, number) != number:
            faults.append(f"{where}[{number}]{end}.id: {one} is also the id of {where}[{first[one]}]{end}")
    return faults


def _of_vehicle(vehicle: Vehicle, size: int | None, dimensions: int) -> Iterator[str]:
    begins, ends = (vehicle.start, vehicle.start_index), (vehicle.end, vehicle.end_index)
    if begins != (None, None) or ends == (None, None):
        yield from _of_place(*begins, size, "start", "start_index")
    if ends != (None, None):
        yield from _of_place(*ends, size, "end", "end_index")
    if vehicle.time_window is not None:
        yield from _of_windows([vehicle.time_window], "time_window")
    for number, pause in enumerate(vehicle.breaks):
        yield from _of_windows(pause.time_windows or (), f"breaks[{number}].time_windows")
    yield from faults_of_breaks(vehicle, SECONDS_MAX)
    if len(vehicle.capacity) != dimensions:
        yield f"capacity: {len(vehicle.capacity)} dimensions, but vehicles[0] has {dimensions}"


def _of_job(job: Job, size: int | None, dimensions: int, known: frozenset[int]) -> Iterator[str]:
    yield from _of_stay(job, size)
    yield from _of_skills(job.skills, known)
    yield from _of_amount(job.delivery, "delivery", dimensions)
    yield from _of_amount(job.pickup, "pickup", dimensions)


def _of_shipment(shipment: Shipment, size: int | None, dimensions: int, known: frozenset[int]) -> Iterator[str]:
    for name, end in (("pickup", shipment.pickup), ("delivery", shipment.delivery)):
        yield from (f"{name}.{fault}" for fault in _of_stay(end, size))
    yield from _of_skills(shipment.skills, known)
    yield from _of_amount(shipment.amount, "amount", dimensions)


def _of_stay(stay: Job | ShipmentStep, size: int | None) -> Iterator[str]:
    yield from _of_place(stay.location, stay.location_index, size, "location", "location_index")
    yield from _of_windows(stay.time_windows or (), "time_windows")


def _of_skills(skills: Sequence[int], known: frozenset[int]) -> Iterator[str]:
    for number, skill in enumerate(skills):
        if skill not in known:
            yield f"skills[{number}]: no vehicle has the skill {skill}"


def _of_amount(amount: Sequence[int], name: str, dimensions: int) -> Iterator[str]:
    if amount and len(amount) != dimensions:
        yield f"{name}: {len(amount)} dimensions, but the vehicles' capacity has {dimensions}"


def _of_place(
    location: Location | None, index: int | None, size: int | None, location_name: str, index_name: str
) -> Iterator[str]:
    if size is None and index is not None:
        yield f"{index_name}: there is no matrix for it"
    elif size is None and location is None:
        yield f"{location_name}: missing"
    elif size is not None and index is None:
        yield f"{index_name}: missing, and the profile has a matrix"
    elif size is not None and index is not None and index >= size:
        yield f"{index_name}: {index}, but the matrix has {size} places"


def _of_windows(windows: Sequence[Window], where: str) -> Iterator[str]:
    many = where.endswith("s")
    for number, (opens, closes) in enumerate(windows):
        if closes < opens:
            yield f"{where}[{number}]: ends before it starts" if many else f"{where}: ends before it starts"
    for number, (before, after) in enumerate(pairwise(windows), 1):
        if after[0] <= before[1]:
            yield f"{where}[{number}]: begins before the one before it ends"


def _of_steps(problem: VroomProblem) -> Iterator[str]:
    """Check what is pinned: known jobs, each once, at times that their own windows allow."""
    jobs = {job.id: job for job in problem.jobs}
    pinned: dict[int, str] = {}
    for number, vehicle in enumerate(problem.vehicles):
        for place, step in enumerate(vehicle.steps):
            where = f"vehicles[{number}].steps[{place}]"
            if step.type != "job":
                continue
            if step.id is None or step.id not in jobs:
                yield f"{where}.id: there is no job {step.id}" if step.id is not None else f"{where}.id: missing"
            elif pinned.setdefault(step.id, where) != where:
                yield f"{where}.id: job {step.id} is already in {pinned[step.id]}"
            else:
                yield from (f"{where}.{fault}" for fault in _of_times(step, jobs[step.id]))


def _of_times(step: Step, job: Job) -> Iterator[str]:
    at, after, before = step.service_at, step.service_after or 0, step.service_before
    last = SECONDS_MAX if before is None else before
    windows = job.time_windows or ((0, SECONDS_MAX),)
    if last < after:
        yield f"service_before: {before} lies before service_after"
    elif at is not None:
        if not any(opens <= at <= closes for opens, closes in windows):
            yield f"service_at: {at} lies in no time window of job {job.id}"
        if not after <= at <= last:
            yield f"service_at: {at} lies {'before service_after' if at < after else 'after service_before'}"
    elif not any(max(opens, after) <= min(closes, last) for opens, closes in windows):
        name = "service_before" if step.service_after is None else "service_after"
        yield f"{name}: no time is left in the time windows of job {job.id}"
