"""Can standing orders be kept at a terminal: placed from a file, looked at, a visit skipped, one moved, stopped."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.support.story_case import instant
from tests.support.story_county import ZONE
from tests.support.story_telling import NAME, Story
from tests.support.terminal import Json
from tests.support.waiting import eventually


def _shown(story: Story, standing: str) -> Json:
    return story.county.terminal.json("standing", "show", standing)


def _becomes(story: Story, standing: str, number: int, how: str) -> Json:
    """Wait until a visit has come about in some way, and give it."""

    def look() -> Json | None:
        one: Json = _shown(story, standing)["upcoming"][number]
        return one if one["how"] == how else None

    return eventually(look, f"visit {number} to be {how}")


def _day(moment: str) -> str:
    """Give the local day of a moment, as a person names a visit."""
    return f"{instant(moment).astimezone(ZONE):%Y-%m-%d}"


def test_a_standing_order_from_a_file_to_its_end(story: Story, tmp_path: Path) -> None:
    """Tests every command, and that what is wrong is refused by name before anything is sent."""
    terminal, file = story.county.terminal, tmp_path / "order.json"
    story.lead()
    order = story.order(windows=[story.hours(30, 34)])
    file.write_text(json.dumps(order), encoding="utf-8")
    refused = terminal.run("standing", "add", str(file), "--rule", "FREQ=HOURLY")
    assert refused.returncode != 0
    assert "HOURLY" in refused.stderr
    standing: str = terminal.json("standing", "add", str(file), "--rule", "FREQ=DAILY")["standing"]
    shown = eventually(lambda: _shown(story, standing), "the order to be shown")
    assert shown["details"]["rule"] == "FREQ=DAILY"
    assert NAME not in terminal.ok("standing", "show", standing)
    first, second = (one["occurrence"] for one in shown["upcoming"][:2])
    number = f"desk/{order['source_id']}@{_day(first)}"
    assert terminal.json("show", number)["request"]["request_id"] == shown["upcoming"][0]["request_id"]
    terminal.ok("standing", "skip", standing, _day(first), "--reason", "at her sister's")
    _becomes(story, standing, 0, "skipped")
    later = instant(second) + timedelta(hours=2)
    terminal.ok("standing", "move", standing, second, "--window", f"{later}/{later + timedelta(hours=1)}")
    assert instant(_becomes(story, standing, 1, "moved")["start"]) == later
    wrong = terminal.run("standing", "skip", standing, (instant(first) + timedelta(minutes=1)).isoformat())
    assert "no visit at that moment" in wrong.stderr
    assert "no visit on 2001-01-01" in terminal.run("standing", "skip", standing, "2001-01-01").stderr
    assert terminal.run("standing", "move", standing, second).returncode != 0
    assert terminal.run("standing", "show", "s-none").returncode == 3
    terminal.ok("standing", "stop", standing)
    assert standing not in terminal.ok("standing", "list")
