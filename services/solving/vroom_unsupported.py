"""What VROOM's format can say and Linli cannot do: refused by name, never ignored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from linli.services.language import both
from linli.services.solving.vroom_format import Shipment, Vehicle, VroomProblem
from linli.services.solving.vroom_loads import most_aboard
from linli.services.solving.vroom_speed import hundredths
from linli.services.solving.vroom_tasks import Task, all_tasks, place_key


def unsupported(problem: VroomProblem) -> list[str]:
    """Return the path of every field that asks for what Linli cannot do, and what that is."""
    faults: list[str] = []
    shared = shared_places(problem)
    for number, vehicle in enumerate(problem.vehicles):
        mine = chain(_unlike(vehicle, problem.vehicles[0]), _of_breaks(vehicle, problem), _of_vehicle(vehicle))
        faults += [f"vehicles[{number}].{fault}" for fault in mine]
    for task in all_tasks(problem):
        faults += [f"{task.path}.{fault}" for fault in _of_task(task, shared)]
    for number, shipment in enumerate(problem.shipments):
        faults += [f"shipments[{number}].{fault}" for fault in _of_shipment(shipment)]
    return [*faults, *_of_profiles(problem)]


def shared_places(problem: VroomProblem) -> frozenset[object]:
    """Return the places where VROOM may leave a set-up out: those of several tasks, and those where a vehicle starts.

    It counts a set-up only where the place before was another one.
    """
    counts = Counter(place_key(task.at.location, task.at.location_index) for task in all_tasks(problem))
    starts = {place_key(vehicle.start, vehicle.start_index) for vehicle in problem.vehicles}
    return frozenset(place for place, count in counts.items() if count > 1 or place in starts)


def _of_vehicle(vehicle: Vehicle) -> Iterator[str]:
    for name in ("fixed", "per_km", "per_task_hour"):
        if getattr(vehicle.costs, name):
            yield both(
                f"costs.{name}: costs other than travel time are not supported",
                f"costs.{name}：不支持行程时间以外的成本",
            )
    for number, step in enumerate(vehicle.steps):
        if step.type in ("break", "pickup", "delivery"):
            yield both(
                f"steps[{number}].type: {step.type} is not supported", f"steps[{number}].type：不支持 {step.type}"
            )
        elif step.type != "job" and (step.service_at, step.service_after, step.service_before) != (None, None, None):
            yield both(
                f"steps[{number}]: a time for the {step.type} is not supported",
                f"steps[{number}]：不支持为 {step.type} 指定时间",
            )


def _unlike(vehicle: Vehicle, first: Vehicle) -> Iterator[str]:
    """Refuse what would make one vehicle's way longer or dearer than another's; the same for all it is no matter."""
    speed, price = vehicle.speed_factor, vehicle.costs.per_hour
    figures = (
        ("speed_factor", f"{speed:g}", f"{first.speed_factor:g}", hundredths(vehicle) == hundredths(first)),
        ("costs.per_hour", price, first.costs.per_hour, price == first.costs.per_hour),
    )
    for name, mine, others, same in figures:
        if not same:
            yield both(
                f"{name}: {mine}, but {others} in vehicles[0]: supported only if it is the same for all vehicles",
                f"{name}：{mine}，而 vehicles[0] 为 {others}；仅支持所有车辆取值相同",
            )


def _of_breaks(vehicle: Vehicle, problem: VroomProblem) -> Iterator[str]:
    """Refuse a break that must wait until something was unloaded; what no load can exceed is kept anyway."""
    for number, pause in enumerate(vehicle.breaks):
        if pause.max_load is None:
            continue
        where = f"breaks[{number}].max_load"
        if len(pause.max_load) != len(vehicle.capacity):
            figures, wanted = len(pause.max_load), len(vehicle.capacity)
            yield both(
                f"{where}: {figures} figures, but capacity has {wanted}",
                f"{where}：有 {figures} 个数，而 capacity 有 {wanted} 个",
            )
        elif any(limit < most_aboard(problem, vehicle, k) for k, limit in enumerate(pause.max_load)):
            yield both(f"{where}: not supported where more may be aboard", f"{where}：车上载量可能超过该值时不支持")


def _of_task(task: Task, shared: frozenset[object]) -> Iterator[str]:
    if task.at.setup and place_key(task.at.location, task.at.location_index) in shared:
        yield both(
            "setup: not supported where several jobs share a place, or a vehicle starts there",
            "setup：多项任务同在一处，或有车辆由此出发时不支持",
        )
    if task.at.setup_per_type:
        yield both("setup_per_type: not supported", "setup_per_type：不支持")
    if task.at.service_per_type:
        yield both("service_per_type: not supported", "service_per_type：不支持")


def _of_shipment(shipment: Shipment) -> Iterator[str]:
    """Refuse windows of which some would be lost: between pickup and delivery the wait is always the same."""
    fetched, brought = shipment.pickup.time_windows, shipment.delivery.time_windows
    for name, mine, other_name, others in (
        ("pickup", fetched, "delivery", brought),
        ("delivery", brought, "pickup", fetched),
    ):
        if mine is not None and len(mine) > 1 and others is not None:
            yield both(
                f"{name}.time_windows: several windows are not supported where the {other_name} has windows too",
                f"{name}.time_windows：{other_name} 也有时间窗时，不支持多个时间窗",
            )


def _of_profiles(problem: VroomProblem) -> Iterator[str]:
    profiles = sorted({vehicle.profile for vehicle in problem.vehicles})
    if len(profiles) > 1:
        yield both(
            f"vehicles: one problem, one profile; here are {', '.join(profiles)}",
            f"vehicles：一个问题只能有一种 profile，现有 {'、'.join(profiles)}",
        )
