"""Does ``linli solve`` carry loads that differ from job to job: brought from the base, taken back to it, or fetched."""

from __future__ import annotations

import random
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest

from linli.matcher import compiled
from linli.matcher.carrying.check_trips import faults_of_trips
from linli.matcher.carrying.errands import Done, Errand, Errands, Task, Vehicle
from linli.matcher.carrying.fitting import fitting
from tests.support.solve_command import Json, Solve

Worth = tuple[int, int]
"""Jobs served and, negative, seconds of way: more is better."""


def durations(places: int, rng: random.Random) -> list[list[int]]:
    """Return ways between points of a plane, so that no detour is shorter."""
    spots = [(rng.randrange(1000), rng.randrange(1000)) for _ in range(places)]
    return [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in spots] for a in spots]


def some_day(seed: int) -> Json:
    """Return six jobs, each delivering or picking up some of two goods, and two vehicles too small for all."""
    rng = random.Random(seed)
    jobs: list[Json] = [
        {"id": k, "location_index": k, rng.choice(("delivery", "pickup")): [rng.randrange(5), rng.randrange(3)]}
        for k in range(1, 7)
    ]
    vehicles = [{"id": k, "start_index": 0, "end_index": 0, "capacity": [rng.randrange(3, 8), 3]} for k in (1, 2)]
    return {"vehicles": vehicles, "jobs": jobs, "matrices": {"car": {"durations": durations(7, rng)}}}


def loads_of(order: list[Json]) -> list[list[int]]:
    """Return what is aboard at the base and after each job, in both goods."""
    zero = [0, 0]
    load = [sum(one.get("delivery", zero)[k] for one in order) for k in (0, 1)]
    loads = [load]
    for one in order:
        load = [load[k] - one.get("delivery", zero)[k] + one.get("pickup", zero)[k] for k in (0, 1)]
        loads.append(load)
    return loads


def is_borne(order: list[Json], capacity: list[int]) -> bool:
    return all(load[k] <= capacity[k] for load in loads_of(order) for k in (0, 1))


def best(given: Json) -> Worth:
    """Return the most jobs, then the least way, by trying everything."""
    matrices = given["matrices"]["car"]
    ways = matrices["durations"]

    def along(table: list[list[int]], order: tuple[Json, ...]) -> int:
        return sum(table[a][b] for a, b in pairwise([0, *(one["location_index"] for one in order), 0]))

    def routes(vehicle: Json) -> dict[frozenset[int], int]:
        found: dict[frozenset[int], int] = {}
        farthest = vehicle.get("max_distance")
        for many in range(len(given["jobs"]) + 1):
            for order in permutations(given["jobs"], many):
                near = farthest is None or along(matrices["distances"], order) <= farthest
                if near and is_borne(list(order), vehicle["capacity"]):
                    way = along(ways, order)
                    served = frozenset(one["id"] for one in order)
                    found[served] = min(way, found.get(served, way))
        return found

    mine, others = (routes(one) for one in given["vehicles"])
    pairs = ((a, b) for a in mine for b in others if not a & b)
    return max((len(a) + len(b), -mine[a] - others[b]) for a, b in pairs)


@pytest.mark.parametrize("seed", range(6))
def test_loads_that_differ_are_planned_best(solve: Solve, seed: int) -> None:
    """Tests that nothing is left out and no way made that trying everything would spare, and that loads are told."""
    given = some_day(seed)
    solution = solve(given, "--work", "20000")
    jobs = {one["id"]: one for one in given["jobs"]}
    summary, served = solution["summary"], 0
    for route in solution["routes"]:
        capacity = given["vehicles"][route["vehicle"] - 1]["capacity"]
        order = [jobs[step["id"]] for step in route["steps"] if step["type"] == "job"]
        assert is_borne(order, capacity)
        assert [step["load"] for step in route["steps"][:-1]] == loads_of(order)
        served += len(order)
    assert (served, -summary["cost"]) == best(given)
    assert summary["unassigned"] == len(jobs) - served
    assert not summary["linli"]["proven"]


def test_what_fits_nowhere_is_impossible(solve: Solve) -> None:
    """Tests that a job heavier than any vehicle is told apart from those that others displaced."""
    given = some_day(0)
    given["jobs"] = [{"id": k, "location_index": k, "delivery": [amount, 0]} for k, amount in ((1, 9), (2, 5), (3, 4))]
    given["vehicles"] = [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [6, 0]}]
    whys = {one["id"]: one["linli"]["reason"] for one in solve(given)["unassigned"]}
    assert whys[1] == "impossible"
    assert sorted(whys.values()) == ["impossible", "lost"]


