"""The same fleets by PyVRP, for the same processor time: distances, times, loads and prizes in tenths or finer."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

import numpy as np

from tests.bench.instances.vehicles import Fleet


def routes_by_pyvrp(fleet: Fleet, seconds: float) -> list[list[int]]:
    """Return every vehicle's clients in order; nothing where PyVRP found no plan that holds.

    Parameters
    ----------
    fleet : Fleet
        The file.
    seconds : float
        Of this process's time; PyVRP uses one thread.
    """
    pyvrp: Any = import_module("pyvrp")
    began = time.process_time()

    def is_over(_: float) -> bool:
        return time.process_time() - began >= seconds

    result: Any = pyvrp.solve(_data(pyvrp, fleet), is_over, seed=1, display=False)
    if not result.is_feasible():
        return []
    routes: list[Any] = list(result.best.routes())
    return [[int(one.idx) + 1 for one in list(route) if one.is_client()] for route in routes]


def _data(pyvrp: Any, fleet: Fleet) -> Any:
    scale, depot, *clients = fleet.scale, *fleet.clients
    points = [one.point for one in fleet.clients]
    ways = np.array([[scale.way(fleet.distance(a, b)) for b in points] for a in points], dtype=np.int64)
    optional = any(one.prize for one in clients)
    hours = {"tw_early": scale.time(depot.opens), "tw_late": scale.time(depot.closes)}
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(*point) for point in points],
        clients=[
            pyvrp.Client(
                number,
                delivery=[round(one.demand)],
                service_duration=scale.time(one.service),
                tw_early=scale.time(one.opens),
                tw_late=scale.time(one.closes),
                prize=scale.time(one.prize),
                required=not optional,
            )
            for number, one in enumerate(clients, 1)
        ],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[pyvrp.VehicleType(fleet.vehicles, [int(fleet.capacity)], **hours)],
        distance_matrices=[ways],
        duration_matrices=[ways],
    )
