"""Does ``linli solve`` carry VROOM's shipments: fetched at one place, brought to another, other things in between."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Iterator
from copy import deepcopy
from itertools import accumulate, pairwise, permutations
from pathlib import Path
from typing import Any

import pytest

from linli.matcher import compiled
from linli.matcher.carrying import plan_trips
from linli.matcher.carrying.errands import Errands, Trips
from linli.matcher.carrying.plan_trips import Planned
from linli.matcher.limits import Limits
from linli.matcher.problem import Plan
from linli.services.cli import main
from linli.services.solving import vroom_sharing
from linli.services.solving.limits import Allowance
from linli.services.solving.vroom_errands import errands_of
from linli.services.solving.vroom_format import VroomProblem
from linli.services.solving.vroom_problem import Translated, translated
from linli.services.solving.vroom_reading import read_problem
from tests.support.solve_command import Json, Solve

DURATIONS = [
    [0, 500, 600, 700, 650],
    [510, 0, 400, 300, 250],
    [620, 390, 0, 200, 350],
    [700, 300, 210, 0, 150],
    [640, 260, 340, 160, 0],
]
OPENS, CLOSES = 28_800, 43_200


def vehicle(number: int, **more: object) -> Json:
    return {"id": number, "start_index": 0, "end_index": 0, "time_window": [OPENS, CLOSES], **more}


def job(number: int, place: int, **more: object) -> Json:
    return {"id": number, "location_index": place, "service": 300, **more}


def shipment(number: int, places: tuple[int, int], pickup: Json | None = None, **more: object) -> Json:
    """Return a shipment whose pickup has the given id, and whose delivery has that and 100."""
    fetched = {"id": number, "location_index": places[0], "service": 60, **(pickup or {})}
    return {"pickup": fetched, "delivery": {"id": number + 100, "location_index": places[1], "service": 120}, **more}


def problem(**more: object) -> Json:
    """Return a small problem that is fine."""
    return {
        "vehicles": [vehicle(1, capacity=[4])],
        "jobs": [job(1, 3)],
        "shipments": [
            shipment(1, (1, 2), amount=[2], priority=3),
            shipment(2, (4, 1), {"description": "pharmacy", "setup": 30}, amount=[3]),
        ],
        "matrices": {"car": {"durations": DURATIONS}},
        **more,
    }


def tasks_of(given: Json) -> dict[tuple[str, int], Json]:
    """Return what the file says of every task, by its type and id."""
    tasks = {("job", one["id"]): one for one in given.get("jobs", [])}
    for one in given["shipments"]:
        tasks |= {(kind, one[kind]["id"]): one[kind] for kind in ("pickup", "delivery")}
    return tasks


def steps_hold(given: Json, solution: Json) -> None:
    """Recompute every route from the file alone, and see that each delivery follows its own pickup."""
    tasks, pairs = tasks_of(given), {one["pickup"]["id"]: one["delivery"]["id"] for one in given["shipments"]}
    capacity = {one["id"]: one.get("capacity", []) for one in given["vehicles"]}
    served: list[tuple[str, int]] = []
    for route in solution["routes"]:
        first, *steps, last = route["steps"]
        at = 0
        free: int = first["arrival"]
        travelled = 0
        assert free >= OPENS
        for number, step in enumerate(steps):
            wanted = tasks[step["type"], step["id"]]
            to: int = wanted["location_index"]
            way = DURATIONS[at][to]
            travelled += way
            free += way
            start = step["arrival"] + step["waiting_time"]
            assert (step["arrival"], step["duration"]) == (free, travelled)
            assert any(lo <= start <= hi for lo, hi in wanted.get("time_windows", [[0, 1 << 31]]))
            assert (step["setup"], step["service"]) == (wanted.get("setup", 0), wanted["service"])
            at = to
            free = start + step["setup"] + step["service"]
            assert all(load <= limit for load, limit in zip(step["load"], capacity[route["vehicle"]], strict=True))
            if step["type"] == "pickup":
                assert [s["type"] for s in steps[number:] if s["id"] == pairs[step["id"]]].count("delivery") == 1
            served.append((step["type"], step["id"]))
        assert last["arrival"] == free + DURATIONS[at][0] <= CLOSES
        assert route["cost"] == route["duration"] == travelled + DURATIONS[at][0]
        for name in ("setup", "service", "waiting_time"):
            assert route[name] == sum(step[name] for step in route["steps"])
    left = [(one["type"], one["id"]) for one in solution["unassigned"]]
    assert sorted(served + left) == sorted(tasks)
    assert solution["summary"]["unassigned"] == len(left)


def least_travel(given: Json) -> int:
    """Return the least travel with which one vehicle serves all, by trying every order in which its load is borne."""
    limit = given["vehicles"][0].get("capacity", [1 << 30])[0]
    tasks = [(("job", one["id"]), one["location_index"], 0) for one in given["jobs"]]
    for one in given["shipments"]:
        load = one.get("amount", [0])[0]
        tasks.append((("pickup", one["pickup"]["id"]), one["pickup"]["location_index"], load))
        tasks.append((("delivery", one["pickup"]["id"]), one["delivery"]["location_index"], -load))

    def ways() -> Iterator[int]:
        for order in permutations(tasks):
            names = [name for name, _, _ in order]
            early = [
                n for kind, n in names if kind == "delivery" and names.index(("pickup", n)) > names.index((kind, n))
            ]
            if not early and max(accumulate(load for _, _, load in order)) <= limit:
                yield sum(DURATIONS[a][b] for a, b in pairwise([0, *(place for _, place, _ in order), 0]))

    return min(ways())


def test_a_solution_with_shipments_is_the_best_and_adds_up(solve: Solve) -> None:
    """Tests that every step can be recomputed from the file, and that no other order takes less travel."""
    given = problem()
    solution = solve(given)
    steps_hold(given, solution)
    summary = solution["summary"]
    assert (summary["unassigned"], summary["cost"]) == (0, least_travel(given))
    assert (summary["pickup"], summary["delivery"]) == ([5], [5])
    # A priority counts at both ends, as with VROOM.
    assert (summary["priority"], summary["setup"], summary["service"]) == (6, 30, 300 + 2 * 180)
    [told] = [s for s in solution["routes"][0]["steps"] if s["type"] == "pickup" and s["id"] == 2]
    assert (told["description"], told["location_index"], told["load"]) == ("pharmacy", 4, [3])


@pytest.mark.parametrize("places", [((2, 3), (3, 2)), ((1, 1), (4, 2)), ((3, 1), (3, 4))])
def test_other_days_are_the_best_too(solve: Solve, places: tuple[tuple[int, int], ...]) -> None:
    """Tests days with ways back and forth, both ends at one place, and one place for two pickups."""
    given = problem(shipments=[shipment(k + 1, ends) for k, ends in enumerate(places)])
    solution = solve(given)
    steps_hold(given, solution)
    assert (solution["summary"]["unassigned"], solution["summary"]["cost"]) == (0, least_travel(given))


def some_windows(rng: random.Random) -> Json:
    opens = rng.randrange(OPENS, CLOSES - 3_000, 500)
    return {"time_windows": [[opens, opens + 3_000]]} if rng.random() < 0.6 else {}


@pytest.mark.parametrize("seed", range(8))
def test_crowded_days_hold(solve: Solve, seed: int) -> None:
    """Tests days drawn by chance, with windows at either end, loads and two vehicles: what is planned holds."""
    rng = random.Random(seed)
    given = problem(jobs=[job(k, rng.randrange(1, 5), **some_windows(rng)) for k in range(4)])
    given["vehicles"] = [vehicle(k, capacity=[rng.randint(1, 3)], max_travel_time=5_000) for k in (1, 2)]
    given["shipments"] = [
        shipment(k, (rng.randrange(1, 5), rng.randrange(1, 5)), some_windows(rng), amount=[rng.randint(1, 3)])
        for k in range(10)
    ]
    for one in given["shipments"]:
        one["delivery"] |= some_windows(rng)
    solution = solve(given)
    steps_hold(given, solution)
    assert {step["type"] for route in solution["routes"] for step in route["steps"]} >= {"pickup", "delivery"}
    assert all(route["duration"] <= 5_000 for route in solution["routes"])


def test_a_pickup_that_closes_early_makes_the_vehicle_wait_at_the_delivery(solve: Solve) -> None:
    """Tests windows at both ends: fetched as late as may be, then waiting at the door until it opens."""
    one = shipment(1, (1, 2), {"time_windows": [[30_000, 31_000]]})
    one["delivery"]["time_windows"] = [[36_000, 37_000]]
    given = problem(shipments=[one], jobs=[])
    solution = solve(given)
    steps_hold(given, solution)
    start, pickup, delivery, _ = solution["routes"][0]["steps"]
    assert (start["arrival"], pickup["arrival"], pickup["waiting_time"]) == (30_500, 31_000, 0)
    assert (delivery["arrival"], delivery["waiting_time"]) == (31_460, 36_000 - 31_460)


def test_a_vehicle_waits_before_a_pickup_that_opens_late(solve: Solve) -> None:
    """Tests waiting where something is fetched, after a job that had to be early."""
    given = problem(
        shipments=[shipment(1, (4, 2), {"time_windows": [[36_000, 37_000]]})],
        jobs=[job(1, 3, time_windows=[[30_000, 30_500]])],
    )
    solution = solve(given)
    steps_hold(given, solution)
    assert [step["type"] for step in solution["routes"][0]["steps"]] == ["start", "job", "pickup", "delivery", "end"]
    assert solution["routes"][0]["steps"][2]["waiting_time"] > 5_000


def test_an_unassigned_shipment_is_told_by_both_ends_with_a_reason(solve: Solve) -> None:
    """Tests that both ends stand among the unassigned, and that what is lost to a shipment names its delivery."""
    given = problem(vehicles=[vehicle(1, skills=[1], max_travel_time=1_600), vehicle(2, skills=[2])])
    given["jobs"] = []
    asked = ([1, 2], 0), ([1], 9), ([1], 0)
    ends = (1, 2), (1, 2), (4, 3)
    given["shipments"] = [
        shipment(k, two, skills=skills, priority=priority)
        for k, two, (skills, priority) in zip((1, 2, 3), ends, asked, strict=True)
    ]
    solution = solve(given)
    steps_hold(given, solution)
    whys = {(one["type"], one["id"]): one["linli"] for one in solution["unassigned"]}
    assert set(whys) == {("pickup", 1), ("delivery", 101), ("pickup", 3), ("delivery", 103)}
    assert whys["pickup", 1] == whys["delivery", 101]
    assert (whys["pickup", 1]["reason"], whys["pickup", 1]["rules"][0]["rule"]) == ("impossible", "skill")
    assert whys["pickup", 3]["reason"] == "lost"
    to = whys["pickup", 3]["lost_to"][0]
    assert (to["vehicle"], to["jobs"], to["shipments"], to["any_one"]) == (1, [], [102], True)
    assert (to["exchange"]["because"], to["exchange"]["shipments"]) == ("more_urgent", [102])


def test_a_shipment_goes_where_there_is_room_for_it(solve: Solve) -> None:
    """Tests that a load counts only while it is on board, and that what is too large for a vehicle goes on another."""
    given = problem(vehicles=[vehicle(1, capacity=[2]), vehicle(2, capacity=[3], time_window=[OPENS, OPENS + 2_400])])
    given["jobs"] = []
    given["shipments"] = [shipment(k, (1, 2), amount=[amount]) for k, amount in ((1, 2), (2, 2), (3, 3), (4, 4))]
    solution = solve(given)
    steps_hold(given, solution)
    served = {r["vehicle"]: {s["id"] for s in r["steps"] if s["type"] == "pickup"} for r in solution["routes"]}
    assert served == {1: {1, 2}, 2: {3}}
    assert {one["linli"]["rules"][0]["name"] for one in solution["unassigned"]} == {"the load fits on the vehicle"}
    assert [step["load"] for step in solution["routes"][0]["steps"]] == [[0], [2], [0], [2], [0], [0]]


def test_a_shipment_is_two_tasks(solve: Solve) -> None:
    """Tests that `max_tasks` counts both ends, as VROOM does."""
    for most, left in ((1, 6), (2, 4), (3, 4), (4, 2), (6, 0)):
        given = problem(vehicles=[vehicle(1, max_tasks=most)], jobs=[])
        given["shipments"] = [shipment(k, (k, k + 1)) for k in (1, 2, 3)]
        solution = solve(given)
        steps_hold(given, solution)
        assert solution["summary"]["unassigned"] == left


def test_a_vehicle_is_on_the_way_no_longer_than_it_may(solve: Solve) -> None:
    """Tests that `max_travel_time` holds to the second, with the way from pickup to delivery, and for jobs alone."""
    for shipments, jobs in (([shipment(1, (1, 2))], []), ([], [job(1, 1), job(2, 2)])):
        given = problem(shipments=shipments, jobs=jobs)
        way = least_travel(given)
        for limit, left in ((way, 0), (way - 1, 1 if jobs else 2)):
            given["vehicles"] = [vehicle(1, max_travel_time=limit)]
            solution = solve(given)
            steps_hold(given, solution)
            assert solution["summary"]["unassigned"] == left
            assert solution["summary"]["duration"] <= limit


def test_a_vehicle_goes_no_farther_than_it_may(solve: Solve) -> None:
    """Tests that `max_distance` holds to the metre, counted on the distances and not on the times."""
    farther = [[1_000 * (a > b) + 7 * way for b, way in enumerate(row)] for a, row in enumerate(DURATIONS)]
    matrices = {"car": {"durations": DURATIONS, "distances": farther}}
    for shipments, jobs in (([shipment(1, (1, 2))], []), ([], [job(1, 1), job(2, 2)])):
        given = problem(shipments=shipments, jobs=jobs, matrices=matrices)
        places = [0, 1, 2, 0]
        orders = [places] if shipments else [places, [0, 2, 1, 0]]
        way = min(sum(farther[a][b] for a, b in pairwise(order)) for order in orders)
        for limit, left in ((way, 0), (way - 1, 1 if jobs else 2)):
            given["vehicles"] = [vehicle(1, max_distance=limit)]
            solution = solve(given)
            steps_hold(given, solution)
            assert solution["summary"]["unassigned"] == left
            assert solution["summary"]["distance"] <= limit


def aboard_together(**more: object) -> Json:
    """Return two shipments of one way, for which a vehicle has time only if both are aboard at once: 500 metres."""
    ways = [[0, 100, 100], [100, 0, 300], [100, 300, 0]]
    ends = [{kind: {"id": k, "location_index": at} for kind, at in (("pickup", 1), ("delivery", 2))} for k in (1, 2)]
    one = {"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 1_000], **more}
    return {"vehicles": [one], "shipments": ends, "matrices": {"car": {"durations": ways, "distances": ways}}}


@pytest.mark.parametrize(("limit", "left"), [(500, 0), (499, 4)])
def test_where_metres_are_limited_both_may_be_aboard(solve: Solve, limit: int, left: int) -> None:
    """Tests to the metre that limited metres keep nobody from fetching two things at once; they did before."""
    summary = solve(aboard_together(max_distance=limit))["summary"]
    assert (summary["unassigned"], summary["linli"]["proven"]) == (left, False)


def test_only_what_holds_of_the_file_is_proven(solve: Solve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that nothing is proven by a search that knows less than the file allows, with machine code or without."""
    alone = problem(shipments=[shipment(1, (1, 2))], jobs=[])
    assert solve(alone)["summary"]["linli"]["proven"]
    pausing = copy.deepcopy(alone)
    pausing["vehicles"][0]["breaks"] = [{"id": 1, "time_windows": [[30_000, 40_000]], "service": 600}]
    assert not solve(pausing)["summary"]["linli"]["proven"]
    monkeypatch.setattr(compiled, "is_warm", lambda: False)
    summary = solve(aboard_together(max_distance=900))["summary"]
    assert (summary["unassigned"], summary["linli"]["proven"]) == (2, False)
    assert not solve(alone)["summary"]["linli"]["proven"]


