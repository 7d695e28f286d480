"""Vehicle routing with time windows: Solomon's text files, and VRPLIB files with or without prizes.

Every vehicle is a team. What it can load our model knows only as hours of service: a visit lasts as many seconds as it
loads, and what it truly lasts stands in the way from it to wherever the vehicle goes next. Vehicles are not counted in
the cost.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from linli.matcher.problem import Plan, Problem, Team, Visit
from tests.bench.instances.garbled import (
    GarbledError,
    figures,
    known_beside,
    lines_of,
    refuse_backwards,
    refuse_gap,
    within,
)
from tests.bench.instances.instance import ALONE, Distance, Instance, Point, Scale, euclid, table_travel, truncated
from tests.bench.instances.prizes import solve_prizes
from tests.bench.instances.spare_vehicles import solve_few

TENTHS = Scale(10)
"""Exact for distances cut to one decimal."""


Rows = dict[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Client:
    """Where and when, how much it loads, and what leaving it out costs."""

    point: Point
    opens: float
    closes: float
    service: float
    demand: float
    prize: float = 0.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """A whole file; the first client is the depot."""

    name: str
    vehicles: int
    capacity: float
    clients: tuple[Client, ...]
    distance: Distance
    best_known: float | None
    scale: Scale = TENTHS


def fleet_of(path: Path) -> Fleet:
    """Read a file in either format."""
    return vrplib_fleet(path) if path.suffix == ".vrp" else solomon_fleet(path)


def solomon(path: Path) -> Instance:
    """Read a file in Solomon's format; best known distances lie in ``BKS.json`` beside it.

    Raises
    ------
    ValueError
        If it is in another format.
    """
    return instance_of(solomon_fleet(path))


def solomon_fleet(path: Path) -> Fleet:
    """Read a file in Solomon's format as a fleet."""
    lines = lines_of(path)
    heads = [k for k, (_, words) in enumerate(lines) if words[0] in ("NUMBER", "CUST")]
    if len(heads) != 2 or heads[1] + 1 >= len(lines):
        raise GarbledError(f"{path.name}: not in Solomon's format")
    where, words = lines[heads[0] + 1]
    vehicles, capacity = figures(words, where, 2)
    clients = tuple(_solomon_client(*line, number) for number, line in enumerate(lines[heads[1] + 1 :]))
    known = known_beside(path)
    entry = known.get(f"{path.stem}_distance") or known.get(path.stem) or {}
    return Fleet(path.stem, int(vehicles), capacity, clients, euclid, entry.get("best_known_cost"), Scale(100))


def _solomon_client(where: str, words: list[str], number: int) -> Client:
    named, x, y, demand, opens, closes, service = figures(words, where, 7)
    refuse_gap(named, number, where)
    refuse_backwards(opens, closes, where)
    return Client((x, y), opens, closes, service, demand)


def vrplib(path: Path) -> Instance:
    """Read a VRPLIB file; its best known cost lies beside it in a ``.sol``.

    Raises
    ------
    ValueError
        If it has no time windows or another measure of distance.
    """
    return instance_of(vrplib_fleet(path))


def vrplib_fleet(path: Path) -> Fleet:
    """Read a VRPLIB file as a fleet."""
    head, sections = _sections(path)
    if head.get("EDGE_WEIGHT_TYPE") != "EUC_2D" or "TIME_WINDOW" not in sections:
        raise GarbledError(f"{path.name}: time windows and EUC_2D are wanted")
    with within(path.name):
        return _vrplib_fleet(path, head, sections)


def _vrplib_fleet(path: Path, head: dict[str, str], sections: dict[str, Rows]) -> Fleet:
    _refuse_missing(path, int(head["DIMENSION"]), sections)
    prizes, service = sections.get("PRIZE", {}), float(head["SERVICE_TIME"])
    clients = tuple(
        Client(
            (point[0], point[1]),
            opens=sections["TIME_WINDOW"][number][0],
            closes=sections["TIME_WINDOW"][number][1],
            service=service if number > 1 else 0.0,
            demand=sections["DEMAND"][number][0],
            prize=prizes.get(number, (0.0,))[0],
        )
        for number, point in sorted(sections["NODE_COORD"].items())
    )
    stored = path.with_suffix(".sol")
    best = float(stored.read_text(encoding="utf-8").split()[-1]) if stored.exists() else None
    # Where there are prizes, the published costs are in tenths.
    best = best / 10 if prizes and best is not None else best
    return Fleet(path.stem, int(head["VEHICLES"]), float(head["CAPACITY"]), clients, truncated, best)


def _refuse_missing(path: Path, size: int, sections: dict[str, Rows]) -> None:
    """Refuse sections that are not about every place."""
    for name in ("NODE_COORD", "DEMAND", "TIME_WINDOW", *(["PRIZE"] if "PRIZE" in sections else [])):
        if sorted(sections[name]) != list(range(1, size + 1)):
            raise GarbledError(f"{path.name}: {name}_SECTION is not about each of {size} places")


