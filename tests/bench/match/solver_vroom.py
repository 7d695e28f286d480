"""VROOM through pyvroom: the levels 0 and 1 for short budgets, 1 and 2 for longer ones."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import numpy as np

from linli.matcher.problem import Problem
from tests.bench.match.arrays import arrays_of
from tests.bench.match.deadline import Deadline
from tests.bench.match.schedule import Orders


def solve(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Solve by VROOM; urgency becomes priority, so that a class more urgent is worth the most it can be."""
    vroom: Any = import_module("vroom")
    arrays = arrays_of(problem)
    given = vroom.Input()
    given.set_durations_matrix("car", arrays.seconds.astype(np.uint32))
    for number, team in enumerate(problem.teams):
        given.add_vehicle(
            vroom.Vehicle(
                id=number,
                start=number,
                end=number,
                skills={arrays.skills[skill] for skill, _ in team.skills},
                time_window=team.shifts[0],
                max_tasks=team.max_visits_per_shift if team.max_visits_per_shift is not None else arrays.visits,
            )
        )
    for number, visit in enumerate(problem.visits):
        given.add_job(
            vroom.Job(
                id=number,
                location=arrays.teams + number,
                default_service=visit.duration,
                skills={arrays.skills[need.skill] for need in visit.needs},
                priority=_priority(visit.urgency, arrays.classes),
                time_windows=[visit.windows[0]],
            )
        )
    limit = timedelta(seconds=deadline.wall())
    solution = given.solve(exploration_level=int(setting.removeprefix("x")), nb_threads=deadline.threads, timeout=limit)
    return _orders(problem, solution.to_dict())


def _priority(urgency: int, classes: int) -> int:
    """Return 0 where all are alike, else 100 for the most urgent and an eighth for every class below."""
    return 0 if classes == 1 else max(1, 100 // 8**urgency)


def _orders(problem: Problem, solution: dict[str, Any]) -> Orders:
    return {
        problem.teams[int(route["vehicle"])].id: [
            problem.visits[int(step["id"])].id for step in route["steps"] if step["type"] == "job"
        ]
        for route in solution["routes"]
    }
