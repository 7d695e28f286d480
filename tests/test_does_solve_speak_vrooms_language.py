"""Does ``linli solve`` read and write VROOM's JSON: whoever has such a file can swap Linli in."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from linli.matcher import compiled
from linli.matcher.checker import check
from linli.matcher.limits import Limits
from linli.matcher.problem import Plan
from linli.matcher.search.solve import solve as solve_problem
from linli.services.cli import main
from linli.services.solving.vroom_format import VroomProblem
from linli.services.solving.vroom_loads import most_visits
from tests.support.problems import day
from tests.support.solve_command import Json, Solve

DURATIONS = [[0, 500, 600, 700], [510, 0, 400, 300], [620, 390, 0, 200], [700, 300, 210, 0]]


def vehicle(number: int, **more: object) -> Json:
    return {"id": number, "start_index": 0, "end_index": 0, "time_window": [28_800, 43_200], **more}


def job(number: int, place: int, **more: object) -> Json:
    return {"id": number, "location_index": place, "service": 300, **more}


def problem(**more: object) -> Json:
    """Return a small problem that is fine."""
    return {
        "vehicles": [vehicle(1, skills=[1, 14]), vehicle(2, skills=[2, 14])],
        "jobs": [
            job(1, 1, skills=[1], time_windows=[[32_400, 36_000]]),
            job(2, 2, skills=[1], description="second"),
            job(3, 3, skills=[14]),
        ],
        "matrices": {"car": {"durations": DURATIONS}},
        **more,
    }


def steps_hold(given: Json, solution: Json) -> None:
    """Recompute every route from the file alone."""
    jobs = {one["id"]: one for one in given["jobs"]}
    durations = given["matrices"]["car"]["durations"]
    for route in solution["routes"]:
        mine = next(one for one in given["vehicles"] if one["id"] == route["vehicle"])
        first, *visits, last = route["steps"]
        at, free, travelled = 0, first["arrival"], 0
        assert free >= mine["time_window"][0]
        for step in visits:
            wanted = jobs[step["id"]]
            travelled += durations[at][wanted["location_index"]]
            start = step["arrival"] + step["waiting_time"]
            assert step["arrival"] >= free + durations[at][wanted["location_index"]]
            assert any(lo <= start <= hi for lo, hi in wanted.get("time_windows", [[0, 1 << 31]]))
            assert set(wanted.get("skills", [])) <= set(mine.get("skills", []))
            assert step["duration"] == travelled
            at, free = wanted["location_index"], start + step["setup"] + step["service"]
        assert last["arrival"] == free + durations[at][0] <= mine["time_window"][1]
        assert route["cost"] == route["duration"] == travelled + durations[at][0]
    served = [step["id"] for route in solution["routes"] for step in route["steps"] if step["type"] == "job"]
    assert sorted(served + [one["id"] for one in solution["unassigned"]]) == sorted(jobs)


def test_a_solution_holds_and_adds_up(solve: Solve) -> None:
    """Tests that every step can be recomputed from the file, and that the summary is the sum of the routes."""
    given = problem()
    solution = solve(given)
    steps_hold(given, solution)
    assert solution["code"] == 0
    assert solution["summary"]["unassigned"] == 0
    assert solution["summary"]["cost"] == sum(route["cost"] for route in solution["routes"])
    # One vehicle does all three in 500 + 400 + 200 + 700 with the window of job 1 in the way: 600 + 200 + 300 + 510.
    assert solution["summary"]["cost"] == 1_610
    assert {"second"} == {s.get("description") for r in solution["routes"] for s in r["steps"] if s.get("id") == 2}


def test_the_same_work_gives_the_same_answer(solve: Solve) -> None:
    """Tests that a limit in units is deterministic, clocks aside."""
    answers = [solve(problem(), "--seed", "3") for _ in range(2)]
    for answer in answers:
        del answer["summary"]["computing_times"]
    assert answers[0] == answers[1]


def test_zero_is_the_insertion_plan(solve: Solve, tmp_path: Path) -> None:
    """Tests that with no time at all there is a plan, and that it goes to the file that was named."""
    out = tmp_path / "solution.json"
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem()), encoding="utf-8")
    for limit in ("--seconds", "--work"):
        assert main.run(["solve", str(file), limit, "0", "-o", str(out)]) == 0
        solution = json.loads(out.read_text(encoding="utf-8"))
        steps_hold(problem(), solution)
        assert solution["summary"]["linli"]["work"] == 0
        assert solution["summary"]["unassigned"] == 0


def test_no_time_is_never_worse_than_insertion() -> None:
    """Tests that a search cut short at once still leaves about what insertion alone would have placed."""
    crowded = day(teams=20, visits=150)
    inserted = solve_problem(crowded, Plan(), Limits(0), 1)
    hurried = solve_problem(crowded, Plan(), Limits(10_000_000, until=lambda: True, gone=lambda: 1_000), 1)
    assert sum(hurried.objective.served) >= 0.9 * sum(inserted.objective.served)
    assert check(crowded, hurried.plan) == []


def test_the_unassigned_come_with_reasons(solve: Solve) -> None:
    """Tests that what is impossible is solved without, and explained."""
    given = problem()
    given["jobs"].append(job(4, 2, skills=[1, 2]))
    given["jobs"].append(job(5, 2, time_windows=[[0, 60]]))
    solution = solve(given)
    steps_hold(given, solution)
    whys = {one["id"]: one["linli"] for one in solution["unassigned"]}
    assert whys[4]["reason"] == "impossible"
    assert whys[4]["rules"][0]["rule"] == "skill"
    assert whys[4]["rules"][0]["vehicles"] == 2
    assert {one["rule"] for one in whys[5]["rules"]} == {"working_hours"}


@pytest.mark.parametrize(("asked", "told"), [(0, []), (1, [6]), (2, [4, 6]), (3, [4, 5, 6])])
def test_so_many_are_explained_as_one_asks_for(solve: Solve, asked: int, told: list[int]) -> None:
    """Tests that reasons are found for so many and no more, the most urgent first, and that it is said of the rest."""
    given = problem()
    given["jobs"] += [job(4, 2, skills=[1, 2]), job(5, 2, skills=[1, 2]), job(6, 2, skills=[1, 2], priority=50)]
    left = solve(given, "--explain", str(asked))["unassigned"]
    assert [one["id"] for one in left] == [4, 5, 6]
    assert [one["id"] for one in left if one["linli"]["reason"] == "impossible"] == told
    rest = [one["linli"] for one in left if one["id"] not in told]
    assert all(why == {"reason": "not_explained", "rules": [], "lost_to": [], "change": None} for why in rest)


def test_where_time_is_over_it_is_said_of_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that nobody is silently without a reason where there was no time for one, in the file and on the screen."""
    given = problem()
    given["jobs"] += [job(4, 2, skills=[1, 2]), job(5, 2, skills=[1, 2]), job(6, 2, skills=[1, 2])]
    file, target = tmp_path / "problem.json", tmp_path / "solution.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    words = ["solve", str(file), "--seconds", "0", "--explain", "2", "-o", str(target), "--explain-seconds"]
    for seconds, reasons in (("0", ["out_of_time", "out_of_time"]), ("60", ["impossible", "impossible"])):
        assert main.run([*words, seconds]) == 0
        solution = json.loads(target.read_text(encoding="utf-8"))
        told = [one["linli"]["reason"] for one in solution["unassigned"]]
        assert told == [*reasons, "not_explained"]
        explained = solution["summary"]["linli"]["explained"]
        assert (explained["asked"], explained["out_of_time"]) == (2, told.count("out_of_time"))
        assert explained["told"] == told.count("impossible")
        assert ("out of time" in capsys.readouterr().out) is (seconds == "0")
        assert solution["summary"]["computing_times"]["explaining"] >= 0


