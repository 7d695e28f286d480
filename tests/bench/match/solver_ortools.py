"""OR-Tools' own routing library with guided local search, as its manual advises for such problems."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from linli.matcher.problem import Problem
from tests.bench.match.arrays import Arrays, arrays_of, worth
from tests.bench.match.deadline import Deadline
from tests.bench.match.schedule import Orders

pywrapcp: Any = import_module("ortools.constraint_solver.pywrapcp")
enums: Any = import_module("ortools.constraint_solver.routing_enums_pb2")

FIRST = {"insertion": "PARALLEL_CHEAPEST_INSERTION", "arc": "PATH_CHEAPEST_ARC"}
"""The two settings: how the first solution is made."""


def solve(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Solve by OR-Tools' routing library, which uses one thread."""
    arrays = arrays_of(problem)
    bases = list(range(arrays.teams))
    manager: Any = pywrapcp.RoutingIndexManager(arrays.teams + arrays.visits, arrays.teams, bases, bases)
    routing: Any = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(arrays.seconds.tolist()))
    _times(manager, routing, arrays)
    _counts(routing, arrays)
    for number in range(arrays.visits):
        index = manager.NodeToIndex(arrays.teams + number)
        routing.AddDisjunction([index], worth(arrays, number))
        # -1 stands for no vehicle at all.
        routing.VehicleVar(index).SetValues([-1, *(t for t in range(arrays.teams) if arrays.able[t, number])])
    routing.AddSearchMonitor(routing.solver().CustomLimit(deadline.over))
    answer: Any = routing.SolveWithParameters(_parameters(deadline, setting))
    return {} if answer is None else _orders(manager, routing, answer, arrays)


def _times(manager: Any, routing: Any, arrays: Arrays) -> None:
    service = [0] * arrays.teams + [visit.duration for visit in arrays.problem.visits]
    spent = [[seconds + service[row] for seconds in line] for row, line in enumerate(arrays.seconds.tolist())]
    latest = max(team.shifts[0][1] for team in arrays.problem.teams)
    routing.AddDimension(routing.RegisterTransitMatrix(spent), latest, latest, False, "time")
    time: Any = routing.GetDimensionOrDie("time")
    for number, visit in enumerate(arrays.problem.visits):
        time.CumulVar(manager.NodeToIndex(arrays.teams + number)).SetRange(*visit.windows[0])
    for number, team in enumerate(arrays.problem.teams):
        time.CumulVar(routing.Start(number)).SetRange(*team.shifts[0])
        time.CumulVar(routing.End(number)).SetRange(*team.shifts[0])


def _counts(routing: Any, arrays: Arrays) -> None:
    each = routing.RegisterUnaryTransitVector([0] * arrays.teams + [1] * arrays.visits)
    most = [arrays.visits if t.max_visits_per_shift is None else t.max_visits_per_shift for t in arrays.problem.teams]
    routing.AddDimensionWithVehicleCapacity(each, 0, most, True, "visits")


def _parameters(deadline: Deadline, setting: str) -> Any:
    parameters: Any = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = getattr(enums.FirstSolutionStrategy, FIRST[setting])
    parameters.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(deadline.wall() * 1000))
    return parameters


def _orders(manager: Any, routing: Any, answer: Any, arrays: Arrays) -> Orders:
    orders: Orders = {}
    for number, team in enumerate(arrays.problem.teams):
        index = answer.Value(routing.NextVar(routing.Start(number)))
        stops: list[str] = []
        while not routing.IsEnd(index):
            stops.append(arrays.problem.visits[int(manager.IndexToNode(index)) - arrays.teams].id)
            index = answer.Value(routing.NextVar(index))
        orders[team.id] = stops
    return orders
