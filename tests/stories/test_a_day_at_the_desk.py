"""A day at the desk, told on a real Kafka and a real Valkey: from a neighbour's order to the rating, with its detours.

Everything is done by commands at a terminal, as a dispatch centre and its team leads would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from linli.services.demo.county import urban_communities
from tests.support.terminal import Json
from tests.test_does_the_command_line_work_end_to_end import ADDRESS, NAME, PHONE, ZONE, User, eventually, team

NOW = datetime.now(ZONE)


def order(number: str, **changes: object) -> Json:
    """An urgent errand that a grid worker orders for a neighbour without a telephone."""
    start = NOW + timedelta(minutes=30)
    whole: Json = {
        "source_id": number,
        "category": "shopping",
        "beneficiary": "empty_nest_elderly",
        "requester": "grid_worker",
        "windows": [{"start": start.isoformat(), "end": (start + timedelta(hours=4)).isoformat()}],
        "urgent": True,
        "grid": f"{urban_communities()[0].code}-01",
        "consent": {"beneficiary": True},
        "personal": {"name": NAME, "address_line": ADDRESS},
    }
    return whole | changes


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Start Linli where offers go out by themselves, with three teams."""
    user = User(tmp_path_factory.mktemp("desk"), LINLI_MODE="auto")
    try:
        assert user.run_alone("up", "--detach", "--json").returncode == 0
        teams = user.folder / "teams.ndjson"
        teams.write_text("".join(json.dumps(team(f"t-{name}"), ensure_ascii=False) + "\n" for name in "abc"))
        user.ok("teams", "import", str(teams))
        eventually(lambda: len(user.lines("teams", "list")) == 3 or None)
        yield user
    finally:
        user.leave()


def submit(desk: User, *orders: Json) -> None:
    """Submit orders as the grid worker's program does."""
    file = Path(desk.folder) / "orders.ndjson"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in orders), encoding="utf-8")
    desk.ok("submit", str(file), "--source", "grid-app")


def name(number: str) -> str:
    """Name an order as its sender does."""
    return f"grid-app/{number}"


def test_ordered_by_a_neighbour_declined_offered_again_done_and_rated(desk: User) -> None:
    """Tests the errand's whole way: a team says no, another goes, others come, money is spent, it is rated."""
    submit(desk, order("A-1"))
    first = desk.offer(name("A-1"), "open")
    desk.ok("answer", first["id"], "decline", "--reason", "busy")
    second = eventually(lambda: one if (one := desk.offer(name("A-1"), "open"))["team"] != first["team"] else None)
    late = desk.run("answer", first["id"], "accept", "--member", f"{first['team']}-m0")
    assert late.returncode == 1
    assert "declined" in late.stdout + late.stderr
    lead = second["team"]
    desk.ok("answer", second["id"], "accept", "--member", f"{lead}-m0")
    desk.ok("answer", second["id"], "swap", "--member", f"{lead}-m1")
    assert desk.json("show", name("A-1"))["request"]["legs"][0]["assignment"]["members"] == [f"{lead}-m1"]
    desk.ok("answer", second["id"], "start")
    desk.ok("answer", second["id"], "done", "--minutes", "35", "--spent-fen", "45000", "--receipt")
    status = desk.json("show", name("A-1"))["request"]["status"]
    assert (status["spent"]["amount_fen"], status["over_limit"]) == (45000, True)
    desk.ok("rate", name("A-1"), "4", "--by", "proxy")
    assert desk.state(name("A-1")) == "rated"


def test_a_team_takes_by_itself_what_another_was_asked(desk: User) -> None:
    """Tests that a claim is first in the order of the log, and that the team that was asked hears of it."""
    submit(desk, order("A-2"))
    asked = desk.offer(name("A-2"), "open")
    other = next(one for one in ("t-a", "t-b", "t-c") if one != asked["team"])
    assert desk.json("claim", name("A-2"), other, "--member", f"{other}-m0")["state"] == "committed"
    late = desk.run("answer", asked["id"], "accept", "--member", f"{asked['team']}-m0")
    assert late.returncode == 1
    assert "took it by itself" in late.stdout + late.stderr


def test_an_absent_team_gives_its_visit_back(desk: User) -> None:
    """Tests that an absence withdraws what the team had accepted, and that somebody else is asked."""
    submit(desk, order("A-3"))
    offer = desk.offer(name("A-3"), "open")
    away = offer["team"]
    desk.ok("answer", offer["id"], "accept", "--member", f"{away}-m0")
    until = (NOW + timedelta(days=1)).isoformat()
    desk.ok("absent", away, "--from", NOW.isoformat(), "--until", until, "--reason", "a course")
    again = eventually(lambda: one if (one := desk.offer(name("A-3"), "open"))["team"] != away else None)
    assert again["team"] != away
    sheet = desk.json("show", name("A-3"), "--history")
    assert "withdrawn" in [line["state"] for line in sheet["history"]]


def test_help_that_was_given_already_is_written_down(desk: User) -> None:
    """Tests a record afterwards: the offer is taken back, the choice is kept with its reason."""
    submit(desk, order("A-4"))
    offer = desk.offer(name("A-4"), "open")
    words = ["--start", NOW.isoformat(), "--minutes", "20", "--reason", "met on the way", "--member", "t-b-m0"]
    assert desk.json("record", name("A-4"), "t-b", *words)["state"] == "recorded_afterwards"
    request = desk.json("show", name("A-4"))["request"]
    assert request["legs"][0]["offers"][-1]["ended"] == "recorded"
    assert len(request["choices"]) == 1
    assert desk.json("show", name("A-4"), "--reveal")["written"] == ["met on the way"]
    late = desk.run("answer", offer["id"], "accept", "--member", f"{offer['team']}-m0")
    assert late.returncode == 1


def test_danger_is_referred_and_a_deputy_is_sealed(desk: User) -> None:
    """Tests that nobody is sent where a life is in danger, and that a deputy's name is nowhere to be read."""
    submit(desk, order("A-5", flags={"danger_to_life": True}))
    eventually(lambda: desk.state(name("A-5")) == "referred" or None)
    sheet = desk.json("show", name("A-5"))["request"]
    assert sheet["red"] is True
    assert sheet["legs"][0]["offers"] == []
    until = (NOW + timedelta(days=2)).isoformat()
    desk.ok("deputy", "t-c", "--name", NAME, "--phone", PHONE, "--from", NOW.isoformat(), "--until", until)
    listed = eventually(lambda: _deputy(desk) or None)
    assert NAME not in json.dumps(listed, ensure_ascii=False)
    assert desk.json("told", "d-1", "not_reached")["outcome"] == "applied"


def _deputy(desk: User) -> Json:
    found: Json = next(one for one in desk.lines("teams", "list") if one["details"]["team"] == "t-c")
    deputy: Json = found["details"]["deputy"] or {}
    return deputy


def test_the_day_was_whole(desk: User) -> None:
    """Tests that every guarantee held, and that the day can be decided again to the same bytes."""
    assert desk.run("audit").returncode == 0
    assert desk.run("replay", "--verify").returncode == 0