def test_no_clock_decides_beside_deterministic_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that seconds for reasons are refused where the answer is to be the same everywhere."""
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem()), encoding="utf-8")
    assert main.run(["solve", str(file), "--work", "10", "--explain-seconds", "1"]) == 2
    assert "--explain-seconds" in capsys.readouterr().err


def test_a_bound_gives_every_job_a_price(solve: Solve) -> None:
    """Tests a vehicle that can make one of two jobs: no plan serves both, and the prices say that they fight for it."""
    fighting = problem(vehicles=[vehicle(1, max_tasks=1)], jobs=[job(1, 1), job(2, 2)], shipments=[])
    found = solve(fighting, "--bound", "20")["summary"]["linli"]["bound"]
    assert (found["served"], found["closed"]) == (1, True)
    prices = {one["id"]: one["price"] for one in found["prices"]}
    assert prices.keys() == {1, 2}
    assert sorted(one["served"] for one in found["prices"]) == [False, True]
    free = solve(
        problem(vehicles=[vehicle(1, max_tasks=2)], jobs=[job(1, 1), job(2, 2)], shipments=[]), "--bound", "20"
    )
    assert free["summary"]["linli"]["bound"]["served"] == 2


def test_priorities_decide_who_is_left_out(solve: Solve) -> None:
    """Tests that where one job can be done, the one of the highest priority is, wherever it stands in the file."""
    for place in range(3):
        jobs = [job(k, 1 + k, priority=50 if k == place else 10) for k in range(3)]
        one = [vehicle(1, time_window=[28_800, 28_800 + 1_800])]
        solution = solve(problem(jobs=jobs, vehicles=one))
        served = [step["id"] for route in solution["routes"] for step in route["steps"] if step["type"] == "job"]
        assert place in served
        assert solution["summary"]["priority"] >= 50


def test_a_step_is_a_pin(solve: Solve) -> None:
    """Tests that a job in a vehicle's steps stays with that vehicle and, where a time is given, at that time."""
    given = problem()
    given["vehicles"][1]["steps"] = [{"type": "start"}, {"type": "job", "id": 3, "service_at": 40_000}, {"type": "end"}]
    solution = solve(given)
    steps_hold(given, solution)
    [step] = [s for r in solution["routes"] if r["vehicle"] == 2 for s in r["steps"] if s.get("id") == 3]
    assert step["arrival"] + step["waiting_time"] == 40_000


