"""Does the bench judge fairly: figures come from the checker, ratios are paired, bounds lie on the bad side."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from linli.matcher.checker import check
from linli.matcher.insertion.baseline import first_come_nearest
from linli.matcher.objective import evaluate
from tests.bench.match import peers, timefold_there
from tests.bench.match.arrays import arrays_of, worth
from tests.bench.match.deadline import Deadline
from tests.bench.match.equity import Shares, shares_of
from tests.bench.match.families import FAMILIES, Size, day
from tests.bench.match.main import hurried
from tests.bench.match.measure import Candidate, Row
from tests.bench.match.peers import peers_of
from tests.bench.match.report import Trial, as_json, as_markdown
from tests.bench.match.run_one import solver_of
from tests.bench.match.schedule import orders_of, plan_of
from tests.bench.match.source import family_source, kept, problem_of
from tests.bench.match.start import timed
from tests.bench.match.statistics import compare

SMALL = Size(teams=4, visits=24, classes=2)


@pytest.mark.parametrize("family", FAMILIES)
def test_days_are_what_they_are_called(family: str) -> None:
    """Tests that a source names its day fully, that it repeats, and that a family's windows are its own."""
    problem = day(family, SMALL, 3)
    again = problem_of(family_source(family, SMALL, 3))
    assert (problem.visits, problem.teams) == (again.visits, again.teams)
    assert day(family, SMALL, 4).visits != problem.visits
    lengths = {hi - lo for visit in problem.visits for lo, hi in visit.windows}
    assert lengths == {7_200} if family == "two-hour" else lengths <= {7_200, 14_400, 36_000}
    assert {visit.urgency for visit in problem.visits} == {0, 1}


def test_orders_become_the_plan_they_stand_for() -> None:
    """Tests that a plan reduced to orders and scheduled anew breaks no rule and is worth the same."""
    problem = day("mixed", SMALL, 1)
    plan = first_come_nearest(problem)
    again = plan_of(problem, orders_of(plan))
    assert check(problem, again) == []
    assert evaluate(problem, again) == evaluate(problem, plan)


def test_a_bad_order_does_not_count() -> None:
    """Tests that a route that no shift holds is not quietly shortened, but found by the checker."""
    problem = day("mixed", SMALL, 1)
    everything = {problem.teams[0].id: [visit.id for visit in problem.visits]}
    assert check(problem, plan_of(problem, everything))


@pytest.mark.parametrize("name", ["nearest", "insertion", "assignment", "ortools", "linli"])
def test_the_solvers_that_need_no_peer_answer_by_the_rules(name: str) -> None:
    """Tests that each gives orders that hold, and serves somebody."""
    problem = day("town", SMALL, 2)
    setting = {"assignment": "hours", "ortools": "insertion", "linli": "1"}.get(name, "-")
    orders = solver_of(name)(problem, Deadline("wall", 1.0, 1, time.monotonic()), setting)
    plan = plan_of(problem, orders)
    assert check(problem, plan) == []
    assert len(plan.placed()) > 5


def test_a_visit_more_urgent_is_worth_more_to_those_who_add_up() -> None:
    """Tests the worths and who is able."""
    arrays = arrays_of(day("mixed", SMALL, 1))
    worths = {visit.urgency: worth(arrays, k) for k, visit in enumerate(arrays.problem.visits)}
    assert worths == {0: 800_000, 1: 100_000}
    assert arrays.able.shape == (4, 24)
    assert arrays.able.any()


def test_shares_are_of_those_who_are_easily_left_out() -> None:
    """Tests that serving all but the far, long and rare shows in the shares alone."""
    problem = day("spread", Size(teams=8, visits=80), 1)
    everybody = {visit.id for visit in problem.visits}
    assert shares_of(problem, everybody) == Shares(1000, 1000, 1000)
    longest = sorted(problem.visits, key=lambda visit: (visit.duration, visit.id))[60:]
    assert shares_of(problem, everybody - {visit.id for visit in longest}).longest == 0
    assert kept(problem, frozenset(list(everybody)[:7])).teams == problem.teams


def test_bounds_lie_on_the_bad_side() -> None:
    """Tests median, bound and worst case of ratios where more, and where less, is better."""
    ratios = [(f"day-{k % 5}", 1.0 + k / 100) for k in range(15)]
    more, less = compare(ratios, more_is_better=True), compare(ratios, more_is_better=False)
    assert more is not None
    assert less is not None
    assert more.median == less.median == 1.07
    assert more.bound < more.median < less.bound
    assert (more.worst, less.worst) == pytest.approx((1.0, 1.14))
    assert compare([], more_is_better=True) is None


def row(name: str, served: int, travel: int, cpu: float = 1.0, fault: str = "") -> Row:
    shares = Shares(500, 500, 500)
    return Row(Candidate(name, "1", 1), "day", 1.0, cpu, 50, (served,), travel, shares, frozenset(), fault)


