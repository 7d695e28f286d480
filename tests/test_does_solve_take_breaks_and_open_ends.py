"""Does ``linli solve`` keep breaks, and routes that end elsewhere than they begin or wherever they like."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest

from linli.matcher.problem import Place
from linli.services.solving.vroom_breaks import rests_of, shifts_of
from linli.services.solving.vroom_ends import Ends, EndsTravel
from linli.services.solving.vroom_format import Vehicle
from tests.support.problems import day
from tests.support.solve_command import Json, Solve

DURATIONS = [[0, 500, 600, 700], [510, 0, 400, 300], [620, 390, 0, 200], [700, 300, 210, 0]]
MORNING, NOON = 28_800, 43_200


def _problem(vehicle: Json, jobs: int = 3) -> Json:
    return {
        "vehicles": [{"id": 1, "time_window": [MORNING, 61_200], **vehicle}],
        "jobs": [{"id": place, "location_index": place, "service": 3_600} for place in range(1, jobs + 1)],
        "matrices": {"car": {"durations": DURATIONS}},
    }


def _steps(solution: Json) -> list[Json]:
    (route,) = solution["routes"]
    assert route["service"] == sum(step["service"] for step in route["steps"])
    assert route["waiting_time"] == sum(step["waiting_time"] for step in route["steps"])
    for before, after in pairwise(route["steps"]):
        left = before["arrival"] + before["waiting_time"] + before["service"]
        assert after["arrival"] == left + after["duration"] - before["duration"]
    steps: list[Json] = route["steps"]
    return steps


def _least(ends: dict[str, int]) -> int:
    """Return the least travel for all three jobs, by trying all orders."""
    begin, end = ([ends[name]] if name in ends else [] for name in ("start_index", "end_index"))
    orders = ([*begin, *order, *end] for order in permutations((1, 2, 3)))
    return min(sum(DURATIONS[a][b] for a, b in pairwise(order)) for order in orders)


@pytest.mark.parametrize(
    "ends",
    [{"start_index": 0, "end_index": 0}, {"start_index": 0}, {"end_index": 0}, {"start_index": 3, "end_index": 1}],
)
def test_a_route_ends_where_the_file_says(solve: Solve, ends: dict[str, int]) -> None:
    """Tests the least travel for a way home, an open end, an open beginning, and an end elsewhere."""
    solution = solve(_problem(ends))
    steps = _steps(solution)
    wanted = [*(["start"] if "start_index" in ends else []), *["job"] * 3, *(["end"] if "end_index" in ends else [])]
    assert [step["type"] for step in steps] == wanted
    assert solution["summary"]["duration"] == _least(ends)
    assert solution["summary"]["unassigned"] == 0
    assert all(step["location_index"] == ends[f"{step['type']}_index"] for step in steps if step["type"] != "job")


def test_an_open_end_needs_no_matrix(solve: Solve) -> None:
    """Tests coordinates alone: who need not come home travels half as far."""
    both, only = ({"start": [108.2, 27.5], "end": [108.2, 27.5]}, {"start": [108.2, 27.5]})
    job = {"id": 1, "location": [108.3, 27.5]}
    home, away = (solve({"vehicles": [{"id": 1, **one}], "jobs": [job]})["summary"]["duration"] for one in (both, only))
    assert home == 2 * away > 0


def test_a_break_is_kept_free(solve: Solve) -> None:
    """Tests that nothing is done in a break, that it lies in its window, and that it is told as a step."""
    rest = {"id": 7, "time_windows": [[NOON, NOON + 3_600]], "service": 1_800, "description": "lunch"}
    solution = solve(_problem({"start_index": 0, "end_index": 0, "breaks": [rest]}))
    steps = _steps(solution)
    assert [step["type"] for step in steps].count("break") == 1
    pause = next(step for step in steps if step["type"] == "break")
    begin = pause["arrival"] + pause["waiting_time"]
    assert (pause["id"], pause["service"], pause["description"]) == (7, 1_800, "lunch")
    assert NOON <= begin <= NOON + 3_600
    for step in steps:
        starts = step["arrival"] + step["waiting_time"]
        assert step is pause or starts + step["service"] <= begin or starts >= begin + 1_800
    assert solution["summary"]["unassigned"] == 0


def test_limits_hold_across_a_break(solve: Solve) -> None:
    """Tests that `max_tasks` counts a vehicle's whole day, not what it does between two breaks."""
    rest = {"id": 7, "time_windows": [[NOON, NOON]], "service": 60}
    solution = solve(_problem({"start_index": 0, "end_index": 0, "breaks": [rest], "max_tasks": 2}))
    assert solution["summary"]["unassigned"] == 1