def test_amounts_that_count_jobs_limit_them(solve: Solve) -> None:
    """Tests that a capacity is kept where every job takes the same, as `max_tasks` is, and that loads are told."""
    for limit in ({"capacity": [4]}, {"max_tasks": 2}):
        given = problem(vehicles=[vehicle(1, **limit)], jobs=[job(k, k, delivery=[2]) for k in (1, 2, 3)])
        if "capacity" not in limit:
            given["jobs"] = [job(k, k) for k in (1, 2, 3)]
        solution = solve(given)
        steps_hold(given, solution)
        assert solution["summary"]["unassigned"] == 1
        if "capacity" in limit:
            assert [step["load"] for step in solution["routes"][0]["steps"]] == [[4], [2], [0], [0]]
    assert (
        most_visits(VroomProblem.model_validate_json(json.dumps({"vehicles": [{"id": 1}]})), read(vehicle(1))) is None
    )


def read(given: Json) -> Any:
    return VroomProblem.model_validate_json(json.dumps({"vehicles": [given]})).vehicles[0]


def test_coordinates_alone_will_do(solve: Solve) -> None:
    """Tests that without a matrix ways are estimated from coordinates, longitude first."""
    base = [108.25, 27.94]
    given = {
        "vehicles": [{"id": 1, "start": base, "end": base}],
        "jobs": [{"id": 1, "location": [108.35, 27.94]}, {"id": 2, "location": [108.25, 27.94]}],
    }
    solution = solve(given)
    assert solution["summary"]["unassigned"] == 0
    # 9.83 km of straight line there and back, times 1.7.
    assert solution["summary"]["distance"] == pytest.approx(2 * 9_830 * 1.7, rel=0.01)
    assert solution["summary"]["linli"]["travel"] == "estimated"


def changed(path: tuple[str | int, ...], value: object) -> Json:
    """Return the fine problem with one field changed, or taken out where the value is None."""
    given = deepcopy(problem())
    at: Any = given
    for part in path[:-1]:
        at = at[part]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return given


