"""Goods fetched at one place and brought to another, several aboard at once: the files of Li and Lim."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from linli.matcher.carrying.errands import Done, Errand, Errands, Task, Vehicle
from linli.matcher.carrying.plan_trips import plan_trips
from linli.matcher.problem import Fetch, Plan, Problem, Route, Stop, Team, Visit
from tests.bench.instances.budget import Budget
from tests.bench.instances.garbled import GarbledError, figures, known_beside, lines_of, refuse_backwards, refuse_gap
from tests.bench.instances.instance import ALONE, Instance, Point, Scale, euclid, place_of, travel_between

SCALE = Scale(30)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line: place, what is loaded, when, and where what is loaded goes (0 for what is unloaded)."""

    point: Point
    demand: float
    opens: float
    closes: float
    service: float
    goes_to: int


def pickups(path: Path) -> Instance:
    """Read a file; best known distances lie in ``BKS.json`` beside it.

    Raises
    ------
    ValueError
        If it is in another format.
    """
    lines = lines_of(path)
    if len(lines) < 2 or len(lines[0][1]) != 3:
        raise GarbledError(f"{path.name}: not in the format of Li and Lim")
    size, capacity, _ = figures(lines[0][1], lines[0][0])
    vehicles, rows = int(size), [_row(*line, number, len(lines) - 1) for number, line in enumerate(lines[1:])]
    hours = ((SCALE.time(rows[0].opens), SCALE.time(rows[0].closes)),)
    teams = tuple(Team(f"k-{number}", place_of(rows[0].point), (), 1, hours) for number in range(vehicles))
    visits = tuple(_visit(number, one, rows[one.goes_to]) for number, one in enumerate(rows) if one.goes_to)
    travel = travel_between([one.point for one in rows], euclid, SCALE)
    known = known_beside(path)
    return Instance(
        path.stem,
        Problem(SCALE.time(rows[0].opens), visits, teams, travel, ALONE),
        "",
        lambda plan: _breaks(rows, capacity, plan, len(visits)),
        lambda plan: sum(_way([0, *route, 0], rows) for route in _routes(rows, plan)),
        known.get(path.stem, {}).get("best_known_cost"),
        solve=lambda _, budget: _solved(_errands(rows, vehicles, capacity), budget),
    )


def _row(where: str, words: list[str], number: int, size: int) -> _Row:
    named, x, y, demand, opens, closes, service, comes_from, goes_to = figures(words, where, 9)
    refuse_gap(named, number, where)
    refuse_backwards(opens, closes, where)
    if not all(0 <= other < size and other.is_integer() for other in (comes_from, goes_to)):
        raise GarbledError(f"{where}: what belongs to it is no line of the file")
    return _Row((x, y), demand, opens, closes, service, int(goes_to))


def _visit(number: int, first: _Row, second: _Row) -> Visit:
    window = SCALE.time(first.opens), SCALE.time(first.closes)
    return Visit(
        id=f"v-{number}",
        request=f"v-{number}",
        leg=0,
        place=place_of(second.point),
        duration=SCALE.time(second.service),
        windows=((SCALE.time(second.opens), SCALE.time(second.closes)),),
        fetch=Fetch(place_of(first.point), SCALE.time(first.service), (window,)),
    )


def _errands(rows: list[_Row], vehicles: int, capacity: float) -> Errands:
    """Return a file as errands; its places are its rows."""
    ways = np.array([[SCALE.way(euclid(a.point, b.point)) for b in rows] for a in rows], dtype=np.int32)
    opens, closes = SCALE.time(rows[0].opens), SCALE.time(rows[0].closes)
    able, most = frozenset(range(vehicles)), 2 * len(rows)
    return Errands(
        tuple(
            Errand(
                f"v-{number}",
                _task(rows, number),
                _task(rows, one.goes_to),
                level=0,
                brought=(round(one.demand),),
                taken=(0,),
                able=able,
            )
            for number, one in enumerate(rows)
            if one.goes_to
        ),
        tuple(
            Vehicle(f"k-{number}", 0, 0, opens, closes, (int(capacity),), most, most * int(ways.max()))
            for number in range(vehicles)
        ),
        ways,
    )


def _task(rows: list[_Row], number: int) -> Task:
    one = rows[number]
    return Task(number, SCALE.time(one.service), ((SCALE.time(one.opens), SCALE.time(one.closes)),))


def _solved(problem: Errands, budget: Budget) -> Plan:
    trips = plan_trips(problem, {}, budget.part(1.0), 1).trips
    return Plan(
        tuple(
            Route(problem.vehicles[v].id, 0, tuple(_stop(problem, one, trip) for one in trip if not one.fetching))
            for v, trip in sorted(trips.items())
        )
    )


def _stop(problem: Errands, done: Done, trip: tuple[Done, ...]) -> Stop:
    errand = problem.errands[done.errand]
    fetched = next(one.start for one in trip if one.errand == done.errand and one.fetching)
    return Stop(errand.id, done.start, done.start, done.start + errand.serve.length, fetched)


def _routes(rows: list[_Row], plan: Plan) -> list[list[int]]:
    """Return every vehicle's places in the order of their times."""
    found = list[list[int]]()
    for route in plan.routes:
        timed = list[tuple[int, int]]()
        for stop in route.stops:
            number = int(stop.visit.removeprefix("v-"))
            timed += [(stop.start if stop.fetch is None else stop.fetch, number), (stop.start, rows[number].goes_to)]
        found.append([place for _, place in sorted(timed, key=lambda one: one[0])])
    return found


def _way(route: list[int], rows: list[_Row]) -> float:
    return sum(euclid(rows[a].point, rows[b].point) for a, b in pairwise(route))


def _breaks(rows: list[_Row], capacity: float, plan: Plan, wanted: int) -> list[str]:
    """Return every rule of the file that a plan breaks, by the file's own distances, times and loads."""
    found, served = list[str](), len(plan.placed())
    if served < wanted:
        found.append(f"{wanted - served} of {wanted} things not brought")
    for route in _routes(rows, plan):
        at, load, aboard = rows[0].opens, 0.0, set[int]()
        for a, b in pairwise([0, *route, 0]):
            at += rows[a].service + euclid(rows[a].point, rows[b].point)
            if at > rows[b].closes + 1e-6:
                found.append("a place is reached too late")
                break
            at, load = max(at, rows[b].opens), load + rows[b].demand
            if load > capacity:
                found.append(f"a vehicle loaded beyond {capacity:g}")
                break
            if b and not rows[b].goes_to and b not in aboard:
                found.append("something is brought before it is fetched")
                break
            aboard.add(rows[b].goes_to)
    return found
