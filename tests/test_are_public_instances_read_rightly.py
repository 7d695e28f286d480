"""Are public instances read rightly: small files of each format, made up here, solved and judged by its rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from linli.matcher.problem import Plan, Route, Stop
from tests.bench.instances.home_care import home_care
from tests.bench.instances.instance import Instance
from tests.bench.instances.main import line_of
from tests.bench.instances.solving import plan_of
from tests.bench.instances.technicians import technicians
from tests.bench.instances.vehicles import solomon, vrplib

WORK = 2_000

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


def test_what_is_loaded_is_judged(tmp_path: Path) -> None:
    """Tests that a plan whose vehicle is loaded beyond its capacity has no cost, and says so."""
    _write(tmp_path, "BKS.json", "{}")
    line = line_of("tiny", _write(tmp_path, "TINY.txt", SOLOMON.format(capacity=9)), solomon, WORK)
    assert (line.cost, line.gap) == (None, None)
    assert "loaded beyond 9" in line.broken


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
    plan = plan_of(instance, path, WORK)
    # Nobody has skill 0 and the tool; the first has parts for one of two.
    assert "v-6" not in plan.placed()
    assert len(plan.placed()) == 2
    assert instance.cost(plan) == pytest.approx(20 + 20 if "v-3" in plan.placed() else 40 + 20)


def test_technicians_of_a_day_that_unfolds(tmp_path: Path) -> None:
    """Tests that nobody starts for a request before it is known."""
    _write(tmp_path, "TINY.txt", TECHNICIANS)
    path = _write(tmp_path, "TINY_rd_25.txt", RELEASES)
    instance = technicians(path)
    assert instance.released == {"v-5": 60_000}
    plan = plan_of(instance, path, WORK)
    starts = {stop.visit: stop.start for route in plan.routes for stop in route.stops}
    assert starts["v-5"] >= 70_000
    assert len(starts) == 2


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
    assert (line.served, line.cost, line.broken) == (3, 6.7, "")
    assert line.gap == pytest.approx(0, abs=0.01)


def test_home_care_finds_what_is_wrong(tmp_path: Path) -> None:
    """Tests lateness in the cost, and a second who comes at the wrong time."""
    instance = home_care(_home_care(tmp_path))
    stops = (("c1", "p1/0", 50_000), ("c1", "p2/0", 70_000), ("c2", "p2/1", 90_000))
    routes = {team: tuple(Stop(v, at, at, at + 10_000) for t, v, at in stops if t == team) for team in ("c1", "c2")}
    plan = Plan(tuple(Route(team, 0, mine) for team, mine in routes.items()))
    assert instance.breaks(plan) == ["1 pairs do not come as asked"]
    assert instance.cost(plan) == pytest.approx((12 + 8 + (30 + 30 + 50) + 50) / 3)
    assert instance.breaks(Plan()) == ["3 of 3 visits left out"]


@pytest.mark.parametrize("read", [solomon, vrplib, technicians, home_care])
def test_other_formats_are_refused(tmp_path: Path, read: Callable[[Path], Instance]) -> None:
    """Tests that a file in another format is refused with its name."""
    with pytest.raises(ValueError, match=r"other\.txt"):
        read(_write(tmp_path, "other.txt", '{"metadata": 1}'))
