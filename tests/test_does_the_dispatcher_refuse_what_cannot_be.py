"""The dispatcher process told something impossible: one clear sentence, and an exit code that says not to retry."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from linli.streams.crash_counts import CRASHES_MAX, CrashCounts
from linli.streams.dispatch.crash_points import CrashPlanError, CrashPoint, parse_crash_plan
from linli.streams.dispatch.due_districts import DueDistricts
from tests.support.district import MONDAY, Desk

REFUSED, FAILED = 78, 70


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a dispatcher to its end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    return subprocess.run(
        [sys.executable, "-m", "linli.services.dispatcher", *arguments],
        env={**environment, "LINLI_STATE": str(folder), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "LINLI_KAFKA is not set"),
        ({"LINLI_KAFKA": "127.0.0.1:1", "LINLI_CRASH_AT": "somewhere:1"}, "'somewhere' is no crash point"),
        ({"LINLI_KAFKA": "127.0.0.1:1", "LINLI_MODDE": "auto"}, "Did you mean LINLI_MODE?"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, str], sentence: str, tmp_path: Path) -> None:
    """Tests that the process says in a sentence what is wrong and leaves with the code that means configuration."""
    done = run(tmp_path, **settings)
    assert done.returncode == REFUSED
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broker_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Tests that without a Kafka the process says so in one line, and ends so that it is started again."""
    done = run(tmp_path, LINLI_KAFKA="127.0.0.1:1")
    assert done.returncode == FAILED
    assert "127.0.0.1:1 does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_crash_points_are_read_strictly() -> None:
    """Tests that every point is known by its name, nothing means nowhere, and nonsense is refused."""
    for point in CrashPoint:
        assert parse_crash_plan(f"{point}:3").point is point
    assert parse_crash_plan(None).point is None
    for nonsense in ("after_commit", "after_commit:0", "after_commit:-1", "after_commit:x", ":1", "before:1"):
        with pytest.raises(CrashPlanError, match="write "):
            parse_crash_plan(nonsense)


def test_crashes_are_counted_across_lives_and_forgotten_when_settled(tmp_path: Path) -> None:
    """Tests that counts survive the process, condemn at the limit, and go with the commit."""
    for life in range(CRASHES_MAX):
        counts = CrashCounts(tmp_path, 0)
        assert counts.is_condemned(7) is False, life
        counts.failed([7, 8] if life == 0 else [7], "520624")
    counts = CrashCounts(tmp_path, 0)
    assert (counts.is_condemned(7), counts.is_condemned(8)) == (True, False)
    assert counts.is_suspect(8)
    assert not counts.is_suspect(9)
    assert not CrashCounts(tmp_path, 1).is_suspect(0), "another partition has its own file"
    counts.settled(8, ["520624"])
    again = CrashCounts(tmp_path, 0)
    assert not again.is_condemned(7)
    assert again.is_suspect(8)


def test_a_district_whose_deadlines_fail_is_held(tmp_path: Path) -> None:
    """Tests that failures without a command count against the district, until it was decided."""
    for _ in range(CRASHES_MAX):
        CrashCounts(tmp_path, 0).failed([], "520624")
    counts = CrashCounts(tmp_path, 0)
    assert counts.is_held("520624")
    counts.settled(0, ["520624"])
    assert not CrashCounts(tmp_path, 0).is_held("520624")


def test_nobody_waits_for_the_deadlines_of_a_held_district() -> None:
    """Tests that a passed deadline that may not fire does not keep the loop from sleeping."""
    due = DueDistricts(lambda _: MONDAY)
    due.learn({"520624": Desk(teams=0).state})
    assert due.earliest(lambda _: False) == MONDAY
    assert due.earliest(lambda district: district == "520624") is None


def test_what_a_round_made_due_is_done_by_the_next_one_and_no_more() -> None:
    """Tests that a deadline that is due after its round fires once more, and is left alone until a heartbeat then."""
    due = DueDistricts(lambda _: MONDAY)
    due.learn({"520624": Desk(teams=0).state})
    for left in (MONDAY, None):
        assert due.earliest(lambda _: False) == MONDAY
        assert due.at(MONDAY) == {"520624"}
        due.fired(MONDAY, ["520624"])
        assert due.earliest(lambda _: False) == left
    assert due.at(MONDAY) == set()
    due.forgive()
    assert due.at(MONDAY) == {"520624"}