WIDTHS = {"NODE_COORD": 3, "DEMAND": 2, "TIME_WINDOW": 3, "PRIZE": 2}
"""Figures of a line, by section."""


def _sections(path: Path) -> tuple[dict[str, str], dict[str, Rows]]:
    head: dict[str, str] = {}
    sections: dict[str, Rows] = defaultdict(dict)
    now = ""
    lines = lines_of(path)
    if not lines or lines[-1][1] != ["EOF"]:
        raise GarbledError(f"{lines[-1][0] if lines else path.name}: the file ends without EOF")
    for where, words in lines[:-1]:
        line = " ".join(words)
        if ":" in line:
            name, _, value = line.partition(":")
            head[name.strip()] = value.strip()
        elif line.endswith("_SECTION"):
            now = line.removesuffix("_SECTION")
        elif now == "":
            raise GarbledError(f"{where}: neither a name with its value nor a section")
        elif now != "DEPOT":
            number, *values = figures(words, where, WIDTHS.get(now))
            if now == "TIME_WINDOW":
                refuse_backwards(values[0], values[1], where)
            sections[now][int(number)] = tuple(values)
    return head, dict(sections)


def instance_of(fleet: Fleet) -> Instance:
    """Return a fleet as an instance.

    Raises
    ------
    ValueError
        If a client loads more seconds than its service lasts: then the way from it could not hold the rest.
    """
    scale, depot = fleet.scale, fleet.clients[0]
    rest = [scale.time(one.service) - round(one.demand) for one in fleet.clients]
    if min(rest[1:], default=0) < 0:
        raise ValueError(f"{fleet.name}: a client loads more than fits into the time of its service")
    points = [one.point for one in fleet.clients]
    places, travel = table_travel(
        [
            [(0 if a == b else rest[a]) + scale.way(fleet.distance(points[a], points[b])) for b in range(len(points))]
            for a in range(len(points))
        ]
    )
    visits = tuple(
        Visit(
            id=f"v-{number}",
            request=f"v-{number}",
            leg=0,
            place=places[number],
            duration=round(client.demand),
            windows=((scale.time(client.opens), scale.time(client.closes)),),
        )
        for number, client in enumerate(fleet.clients)
        if number > 0
    )
    hours = ((scale.time(depot.opens), scale.time(depot.closes)),)
    teams = tuple(
        Team(f"k-{number}", places[0], (), 1, hours, max_work_per_day=int(fleet.capacity))
        for number in range(fleet.vehicles)
    )
    optional = any(client.prize for client in fleet.clients)
    # On our ways lies what a service lasts longer than its load: leaving a client out saves that as well.
    worths = [scale.way(one.prize) + more for one, more in zip(fleet.clients, rest, strict=True)][1:]
    return Instance(
        fleet.name,
        Problem(scale.time(depot.opens), visits, teams, travel, ALONE),
        "prizes: its search is told them as what leaving out costs" if optional else "",
        lambda plan: judge(fleet, stops_of(plan), everybody=not optional),
        lambda plan: cost(fleet, stops_of(plan)),
        fleet.best_known,
        solve=(lambda instance, budget: solve_prizes(instance.problem, worths, budget)) if optional else solve_few,
    )


def stops_of(plan: Plan) -> list[list[int]]:
    """Return every vehicle's clients in order."""
    return [[int(stop.visit.removeprefix("v-")) for stop in route.stops] for route in plan.routes]


def judge(fleet: Fleet, routes: list[list[int]], *, everybody: bool) -> list[str]:
    """Return every rule of the file that routes break, in words, by the file's own distances and times."""
    found = [fault for route in routes for fault in _route_faults(fleet, route)]
    served = [number for route in routes for number in route]
    if len(served) > len(set(served)):
        found.append("a client is served twice")
    if len(routes) > fleet.vehicles:
        found.append(f"{len(routes)} vehicles of {fleet.vehicles}")
    missing = len(fleet.clients) - 1 - len(set(served))
    return [*found, f"{missing} clients left out"] if everybody and missing else found


def _route_faults(fleet: Fleet, route: list[int]) -> list[str]:
    clients, at = fleet.clients, fleet.clients[0].opens
    for a, b in pairwise([0, *route, 0]):
        at += clients[a].service + fleet.distance(clients[a].point, clients[b].point)
        if at > clients[b].closes + 1e-6:
            return [f"{'client ' + str(b) if b else 'the depot'} is reached too late"]
        at = max(at, clients[b].opens)
    load = sum(clients[number].demand for number in route)
    return [f"a vehicle loaded beyond {fleet.capacity:g}"] if load > fleet.capacity else []


def cost(fleet: Fleet, routes: list[list[int]]) -> float:
    """Return the way, and the prizes of whom nobody serves."""
    clients, total = fleet.clients, 0.0
    for route in routes:
        total += sum(fleet.distance(clients[a].point, clients[b].point) for a, b in pairwise([0, *route, 0]))
    served = {number for route in routes for number in route}
    return total + sum(client.prize for number, client in enumerate(clients) if number not in served)
