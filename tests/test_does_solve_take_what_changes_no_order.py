"""Does ``linli solve`` take what VROOM's files say of all vehicles alike: prices, speeds, loads that no break meets?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.solve_command import Json, Solve

WAYS = [[0, 500, 600, 700], [510, 0, 401, 300], [620, 390, 0, 200], [700, 300, 210, 0]]


def given(*, amounts: tuple[int, ...] = (), capacity: tuple[int, ...] = (), **more: object) -> Json:
    """Return two vehicles of which all is said alike, and three jobs."""
    vehicles: list[Json] = [{"id": k, "start_index": 0, "end_index": 0, **more} for k in (1, 2)]
    jobs: list[Json] = [{"id": k, "location_index": k, "service": 300} for k in (1, 2, 3)]
    if capacity:
        vehicles = [one | {"capacity": list(capacity)} for one in vehicles]
        jobs = [one | {"delivery": [amount]} for one, amount in zip(jobs, amounts, strict=True)]
    return {"vehicles": vehicles, "jobs": jobs, "matrices": {"car": {"durations": WAYS, "distances": WAYS}}}


def order_of(solution: Json) -> list[list[int | None]]:
    """Return what is done on each route."""
    return [[step.get("id") for step in route["steps"] if step["type"] == "job"] for route in solution["routes"]]


@pytest.mark.parametrize(
    "more",
    [
        {"costs": {"fixed": 0, "per_hour": 3600, "per_km": 0, "per_task_hour": 0}, "speed_factor": 1},
        {"costs": {"per_hour": 3600}, "speed_factor": 1.004},
        {"costs": {}},
    ],
)
def test_what_a_file_says_without_need_changes_nothing(solve: Solve, more: Json) -> None:
    """Tests that VROOM's defaults, written out, are taken, and a factor that its two digits round to one."""
    plain, same = solve(given()), solve(given(**more))
    assert same["routes"] == plain["routes"]
    assert same["summary"]["cost"] == plain["summary"]["cost"] == plain["summary"]["duration"]


@pytest.mark.parametrize("per_hour", [0, 1, 1_800, 7_200])
def test_one_price_of_an_hour_for_all_scales_the_cost_alone(solve: Solve, per_hour: int) -> None:
    """Tests that the plan stays, and that the cost told is that of so much time on the way, as VROOM counts it."""
    plain, priced = solve(given()), solve(given(costs={"per_hour": per_hour}))
    assert order_of(priced) == order_of(plain)
    [before], [after] = plain["routes"], priced["routes"]
    assert after["duration"] == before["duration"]
    assert after["cost"] == before["duration"] * per_hour // 3_600 == priced["summary"]["cost"]
    assert priced["summary"]["linli"]["cost"] == plain["summary"]["linli"]["cost"]


@pytest.mark.parametrize(("factor", "parts"), [(2, 50), (0.5, 200), (3, 33), (1.5, 67), (5, 20), (0.01, 10_000)])
def test_one_speed_for_all_scales_every_way(solve: Solve, factor: float, parts: int) -> None:
    """Tests that a way takes as many hundredths of its time as VROOM has it, up to a whole second; metres stay."""
    [route] = solve(given(speed_factor=factor))["routes"]
    gone = 0
    for (at, to), step in zip(_legs(route), route["steps"][1:], strict=True):
        gone += -(-WAYS[at][to] * parts // 100)
        assert step["duration"] == gone
    assert route["duration"] == route["cost"] == gone
    assert route["distance"] == sum(WAYS[a][b] for a, b in _legs(route))


def _legs(route: Json) -> list[tuple[int, int]]:
    places = [0, *(step.get("id", 0) for step in route["steps"][1:])]
    return list(pairwise(places))


def test_a_limit_on_the_time_of_travel_is_one_on_scaled_ways(solve: Solve) -> None:
    """Tests a vehicle that may be on the way for less than the round takes: at twice the speed it is made."""
    [route] = solve(given())["routes"]
    limit = route["duration"] - 1
    tight = given(max_travel_time=limit)
    tight["vehicles"] = tight["vehicles"][:1]
    assert solve(tight)["summary"]["unassigned"] == 1
    tight["vehicles"][0]["speed_factor"] = 2
    assert solve(tight)["summary"]["unassigned"] == 0


def test_ways_from_coordinates_are_scaled_and_those_that_are_none_are_not(solve: Solve) -> None:
    """Tests the estimate, whose speed is set, and a matrix that says by a large figure that there is no way."""
    points = [(108.20, 27.90), (108.25, 27.93), (108.22, 27.99)]
    one: Json = {
        "vehicles": [{"id": 1, "start": points[0], "end": points[0]}],
        "jobs": [{"id": k, "location": points[k]} for k in (1, 2)],
    }
    whole = solve(one)["summary"]["duration"]
    one["vehicles"][0]["speed_factor"] = 2.5
    assert solve(one)["summary"]["duration"] == pytest.approx(whole / 2.5, abs=3)
    closed = given(speed_factor=5)
    closed["matrices"]["car"]["durations"] = [
        [way if 3 not in (a, b) or a == b else 4_000_000_000 for b, way in enumerate(row)] for a, row in enumerate(WAYS)
    ]
    assert [one["id"] for one in solve(closed)["unassigned"]] == [3]


def test_ways_that_were_fetched_are_scaled(solve: Solve, tmp_path: Path) -> None:
    """Tests a file of ways beside coordinates: 100 s there and 101 s back at two and a half times the speed."""
    base, there = (108.2, 27.9), (108.25, 27.93)
    given: Json = {
        "vehicles": [{"id": 1, "start": base, "end": base, "speed_factor": 2.5}],
        "jobs": [{"id": 1, "location": there}],
    }
    rows = [f"{a[1]},{a[0]},{b[1]},{b[0]},{s},9" for a, b, s in ((base, there, 100), (there, base, 101))]
    ways = tmp_path / "ways.csv"
    ways.write_text("\n".join(["from_lat,from_lon,to_lat,to_lon,seconds,metres", *rows]), encoding="utf-8")
    summary = solve(given, "--travel", f"csv:{ways}")["summary"]
    assert (summary["duration"], summary["distance"]) == (40 + 41, 18)


@pytest.mark.parametrize("limit", [6, 9])
def test_a_break_with_any_load_that_there_can_be_is_a_break(solve: Solve, limit: int) -> None:
    """Tests a break that may be taken with all there is aboard, or with as much as fits."""
    pause = {"id": 7, "service": 60, "time_windows": [[0, 5_000]]}
    plain = solve(given(amounts=(1, 2, 3), capacity=(9,), breaks=[pause]))
    assert (
        solve(given(amounts=(1, 2, 3), capacity=(9,), breaks=[pause | {"max_load": [limit]}]))["routes"]
        == (plain["routes"])
    )


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (
            given(amounts=(1, 2, 3), capacity=(9,), breaks=[{"id": 7, "max_load": [5]}]),
            "vehicles[0].breaks[0].max_load: not supported where more may be aboard",
        ),
        (
            given(amounts=(5, 5, 5), capacity=(9,), breaks=[{"id": 7, "max_load": [8]}]),
            "vehicles[0].breaks[0].max_load: not supported where more may be aboard",
        ),
        (given(speed_factor=0.009), "vehicles[0].speed_factor"),
        (given(costs={"per_hour": -1}), "vehicles[0].costs.per_hour"),
    ],
)
def test_what_would_matter_is_refused_by_name(solve: Solve, file: Json, message: str) -> None:
    """Tests loads between which a break would have to choose, and figures that VROOM takes for none."""
    assert message in solve(file, exit_code=2)["error"]["message"]
