"""Are trips on which several things are aboard the best on small days, repeatable, and judged rightly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from linli.matcher.carrying.check_trips import faults_of_trips
from linli.matcher.carrying.errands import Done, Errand, Errands, Task, Trips, Vehicle, way_of
from linli.matcher.carrying.plan_trips import dear_worths, plan_trips, value_of
from linli.matcher.limits import AHEAD, Limits

PLACES, MANY, CLOSES = 6, 4, 3_000


def some_task(rng: random.Random) -> Task:
    opens = rng.randrange(0, 1_500, 50)
    windows = ((opens, opens + rng.randrange(100, 900)), (2_400, 2_500))
    return Task(rng.randrange(1, PLACES), rng.choice((0, 60)), windows[: rng.randint(1, 2)])


def some_day(seed: int) -> Errands:
    """Return a day drawn by chance: two vehicles, jobs and shipments, windows, loads in two dimensions, two levels.

    Every other day's metres are limited, and are not in proportion to its seconds.
    """
    rng = random.Random(seed)
    points = [(rng.randrange(300), rng.randrange(300)) for _ in range(PLACES)]
    ways = np.array([[abs(a - c) + abs(b - d) for c, d in points] for a, b in points], dtype=np.int32)
    errands = tuple(
        Errand(
            f"e-{k}",
            some_task(rng) if rng.random() < 0.7 else None,
            some_task(rng),
            rng.randrange(2),
            (rng.randint(0, 2), rng.randint(0, 1)),
            (rng.randint(0, 1), 0),
            frozenset(range(2)) if rng.random() < 0.8 else frozenset((rng.randrange(2),)),
        )
        for k in range(MANY)
    )
    vehicles = tuple(
        Vehicle(f"v-{k}", 0, k, 0, CLOSES, (3, 2), rng.randint(4, 8), rng.randint(600, 3_000)) for k in (0, 1)
    )
    if seed % 2 == 0:
        return Errands(errands, vehicles, ways)
    metres = np.array([[7 * way + rng.randrange(2_000) * (way > 0) for way in row] for row in ways], dtype=np.int64)
    strict = tuple(replace(one, most_metres=rng.randint(5_000, 12_000)) for one in vehicles)
    return Errands(errands, strict, ways, metres)


def orders(problem: Errands, vehicle: int, chosen: frozenset[int]) -> Iterator[list[tuple[int, bool]]]:
    """Yield every order in which a vehicle could do some errands, fetching before serving."""

    def grow(done: list[tuple[int, bool]]) -> Iterator[list[tuple[int, bool]]]:
        if len(done) == sum(1 + (problem.errands[e].fetch is not None) for e in chosen):
            yield done
        for e in sorted(chosen):
            fetched = problem.errands[e].fetch is None or (e, True) in done
            if fetched and (e, False) not in done:
                yield from grow([*done, (e, False)])
            elif not fetched:
                yield from grow([*done, (e, True)])

    yield from grow([])


def timed(problem: Errands, vehicle: int, order: list[tuple[int, bool]]) -> tuple[Done, ...] | None:
    one, trip = problem.vehicles[vehicle], list[Done]()
    at, free = one.start, one.opens
    for e, fetching in order:
        task = problem.errands[e].fetch if fetching else problem.errands[e].serve
        assert task is not None
        free += int(problem.ways[at, task.place])
        begin = next((max(lo, free) for lo, hi in task.windows if free <= hi), None)
        if begin is None:
            return None
        trip.append(Done(e, fetching, begin))
        at, free = task.place, begin + task.length
    return tuple(trip)


def best_way(problem: Errands, vehicle: int, chosen: frozenset[int]) -> int | None:
    """Return the least way on which a vehicle does some errands, of all orders that the checker lets pass."""
    trips = (timed(problem, vehicle, order) for order in orders(problem, vehicle, chosen))
    ways = [
        way_of(problem, vehicle, trip)
        for trip in trips
        if trip is not None and not faults_of_trips(problem, {vehicle: trip})
    ]
    return min(ways, default=None)


def best_value(problem: Errands) -> tuple[int, ...]:
    """Return the value of the best trips, by trying everything."""
    found = list[tuple[int, ...]]()
    for code in range(3**MANY):
        sides = [code // 3**e % 3 for e in range(MANY)]
        chosen = [frozenset(e for e in range(MANY) if sides[e] == v) for v in (0, 1)]
        ways = [best_way(problem, v, chosen[v]) for v in (0, 1)]
        if None not in ways:
            served = [-sum(problem.errands[e].level == level for e in chosen[0] | chosen[1]) for level in range(2)]
            levels = 1 + max(one.level for one in problem.errands)
            found.append((*served[:levels], sum(way for way in ways if way is not None)))
    return min(found)


@pytest.mark.parametrize("seed", range(10))
def test_small_days_are_the_best(seed: int) -> None:
    """Tests against every choice and order, judged by the checker."""
    problem = some_day(seed)
    found = plan_trips(problem, {}, Limits(4_000), 1)
    assert faults_of_trips(problem, found.trips) == []
    assert value_of(problem, found.trips) == best_value(problem)


def test_the_same_work_gives_the_same_trips_and_never_worse_ones() -> None:
    """Tests that trips repeat, and that a start is never made worse, even where no work is allowed."""
    problem = some_day(3)
    one, two = (plan_trips(problem, {}, Limits(500), 7) for _ in range(2))
    assert one == two
    assert plan_trips(problem, one.trips, Limits(0), 1).trips == one.trips
    assert value_of(problem, plan_trips(problem, one.trips, Limits(100), 2).trips) <= value_of(problem, one.trips)


def test_trips_by_the_clock_are_not_ended_by_the_work_of_their_limit() -> None:
    """Tests a clock that stands still, one that is over, and that a handful of tasks is over after its own work."""
    problem, looks = some_day(3), list[int]()
    still = Limits(500, lambda: False, lambda: 0)
    assert plan_trips(problem, {}, still, 7).work >= AHEAD * 500
    few = still.not_beyond(1_000)
    assert 1_000 <= plan_trips(problem, {}, few, 7).work < 2_000
    assert Limits(500).not_beyond(1_000) == Limits(500)
    assert Limits(5_000).not_beyond(1_000) == Limits(1_000)

    def over() -> bool:
        looks.append(0)
        return True

    assert plan_trips(problem, {}, Limits(10_000_000, over, lambda: 1_000), 7).work < 2_000
    assert looks


def simple() -> tuple[Errands, Trips]:
    """Return two shipments and a job, and a trip that is fine."""
    always = ((0, 1_000),)
    ends = [Task(1, 10, always), Task(2, 10, always)]
    able, ways = frozenset((0,)), np.array([[0, 5, 5], [5, 0, 5], [5, 5, 0]], dtype=np.int32)
    errands = (
        Errand("a", ends[0], ends[1], 0, (2,), (0,), able),
        Errand("b", ends[0], ends[1], 0, (1,), (0,), able),
        Errand("c", None, ends[1], 0, (0,), (1,), able),
    )
    vehicle = Vehicle("v", 0, 0, 0, 75, (3,), 5, 15, 150)
    trip = Done(0, True, 5), Done(1, True, 15), Done(0, False, 30), Done(2, False, 40), Done(1, False, 50)
    return Errands(errands, (vehicle,), ways, 10 * ways.astype(np.int64)), {0: trip}


def test_a_sound_trip_breaks_nothing() -> None:
    """Tests the twin of all that is broken below."""
    problem, trips = simple()
    assert faults_of_trips(problem, trips) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"most_tasks": 4}, "5 tasks of 4"),
        ({"most_way": 14}, "15 s on the way instead of 14"),
        ({"most_metres": 149}, "150 m on the way instead of 149"),
        ({"closes": 64}, "it ends too late"),
        ({"capacity": (2,)}, "3 aboard instead of 2"),
        ({"opens": 1}, "a begins before anybody is there"),
    ],
)
def test_a_vehicles_limits_are_judged(change: dict[str, int], fault: str) -> None:
    """Tests each limit by one that is a little too tight."""
    problem, trips = simple()
    strict = replace(problem, vehicles=(replace(problem.vehicles[0], **change),))  # type: ignore[arg-type]
    assert [told for told in faults_of_trips(strict, trips) if fault in told]


def test_metres_that_nobody_knows_are_no_limit_to_search_with() -> None:
    """Tests that a limit without a table of metres is refused, not read from beyond a table."""
    problem, _ = simple()
    with pytest.raises(ValueError, match="metres are limited"):
        plan_trips(replace(problem, metres=None), {}, Limits(10), 1)


def test_an_order_is_judged() -> None:
    """Tests what is brought too early, not at all, twice, by the wrong vehicle, or outside its windows."""
    problem, trips = simple()
    a, b, brought, c, last = trips[0]
    for trip, fault in (
        ((b, replace(brought, start=20)), "a is brought before it is fetched"),
        ((a, b, brought, c), "b is fetched and not brought"),
        ((a, b, brought, c, last, replace(c, start=60)), "c is done 2 times"),
        ((replace(c, start=1_001),), "c begins outside its windows"),
    ):
        assert any(fault in told for told in faults_of_trips(problem, {0: trip}))
    nobody = tuple(replace(one, able=frozenset[int]()) for one in problem.errands)
    assert "v: a is nothing for it" in faults_of_trips(replace(problem, errands=nobody), trips)


def test_one_of_a_level_outweighs_all_below() -> None:
    """Tests the prices, and that they stay within what is counted where there are many levels."""
    low = dear_worths([2, 3], 10)
    assert low == [40, 10]
    assert max(dear_worths([1_000] * 40, 1 << 40)) * 40_001 <= 1 << 60