JOB, VEHICLE, MATRIX = ("jobs", 0), ("vehicles", 1), ("matrices", "car", "durations")
MALFORMED: list[tuple[Json, str]] = [
    (changed((*JOB, "skills"), [1, 99]), "jobs[0].skills[1]: no vehicle has the skill 99"),
    (changed((*JOB, "time_windows"), [[5, 4]]), "jobs[0].time_windows[0]: ends before it starts"),
    (
        changed((*JOB, "time_windows"), [[1, 4], [3, 9]]),
        "jobs[0].time_windows[1]: begins before the one before it ends",
    ),
    (changed((*JOB, "time_windows"), [[1, 2, 3]]), "jobs[0].time_windows[0]"),
    (changed((*JOB, "id"), 2), "jobs[1].id: 2 is also the id of jobs[0]"),
    (changed((*JOB, "id"), "1"), "jobs[0].id"),
    (changed((*JOB, "service"), 2**33), "jobs[0].service"),
    (changed((*JOB, "service"), -1), "jobs[0].service"),
    (changed((*JOB, "location_index"), 4), "jobs[0].location_index: 4, but the matrix has 4 places"),
    (changed((*JOB, "location_index"), None), "jobs[0].location_index: missing"),
    (changed((*JOB, "location"), [108.0, 127.9]), "jobs[0].location[1]"),
    (changed((*JOB, "locations"), [108.0, 27.9]), "jobs[0].locations"),
    (changed((*JOB, "priority"), 101), "jobs[0].priority"),
    (changed((*JOB, "delivery"), [1]), "jobs[0].delivery: 1 dimensions"),
    (changed((*VEHICLE, "id"), 1), "vehicles[1].id: 1 is also the id of vehicles[0]"),
    (changed((*VEHICLE, "time_window"), [9, 1]), "vehicles[1].time_window: ends before it starts"),
    (changed((*VEHICLE, "steps"), [{"type": "job", "id": 7}]), "vehicles[1].steps[0].id: there is no job 7"),
    (
        changed((*VEHICLE, "steps"), [{"type": "job", "id": 1, "service_at": 1}]),
        "vehicles[1].steps[0].service_at: 1 lies in no time window of job 1",
    ),
    (changed((*MATRIX, 2), [620, 390, 0]), "matrices.car.durations[2]: not square"),
    (changed((*MATRIX, 2, 1), -1), "matrices.car.durations[2][1]: not a whole number"),
    (changed((*MATRIX, 2, 1), 0.5), "matrices.car.durations[2][1]: not a whole number"),
    (changed(("matrices", "car", "distances"), [[0]]), "matrices.car.distances: 1 rows"),
    (changed(("matrices", "bike"), {"durations": [[0]]}), "matrices.bike: no vehicle has this profile"),
    (changed(("matrix",), [[0]]), "matrix: no longer in the format"),
    (changed(("vehicles",), None), "vehicles"),
    (changed((*JOB, "time_window"), [0, 9]), "jobs[0].time_window: there is no such field; did you mean time_windows?"),
    (changed((*JOB, "amount"), [1]), "jobs[0].amount: there is no such field; did you mean delivery?"),
    (changed((*JOB, "colour"), "red"), "jobs[0].colour: there is no such field"),
    (
        changed((*VEHICLE, "steps"), [{"type": "job", "id": 1, "service_after": 36_001}]),
        "vehicles[1].steps[0].service_after: no time is left in the time windows of job 1",
    ),
    (
        changed((*VEHICLE, "steps"), [{"type": "job", "id": 1, "service_before": 32_399}]),
        "vehicles[1].steps[0].service_before: no time is left in the time windows of job 1",
    ),
    (
        changed((*VEHICLE, "steps"), [{"type": "job", "id": 1, "service_at": 33_000, "service_after": 33_001}]),
        "vehicles[1].steps[0].service_at: 33000 lies before service_after",
    ),
]
UNSUPPORTED: list[tuple[Json, str]] = [
    *(
        (changed((*VEHICLE, "costs"), {name: 5}), f"vehicles[1].costs.{name}: costs other than travel time")
        for name in ("fixed", "per_km", "per_task_hour")
    ),
    (
        changed((*VEHICLE, "costs"), {"per_hour": 60}),
        "vehicles[1].costs.per_hour: 60, but 3600 in vehicles[0]: supported only if it is the same for all vehicles",
    ),
    (changed((*VEHICLE, "breaks"), [{"id": 1, "time_windows": [[1, 2]]}]), "vehicles[1].breaks"),
    (changed((*VEHICLE, "speed_factor"), 1.5), "vehicles[1].speed_factor: 1.5, but 1 in vehicles[0]: supported only"),
    (changed((*VEHICLE, "profile"), "bike"), "vehicles: one problem, one profile"),
    (changed((*JOB, "service_per_type"), {"van": 5}), "jobs[0].service_per_type"),
    (
        {"vehicles": [{"id": 1, "profile": "bike", "start": [108.2, 27.9]}], "jobs": []},
        "vehicles[0].profile: there is no matrix for bike, and ways are found for car alone",
    ),
    (changed(("matrices", "car", "costs"), DURATIONS), "matrices.car.costs"),
    (
        problem(vehicles=[vehicle(1)], jobs=[job(1, 1, setup=60), job(2, 1)]),
        "jobs[0].setup: not supported where several jobs share a place",
    ),
]


