"""Does ``linli solve`` keep breaks, and routes that end elsewhere than they begin or wherever they like."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from linli.matcher.ends_travel import Ends, EndsTravel
from linli.matcher.problem import Place
from linli.matcher.travel import HaversineTravel, IntTable, PreparedPlace
from linli.services.solving.vroom_breaks import rests_of, soonest
from linli.services.solving.vroom_clocks import Clock
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
    """Tests the least travel for a way home, an open end, an open beginning, and an end elsewhere.

    What is open begins at the first job and ends at the last one, as VROOM writes it.
    """
    solution = solve(_problem(ends))
    steps = _steps(solution)
    assert [step["type"] for step in steps] == ["start", *["job"] * 3, "end"]
    assert solution["summary"]["duration"] == _least(ends)
    assert solution["summary"]["unassigned"] == 0
    for step, nearest in ((steps[0], steps[1]), (steps[-1], steps[-2])):
        assert step["location_index"] == ends.get(f"{step['type']}_index", nearest["location_index"])


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


def _begins(step: Json) -> int:
    begins: int = step["arrival"] + step["waiting_time"]
    return begins


NOON_BREAK: Json = {"id": 7, "time_windows": [[NOON, NOON + 3_600]], "service": 1_800}
TOUR = {"start_index": 0, "end_index": 0}


def test_nobody_goes_home_for_a_break(solve: Solve) -> None:
    """Tests that a break costs no way: it is taken where the vehicle stands, between two jobs."""
    late = _problem({**TOUR, "breaks": [NOON_BREAK]})
    late["jobs"][0]["time_windows"] = [[NOON + 5_400, NOON + 9_000]]
    without = _problem(TOUR)
    without["jobs"] = late["jobs"]
    solution = solve(late)
    kinds = [step["type"] for step in _steps(solution)]
    assert kinds.index("break") in (kinds.index("job") + 1, kinds.index("job") + 2)
    assert solution["summary"]["duration"] == solve(without)["summary"]["duration"] == 1_610


def test_a_way_may_be_cut_by_a_break(solve: Solve) -> None:
    """Tests a break in the middle of the only time left for the way: it is taken on the way."""
    rest = {"id": 7, "time_windows": [[MORNING + 250, MORNING + 250]], "service": 100}
    given = _problem({**TOUR, "breaks": [rest]}, 1)
    given["jobs"][0]["time_windows"] = [[MORNING + 600, MORNING + 600]]
    solution = solve(given)
    start, pause, job, end = _steps(solution)
    assert (start["arrival"], pause["arrival"], _begins(pause)) == (MORNING, *[MORNING + 250] * 2)
    assert pause["duration"] == 250
    assert (job["arrival"], job["duration"], end["duration"]) == (MORNING + 600, 500, 1_010)
    given["jobs"][0]["time_windows"] = [[MORNING, MORNING + 599]]
    assert solve(given)["summary"]["unassigned"] == 1


def test_breaks_go_with_every_kind_of_end_and_limit(solve: Solve) -> None:
    """Tests a break where the route ends elsewhere, and beside a limit of travel, both kept to the second."""
    for ends in ({"start_index": 0}, {"end_index": 0}, {"start_index": 3, "end_index": 1}):
        least = _least(ends)
        solution = solve(_problem({**ends, "breaks": [NOON_BREAK], "max_travel_time": least}))
        assert [step["type"] for step in _steps(solution)].count("break") == 1
        assert (solution["summary"]["duration"], solution["summary"]["unassigned"]) == (least, 0)


def test_vehicles_with_other_breaks_go_by_other_clocks(solve: Solve) -> None:
    """Tests three vehicles that each have time for one job alone, for each another one."""
    breaks = [[MORNING], [MORNING + 3_600], []]
    given = _problem(TOUR)
    spans = [(0, 7_200), (0, 7_200), (2_300, 4_800)]
    given["vehicles"] = [
        {
            "id": number,
            **TOUR,
            "time_window": [MORNING + at for at in spans[number]],
            "breaks": [{"id": 1, "time_windows": [[at, at]], "service": 3_600} for at in begins],
        }
        for number, begins in enumerate(breaks)
    ]
    for one, at in zip(given["jobs"], (MORNING + 4_200, MORNING + 600, MORNING + 3_000), strict=True):
        one |= {"time_windows": [[at, at]], "service": 600}
    solution = solve(given)
    done = {route["vehicle"]: [s["id"] for s in route["steps"] if s["type"] == "job"] for route in solution["routes"]}
    assert done == {0: [1], 1: [2], 2: [3]}


def test_a_job_pinned_into_a_break_is_left_out_with_a_reason(solve: Solve) -> None:
    """Tests a time that the file fixes for a job, on either side of a break and within it."""
    rest = {"id": 7, "time_windows": [[NOON, NOON]], "service": 1_800}
    for at, served in ((NOON - 3_600, 1), (NOON - 3_599, 0), (NOON + 1_799, 0), (NOON + 1_800, 1)):
        steps = [{"type": "job", "id": 1, "service_at": at}]
        solution = solve(_problem({**TOUR, "breaks": [rest], "steps": steps}, 1))
        assert solution["summary"]["unassigned"] == 1 - served
        assert all(_begins(step) == at for r in solution["routes"] for step in r["steps"] if step["type"] == "job")
        for one in solution["unassigned"]:
            assert one["linli"]["reason"] == "impossible"


def test_no_wider_window_is_proposed_where_there_are_breaks(solve: Solve) -> None:
    """Tests that no change is told that only a clock which stands still would believe."""
    day_long = {"id": 7, "time_windows": [[MORNING + 60, MORNING + 60]], "service": 32_000}
    given = _problem({**TOUR, "breaks": [day_long]}, 1)
    (one,) = solve(given)["unassigned"]
    assert one["linli"]["change"] is None
    assert all(near["amount"] < 86_400 for rule in one["linli"]["rules"] for near in rule["nearest"])


def test_limits_hold_across_a_break(solve: Solve) -> None:
    """Tests that `max_tasks` counts a vehicle's whole day, not what it does between two breaks."""
    rest = {"id": 7, "time_windows": [[NOON, NOON]], "service": 60}
    solution = solve(_problem({**TOUR, "breaks": [rest], "max_tasks": 2}))
    assert solution["summary"]["unassigned"] == 1


