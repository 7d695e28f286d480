"""Are public instances read rightly: small files of each format, made up here, solved and judged by its rules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from linli.matcher.problem import Plan, Route, Stop
from tests.bench.instances.budget import Budget
from tests.bench.instances.care_day import CareDay, Carer, Pair, Service, breaks, earliest
from tests.bench.instances.garbled import GarbledError
from tests.bench.instances.home_care import SCALE, home_care, unified
from tests.bench.instances.instance import Instance, euclid
from tests.bench.instances.main import as_markdown, line_of
from tests.bench.instances.pickups import pickups
from tests.bench.instances.solving import plan_of
from tests.bench.instances.technicians import technicians
from tests.bench.instances.vehicles import Client, Fleet, fleet_of, instance_of, judge, solomon, vrplib

WORK = Budget(2_000)

SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
  2         {capacity}

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0          0          0          0       100          0
    1      3          4         10          0        50         10
    2      3          8         10          0        50         10
"""

VRPLIB = """NAME : TINY
TYPE : PCVRPTW
DIMENSION : 3
VEHICLES : 1
CAPACITY : 50
SERVICE_TIME : 10
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 90 0
DEMAND_SECTION
1 0
2 5
3 5
TIME_WINDOW_SECTION
1 0 100
2 0 50
3 0 20
PRIZE_SECTION
1 0
2 7
3 40
DEPOT_SECTION
1
-1
EOF
"""

TECHNICIANS = """TINY

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
2      2       1       1

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0     0     0      200    0      [] 	[] 	[]
1    0     0     0      200    0      [0] 	[] 	[1]
2    50    0     0      200    0      [1] 	[0] 	[0]
3    10    0     0      150    10     [0] 	[] 	[1]
4    20    0     0      150    10     [0] 	[] 	[1]
5    40    0     0      150    10     [1] 	[0] 	[0]
6    40    9     100    150    10     [0] 	[0] 	[0]
"""

RELEASES = """# Instance TINY - 1 dynamic requests - 3 static requests
Dyn   Stat
1    3
ID    RD
3    -1
4    -1
5    60
6    -1
"""


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_solomon(tmp_path: Path) -> None:
    """Tests that a tiny file is solved at its optimum, and what the gap is to."""
    known = {"TINY": {"best_known_cost": 9}, "TINY_distance": {"best_known_cost": 9 + 73**0.5}}
    _write(tmp_path, "BKS.json", json.dumps(known))
    line = line_of("tiny", _write(tmp_path, "TINY.txt", SOLOMON.format(capacity=30)), solomon, WORK)
    assert (line.visits, line.served, line.broken) == (2, 2, "")
    assert line.gap == pytest.approx(0, abs=0.002)


def test_what_is_loaded_is_kept_to(tmp_path: Path) -> None:
    """Tests that vehicles load what they can: two go where one would be too heavy, and whoever is too heavy stays."""
    _write(tmp_path, "BKS.json", "{}")
    line = line_of("tiny", _write(tmp_path, "TINY.txt", SOLOMON.format(capacity=15)), solomon, WORK)
    assert (line.served, line.broken) == (2, "")
    assert line.cost == pytest.approx(10 + 2 * 73**0.5, abs=0.02)
    line = line_of("tiny", _write(tmp_path, "TINY.txt", SOLOMON.format(capacity=9)), solomon, WORK)
    assert (line.cost, line.broken) == (None, "2 clients left out")


def test_routes_are_judged_by_the_file(tmp_path: Path) -> None:
    """Tests that load, windows, doubles and who is left out are found without the matcher."""
    _write(tmp_path, "BKS.json", "{}")
    fleet = fleet_of(_write(tmp_path, "TINY.txt", SOLOMON.format(capacity=15)))
    assert judge(fleet, [[1], [2]], everybody=True) == []
    assert judge(fleet, [[1, 2]], everybody=True) == ["a vehicle loaded beyond 15"]
    assert judge(fleet, [[1], [1]], everybody=True) == ["a client is served twice", "1 clients left out"]
    late = replace(fleet, clients=(*fleet.clients[:2], replace(fleet.clients[2], closes=8)))
    assert judge(late, [[1], [2]], everybody=True) == ["client 2 is reached too late"]