@pytest.mark.parametrize(("given", "message"), MALFORMED + UNSUPPORTED, ids=[m for _, m in MALFORMED + UNSUPPORTED])
def test_a_bad_problem_is_refused_with_path_and_reason(solve: Solve, given: Json, message: str) -> None:
    """Tests that what is malformed, contradictory or not supported is refused by name, and nothing is solved."""
    told = solve(given, exit_code=2)
    assert told["error"]["code"] == "problem"
    assert message in told["error"]["message"]


def test_without_vehicles_everything_is_left_out(solve: Solve) -> None:
    """Tests a file with a matrix and nobody to go."""
    solution = solve(problem(vehicles=[], jobs=[job(1, 1), job(2, 2)]))
    assert [one["linli"]["reason"] for one in solution["unassigned"]] == ["impossible"] * 2


def test_one_mistake_is_told_once(solve: Solve) -> None:
    """Tests that a window with an impossible time is not called an empty list, too."""
    told = solve(changed((*JOB, "time_windows"), [[-5, 4]]), exit_code=2)["error"]["message"]
    assert "jobs[0].time_windows[0][0]: Input should be greater than or equal to 0" in told
    assert "at least 1 item" not in told


def test_a_file_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    """Tests a byte order mark before the first brace."""
    file = tmp_path / "bom.json"
    file.write_text(json.dumps(problem()), encoding="utf-8-sig")
    assert main.run(["solve", str(file), "--work", "0", "-o", str(tmp_path / "out.json")]) == 0


def test_what_is_no_problem_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests files that are no JSON, no object or not there, and contradictory limits."""
    file, missing = tmp_path / "bad.json", tmp_path / "missing.json"
    for text in ("{", "[]", ""):
        file.write_text(text, encoding="utf-8")
        assert main.run(["solve", str(file)]) == 2
    assert main.run(["solve", str(missing)]) == 3
    file.write_text(json.dumps(problem()), encoding="utf-8")
    assert main.run(["solve", str(file), "--seconds", "1", "--work", "1"]) == 2
    assert main.run(["solve", str(file), "-o", str(tmp_path / "nowhere" / "out.json")]) == 5
    assert capsys.readouterr().out == ""


def test_a_machine_without_machine_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that who gets insertion's plan because nothing was compiled learns of it, and what to do."""
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem()), encoding="utf-8")
    words = ["solve", str(file), "--work", "500", "-o", str(tmp_path / "out.json")]
    assert main.run(words) == 0
    assert "not set up" not in capsys.readouterr().err
    monkeypatch.setattr(compiled, "is_warm", lambda: False)
    assert main.run(words) == 0
    assert "linli.matcher.search.compile" in capsys.readouterr().err


