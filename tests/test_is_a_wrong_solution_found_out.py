"""Is a solution of ``linli solve`` judged by the file alone, so that a mistake of the translation does not get out."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from linli.matcher.problem import Plan
from linli.matcher.search.solve import Limits
from linli.matcher.search.solve import solve as solve_problem
from linli.services.solving.vroom_problem import translated
from linli.services.solving.vroom_reading import VroomFile, read_problem
from linli.services.solving.vroom_solution import solution_of
from linli.services.solving.vroom_solved import Seconds, Solved
from linli.services.solving.vroom_verdict import faults_of_solution

Json = dict[str, Any]

DURATIONS = [[abs(a - b) * (100 + a) for b in (0, 3, 4, 5, 2)] for a in (0, 3, 4, 5, 2)]
END = {"service": 60, "setup": 5}
GIVEN: Json = {
    "vehicles": [
        {
            "id": 1,
            "start_index": 0,
            "end_index": 0,
            "time_window": [0, 9_000],
            "capacity": [5],
            "skills": [1],
            "max_tasks": 5,
            "max_travel_time": 4_000,
            "breaks": [{"id": 7, "time_windows": [[2_000, 2_100]], "service": 600}],
            "steps": [{"type": "job", "id": 1, "service_after": 600, "service_before": 2_000}],
        },
        {"id": 2, "start_index": 0, "time_window": [0, 10], "capacity": [5]},
    ],
    "jobs": [
        {"id": 1, "location_index": 1, "service": 300, "skills": [1], "time_windows": [[500, 4_000]]},
        {"id": 2, "location_index": 2, "service": 300, "time_windows": [[3_000, 4_000]]},
    ],
    "shipments": [
        {
            "pickup": {"id": 1, "location_index": 3, **END},
            "delivery": {"id": 1, "location_index": 4, **END},
            "amount": [2],
        }
    ],
    "matrices": {"car": {"durations": DURATIONS, "distances": DURATIONS}},
}


def _solved() -> tuple[VroomFile, Json, Callable[[Json], list[str]]]:
    file = read_problem(json.dumps(GIVEN).encode(), "given")
    problem, clocks, _ = translated(file)
    result = solve_problem(problem, Plan(), Limits(500), 1)
    given = file.problem, problem, clocks, result.plan, result.report, Seconds(0, 0)
    solution = solution_of(Solved(*given, distances=True))
    return file, solution, lambda told: faults_of_solution(file.problem, problem.travel, "hill", told)


def _find(solution: Json, kind: str, number: int) -> Json:
    [found] = [one for one in solution["routes"][0]["steps"] if (one["type"], one.get("id")) == (kind, number)]
    step: Json = found
    return step


def _change(kind: str, number: int, **more: object) -> Callable[[Json], None]:
    return lambda told: _find(told, kind, number).update(more)


def _move(kind: str, number: int, seconds: int) -> Callable[[Json], None]:
    def change(told: Json) -> None:
        _find(told, kind, number)["waiting_time"] += seconds

    return change


def _twice(told: Json) -> None:
    told["unassigned"].append({"id": 1, "type": "job"})


def _by_another(told: Json) -> None:
    told["routes"][0]["vehicle"] = 2


def _again(told: Json) -> None:
    told["routes"].append({**told["routes"][0], "steps": [s for s in told["routes"][0]["steps"] if "job" not in s]})


def _without_break(told: Json) -> None:
    told["routes"][0]["steps"] = [step for step in told["routes"][0]["steps"] if step["type"] != "break"]


def _swapped(told: Json) -> None:
    steps = told["routes"][0]["steps"]
    at = [step["type"] for step in steps].index("pickup")
    steps[at : at + 2] = steps[at + 1], steps[at]


def _kept(told: Json) -> None:
    steps = told["routes"][0]["steps"]
    told["routes"][0]["steps"] = [step for step in steps if step["type"] != "delivery"]
    told["unassigned"].append({"id": 1, "type": "delivery"})


def _farther(told: Json) -> None:
    told["routes"][0]["steps"][-1]["duration"] += 1


def _long(told: Json) -> None:
    told["routes"][0]["duration"] = 4_001


def _late(told: Json) -> None:
    told["routes"][0]["steps"][-1]["arrival"] = 9_001


MISTAKES: list[tuple[Callable[[Json], None], str]] = [
    (_twice, "not every task is done once or unassigned once"),
    (_again, "a vehicle has two routes"),
    (_by_another, "the vehicle does not work then"),
    (_by_another, "the vehicle lacks a skill"),
    (_by_another, "it is pinned to another vehicle"),
    (_by_another, "not every break is taken once"),
    (_without_break, "not every break is taken once"),
    (_without_break, "it is not there then"),
    (_swapped, "its pickup is not a step before"),
    (_kept, "not everything fetched is brought"),
    (_farther, "a way of"),
    (_long, "max_travel_time: 4001"),
    (_late, "the vehicle does not work then"),
    (_move("job", 2, -5_000), "it does not begin in a window"),
    (_move("job", 2, -5_000), "it is not there then"),
    (_move("job", 1, 5_000), "it is pinned to another time"),
    (_move("break", 7, 200), "break 7 is taken at another time"),
    (_change("break", 7, service=599), "break 7 is taken at another time"),
    (_change("job", 1, service=299), "it takes another time"),
    (_change("delivery", 1, setup=0), "it takes another time"),
    (_change("job", 1, load=[6]), "capacity"),
]


def test_what_is_handed_out_is_right() -> None:
    """Tests that a solution with everything in it breaks nothing."""
    _, solution, judge = _solved()
    kinds = {step["type"] for step in solution["routes"][0]["steps"]}
    assert kinds == {"start", "job", "pickup", "delivery", "break", "end"}
    assert judge(solution) == []


@pytest.mark.parametrize(("change", "fault"), MISTAKES, ids=[f"{k}-{fault}" for k, (_, fault) in enumerate(MISTAKES)])
def test_every_mistake_is_found(change: Callable[[Json], None], fault: str) -> None:
    """Tests that one change to the right solution is told by its name."""
    _, solution, judge = _solved()
    wrong = deepcopy(solution)
    change(wrong)
    assert any(fault in one for one in judge(wrong))


def test_a_limit_of_tasks_is_counted_from_the_steps() -> None:
    """Tests a route with more tasks than its vehicle may do."""
    file, solution, _ = _solved()
    strict = file.problem.model_copy(
        update={"vehicles": (file.problem.vehicles[0].model_copy(update={"max_tasks": 3}), file.problem.vehicles[1])}
    )
    faults = faults_of_solution(strict, translated(file).problem.travel, "hill", solution)
    assert faults == ["routes[0]: max_tasks: 4"]