def test_who_is_worth_the_way() -> None:
    """Tests that the search leaves out whoever costs more way than the prize, though our objective would serve both."""
    prizes = {"near": 3.0, "far": 15.0}
    assert _worth_the_way(prizes) == {"v-1"}
    assert _worth_the_way({**prizes, "far": 17.0}) == {"v-1", "v-2"}
    assert _worth_the_way({"near": 1.0, "far": 15.0}) == set()


def _worth_the_way(prizes: dict[str, float]) -> frozenset[str]:
    """Plan for a client one unit from the depot and one nine units away, each with its prize."""
    near, far = (Client((x, 0), 0, 99, 1, 1, prizes[name]) for x, name in ((1, "near"), (9, "far")))
    fleet = Fleet("tiny", 1, 9, (Client((0, 0), 0, 99, 0, 0), near, far), euclid, None)
    instance = instance_of(fleet)
    assert instance.solve is not None
    return instance.solve(instance, WORK).placed()


def test_vrplib_with_prizes(tmp_path: Path) -> None:
    """Tests that who cannot be reached costs the prize, and distances are cut to a decimal."""
    _write(tmp_path, "TINY.sol", "Route #1: 1\nCost: 428\n")
    line = line_of("tiny", _write(tmp_path, "TINY.vrp", VRPLIB), vrplib, WORK)
    assert (line.served, line.cost, line.gap) == (1, 42.8, 0.0)
    assert "prizes" in line.unsaid


def test_technicians_with_parts_and_tools(tmp_path: Path) -> None:
    """Tests that a tool counts as a skill and that a technician without parts leaves visits out."""
    path = _write(tmp_path, "TINY.txt", TECHNICIANS)
    instance = technicians(path)
    plan = plan_of(instance, WORK)
    assert instance.breaks(plan) == []
    # Who has skill 0 has neither the tool nor a second part: both are fetched at the depot, which is where he lives.
    assert plan.placed() == {"v-3", "v-4", "v-5", "v-6"}
    fetched = {stop.visit for route in plan.routes for stop in route.stops if stop.fetch is not None}
    assert "v-6" in fetched
    bare = Plan(tuple(replace(r, stops=tuple(replace(s, fetch=None) for s in r.stops)) for r in plan.routes))
    assert "visits without tools or parts" in instance.breaks(bare)[0]


def test_technicians_of_a_day_that_unfolds(tmp_path: Path) -> None:
    """Tests that nobody starts for a request before it is known."""
    _write(tmp_path, "TINY.txt", TECHNICIANS)
    path = _write(tmp_path, "TINY_rd_25.txt", RELEASES)
    instance = technicians(path)
    assert instance.released == {"v-5": 1_800}
    plan = plan_of(instance, WORK)
    starts = {stop.visit: stop.start for route in plan.routes for stop in route.stops}
    assert starts["v-5"] >= 1_800 + 300
    assert instance.breaks(plan) == []


def _patient(name: str, services: list[str], opens: float, closes: float) -> dict[str, object]:
    wanted = [{"service": service, "duration": 10.0} for service in services]
    return {"id": name, "time_window": [opens, closes], "required_caregivers": wanted}


