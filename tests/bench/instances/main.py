"""Solves public instances within a short budget and tells the gap to the best known value in the files.

    make bench-instances ARGS="../shared/bench --seconds 30"

Every plan is judged by the file's own rules and figures in the end, and by our checker as it is made, where the problem
is one of the matcher's (days by two and things that share a vehicle are not); one that breaks a rule has no cost.
Folders that are not solved are named with the reason. Budgets are seconds of processor time, or ``--work`` in
deterministic units. ``--every 3`` takes every third file of a folder, the first of them first. ``--peer`` gives fleets
of vehicles to PyVRP, too, for the processor time that Linli took.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from linli.matcher import compiled
from tests.bench.instances.budget import Budget
from tests.bench.instances.by_pyvrp import routes_by_pyvrp
from tests.bench.instances.garbled import GarbledError, within
from tests.bench.instances.home_care import home_care, unified
from tests.bench.instances.instance import Instance
from tests.bench.instances.pickups import pickups
from tests.bench.instances.solving import plan_of
from tests.bench.instances.technicians import technicians
from tests.bench.instances.vehicles import cost, fleet_of, judge, solomon, vrplib

READERS: dict[str, tuple[str, Callable[[Path], Instance]]] = {
    "trsp-pillac": ("*.txt", technicians),
    "hhcrsp-mankowska": ("Instanz*.json", home_care),
    "hhcrsp-italian": ("instance_*.json", home_care),
    "uhhc-bazirha": ("[A-Z][0-9].json", unified),
    "vrptw-gh600-solomon": ("*.txt", solomon),
    "vrptw-gh1000": ("*.vrp", vrplib),
    "pcvrptw": ("*.vrp", vrplib),
    "pdptw-lilim": ("*.txt", pickups),
}

FLEETS = ("vrptw-gh600-solomon", "vrptw-gh1000", "pcvrptw")

REFUSED = {"gap-orlibrary": "agents' capacity without any way: no routes to plan"}
"""Folders that are not solved, and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one file; `peer` is the gap of PyVRP's plan."""

    folder: str
    name: str
    visits: int
    served: int
    cost: float | None
    best_known: float | None
    gap: float | None
    cpu: float
    unsaid: str
    broken: str
    peer: float | None = None


def line_of(
    folder: str, path: Path, read: Callable[[Path], Instance], budget: Budget, *, beside_peer: bool = False
) -> Line:
    """Solve one file."""
    with within(path.name):
        instance = read(path)
    began = time.process_time()
    plan = plan_of(instance, budget)
    spent = time.process_time() - began
    broken = instance.breaks(plan)
    value = None if broken else instance.cost(plan)
    served, visits = len(plan.placed()), len(instance.problem.visits)
    return Line(
        folder,
        path.stem,
        visits,
        served,
        None if value is None else round(value, 2),
        instance.best_known,
        _gap(value, instance.best_known),
        round(spent, 1),
        instance.unsaid,
        "; ".join(broken),
        _peers_gap(path, spent) if beside_peer and folder in FLEETS else None,
    )


def _gap(value: float | None, best: float | None) -> float | None:
    return round(value / best - 1, 4) if value is not None and best else None


def _peers_gap(path: Path, seconds: float) -> float | None:
    """Return the gap of PyVRP's plan, judged alike; None where it breaks a rule."""
    fleet = fleet_of(path)
    routes = routes_by_pyvrp(fleet, seconds)
    optional = any(one.prize for one in fleet.clients)
    return None if judge(fleet, routes, everybody=not optional) else _gap(cost(fleet, routes), fleet.best_known)


def lines(root: Path, given: argparse.Namespace, budget: Budget) -> Iterator[Line | GarbledError]:
    """Solve the files of some folders whose name has `only` in it, every so many of them; yield why one is refused."""
    for folder in given.folders:
        pattern, read = READERS[folder]
        paths = [path for path in sorted((root / folder).glob(pattern)) if path.name != "SOURCE.txt"]
        for path in [path for path in paths if given.only in path.name][:: given.every]:
            try:
                yield line_of(folder, path, read, budget, beside_peer=given.peer)
            except GarbledError as refused:
                yield refused


def as_markdown(found: list[Line]) -> str:
    """Return a table by folder: files, median and worst gap, served, and whose plans break a rule."""
    told = [
        "| folder | files | served | gap, median / worst | PyVRP | without a sound plan |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in found:
        groups[line.folder].append(line)
    for folder, mine in groups.items():
        gaps = [line.gap for line in mine if line.gap is not None]
        peers = [line.peer for line in mine if line.peer is not None]
        served = f"{sum(line.served for line in mine)} of {sum(line.visits for line in mine)}"
        broken = ", ".join(line.name for line in mine if line.broken) or "-"
        told.append(f"| {folder} | {len(mine)} | {served} | {_both(gaps)} | {_both(peers)} | {broken} |")
    return "\n".join(told) + "\n"


def _both(gaps: list[float]) -> str:
    return f"{100 * median(gaps):+.1f} % / {100 * max(gaps):+.1f} %" if gaps else "-"


def main() -> None:
    """Print one line of JSON for every file, then a table, and what was refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="the folder that holds the instances' folders")
    parser.add_argument("--folders", nargs="*", default=list(READERS), choices=list(READERS))
    parser.add_argument("--seconds", type=float, default=30.0, help="of processor time for every file")
    parser.add_argument("--work", type=int, help="deterministic units for every file instead")
    parser.add_argument("--only", default="", help="part of the names of files")
    parser.add_argument("--every", type=int, default=1, help="take one in so many files of a folder")
    parser.add_argument("--peer", action="store_true", help="PyVRP, too, where a fleet of vehicles is asked for")
    given = parser.parse_args()
    if not compiled.is_warm():
        sys.stderr.write("The search's machine code is missing: everything is only inserted. Run `make setup` first.\n")
    budget = Budget(given.work) if given.work is not None else Budget(0, given.seconds)
    found, garbled = list[Line](), False
    for line in lines(given.root, given, budget):
        if isinstance(line, GarbledError):
            garbled = True
            sys.stderr.write(f"refused: {line}\n")
            continue
        found.append(line)
        sys.stdout.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
        sys.stdout.flush()
    sys.stdout.write(as_markdown(found))
    for folder, why in REFUSED.items():
        if (given.root / folder).exists():
            sys.stderr.write(f"{folder}: not solved: {why}\n")
    sys.exit(1 if garbled else 0)


if __name__ == "__main__":
    main()
