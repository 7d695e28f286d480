"""What the fields of a problem must satisfy together; each fault with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise

from linli.services.language import both
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
    unused = [one for one in sizes if one != profile and problem.vehicles]
    faults = [
        both(f"matrices.{one}: no vehicle has this profile", f"matrices.{one}：没有车辆使用此 profile")
        for one in unused
    ]
    known = frozenset(chain.from_iterable(vehicle.skills for vehicle in problem.vehicles))
    if size is None and problem.vehicles and profile != DRIVEN:
        faults.append(
            both(
                f"vehicles[0].profile: there is no matrix for {profile}, and ways are found for {DRIVEN} alone",
                f"vehicles[0].profile：没有 {profile} 的矩阵，而路程只能按 {DRIVEN} 求得",
            )
        )
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
            path, other = f"{where}[{number}]{end}.id", f"{where}[{first[one]}]{end}"
            faults.append(both(f"{path}: {one} is also the id of {other}", f"{path}：{one} 与 {other} 的编号相同"))
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
        yield both(
            f"capacity: {len(vehicle.capacity)} dimensions, but vehicles[0] has {dimensions}",
            f"capacity：有 {len(vehicle.capacity)} 维，而 vehicles[0] 有 {dimensions} 维",
        )


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
            yield both(
                f"skills[{number}]: no vehicle has the skill {skill}", f"skills[{number}]：没有车辆具备技能 {skill}"
            )


def _of_amount(amount: Sequence[int], name: str, dimensions: int) -> Iterator[str]:
    if amount and len(amount) != dimensions:
        yield both(
            f"{name}: {len(amount)} dimensions, but the vehicles' capacity has {dimensions}",
            f"{name}：有 {len(amount)} 维，而车辆的 capacity 有 {dimensions} 维",
        )


def _of_place(
    location: Location | None, index: int | None, size: int | None, location_name: str, index_name: str
) -> Iterator[str]:
    if size is None and index is not None:
        yield both(f"{index_name}: there is no matrix for it", f"{index_name}：没有对应的矩阵")
    elif size is None and location is None:
        yield both(f"{location_name}: missing", f"{location_name}：缺少此字段")
    elif size is not None and index is None:
        yield both(
            f"{index_name}: missing, and the profile has a matrix", f"{index_name}：缺少此字段，而该 profile 有矩阵"
        )
    elif size is not None and index is not None and index >= size:
        yield both(
            f"{index_name}: {index}, but the matrix has {size} places", f"{index_name}：{index}，而矩阵只有 {size} 处"
        )


def _of_windows(windows: Sequence[Window], where: str) -> Iterator[str]:
    many = where.endswith("s")
    for number, (opens, closes) in enumerate(windows):
        if closes < opens:
            path = f"{where}[{number}]" if many else where
            yield both(f"{path}: ends before it starts", f"{path}：结束早于开始")
    for number, (before, after) in enumerate(pairwise(windows), 1):
        if after[0] <= before[1]:
            yield both(
                f"{where}[{number}]: begins before the one before it ends", f"{where}[{number}]：开始早于上一个的结束"
            )


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
                yield _no_job(f"{where}.id", step.id)
            elif pinned.setdefault(step.id, where) != where:
                yield both(
                    f"{where}.id: job {step.id} is already in {pinned[step.id]}",
                    f"{where}.id：任务 {step.id} 已在 {pinned[step.id]} 中",
                )
            else:
                yield from (f"{where}.{fault}" for fault in _of_times(step, jobs[step.id]))


def _no_job(path: str, job: int | None) -> str:
    if job is None:
        return both(f"{path}: missing", f"{path}：缺少此字段")
    return both(f"{path}: there is no job {job}", f"{path}：没有任务 {job}")


def _of_times(step: Step, job: Job) -> Iterator[str]:
    at, after, before = step.service_at, step.service_after or 0, step.service_before
    last = SECONDS_MAX if before is None else before
    windows = job.time_windows or ((0, SECONDS_MAX),)
    if last < after:
        yield both(
            f"service_before: {before} lies before service_after", f"service_before：{before} 早于 service_after"
        )
    elif at is not None:
        if not any(opens <= at <= closes for opens, closes in windows):
            yield both(
                f"service_at: {at} lies in no time window of job {job.id}",
                f"service_at：{at} 不在任务 {job.id} 的任何时间窗内",
            )
        if not after <= at <= last:
            early = both("before service_after", "早于 service_after")
            lies = early if at < after else both("after service_before", "晚于 service_before")
            yield both(f"service_at: {at} lies {lies}", f"service_at：{at} {lies}")
    elif not any(max(opens, after) <= min(closes, last) for opens, closes in windows):
        name = "service_before" if step.service_after is None else "service_after"
        yield both(
            f"{name}: no time is left in the time windows of job {job.id}",
            f"{name}：任务 {job.id} 的时间窗内已无可用时间",
        )