def test_breaks_are_taken_one_after_the_other() -> None:
    """Tests the times of two breaks that may be at once, one that has no time left, and what remains of a day."""
    given: Any = [
        {"id": 1, "time_windows": [[100, 200]], "service": 50},
        {"id": 2, "time_windows": [[100, 160], [300, 320]], "service": 10},
        {"id": 3, "time_windows": [[990, 999]], "service": 20},
    ]
    one = Vehicle.model_validate({"id": 1, "start_index": 0, "breaks": given}, strict=False)
    assert [(rest.pause.id, rest.begin, rest.end) for rest in rests_of(one, (0, 1_000))] == [
        (1, 150, 200),
        (2, 310, 320),
    ]
    assert shifts_of(one, (0, 1_000)) == ((0, 149), (200, 309), (320, 1_000))


@pytest.mark.parametrize(
    ("vehicle", "message"),
    [
        ({}, "vehicles[0].start_index: missing"),
        ({"start_index": 0, "end_index": 9}, "vehicles[0].end_index: 9, but the matrix has 4 places"),
        (
            {"start_index": 0, "breaks": [{"id": 1}]},
            "vehicles[0].breaks: not supported where a route ends elsewhere than it starts",
        ),
        (
            {"start_index": 0, "end_index": 0, "breaks": [{"id": 1, "time_windows": [[20, 10]]}]},
            "vehicles[0].breaks[0].time_windows[0]: ends before it starts",
        ),
        (
            {"start_index": 0, "end_index": 0, "breaks": [{"id": 1, "time_windows": [[20, 30]]}]},
            "vehicles[0].breaks[0].time_windows: no time is left for it",
        ),
        (
            {"start_index": 0, "end_index": 0, "breaks": [{"id": 1}, {"id": 1}]},
            "vehicles[0].breaks[1].id: 1 is also the id of breaks[0]",
        ),
        (
            {"start_index": 0, "end_index": 0, "max_travel_time": 9, "breaks": [{"id": 1}]},
            "vehicles[0].breaks: not supported beside max_travel_time",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused(solve: Solve, vehicle: Json, message: str) -> None:
    """Tests that a vehicle without any end, and breaks that cannot be kept, are refused with path and reason."""
    assert message in solve(_problem(vehicle), exit_code=2)["error"]["message"]


def test_travel_with_ends_is_one_travel() -> None:
    """Tests that the table equals the pairs, whichever end is open, and names the real places."""
    problem = day(teams=3, visits=5)
    real = [visit.place for visit in problem.visits]
    own = [Place(0.0, 0.0, f"own-{k}") for k in range(3)]
    ends = {own[0]: Ends(real[0], None), own[1]: Ends(None, real[1]), own[2]: Ends(real[2], real[3])}
    travel = EndsTravel(problem.travel, ends)
    places = [*own, *real]
    for table, which in zip(travel.matrix(places, places), (0, 1), strict=True):
        assert np.array_equal(table, [[travel.between(a, b)[which] for b in places] for a in places])
    assert travel.between(own[2], real[4]) == problem.travel.between(real[2], real[4])
    assert travel.between(real[4], own[2]) == problem.travel.between(real[4], real[3])
    assert set(travel.real(own)) == set(real[:4])