def _home_care(folder: Path) -> Path:
    together = _patient("p2", ["s1", "s2"], 30, 40) | {"synchronization": {"type": "sequential", "distance": [5, 8]}}
    given = {
        "patients": [_patient("p1", ["s1"], 0, 20), together],
        "services": [],
        "caregivers": [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s2"]}],
        "central_offices": [],
        "distances": [[0, 3, 4], [3, 0, 5], [4, 5, 0]],
    }
    _write(folder, "bks.csv", "instance,cost\nTINY.json,6.667\n")
    return _write(folder, "TINY.json", json.dumps(given))


def test_home_care_by_two(tmp_path: Path) -> None:
    """Tests that two come as far apart as asked, nobody late, at the best known cost."""
    line = line_of("tiny", _home_care(tmp_path), home_care, WORK)
    assert (line.served, line.cost, line.broken) == (3, 6.67, "")
    assert line.gap == pytest.approx(0, abs=0.01)


def _day(*pairs: Pair) -> CareDay:
    """Two carers, two patients three apart, each open from 10 to 20 for 5."""
    services = {name: Service(name[0], row, "s", 5, 10, 20) for row, name in enumerate(("a", "b"), 1)}
    carers = {name: Carer(frozenset({"s"}), 0, 100, 0, 0) for name in ("c1", "c2")}
    return CareDay(services, carers, [[0, 8, 30], [8, 0, 3], [30, 3, 0]], pairs, strict=False)


def test_two_who_belong_together_begin_as_early_as_they_can() -> None:
    """Tests starts at one time, within a span, in either order, and that two cannot wait for each other."""
    order = [("c1", ["a"]), ("c2", ["b"])]
    assert earliest(_day(), order, {}) == {"a": 10, "b": 30}
    assert earliest(_day(Pair("a", "b", 0, 0)), order, {}) == {"a": 30, "b": 30}
    assert earliest(_day(Pair("a", "b", 2, 4)), order, {}) == {"a": 26, "b": 30}
    assert earliest(_day(Pair("a", "b", 0, 99, either=True)), order, {"a": 40, "b": 30}) == {"a": 35, "b": 30}
    assert earliest(_day(Pair("b", "a", 1, 9)), [("c1", ["a", "b"])], {}) is None


def test_home_care_finds_what_is_wrong(tmp_path: Path) -> None:
    """Tests lateness in the cost, who is left out, the same carer for both, and a skill that lacks."""
    instance = home_care(_home_care(tmp_path))
    stops = (("c1", "p1/0", 50), ("c1", "p2/0", 70), ("c2", "p2/1", 90))
    routes = {
        team: tuple(Stop(v, 10 * at, 10 * at, 10 * at + 100) for t, v, at in stops if t == team)
        for team in ("c1", "c2")
    }
    plan = Plan(tuple(Route(team, 0, mine) for team, mine in routes.items()))
    # As early as it goes: p1 at 3, p2 at 30, the second at 35.
    assert instance.breaks(plan) == []
    assert instance.cost(plan) == pytest.approx((12 + 8) / 3)
    assert instance.breaks(Plan()) == ["3 of 3 visits left out"]
    day = _day(Pair("a", "b", 9, 30))
    assert breaks(day, [("c1", ["a", "b"])], {"a": 10, "b": 19}) == ["the same carer is both of two"]
    assert breaks(day, [("c1", ["a"]), ("c2", ["b"])], None) == ["two carers wait for each other"]


def _unified(folder: Path) -> Path:
    def patient(number: int, opens: float, closes: float, legs: int, bond: str) -> dict[str, object]:
        wanted = [{"service": f"s{leg}", "duration": 10} for leg in range(legs)]
        window = {"start": opens, "end": closes}
        rest = {"required_services": wanted, "time_windows": [window], "synchronization": {"type": bond}}
        return {"id": f"p{number}", "distance_matrix_index": number, **rest}

    shift = {"departing_point": "d", "arrival_point": "d", "working_shift": {"start": 0, "end": 100}}
    parts = {"travel_time": 1, "total_tardiness": "HARD", "total_extra_time": "HARD"}
    given = {
        "metadata": {"time_window_met": "at_service_end", "cost_components": parts},
        "distances": [[0, 3, 4], [3, 0, 5], [4, 5, 0]],
        "terminal_points": [{"id": "d", "distance_matrix_index": 0}],
        "caregivers": [{"id": f"c{leg}", "abilities": [f"s{leg}"], **shift} for leg in range(2)],
        "patients": [patient(1, 0, 20, 1, ""), patient(2, 30, 41, 2, "simultaneous")],
    }
    _write(folder, "sol-A1-7.json", json.dumps({"cost": {"objective": 20}}))
    return _write(folder, "A1.json", json.dumps(given))


def test_the_unified_format(tmp_path: Path) -> None:
    """Tests that service ends within its window, that two come at once, and the way alone as the cost."""
    line = line_of("tiny", _unified(tmp_path), unified, WORK)
    assert (line.served, line.cost, line.gap, line.broken) == (3, 20, 0, "")
    instance = unified(tmp_path / "A1.json")
    assert {visit.id: visit.windows for visit in instance.problem.visits}["p1/0"] == ((0, SCALE.time(10)),)
    late = Plan(
        (Route("c1", 0, (Stop("p2/1", 0, 400, 500),)), Route("c0", 0, (Stop("p2/0", 0, 0, 1), Stop("p1/0", 0, 0, 1))))
    )
    assert "a visit begins too late" in instance.breaks(late)


PICKUPS = """2 200 1
0 0 0 0 0 1000 0 0 0
1 0 9 5 0 100 10 0 2
2 9 9 -5 0 100 10 1 0
3 0 20 5 0 200 10 0 4
4 9 20 -5 0 200 10 3 0
"""


def test_pickups(tmp_path: Path) -> None:
    """Tests that both are fetched before either is brought, and the way of all."""
    _write(tmp_path, "BKS.json", json.dumps({"LC": {"best_known_cost": 50}}))
    line = line_of("tiny", _write(tmp_path, "LC.txt", PICKUPS), pickups, WORK)
    assert (line.visits, line.served, line.broken) == (2, 2, "")
    assert line.cost == pytest.approx(20 + 9 + 11 + (9**2 + 9**2) ** 0.5, abs=0.01)
    assert "+" in as_markdown([line])


@pytest.mark.parametrize("read", [solomon, vrplib, technicians, home_care, unified, pickups])
def test_other_formats_are_refused(tmp_path: Path, read: Callable[[Path], Instance]) -> None:
    """Tests that a file in another format is refused with its name."""
    with pytest.raises(ValueError, match=r"other\.txt"):
        read(_write(tmp_path, "other.txt", '{"metadata": 1}'))


@pytest.mark.parametrize(
    ("read", "name", "text", "message"),
    [
        (solomon, "tiny.txt", SOLOMON.format(capacity=20)[:-30], "line 12: 4 figures, but 7 are wanted"),
        (
            solomon,
            "tiny.txt",
            SOLOMON.format(capacity=20).replace("    1   ", "    x   "),
            "line 11: could not convert",
        ),
        (
            solomon,
            "tiny.txt",
            SOLOMON.format(capacity=20).replace("    1   ", "    7   "),
            "line 11: number 7, but 1 is",
        ),
        (solomon, "tiny.txt", SOLOMON.format(capacity="inf"), "line 5: a figure without end"),
        (vrplib, "tiny.vrp", VRPLIB[:-5], "line 26: the file ends without EOF"),
        (vrplib, "tiny.vrp", VRPLIB.replace("3 0 20", "3 20 0"), "line 19: the window ends before it begins"),
        (vrplib, "tiny.vrp", VRPLIB.replace("2 5\n", ""), "DEMAND_SECTION is not about each of 3 places"),
        (technicians, "tiny.txt", TECHNICIANS.replace("4    20 ", "4    ?? "), "line 13: could not convert"),
        (technicians, "tiny.txt", TECHNICIANS[:-6], "line 15: not a place with its skills"),
        (
            technicians,
            "tiny.txt",
            TECHNICIANS + "DISTANCES\n0;1\n",
            "line 16: ways that stand in the file are not read",
        ),
        (
            pickups,
            "tiny.txt",
            "2 200 1\n0 0 0 0 0 100 0 0 0\n1 1 0 5 0 50 1 0 2\n",
            "line 3: what belongs to it is no line",
        ),
        (
            home_care,
            "tiny.json",
            '{"patients": [{}], "caregivers": [], "distances": []}',
            "patients[0]: 'required_care",
        ),
        (home_care, "tiny.json", '{"patients": [', "not JSON: Expecting value: line 1"),
        (unified, "tiny.json", '{"metadata": NaN}', "NaN is no number"),
    ],
)
def test_what_is_cut_off_or_garbled_is_refused(
    tmp_path: Path, read: Callable[[Path], Instance], name: str, text: str, message: str
) -> None:
    """Tests that a file in the right format, but damaged, is refused with its line: some were half read before."""
    with pytest.raises(GarbledError, match=re.escape(message)):
        read(_write(tmp_path, name, text))


def test_a_file_without_known_costs_is_read(tmp_path: Path) -> None:
    """Tests files from anywhere, beside which nobody has put what the best known plans cost."""
    assert solomon(_write(tmp_path, "tiny.txt", SOLOMON.format(capacity=20))).best_known is None
    assert vrplib(_write(tmp_path, "tiny.vrp", VRPLIB)).best_known is None
