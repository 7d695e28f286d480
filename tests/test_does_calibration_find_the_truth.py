"""Does calibration find the truth: made-up trips with a known detour and speed, some of them spoilt."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from linli.matcher.problem import Place
from linli.matcher.travel import Ground, HaversineTravel
from linli.services.cli import main
from linli.services.travel.calibration import middle

HEADER = "from_lat,from_lon,to_lat,to_lon,seconds,metres,terrain\n"
TRUE = {"hill": Ground(1.52, 22_000), "mountain": Ground(2.31, 21_000)}


def trips(count: int, noise: float, spoilt: float, seed: int = 1) -> str:
    """Return trips as CSV: some noise on all, and a share with hours of something else in them."""
    dice, world = random.Random(seed), HaversineTravel(TRUE)
    lines = [HEADER]
    for number in range(count):
        terrain = ("hill", "mountain")[number % 2]
        ends = [Place(round(dice.uniform(27.6, 28.0), 4), round(dice.uniform(107.9, 108.4), 4), terrain) for _ in "ab"]
        seconds, metres = world.between(*ends)
        factor = dice.uniform(4, 30) if dice.random() < spoilt else dice.lognormvariate(0, noise)
        a, b = ends
        took = min(80_000, max(1, round(seconds * factor)))
        lines.append(f"{a.lat},{a.lon},{b.lat},{b.lon},{took},{metres},{terrain}\n")
    return "".join(lines)


@pytest.fixture(name="fitted")
def _fitted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(text: str) -> dict[str, Any]:
        file = tmp_path / "trips.csv"
        file.write_text(text, encoding="utf-8")
        assert main.run(["calibrate", str(file), "--json"]) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return {one["terrain"]: one for one in told["fits"]} | {"short": told["short"]}

    return run


def test_the_truth_is_found_among_spoilt_trips(fitted: Any) -> None:
    """Tests that a tenth of wild trips does not matter, that intervals hold the truth, and that errors fall."""
    fits = fitted(trips(600, 0.25, 0.1))
    for terrain, truth in TRUE.items():
        one = fits[terrain]
        low, mid, high = one["seconds_per_km"]
        assert low <= truth.detour * 3_600_000 / truth.metres_per_hour * 1.06
        assert mid == pytest.approx(truth.detour * 3_600_000 / truth.metres_per_hour, rel=0.08)
        assert low < mid < high
        assert one["detour"][1] == pytest.approx(truth.detour, rel=0.01)
        assert one["metres_per_hour"] == pytest.approx(truth.metres_per_hour, rel=0.08)
        assert one["error_after"] < one["error_before"]
        assert one["sure"] == "yes"


def test_few_and_scattered_trips_are_not_sure(fitted: Any) -> None:
    """Tests that the verdict follows the interval, and that short trips are left aside."""
    fits = fitted(trips(44, 1.2, 0.2) + "27.9,108.2,27.9,108.2005,60,,hill\n")
    assert {fits["hill"]["sure"], fits["mountain"]["sure"]} == {"no"}
    assert fits["short"] == 1


def test_without_metres_the_detour_stays_open(fitted: Any) -> None:
    """Tests a file of times alone: the pace is fitted, the detour is not."""
    lines = [",".join(line.split(",")[:5]) for line in trips(60, 0.1, 0.0).splitlines()]
    fits = fitted("\n".join(lines))
    assert fits["hill"]["detour"] is None
    assert fits["hill"]["trips"] == 60
    assert fits["hill"]["taken_over"]
    assert not fitted(trips(60, 0.1, 0.0))["hill"]["taken_over"]


@pytest.mark.parametrize(("pace", "plausible"), [(7, False), (8, True), (200, True), (210, False)])
def test_what_was_taken_over_and_cannot_be_is_said(
    pace: int, plausible: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests trips without metres, of so many seconds for a tenth of a straight kilometre: the detour is today's, 1.7.

    With it they are made at 88, 77, 3.1 and 2.9 kilometres an hour.
    """
    file = tmp_path / "trips.csv"
    lines = [f"27.5,108.2,27.5{k % 3 + 1},108.2,{pace * 11 * (k % 3 + 1)}" for k in range(30)]
    file.write_text("\n".join(["from_lat,from_lon,to_lat,to_lon,seconds", *lines]), encoding="utf-8")
    assert main.run(["calibrate", str(file)]) == 0
    told = capsys.readouterr()
    assert "1.70, taken over" in told.out
    assert "detour = 1.7  # taken over, not fitted" in told.out
    assert ("not plausible" in told.err) is not plausible


def test_the_interval_of_the_middle_holds_as_often_as_it_says() -> None:
    """Tests the interval against its promise: 95 % of samples, two points allowed."""
    dice = random.Random(3)
    held = 0
    for _ in range(1_000):
        low, _, high = middle([dice.expovariate(1.0) for _ in range(41)])
        held += low <= 0.6931 <= high
    assert held >= 930


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("from_lat,from_lon\n1,2\n", "problem"),
        (HEADER + "1,2,3,4,x,,hill\n", "problem"),
        (HEADER + "91,2,3,4,60,,hill\n", "problem"),
        (HEADER + "1,2,3,4,-60,,hill\n", "problem"),
        (HEADER + "1,2,3,4,60,,swamp\n", "problem"),
        (HEADER + "27.9,108.2,28,108.3,900,,hill\n", "problem"),
        ('{"vehicles": [{"id": 1}]}', "problem"),
        (HEADER + '1,2,3,4,60,,hill\n1,2,"3"4,5,60,,hill\n', "problem"),
    ],
)
def test_bad_trips_are_refused(text: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests missing columns, malformed lines, and too few trips to say anything."""
    file = tmp_path / "trips.csv"
    file.write_text(text, encoding="utf-8")
    assert main.run(["calibrate", str(file), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_too_few_trips_are_told_by_terrain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that thirty trips on two terrains, too few on each, are not called fewer than twenty."""
    file = tmp_path / "trips.csv"
    file.write_text(
        HEADER + "27.9,108.2,28,108.3,900,,hill\n" * 16 + "27.9,108.2,28,108.3,900,,mountain\n" * 14, encoding="utf-8"
    )
    assert main.run(["calibrate", str(file), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["error"]["message"]
    assert "20" in told
    assert "hill 16" in told
    assert "mountain 14" in told


def test_a_terrain_left_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that trips on a terrain with too few of them do not vanish without a word, beside one that is fitted."""
    file = tmp_path / "trips.csv"
    line = "27.9,108.2,28,108.3,900,,"
    file.write_text(HEADER + f"{line}hill\n" * 20 + f"{line}mountain\n" * 19, encoding="utf-8")
    assert main.run(["calibrate", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["too_few"] == {"mountain": 19}
    assert main.run(["calibrate", str(file)]) == 0
    assert "mountain 19" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("1,2,3,x,60,,hill", "to_lon: not a number"),
        ("1,2,3", "to_lon: not a number"),
        ("1,2,3,4,nan,,hill", "seconds: not a number"),
        ("1,2,3,4,60,many,hill", "metres: not a number"),
        ("1,2,3,4,60,-1,hill", "metres: between 0 and 2000000"),
        ("1,2,3,181,60,,hill", "a place off the earth"),
    ],
)
def test_the_very_column_is_named(line: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that of a malformed line it is said what in it is wrong."""
    file = tmp_path / "trips.csv"
    file.write_text(f"{HEADER}{line}\n", encoding="utf-8")
    assert main.run(["calibrate", str(file), "--json"]) == 2
    assert f"trips.csv:2: {place}" in json.loads(capsys.readouterr().out)["error"]["message"]
