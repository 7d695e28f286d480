"""Vehicle routing with time windows: Solomon's text files, and VRPLIB files with or without prizes.

One depot's vehicles become one team with so many crews. What a vehicle can load our model cannot say: the plan is
judged by it afterwards, and one that loads too much counts for nothing. Vehicles are not counted in the cost.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from linli.matcher.problem import Plan, Problem, Team, Visit, Weights
from tests.bench.instances.instance import (
    Distance,
    Instance,
    Point,
    euclid,
    fine,
    place_of,
    travel_between,
    truncated,
)

ALONE = Weights(travel=1, lateness=0, move=0, continuity=0, reoffer=0, load=0)


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


def solomon(path: Path) -> Instance:
    """Read a file in Solomon's format; best known distances lie in ``BKS.json`` beside it.

    Raises
    ------
    ValueError
        If it is in another format.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [[float(word) for word in line.split()] for line in lines if line[:6].strip()[:1].isdigit()]
    if not rows or len(rows[0]) != 2 or any(len(row) != 7 for row in rows[1:]):
        raise ValueError(f"{path.name}: not in Solomon's format")
    clients = tuple(
        Client((x, y), opens, closes, service, demand) for _, x, y, demand, opens, closes, service in rows[1:]
    )
    known: dict[str, dict[str, float]] = json.loads((path.parent / "BKS.json").read_text(encoding="utf-8"))
    entry = known.get(f"{path.stem}_distance") or known.get(path.stem) or {}
    fleet = Fleet(path.stem, int(rows[0][0]), rows[0][1], clients, euclid, entry.get("best_known_cost"))
    return instance_of(fleet)


def vrplib(path: Path) -> Instance:
    """Read a VRPLIB file; its best known cost lies beside it in a ``.sol``.

    Raises
    ------
    ValueError
        If it has no time windows or another measure of distance.
    """
    head, sections = _sections(path.read_text(encoding="utf-8"))
    if head.get("EDGE_WEIGHT_TYPE") != "EUC_2D" or "TIME_WINDOW" not in sections:
        raise ValueError(f"{path.name}: time windows and EUC_2D are wanted")
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
    best = float(path.with_suffix(".sol").read_text(encoding="utf-8").split()[-1])
    # Where there are prizes, the published costs are in tenths.
    best = best / 10 if prizes else best
    return instance_of(Fleet(path.stem, int(head["VEHICLES"]), float(head["CAPACITY"]), clients, truncated, best))


Rows = dict[int, tuple[float, ...]]


def _sections(text: str) -> tuple[dict[str, str], dict[str, Rows]]:
    head: dict[str, str] = {}
    sections: dict[str, Rows] = defaultdict(dict)
    now = ""
    for line in text.splitlines():
        if ":" in line:
            name, _, value = line.partition(":")
            head[name.strip()] = value.strip()
        elif line.strip().endswith("_SECTION"):
            now = line.strip().removesuffix("_SECTION")
        elif now not in ("", "DEPOT") and line.strip() != "EOF":
            number, *values = line.split()
            sections[now][int(number)] = tuple(map(float, values))
    return head, dict(sections)


def instance_of(fleet: Fleet) -> Instance:
    """Return a fleet as an instance."""
    depot, *clients = fleet.clients
    visits = tuple(
        Visit(
            id=f"v-{number}",
            request=f"v-{number}",
            leg=0,
            place=place_of(client.point),
            duration=fine(client.service),
            windows=((fine(client.opens), fine(client.closes)),),
        )
        for number, client in enumerate(clients, 1)
    )
    team = Team("fleet", place_of(depot.point), (), fleet.vehicles, ((fine(depot.opens), fine(depot.closes)),))
    travel = travel_between([client.point for client in fleet.clients], fleet.distance)
    problem = Problem(fine(depot.opens), visits, (team,), travel, ALONE)
    prizes = "; prizes: all clients count alike" if any(client.prize for client in clients) else ""
    return Instance(
        fleet.name,
        problem,
        f"capacity: judged afterwards{prizes}",
        lambda plan: _overloaded(fleet, plan) + ([] if prizes else _left_out(fleet, plan)),
        lambda plan: _cost(fleet, plan),
        fleet.best_known,
    )


def _stops(plan: Plan) -> list[list[int]]:
    return [[int(stop.visit.removeprefix("v-")) for stop in route.stops] for route in plan.routes]


def _overloaded(fleet: Fleet, plan: Plan) -> list[str]:
    loads = [sum(fleet.clients[number].demand for number in route) for route in _stops(plan)]
    heavy = [load for load in loads if load > fleet.capacity]
    return [f"{len(heavy)} of {len(loads)} vehicles loaded beyond {fleet.capacity:g}"] if heavy else []


def _left_out(fleet: Fleet, plan: Plan) -> list[str]:
    missing = len(fleet.clients) - 1 - len(plan.placed())
    return [f"{missing} clients left out"] if missing else []


def _cost(fleet: Fleet, plan: Plan) -> float:
    clients, total = fleet.clients, 0.0
    for route in _stops(plan):
        way = [0, *route, 0]
        total += sum(fleet.distance(clients[a].point, clients[b].point) for a, b in pairwise(way))
    served = {number for route in _stops(plan) for number in route}
    return total + sum(client.prize for number, client in enumerate(clients) if number not in served)
