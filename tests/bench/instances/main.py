"""Solves public instances with a short limit and tells the gap to the best known value in the files.

    PYTHONPATH=. .venv/bin/python -m tests.bench.instances.main ../shared/bench --work 100000

Every plan is judged by our checker and by the file's own rules; one that breaks a rule of the file has no cost. Folders
that are not solved are named with the reason. Work is in deterministic units, some eight microseconds each.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from linli.matcher import compiled
from tests.bench.instances.home_care import home_care
from tests.bench.instances.instance import Instance
from tests.bench.instances.solving import plan_of
from tests.bench.instances.technicians import technicians
from tests.bench.instances.vehicles import solomon, vrplib

READERS: dict[str, tuple[str, Callable[[Path], Instance]]] = {
    "trsp-pillac": ("*.*.txt", technicians),
    "hhcrsp-mankowska": ("Instanz*.json", home_care),
    "hhcrsp-italian": ("instance_*.json", home_care),
    "vrptw-gh600-solomon": ("*.txt", solomon),
    "vrptw-gh1000": ("*.vrp", vrplib),
    "pcvrptw": ("*.vrp", vrplib),
}

REFUSED = {
    "gap-orlibrary": "agents' capacity: no routes, and our model has no loads",
    "pdptw-lilim": "goods fetched for others: a visit may fetch for itself alone",
    "uhhc-bazirha": "windows that count at the end of service, and extra time",
}
"""Folders that are not solved, and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one file."""

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


def line_of(folder: str, path: Path, read: Callable[[Path], Instance], work: int) -> Line:
    """Solve one file."""
    instance, began = read(path), time.process_time()
    plan = plan_of(instance, path, work)
    spent = round(time.process_time() - began, 1)
    broken = instance.breaks(plan)
    cost = None if broken else instance.cost(plan)
    best = instance.best_known
    gap = round(cost / best - 1, 4) if cost is not None and best else None
    told = None if cost is None else round(cost, 1)
    served, visits = len(plan.placed()), len(instance.problem.visits)
    return Line(folder, path.stem, visits, served, told, best, gap, spent, instance.unsaid, "; ".join(broken))


def lines(root: Path, folders: list[str], work: int, only: str) -> Iterator[Line]:
    """Solve every file of some folders whose name has `only` in it."""
    for folder in folders:
        pattern, read = READERS[folder]
        for path in sorted((root / folder).glob(pattern)):
            if path.name != "SOURCE.txt" and only in path.name:
                yield line_of(folder, path, read, work)


def main() -> None:
    """Print one line of JSON for every file, and what was refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="the folder that holds the instances' folders")
    parser.add_argument("--folders", nargs="*", default=list(READERS), choices=list(READERS))
    parser.add_argument("--work", type=int, default=100_000)
    parser.add_argument("--only", default="", help="part of the names of files")
    given = parser.parse_args()
    if not compiled.is_warm():
        sys.stderr.write("The search's machine code is missing: everything is only inserted. Run `make setup` first.\n")
    for line in lines(given.root, given.folders, given.work, given.only):
        sys.stdout.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
        sys.stdout.flush()
    for folder, why in REFUSED.items():
        if (given.root / folder).exists():
            sys.stderr.write(f"{folder}: not solved: {why}\n")


if __name__ == "__main__":
    main()
