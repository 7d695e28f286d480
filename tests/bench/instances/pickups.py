"""Goods fetched at one place and brought to another: the files of Li and Lim.

Our model fetches for a visit and brings it at once: nothing lies in between, so a vehicle never carries two things.
That is stricter than the files, whose best plans carry several; what a vehicle can load is then no matter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from linli.matcher.problem import Fetch, Plan, Problem, Team, Visit
from tests.bench.instances.instance import ALONE, Instance, Point, Scale, euclid, place_of, travel_between
from tests.bench.instances.spare_vehicles import solve_few

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
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not lines or len(lines[0]) != 3 or any(len(words) != 9 for words in lines[1:]):
        raise ValueError(f"{path.name}: not in the format of Li and Lim")
    vehicles, capacity = int(lines[0][0]), float(lines[0][1])
    rows = [_row(words) for words in lines[1:]]
    hours = ((SCALE.time(rows[0].opens), SCALE.time(rows[0].closes)),)
    teams = tuple(Team(f"k-{number}", place_of(rows[0].point), (), 1, hours) for number in range(vehicles))
    visits = tuple(_visit(number, one, rows[one.goes_to]) for number, one in enumerate(rows) if one.goes_to)
    travel = travel_between([one.point for one in rows], euclid, SCALE)
    known: dict[str, dict[str, float]] = json.loads((path.parent / "BKS.json").read_text(encoding="utf-8"))
    return Instance(
        path.stem,
        Problem(SCALE.time(rows[0].opens), visits, teams, travel, ALONE),
        "several things aboard at once: each is brought before the next is fetched",
        lambda plan: _breaks(rows, capacity, plan, len(visits)),
        lambda plan: sum(_way([0, *route, 0], rows) for route in _routes(rows, plan)),
        known.get(path.stem, {}).get("best_known_cost"),
        solve=solve_few,
    )


def _row(words: list[str]) -> _Row:
    _, x, y, demand, opens, closes, service, _, goes_to = map(float, words)
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


def _routes(rows: list[_Row], plan: Plan) -> list[list[int]]:
    """Return every vehicle's places in order."""
    fetched = [[int(stop.visit.removeprefix("v-")) for stop in route.stops] for route in plan.routes]
    return [[place for first in route for place in (first, rows[first].goes_to)] for route in fetched]


def _way(route: list[int], rows: list[_Row]) -> float:
    return sum(euclid(rows[a].point, rows[b].point) for a, b in pairwise(route))


def _breaks(rows: list[_Row], capacity: float, plan: Plan, wanted: int) -> list[str]:
    """Return every rule of the file that a plan breaks, by the file's own distances, times and loads."""
    found, served = list[str](), len(plan.placed())
    if served < wanted:
        found.append(f"{wanted - served} of {wanted} things not brought")
    for route in _routes(rows, plan):
        at, load = rows[0].opens, 0.0
        for a, b in pairwise([0, *route, 0]):
            at += rows[a].service + euclid(rows[a].point, rows[b].point)
            if at > rows[b].closes + 1e-6:
                found.append("a place is reached too late")
                break
            at, load = max(at, rows[b].opens), load + rows[b].demand
            if load > capacity:
                found.append(f"a vehicle loaded beyond {capacity:g}")
                break
    return found
