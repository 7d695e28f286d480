"""The rough baseline in a folder that the user names: ``ruin_recreate.py`` beside ``pack.py``."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from linli.matcher.problem import Problem
from tests.bench.match.arrays import arrays_of
from tests.bench.match.deadline import Deadline
from tests.bench.match.families import DEGREE_KM, SOUTH, WEST
from tests.bench.match.schedule import Orders

FOLDER = "LINLI_SKETCH"
"""The environment variable that names the folder."""


def solve(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Solve by the sketch, its compilation not counted where its cache can be written."""
    sys.path.insert(0, os.environ[FOLDER])
    sketch: Any = import_module("ruin_recreate")
    routes: dict[int, list[int]] = sketch.solve(
        _instance(problem), max(0.2, deadline.left()), seed=1, threads=deadline.threads
    )
    return {problem.teams[t].id: [problem.visits[i].id for i in route] for t, route in routes.items()}


def _instance(problem: Problem) -> Any:
    """Return the problem in the sketch's words: visits first, then homes, kilometres on a plane."""
    arrays = arrays_of(problem)
    order = [*range(arrays.teams, arrays.teams + arrays.visits), *range(arrays.teams)]
    seconds = arrays.seconds[order][:, order]
    return SimpleNamespace(
        nt=arrays.teams,
        nr=arrays.visits,
        cap=max(team.max_visits_per_shift or arrays.visits for team in problem.teams),
        home=[_km(team.base.lat, team.base.lon) for team in problem.teams],
        loc=[_km(visit.place.lat, visit.place.lon) for visit in problem.visits],
        skill=[arrays.skills[visit.needs[0].skill] for visit in problem.visits],
        tskill=[{arrays.skills[skill] for skill, _ in team.skills} for team in problem.teams],
        shift=[team.shifts[0] for team in problem.teams],
        service=[visit.duration for visit in problem.visits],
        tw=[visit.windows[0] for visit in problem.visits],
        M=seconds,
        Ml=seconds.tolist(),
    )


def _km(lat: float, lon: float) -> tuple[float, float]:
    return (lat - SOUTH) * DEGREE_KM, (lon - WEST) * DEGREE_KM