def test_the_best_peer_is_valid_and_in_time() -> None:
    """Tests that neither a plan that breaks a rule nor one that took too long is the rival, and what the tables say."""
    rows = (
        row("linli", 103, 5_400),
        row("vroom", 100, 6_000),
        row("pyvrp", 110, 100, fault="1 rules broken"),
        row("ortools", 109, 100, cpu=90.0),
        row("nearest", 80, 100),
    )
    trial = Trial("days", "day", 2.0, rows, (row("linli", 100, 5_400),))
    best = trial.best_peer()
    assert best is not None
    assert best.candidate.name == "vroom"
    told = {one["ratio"]: one["median"] for one in as_json([trial], "cpu")["compared"]}
    assert told["served"] == 1.03
    assert told["travel per served"] == pytest.approx(54 / 60 / 1.03)
    assert told["travel, same visits (not all served: 0)"] == 0.9
    assert told["served, rarest skill"] == told["memory"] == 1.0
    text = as_markdown([trial], "cpu")
    assert "| linli, 1 thread | served | 1.030 | 1.030 | 1.030 |" in text
    assert "ortools 1 (over budget)" in text
    assert "1 rules broken" in text


def test_a_budget_counts_what_its_clock_shows() -> None:
    """Tests that a peer is late by the clock that was asked for, and never where it may take its time."""
    late = row("vroom", 100, 6_000, cpu=90.0)
    assert Trial("days", "day", 2.0, (late,), clock="cpu").best_peer() is None
    assert Trial("days", "day", 2.0, (late,), clock="wall").best_peer() is late
    assert Trial("days", "day", 0.0, (late,), clock="cpu").best_peer() is late


def test_who_goes_on_too_long_is_shown() -> None:
    """Tests the column of the worst overrun: half a second is allowed, by the clock that was asked for, per thread."""
    kept, late = row("linli", 100, 6_000, cpu=2.4), row("vroom", 100, 6_000, cpu=2.6)
    text = as_markdown([Trial("days", "day", 2.0, (kept, late), clock="cpu")], "cpu")
    assert "| 0.40 | 50 |" in text
    assert "| 0.60 (too late) | 50 |" in text
    assert Trial("days", "day", 0.0, (late,)).overrun(late) == Trial("days", "day", 2.0, (late,), (), "wall").overrun(
        late
    )


def test_a_hurried_linli_gets_its_part_of_the_peers_time() -> None:
    """Tests that the peer goes first and Linli has one in ten of its seconds, told so in the tables."""
    source = family_source("town", SMALL, 1)
    trial = hurried("town", source, "cpu", 10.0, [Candidate("linli", "1", 1)], [Candidate("nearest", "-", 1)])
    peer, own = trial.rows
    assert (peer.candidate.name, own.candidate.name, own.fault) == ("nearest", "linli", "")
    assert own.cpu < peer.cpu + 1.0
    assert "1/10 of the best peer's time" in as_markdown([trial], "cpu")


def test_levels_are_chosen_by_budget_or_by_name() -> None:
    """Tests which settings of VROOM take part."""
    assert [one.setting for one in peers_of(["vroom"], 2.0)] == ["x0", "x1"]
    assert [one.setting for one in peers_of(["vroom"], 10.0)] == ["x1", "x2"]
    assert [one.setting for one in peers_of(["vroom"], 10.0, ["x0"])] == ["x0"]


def test_a_start_is_timed_from_outside() -> None:
    """Tests that a process is measured as a whole, and what it says is kept."""
    start = timed("counting", ["-c", "print(sum(range(3_000_000)))"], 1)
    assert start.said == "4499998500000"
    assert 0 < start.cpu <= start.wall + 0.5


def test_own_problems_are_read(tmp_path: Path) -> None:
    """Tests that a path is a source as well."""
    file = tmp_path / "own.json"
    file.write_text('{"vehicles": [{"id": 1, "start": [108.2, 27.9], "end": [108.2, 27.9]}]}', encoding="utf-8")
    assert [team.id for team in problem_of(str(file)).teams] == ["vehicle:1"]


def test_timefold_takes_part_only_where_it_can(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that without its package or a Java the others go on, and that it is said why it does not."""

    def no_package(_: str) -> None:
        return None

    monkeypatch.setattr(peers, "missing", lambda: "no Java")
    assert [one.label for one in peers_of(["timefold", "nearest"], 2)] == ["nearest -"]
    assert capsys.readouterr().err == "Timefold is left out: no Java\n"
    monkeypatch.setattr(peers, "missing", lambda: "")
    assert [one.label for one in peers_of(["timefold"], 2)] == ["timefold own", "timefold nearest"]
    monkeypatch.setattr(timefold_there, "find_spec", no_package)
    assert "not installed" in timefold_there.missing()
