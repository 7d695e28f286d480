"""Does ``linli solve`` count far enough: times from 1970 on, numbers that mean "no limit", and those too large."""

from __future__ import annotations

import pytest

from tests.support.solve_command import Json, Solve

EPOCH = 1_700_000_000
"""A time of our days, in seconds since 1970."""

NEVER = 4_294_967_295
"""The largest number of the format: what files write for no limit."""


def ring(places: int) -> list[list[int]]:
    """Return ways around a ring: uneven, so that the order matters."""
    return [[(7 * (b - a)) % places * 100 + (a != b) * (50 + a * b % 13) for b in range(places)] for a in range(places)]


def at(first: int, **hours: object) -> Json:
    """Return a day of two vehicles and thirty jobs that begins at a time."""
    jobs = [
        {
            "id": k,
            "location_index": 1 + k % 19,
            "service": 300,
            "time_windows": [[first + 500 * (k % 7), first + 20_000]],
        }
        for k in range(30)
    ]
    vehicles = [{"id": k, "start_index": 0, "end_index": 0, "max_tasks": 18, **hours} for k in (1, 2)]
    return {"vehicles": vehicles, "jobs": jobs, "matrices": {"car": {"durations": ring(20)}}}


@pytest.mark.parametrize("hours", [{}, {"time_window": [0, NEVER]}], ids=["none", "any"])
def test_hours_that_are_not_told_do_no_harm(solve: Solve, hours: Json) -> None:
    """Tests that a day of our century is planned as well where a vehicle's hours are open as where they are told."""
    told = solve(at(EPOCH, time_window=[EPOCH, EPOCH + 40_000]), "--work", "2000")["summary"]
    open_ = solve(at(EPOCH, **hours), "--work", "2000")["summary"]
    assert told["unassigned"] == open_["unassigned"] == 0
    assert open_["cost"] <= told["cost"] * 1.1


def test_windows_without_end_do_no_harm(solve: Solve) -> None:
    """Tests that no limit written as the largest number is none, also beside breaks of their own for every vehicle."""
    given = at(EPOCH, time_window=[EPOCH, NEVER])
    for number, vehicle in enumerate(given["vehicles"]):
        begin = EPOCH + 3_000 * number
        vehicle["breaks"] = [{"id": 1, "time_windows": [[begin, begin + 3_000]], "service": 600}]
    for one in given["jobs"]:
        one["time_windows"][0][1] = NEVER
    solution = solve(given, "--work", "2000")
    assert solution["summary"]["unassigned"] == 0
    assert all(step["arrival"] < EPOCH + 100_000 for route in solution["routes"] for step in route["steps"])


@pytest.mark.parametrize("no_way", [1 << 27, 1 << 31, NEVER])
def test_a_way_of_years_is_none(solve: Solve, no_way: int) -> None:
    """Tests that nobody is sent where the matrix says that there is no way, however it says it."""
    durations = [[0, 60, no_way], [60, 0, no_way], [no_way, no_way, 0]]
    jobs = [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}]
    solution = solve(
        {"vehicles": [{"id": 1, "start_index": 0}], "jobs": jobs, "matrices": {"car": {"durations": durations}}}
    )
    assert [one["id"] for one in solution["unassigned"]] == [2]
    assert solution["unassigned"][0]["linli"]["reason"] == "impossible"


FAR = at(EPOCH)
FAR["jobs"][3]["time_windows"] = [[0, 1_000]]
LONG = at(0)
LONG["jobs"][5]["service"] = NEVER
SLOW = at(0)
SLOW["matrices"]["car"]["durations"][2][3] = (1 << 27) - 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (FAR, "jobs[6].time_windows[0]: more than 268435456 s after the earliest time that closes"),
        (LONG, "jobs[5].service: too large"),
        (SLOW, "matrices: too large: ways of up to 134217727 s, 31 of them"),
    ],
    ids=["far", "long", "slow"],
)
def test_numbers_too_large_are_refused(solve: Solve, given: Json, message: str) -> None:
    """Tests that what the search cannot count is refused with its path; it was planned badly before, without a word."""
    assert message in solve(given, exit_code=2)["error"]["message"]


def test_a_fleet_of_clocks_is_refused(solve: Solve) -> None:
    """Tests that more vehicles with breaks of their own than the clocks can be kept apart for are refused by name."""
    vehicles = [
        {"id": k, "start_index": 0, "breaks": [{"id": 1, "time_windows": [[k, k]], "service": 10}]} for k in range(400)
    ]
    given = {"vehicles": vehicles, "jobs": [], "matrices": {"car": {"durations": [[0]]}}}
    assert "vehicles: 400 vehicles with breaks" in solve(given, exit_code=2)["error"]["message"]
