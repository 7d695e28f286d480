"""Does a simulated day tell what happened: the figures follow from the records, and policy and people matter."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import BaseModel

from linli.schemas.assignment import Closed
from linli.schemas.lifecycle import State
from linli.services.cli import main
from linli.services.cli.simulated_day import Wanted, day_of
from linli.services.demo.demand import Scenario, ask
from linli.services.demo.requests import MONDAY
from linli.services.demo.teams import midnight, roster
from linli.services.demo.timed import chance
from linli.services.simulation.figures import figures_of, histories_of
from linli.services.simulation.people import manners_of
from linli.services.simulation.plots import plots_of
from linli.services.simulation.svg import EDGE, HEIGHT, LETTER, LINE, bars, picture
from linli.services.simulation.virtual_day import VirtualDay

REQUESTS = 40


@pytest.fixture(scope="module", name="played")
def _played() -> VirtualDay:
    return VirtualDay(seed=5, requests=REQUESTS, manners=manners_of((0.5, 0.9), 5)).play()


def test_figures_follow_from_the_records(played: VirtualDay) -> None:
    """Tests counts against the records themselves."""
    figures = figures_of(played)
    histories = histories_of(played.history)
    assert figures.served == sum(any(r.state is State.UNDER_WAY for r in one) for one in histories.values())
    assert 0 < figures.on_time <= figures.served <= figures.promised <= figures.requests <= REQUESTS
    offers = {o.id for record in played.history for leg in record.legs for o in leg.offers if o.state != "proposed"}
    assert figures.offers == len(offers)
    assert figures.offers_per_served == pytest.approx(len(offers) / figures.served, abs=0.001)
    assert figures.notifications_per_served > figures.offers_per_served
    assert figures.refused == len(played.dead)
    assert figures.visits_planned > 0
    assert figures.travel_minutes > 0
    assert figures.waiting_minutes.median is not None
    assert sum(figures.promises_broken.values()) == sum(
        len(record.broken) for record in played.last() if record.state not in (State.CANCELLED, State.REFERRED)
    )


def test_willingness_is_what_was_asked_for(played: VirtualDay) -> None:
    """Tests that shares lie in the range, differ from team to team, add up, and repeat."""
    manner = manners_of((0.5, 0.9), 5)
    shares = [manner(f"t-{k:02}").offers for k in range(1, 55)]
    assert len({one.accepted for one in shares}) > 40
    assert all(0.5 <= one.accepted <= 0.9 for one in shares)
    assert all(sum(one.model_dump().values()) == pytest.approx(1.0) for one in shares)
    assert manners_of((0.5, 0.9), 5)("t-01") == manner("t-01")
    willing = figures_of(VirtualDay(seed=5, requests=REQUESTS, manners=manners_of((1.0, 1.0), 5)).play())
    assert willing.offers_per_served < figures_of(played).offers_per_served


def test_a_day_repeats(played: VirtualDay) -> None:
    """Tests that the same seeds give the same figures."""
    again = VirtualDay(seed=5, requests=REQUESTS, manners=manners_of((0.5, 0.9), 5)).play()
    assert figures_of(again) == figures_of(played)


def test_pictures_are_whole_and_show_the_day(played: VirtualDay) -> None:
    """Tests that each picture is well-formed and holds as many marks as there is to show."""
    pictures = plots_of(played)
    trees = {name: ElementTree.fromstring(text) for name, text in pictures.items()}  # noqa: S314 - our own text
    tag = "{http://www.w3.org/2000/svg}"
    visited = sum(leg.assignment is not None for record in played.last() for leg in record.legs)
    assert 5 < len(trees["routes.svg"].findall(f"{tag}circle")) <= visited
    assert len(trees["routes.svg"].findall(f"{tag}rect")) == 1 + 54 + 1
    assert len(trees["routes.svg"].findall(f"{tag}polyline")) > 5
    assert len(trees["load.svg"].findall(f"{tag}rect")) == 1 + 54
    assert len(trees["waiting.svg"].findall(f"{tag}rect")) > 2


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main.run(["simulate", *words, "--json"]) == 0
    figures: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return figures


def test_the_command_plays_scenarios_and_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests figures and pictures by the command line, and that a policy changes the day."""
    usual = told(capsys, "calm", "--requests", "15", "--work", "0", "--plots", str(tmp_path / "plots"))
    assert usual["offers"] > 0
    assert {file.name for file in (tmp_path / "plots").iterdir()} == {"routes.svg", "load.svg", "waiting.svg"}
    policy = tmp_path / "policy.json"
    policy.write_text('{"mode": "suggest"}', encoding="utf-8")
    assert told(capsys, "calm", "--requests", "15", "--work", "0", "--policy", str(policy))["offers"] == 0
    assert main.run(["simulate", "calm", "--requests", "15", "--work", "0"]) == 0
    told_people = capsys.readouterr().out
    assert f"{usual['requests']}" in told_people
    assert "on time (to 15 min after the window)" in told_people


