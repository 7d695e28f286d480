"""PyVRP with prizes for optional clients; a profile for every set of skills keeps teams from what they cannot do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from linli.matcher.problem import Problem
from linli.matcher.travel import IntTable
from tests.bench.match.arrays import Arrays, arrays_of, worth
from tests.bench.match.deadline import Deadline
from tests.bench.match.schedule import Orders

FAR = 10_000_000
"""Seconds to a client whose skill a vehicle lacks: no shift holds it."""

PROFILE_BYTES_MAX = 4 << 30
"""What the matrices of all profiles may take; a problem beyond it is not given to PyVRP, and the report says so."""


def solve(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Solve by PyVRP, which uses one thread.

    Setting ``default`` is its own; ``wide`` looks at twice as many neighbours of each client.

    Raises
    ------
    ValueError
        If the matrices would not fit.
    """
    pyvrp: Any = import_module("pyvrp")
    search: Any = import_module("pyvrp.search")
    near = search.NeighbourhoodParams()
    if setting == "wide":
        near = search.NeighbourhoodParams(num_neighbours=2 * near.num_neighbours)
    params = pyvrp.SolveParams(neighbourhood=near)
    data = _data(pyvrp, arrays_of(problem))

    def is_over(_: float) -> bool:
        return deadline.over()

    result: Any = pyvrp.solve(data, is_over, seed=1, display=False, params=params)
    # A plan that breaks a rule is worth nothing at the desk; the checker would say so.
    routes: list[Any] = list(result.best.routes()) if result.is_feasible() else []
    return {problem.teams[int(route.vehicle_type())].id: _visits(problem, route) for route in routes}


def _visits(problem: Problem, route: Any) -> list[str]:
    activities: list[Any] = list(route)
    return [problem.visits[int(one.idx)].id for one in activities if one.is_client()]


def _data(pyvrp: Any, arrays: Arrays) -> Any:
    problem = arrays.problem
    profiles: dict[bytes, int] = {}
    for row in arrays.able:
        profiles.setdefault(row.tobytes(), len(profiles))
    if len(profiles) * arrays.seconds.nbytes > PROFILE_BYTES_MAX:
        raise ValueError(f"{len(profiles)} profiles of {arrays.seconds.nbytes >> 20} MB do not fit")
    matrices = [_barred(arrays, np.frombuffer(row, dtype=np.bool_)) for row in profiles]
    places = [team.base for team in problem.teams] + [visit.place for visit in problem.visits]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(place.lat, place.lon) for place in places],
        clients=_clients(pyvrp, arrays),
        depots=[pyvrp.Depot(number) for number in range(arrays.teams)],
        vehicle_types=[
            _vehicle(pyvrp, arrays, number, profiles[arrays.able[number].tobytes()]) for number in range(arrays.teams)
        ],
        distance_matrices=matrices,
        duration_matrices=matrices,
    )


def _clients(pyvrp: Any, arrays: Arrays) -> list[Any]:
    return [
        pyvrp.Client(
            arrays.teams + number,
            delivery=[1],
            service_duration=visit.duration,
            tw_early=visit.windows[0][0],
            tw_late=visit.windows[0][1],
            prize=worth(arrays, number),
            required=False,
        )
        for number, visit in enumerate(arrays.problem.visits)
    ]


def _vehicle(pyvrp: Any, arrays: Arrays, number: int, profile: int) -> Any:
    team = arrays.problem.teams[number]
    most = arrays.visits if team.max_visits_per_shift is None else team.max_visits_per_shift
    opens, closes = team.shifts[0]
    return pyvrp.VehicleType(
        1, [most], start_depot=number, end_depot=number, tw_early=opens, tw_late=closes, profile=profile
    )


def _barred(arrays: Arrays, able: Any) -> IntTable:
    """Return travel times for a set of skills: clients that need another one lie out of reach."""
    seconds = arrays.seconds.copy()
    barred = arrays.teams + np.flatnonzero(~able)
    seconds[:, barred] = FAR
    seconds[barred, :] = FAR
    np.fill_diagonal(seconds, 0)
    return seconds
