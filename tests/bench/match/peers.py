"""Who takes part, with which settings: of the two of each, the better one counts."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tests.bench.match.measure import Candidate
from tests.bench.match.solver_sketch import FOLDER
from tests.bench.match.timefold_there import missing

LONG_S = 5.0
"""From this budget on, VROOM is given its deeper levels."""

ALL = ("vroom", "pyvrp", "ortools", "timefold", "nearest", "insertion", "assignment", "sketch")

SETTINGS = {
    "pyvrp": ("default", "wide"),
    "ortools": ("insertion", "arc"),
    "timefold": ("own", "nearest"),
    "nearest": ("-",),
    "insertion": ("-",),
    "assignment": ("hours", "most"),
    "sketch": ("-",),
}

WITH_THREADS = ("vroom", "sketch")
"""Peers that can use more than one thread; they get two."""


def peers_of(names: Sequence[str], seconds: float, levels: Sequence[str] | None = None) -> list[Candidate]:
    """Return the peers with their settings for a budget.

    The sketch takes part only where its folder is named, Timefold only where it can run.
    `levels` of VROOM are chosen by the budget unless they are given.
    """
    found: list[Candidate] = []
    for name in names:
        if name == "sketch" and FOLDER not in os.environ:
            continue
        if name == "timefold" and (why := missing()):
            sys.stderr.write(f"Timefold is left out: {why}\n")
            continue
        usual = ("x1", "x2") if seconds >= LONG_S else ("x0", "x1")
        found += [
            Candidate(name, setting, 2 if name in WITH_THREADS else 1)
            for setting in ((levels or usual) if name == "vroom" else SETTINGS[name])
        ]
    return found