def test_a_person_is_told_instead_of_whom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that the terminal says of what was lost who has the time, and of what is impossible by which rule."""
    file = tmp_path / "problem.json"
    busy = [job(k, 1, service=12_000) for k in (1, 2)]
    given = problem(vehicles=[vehicle(7, skills=[1])], jobs=[*busy, job(3, 2, service=20_000, skills=[1])])
    file.write_text(json.dumps(given), encoding="utf-8")
    assert main.run(["solve", str(file), "--work", "500", "-o", str(tmp_path / "out.json")]) == 0
    lost, impossible = capsys.readouterr().out.splitlines()[-2:]
    assert lost.split() == ["2", "lost", "to", "others", "vehicle", "7", "(job", "1)"]
    assert impossible.split()[:3] == ["3", "impossible", "working"]


def test_a_way_home_that_is_shorter_by_another_place_is_taken(solve: Solve) -> None:
    """Tests a tour whose first stop alone goes beyond the limit: what is left out was explained by an error."""
    ways = [[0, 100, 200, 900], [1000, 0, 100, 900], [100, 900, 0, 900], [900, 900, 900, 0]]
    given = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "max_travel_time": 400}],
        "jobs": [{"id": k, "location_index": k} for k in (1, 2, 3)],
        "matrices": {"car": {"durations": ways}},
    }
    solution = solve(given)
    assert [step["id"] for step in solution["routes"][0]["steps"] if step["type"] == "job"] == [1, 2]
    assert [one["linli"]["reason"] for one in solution["unassigned"]] == ["impossible"]


def test_what_can_wait_at_home_does_not_wait_on_the_way(solve: Solve) -> None:
    """Tests that a route sets out so late that its only window is met without waiting, and ends as early as it can."""
    given = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 9_000]}],
        "jobs": [
            {"id": 1, "location_index": 1, "service": 300, "time_windows": [[0, 2_000]]},
            {"id": 2, "location_index": 2, "service": 60, "time_windows": [[5_000, 6_000]]},
            {"id": 3, "location_index": 3, "service": 60},
        ],
        "matrices": {
            "car": {"durations": [[0, 100, 300, 300], [300, 0, 100, 300], [300, 300, 0, 100], [100, 300, 300, 0]]}
        },
    }
    solution = solve(given)
    first, *jobs, last = solution["routes"][0]["steps"]
    assert [(step["id"], step["arrival"], step["waiting_time"]) for step in jobs] == [
        (1, 2_000, 0),
        (2, 2_400, 2_600),
        (3, 5_160, 0),
    ]
    assert (first["arrival"], last["arrival"], solution["summary"]["waiting_time"]) == (1_900, 5_320, 2_600)


def test_what_is_brought_has_both_its_names(solve: Solve) -> None:
    """Tests that deliveries are told under their earlier name too, as VROOM still does, where vehicles have loads."""
    given = problem()
    for one in given["vehicles"]:
        one["capacity"] = [5]
    given["jobs"][1]["delivery"] = [2]
    solution = solve(given)
    assert solution["summary"]["amount"] == solution["summary"]["delivery"] == [2]
    assert all(route["amount"] == route["delivery"] for route in solution["routes"])
    assert "amount" not in solve(problem())["summary"]


def test_a_vehicles_type_alone_does_no_harm(solve: Solve) -> None:
    """Tests that a type is read where no task takes another time for it; such times are refused by their own names."""
    given = problem()
    given["vehicles"][0]["type"] = "van"
    assert solve(given)["routes"] == solve(problem())["routes"]
    given["jobs"][0]["service_per_type"] = {"van": 60}
    assert "jobs[0].service_per_type: not supported" in solve(given, exit_code=2)["error"]["message"]


def test_a_source_of_ways_that_is_none_is_refused_beside_a_matrix_too(
    solve: Solve, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that a slip in --travel is told, and that a matrix stands before the source."""
    assert "--travel osmr:" in solve(problem(), "--travel", "osmr:http://x", exit_code=2)["error"]["message"]
    file = tmp_path / "p.json"
    file.write_text(json.dumps(problem()))
    assert main.run(["solve", str(file), "--work", "10", "--travel", "osrm:http://127.0.0.1:1"]) == 0
    assert "matrix of its own" in capsys.readouterr().err