def test_a_change_beside_a_shipment_is_only_found(solve: Solve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that no change is called smallest which is so only while nothing comes between a pickup and its delivery.

    The delivery waits for ten o'clock. In the meantime the job could be done as it is; whoever does nothing in between
    asks for a wider window. What no vehicle could do at all stays proved: the skill is missing whatever is planned.
    """
    monkeypatch.setattr(compiled, "is_warm", lambda: False)
    at_ten = {"id": 2, "location_index": 2, "time_windows": [[36_000, 36_000]]}
    fetched = {"pickup": {"id": 1, "location_index": 1, "time_windows": [[30_000, 30_000]]}, "delivery": at_ten}
    given = problem(shipments=[{**fetched, "priority": 9}], jobs=[job(1, 2, time_windows=[[33_000, 33_000]])])
    given["vehicles"] = [vehicle(1, time_window=[OPENS, 37_000], skills=[1])]
    (left,) = solve(given)["unassigned"]
    assert left["linli"]["change"]["kind"] == "widen_window"
    assert not left["linli"]["change"]["proved"]
    given["vehicles"] = [vehicle(1, skills=[1]), vehicle(2, time_window=[OPENS, OPENS], skills=[2])]
    given["jobs"] = [job(1, 2, skills=[2])]
    (left,) = solve(given)["unassigned"]
    assert left["linli"]["change"]["kind"] == "add_skill"
    assert left["linli"]["change"]["proved"]


def test_coordinates_and_a_file_of_ways_will_do(solve: Solve, tmp_path: Path) -> None:
    """Tests that the place of a pickup is among those whose ways are estimated or fetched."""
    base, far, near = [108.25, 27.94], [108.35, 27.94], [108.30, 27.94]
    ends = {"pickup": {"id": 1, "location": far}, "delivery": {"id": 1, "location": near}}
    given = {"vehicles": [{"id": 1, "start": base, "end": base}], "shipments": [ends]}
    # 9.83 km of straight line there and back, times 1.7.
    assert solve(given)["summary"]["distance"] == pytest.approx(2 * 9_830 * 1.7, rel=0.01)
    rows = [
        f"{a[1]},{a[0]},{b[1]},{b[0]},{seconds},1"
        for a, b, seconds in (
            (base, far, 70),
            (far, near, 20),
            (near, base, 10),
            (far, base, 9),
            (near, far, 9),
            (base, near, 9),
        )
    ]
    ways = tmp_path / "ways.csv"
    ways.write_text("\n".join(["from_lat,from_lon,to_lat,to_lon,seconds,metres", *rows]), encoding="utf-8")
    assert solve(given, "--travel", f"csv:{ways}")["summary"]["cost"] == 100


def test_the_help_says_what_comes_between(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that who reads the help learns where other things may be done between a pickup and its delivery."""
    assert main.run(["solve", "--help"]) == 0
    assert "Other things may be done between a pickup and its delivery;" in " ".join(
        capsys.readouterr().out.replace("│", " ").split()
    )


def test_several_things_are_aboard_at_once(solve: Solve) -> None:
    """Tests that a round fetches all at one place as far as they fit, whatever the windows of the last one are."""
    given = problem(vehicles=[vehicle(1, capacity=[3])], jobs=[])
    given["shipments"] = [shipment(k, (1, to), amount=[1]) for k, to in ((1, 2), (2, 3), (3, 4))]
    solution = solve(given)
    steps_hold(given, solution)
    kinds = [step["type"] for step in solution["routes"][0]["steps"]]
    assert kinds == ["start", *["pickup"] * 3, *["delivery"] * 3, "end"]
    assert solution["summary"]["cost"] == least_travel(given)
    given["vehicles"] = [vehicle(1, capacity=[2])]
    solution = solve(given)
    steps_hold(given, solution)
    assert max(step["load"][0] for step in solution["routes"][0]["steps"]) == 2
    assert solution["summary"]["cost"] == least_travel(given)


def test_what_is_left_out_beside_trips_has_a_reason(solve: Solve) -> None:
    """Tests that beside trips that share, what no vehicle could do is impossible, and the rest lost."""
    given = problem(vehicles=[vehicle(1, capacity=[3], max_tasks=6, skills=[1]), vehicle(2, skills=[2], capacity=[0])])
    given["jobs"] = []
    given["shipments"] = [shipment(k, (1, to), amount=[1], priority=1) for k, to in ((1, 2), (2, 3), (3, 4))]
    given["shipments"] += [shipment(4, (1, 2), amount=[1]), shipment(5, (1, 2), skills=[1, 2], amount=[1])]
    given["shipments"].append(shipment(6, (1, 2), amount=[4]))
    solution = solve(given)
    steps_hold(given, solution)
    assert solution["summary"]["linli"]["served"] == [3, 0]
    whys = {one["id"]: one["linli"] for one in solution["unassigned"] if one["type"] == "delivery"}
    assert {number: why["reason"] for number, why in whys.items()} == {
        104: "lost",
        105: "impossible",
        106: "impossible",
    }
    assert whys[105]["rules"][0]["rule"] == "skill"
    assert whys[106]["rules"][0]["name"] == "the load fits on the vehicle"
    assert whys[104]["change"] is None


def test_a_bound_is_refused_where_things_share(solve: Solve) -> None:
    """Tests that what bounds the matcher's own plans is not given out as a bound on trips that share."""
    told = solve(problem(), "--bound", "1", exit_code=2)
    assert "--bound" in told["error"]["message"]


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


def both_ends(**windows: list[list[int]]) -> Json:
    one = shipment(1, (1, 2))
    for kind, its in windows.items():
        one[kind]["time_windows"] = its
    return problem(shipments=[one])


FIRST, VEHICLE = ("shipments", 0), ("vehicles", 0)
REFUSED: list[tuple[Json, str]] = [
    (changed((*FIRST, "pickup"), None), "shipments[0].pickup"),
    (changed((*FIRST, "delivery", "id"), None), "shipments[0].delivery.id"),
    (changed((*FIRST, "delivery", "id"), 102), "shipments[1].delivery.id: 102 is also the id of shipments[0].delivery"),
    (changed((*FIRST, "pickup", "id"), 2), "shipments[1].pickup.id: 2 is also the id of shipments[0].pickup"),
    (changed((*FIRST, "pickup", "location_index"), 5), "shipments[0].pickup.location_index: 5, but the matrix has 5"),
    (changed((*FIRST, "delivery", "location_index"), None), "shipments[0].delivery.location_index: missing"),
    (changed((*FIRST, "pickup", "time_windows"), [[5, 4]]), "shipments[0].pickup.time_windows[0]: ends before"),
    (
        changed((*FIRST, "delivery", "time_windows"), [[1, 4], [3, 9]]),
        "shipments[0].delivery.time_windows[1]: begins before the one before it ends",
    ),
    (changed((*FIRST, "pickup", "priority"), 1), "shipments[0].pickup.priority"),
    (changed((*FIRST, "priority"), 101), "shipments[0].priority"),
    (changed((*FIRST, "skills"), [9]), "shipments[0].skills[0]: no vehicle has the skill 9"),
    (changed((*FIRST, "amount"), [1, 1]), "shipments[0].amount: 2 dimensions, but the vehicles' capacity has 1"),
    (changed((*FIRST, "pickup", "setup_per_type"), {"van": 5}), "shipments[0].pickup.setup_per_type: not supported"),
    (changed((*FIRST, "delivery", "service_per_type"), {"van": 5}), "shipments[0].delivery.service_per_type"),
    (changed((*FIRST, "pickup", "location_index"), 4), "shipments[1].pickup.setup: not supported where several"),
    (changed(("shipments", 1, "pickup", "location_index"), 0), "shipments[1].pickup.setup: not supported where"),
    (
        both_ends(pickup=[[1, 4], [7, 9]], delivery=[[8, 9]]),
        "shipments[0].pickup.time_windows: several windows are not supported where the delivery has windows too",
    ),
    (
        both_ends(pickup=[[1, 4]], delivery=[[1, 4], [7, 9]]),
        "shipments[0].delivery.time_windows: several windows are not supported where the pickup has windows too",
    ),
    (changed((*VEHICLE, "steps"), [{"type": "pickup", "id": 1}]), "vehicles[0].steps[0].type: pickup is not supported"),
    (changed((*VEHICLE, "steps"), [{"type": "delivery", "id": 101}]), "vehicles[0].steps[0].type: delivery is not"),
    (changed((*VEHICLE, "max_distance"), 4), "vehicles[0].max_distance: matrices.car has no distances"),
    (
        {
            **changed((*VEHICLE, "max_distance"), 4),
            "matrices": {
                "car": {"durations": [[0] * 5] * 5, "distances": [[int(a != b) for b in range(5)] for a in range(5)]}
            },
        },
        "vehicles[0].max_distance: matrices.car has distances where durations are 0",
    ),
]


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_bad_shipment_is_refused_with_path_and_reason(solve: Solve, given: Json, message: str) -> None:
    """Tests that what is malformed, contradictory or not supported is refused by name, and nothing is solved."""
    told = solve(given, exit_code=2)
    assert told["error"]["code"] == "problem"
    assert message in told["error"]["message"]


def test_the_time_for_trips_begins_before_they_are_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a search for trips whose setting up takes all its time finds it over, and none is set up without."""
    over = list[bool]()

    def slowly(given: VroomProblem, whole: Translated) -> Errands:
        time.sleep(0.02)
        return errands_of(given, whole)

    def noted(errands: Errands, trips: Trips, limits: Limits, seed: int) -> Planned:
        over.append(limits.until is not None and limits.until())
        return Planned(trips, 0, 0)

    monkeypatch.setattr(vroom_sharing, "errands_of", slowly)
    monkeypatch.setattr(plan_trips, "plan_trips", noted)
    file = read_problem(json.dumps(problem(jobs=[])).encode(), "problem")
    given, read = file.problem, translated(file)
    assert vroom_sharing.shared(given, read, Plan(), Allowance(seconds=0.01), lambda _: None) is None
    assert over == [True]
    assert vroom_sharing.shared(given, read, Plan(), Allowance(seconds=0.0), lambda _: None) is None
    assert over == [True]