@pytest.mark.parametrize("warm", [True, False])
def test_without_time_or_machine_code_loads_hold(solve: Solve, monkeypatch: pytest.MonkeyPatch, *, warm: bool) -> None:
    """Tests that a limit of zero, and a machine without machine code, give a plan that every vehicle can carry."""
    monkeypatch.setattr(compiled, "is_warm", lambda: warm)
    given = some_day(1)
    solution = solve(given, "--work", "0" if warm else "2000")
    assert solution["routes"]
    for route in solution["routes"]:
        capacity = given["vehicles"][route["vehicle"] - 1]["capacity"]
        assert all(step["load"][k] <= capacity[k] for step in route["steps"] for k in (0, 1))


def test_tasks_are_counted_where_jobs_and_shipments_mix(solve: Solve) -> None:
    """Tests that a limit of tasks counts a job once and a shipment twice."""
    end = {"location_index": 1}
    given = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "max_tasks": 4}],
        "jobs": [{"id": k, "location_index": k} for k in (1, 2, 3)],
        "shipments": [{"pickup": {"id": 9, **end}, "delivery": {"id": 9, "location_index": 2}, "priority": 5}],
        "matrices": {"car": {"durations": durations(4, random.Random(1))}},
    }
    solution = solve(given)
    assert len(solution["routes"][0]["steps"]) == 2 + 4
    assert solution["summary"]["linli"]["served"] == [1, 2]


@pytest.mark.parametrize("seed", range(4))
def test_loads_beside_limited_metres_are_planned_best(solve: Solve, seed: int) -> None:
    """Tests that both hold together, with metres that are not in proportion to seconds; that was refused before."""
    given, rng = some_day(seed), random.Random(seed)
    ways = given["matrices"]["car"]["durations"]
    given["matrices"]["car"]["distances"] = [
        [10 * way + (way > 0) * rng.randrange(9_000) for way in row] for row in ways
    ]
    given["vehicles"][seed % 2]["max_distance"] = 20_000 + 2_000 * seed
    solution = solve(given, "--work", "20000")
    summary = solution["summary"]
    assert (sum(summary["linli"]["served"]), -summary["cost"]) == best(given)


def test_no_bound_is_told_where_loads_differ(solve: Solve) -> None:
    """Tests that a bound of what the matcher plans, which knows no such loads, is refused by name."""
    assert "--bound" in solve(some_day(0), "--bound", "1", exit_code=2)["error"]["message"]


def test_a_long_trip_is_no_trouble(solve: Solve) -> None:
    """Tests one vehicle with more tasks than the search's rows had room for; it ended in an error before."""
    jobs = [{"id": k, "location_index": k % 4} for k in range(300)]
    ends = {kind: {"id": 1, "location_index": 2} for kind in ("pickup", "delivery")}
    given: Json = {"vehicles": [{"id": 1, "start_index": 0, "end_index": 0}], "jobs": jobs, "shipments": [ends]}
    given["matrices"] = {"car": {"durations": durations(4, random.Random(2))}}
    assert solve(given, "--work", "3000")["summary"]["unassigned"] == 0


def errand(number: int, level: int, load: int) -> Errand:
    task = Task(0, 10, ((0, 1000),))
    return Errand(f"e-{number}", None, task, level, (load,), (0,), frozenset({0}))


def test_what_does_not_fit_is_left_out_least_urgent_and_heaviest_first() -> None:
    """Tests that a trip too heavy is cut until it is borne, and one that nobody may make is left out wholly."""
    vehicle = Vehicle("v", 0, 0, 0, 1000, (6,), 9, 9)
    errands = [errand(0, 1, 1), errand(1, 0, 4), errand(2, 1, 3), errand(3, 0, 2)]
    problem = Errands(tuple(errands), (vehicle,), np.zeros((1, 1), dtype=np.int32))
    trip = tuple(Done(e, False, 10 * e) for e in range(4))
    kept = fitting(problem, {0: trip})
    assert not faults_of_trips(problem, kept)
    assert [done.errand for done in kept[0]] == [1, 3]
    assert fitting(problem, {0: (Done(0, False, 2_000),)}) == {}
    for pair in combinations(range(4), 2):
        if sum(errands[e].brought[0] for e in pair) <= 6:
            assert fitting(problem, {0: tuple(Done(e, False, 10 * e) for e in pair)}) != {}