def test_breaks_are_taken_one_after_the_other() -> None:
    """Tests two breaks that may be at once, one that has no time left, and one that must hurry for the next."""
    given: Any = [
        {"id": 1, "time_windows": [[100, 200]], "service": 50},
        {"id": 2, "time_windows": [[100, 160], [300, 320]], "service": 10},
        {"id": 3, "time_windows": [[990, 999]], "service": 20},
    ]
    three, two = (
        Vehicle.model_validate({"id": 1, "start_index": 0, "breaks": given[:many]}, strict=False) for many in (3, 2)
    )
    assert [rest.pause.id for rest in rests_of(three, (0, 1_000))] == [1, 2]
    taken = rests_of(two, (0, 1_000))
    assert [(rest.pause.id, rest.begin, rest.end) for rest in taken] == [(1, 150, 200), (2, 310, 320)]
    assert [soonest(taken[1], free) for free in (90, 161, 305, 310)] == [100, 300, 305, 310]
    hurried: Any = [{"id": 1, "service": 400}, {"id": 2, "service": 600}]
    both = Vehicle.model_validate({"id": 1, "start_index": 0, "breaks": hurried}, strict=False)
    assert [(rest.begin, rest.end) for rest in rests_of(both, (0, 1_000))] == [(0, 400), (400, 1_000)]


def test_a_clock_stands_still_in_rests() -> None:
    """Tests that a clock goes on where it stopped, and that exactly those starts are left that touch no rest."""
    clock = Clock(((10, 20), (20, 25), (40, 40)), offset=1_000)
    assert [clock.shows(at) for at in (9, 10, 15, 25, 26, 41)] == [1_009, 1_010, 1_010, 1_010, 1_011, 1_026]
    for lead, length in ((0, 0), (0, 5), (3, 2)):
        free = [
            at
            for at in range(60)
            if all(at + max(1, length) <= begins or at - lead >= ends for begins, ends in clock.rests)
        ]
        shown = [at for lo, hi in clock.starts([(0, 12), (14, 59)], lead, length) for at in range(lo, hi + 1)]
        assert shown == sorted(set(shown))
        assert [clock.time(at) for at in shown] == [at for at in free if at != 13]