def test_a_policy_file_is_taken_as_everywhere_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that the sample can be played, its work counts, its desk agrees, and a misspelt word is refused."""
    day = ("calm", "--requests", "12")
    assert main.run(["export", "policy"]) == 0
    policy = tmp_path / "policy.toml"
    policy.write_text(capsys.readouterr().out, encoding="utf-8")
    assert told(capsys, *day, "--policy", str(policy))["served"] > 0
    policy.write_text("freeze_minuts = 180", encoding="utf-8")
    assert main.run(["simulate", *day, "--policy", str(policy)]) == 2
    policy.write_text('{"freeze_minuts": 180}', encoding="utf-8")
    assert main.run(["simulate", *day, "--policy", str(policy)]) == 2
    assert capsys.readouterr().err.count("freeze_minuts") == 2


@pytest.mark.parametrize(("asked", "said", "units"), [(None, "", 2_000), (None, "work = 7", 7), (9, "work = 7", 9)])
def test_a_round_works_as_asked_or_as_the_policy_says(tmp_path: Path, asked: int | None, said: str, units: int) -> None:
    """Tests which of option, file and default says how much a round may work."""
    policy = tmp_path / "policy.toml"
    policy.write_text(said, encoding="utf-8")
    assert day_of(Wanted("calm", 5, 1, asked, None, policy, None)).work == units


def test_whoever_was_not_found_anybody_for_is_counted(played: VirtualDay) -> None:
    """Tests that a request counts as unmet also once it is closed, which it is when its time has passed."""
    ended = [record.status for record in played.last() if isinstance(record.status, Closed)]
    closed = sum(status.outcome is State.UNMET for status in ended)
    assert 0 < closed <= figures_of(played).unmet


def as_line(body: BaseModel, at: datetime) -> dict[str, Any]:
    """Return an event as a line of a day's file."""
    return {**json.loads(body.model_dump_json(exclude_none=True)), "at": at.isoformat()}


def test_a_day_of_ones_own_is_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests a file of teams and orders with the times at which they come."""
    dice = chance("own day")
    lines = [as_line(team, midnight(MONDAY)) for team in roster(MONDAY)]
    for asked in [ask(dice, MONDAY, serial, Scenario.CALM) for serial in range(10)]:
        lines.append(as_line(asked.order, asked.at) | {"source": asked.source})
    file = tmp_path / "day.ndjson"
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    figures = told(capsys, str(file), "--work", "0")
    assert figures["requests"] == 10
    assert figures["promised"] > 5
    for spoilt, message in (
        ('{"at": "noon"}', "day.ndjson:1: at: no time; write 2026-"),
        ("{}", "day.ndjson:1: at: no time; write 2026-"),
        ('{"at": 5}', "day.ndjson:1: at: no time"),
        ("[]", "day.ndjson:1: an event is an object"),
        ("x", "day.ndjson:1: "),
        ('{"at": "2026-03-16T08:00:00+08:00", "kind": "flight"}', "day.ndjson:1: kind: give one of absent, "),
        ('{"kind": "order", "at": "2026-03-16T08:00"}', "source_id"),
    ):
        file.write_text(spoilt, encoding="utf-8")
        assert main.run(["simulate", str(file)]) == 2
        assert message in capsys.readouterr().err


def test_what_cannot_be_played_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests unknown days, shares and policies."""
    policy = tmp_path / "policy.json"
    policy.write_text('{"freeze_minutes": -1}', encoding="utf-8")
    assert main.run(["simulate", str(tmp_path / "none.ndjson")]) == 3
    assert main.run(["simulate", "calm", "--accept", "90-50"]) == 2
    assert main.run(["simulate", "calm", "--accept", "many"]) == 2
    assert main.run(["simulate", "calm", "--policy", str(policy)]) == 2
    assert "freeze_minutes" in capsys.readouterr().err


@pytest.mark.parametrize("many", [1, 9, 54, 200])
def test_every_bar_has_its_name_within_the_picture(many: int) -> None:
    """Tests that names do not run into each other or out of the picture, and that only very narrow bars lack one."""
    labels = [f"{number * 30}–{number * 30 + 30}" if many < 20 else f"team-number-{number}" for number in range(many)]
    drawn = picture("bars", bars([(label, 1.5) for label in labels], "h"))
    tree = ElementTree.fromstring(drawn)  # noqa: S314 - our own text
    below = [text for text in tree.iter("{http://www.w3.org/2000/svg}text") if float(text.attrib["y"]) > HEIGHT - EDGE]
    assert len(below) == (many if many < 60 else -(-many // 4))
    upright = ["transform" in text.attrib for text in below]
    assert set(upright) == {many > 20}
    spots = [float(text.attrib["x"]) for text in below]
    for text, gap in zip(below, [after - before for before, after in pairwise(spots)], strict=False):
        assert gap >= (LINE if upright[0] else LETTER * len(text.text or ""))
    assert all(len(text.text or "") * 6.6 <= EDGE for text in below)