@pytest.mark.parametrize(
    ("vehicle", "message"),
    [
        ({}, "vehicles[0].start_index: missing"),
        ({"start_index": 0, "end_index": 9}, "vehicles[0].end_index: 9, but the matrix has 4 places"),
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
            {"start_index": 0, "end_index": 0, "capacity": [9], "breaks": [{"id": 1, "max_load": [9, 9]}]},
            "vehicles[0].breaks[0].max_load: 2 figures, but capacity has 1",
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


@pytest.mark.parametrize("seed", range(1, 4))
def test_single_rows_and_columns_of_ways_to_open_ends_are_those_of_the_table(seed: int) -> None:
    """Tests rows and columns asked for by turns, of a list that grows between them."""
    problem = day(3, 12, 1, seed)
    real = [visit.place for visit in problem.visits]
    own = [Place(0.0, 0.0, f"own-{k}") for k in range(3)]
    ends = {own[0]: Ends(real[0], None), own[1]: Ends(None, real[1]), own[2]: Ends(real[2], real[3])}
    travel, places = EndsTravel(problem.travel, ends), own[:2]
    for one in (*own, *real):
        row, column = travel.seconds((one,), places), travel.seconds(places, (one,))
        assert row.tolist() == [[travel.between(one, other)[0] for other in places]]
        assert column.tolist() == [[travel.between(other, one)[0]] for other in places]
        places.append(one)


class _Counting(HaversineTravel):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.sought, self.computed = 0, list[int]()

    @override
    def prepared(self, place: Place) -> PreparedPlace:
        self.sought += 1
        return super().prepared(place)

    @override
    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> IntTable:
        self.computed.append(len(origins) * len(destinations))
        return super().seconds(origins, destinations)


def test_ways_to_open_ends_are_looked_up_and_computed_once_a_place() -> None:
    """Tests that a list asked for again is not gone through again, and that the ways back are the ways there."""
    real = [visit.place for visit in day(3, 12, 1, 1).visits]
    base, inner = Place(0.0, 0.0, "own"), _Counting()
    travel, places = EndsTravel(inner, {base: Ends(real[0], None)}), [base, *real]
    for one in real:
        travel.seconds((one,), places)
        travel.seconds(places, (one,))
    assert inner.computed == [len(real)] * len(real)
    assert inner.sought == 2 * len(real)


@pytest.mark.parametrize("seed", range(8))
def test_crowded_days_with_breaks_hold(solve: Solve, seed: int) -> None:
    """Tests days with breaks of every kind, whose solutions the command judges by the file alone."""
    rng = random.Random(seed)
    vehicles = [
        {
            "id": number,
            **rng.choice(({"start_index": 0}, {"end_index": 0}, TOUR, {"start_index": 0, "end_index": 1})),
            "time_window": [MORNING, MORNING + 9_000],
            "breaks": [
                {"id": 1, "service": rng.choice((0, 600))},
                {"id": 2, "time_windows": [[MORNING + at, MORNING + at + 900]], "service": rng.choice((0, 900))},
            ],
        }
        for number, at in enumerate(rng.sample(range(7_000), 2))
    ]
    jobs = [{"id": k, "location_index": rng.randrange(4), "service": rng.randrange(600, 1_500)} for k in range(14)]
    windows = ((MORNING + at, MORNING + at + rng.randrange(3_000)) for at in rng.sample(range(9_000), 7))
    given = {
        "vehicles": vehicles,
        "jobs": [*jobs[:7], *({**job, "time_windows": [w]} for job, w in zip(jobs[7:], windows, strict=True))],
    }
    solution = solve({**given, "matrices": {"car": {"durations": DURATIONS}}})
    assert 0 < solution["summary"]["unassigned"] < 14
    assert all([step["type"] for step in route["steps"]].count("break") == 2 for route in solution["routes"])


def test_the_way_goes_on_until_a_break_may_begin(solve: Solve) -> None:
    """Tests that nobody waits at the roadside for a break whose window opens later: one drives on until then."""
    vehicle = {
        "id": 1,
        "start_index": 0,
        "end_index": 0,
        "time_window": [0, 9_000],
        "breaks": [{"id": 1, "time_windows": [[900, 1_000]], "service": 300}],
    }
    jobs = [{"id": 1, "location_index": 1, "service": 60, "time_windows": [[500, 500]]}]
    ways = {"car": {"durations": [[0, 500], [600, 0]]}}
    *_, job, pause, end = _steps(solve({"vehicles": [vehicle], "jobs": jobs, "matrices": ways}))
    assert (job["arrival"], pause["arrival"], pause["waiting_time"], pause["duration"]) == (500, 900, 0, 840)
    assert end["arrival"] == 560 + 600 + 300
