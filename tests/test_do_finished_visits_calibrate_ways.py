"""Do finished visits calibrate the ways: gaps between two visits of a crew, but none in which it may have waited."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from linli.matcher.problem import Place
from linli.matcher.travel import GROUNDS, Ground, HaversineTravel
from linli.schemas.assignment import AssignmentRecord, DoneState, Leg
from linli.schemas.grounds import Grounds
from linli.schemas.places import Terrain
from linli.schemas.policy_file import parse_policy
from linli.schemas.topics import ASSIGNMENTS
from linli.services.cli import main
from linli.services.cli.calibrated import LEFT_ASIDE
from linli.services.reports.periods import Period
from linli.services.travel.calibration import fit
from linli.services.travel.made_trips import made_trips
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.kafka_client import KafkaAddress
from tests.conftest import RunningGround
from tests.support.district import DISTRICT, MONDAY
from tests.support.examples import assignment_record
from tests.support.ledger import Ledger

TRUE = HaversineTravel({"hill": Ground(1.5, 24_000), "seat": Ground(1.5, 24_000)})
"""Slower than what is assumed today."""

MINUTES = 30


def visit(number: int, crew: int, place: Place, begun: datetime, *, early: float, over: int = 0) -> AssignmentRecord:
    """Return a finished visit, begun so many minutes before its planned start, reported `over` minutes late."""
    record = assignment_record(DoneState(at=begun, minutes=MINUTES))
    details, going = record.details, record.legs[0].assignment
    assert details is not None
    assert going is not None
    where = details.place.model_copy(
        update={"lat": place.lat, "lon": place.lon, "terrain": Terrain(place.terrain), "coarse": False}
    )
    made = going.model_copy(
        update={
            "crew": crew,
            "start": begun + timedelta(minutes=early),
            "started_at": begun,
            "minutes": MINUTES,
            "finished": begun + timedelta(minutes=MINUTES + over),
        }
    )
    return record.model_copy(
        update={
            "request_id": f"r-{number}",
            "district": DISTRICT,
            "details": details.model_copy(update={"place": where, "restricted": False, "fetch": None}),
            "legs": (Leg(assignment=made),),
        }
    )


def driven(seed: int = 1, days: int = 30, early: float = 12) -> Iterator[AssignmentRecord]:
    """Yield visits of one crew, three a day, on ways as long as the truth says, give or take a fifth."""
    dice, number = random.Random(seed), 0
    for day in range(days):
        at, place = MONDAY + timedelta(days=day), Place(27.7, 108.2, "hill")
        for _ in range(3):
            other = Place(round(dice.uniform(27.6, 27.9), 4), round(dice.uniform(108.0, 108.4), 4), "hill")
            at += timedelta(seconds=TRUE.between(place, other)[0] * dice.uniform(0.8, 1.25))
            number, place = number + 1, other
            yield visit(number, 0, place, at, early=early, over=dice.choice((0, 0, 90)))
            at += timedelta(minutes=MINUTES)


def test_the_true_pace_is_found() -> None:
    """Tests that ways between visits give the pace, although some are reported late."""
    made = made_trips(driven(), Period())
    assert len(made.trips) == 60
    assert made.left_aside == {"long_gap": 29}
    [one] = fit(made.trips)
    assert one.metres_per_hour == pytest.approx(24_000 * GROUNDS["hill"].detour / TRUE.grounds["hill"].detour, rel=0.08)
    assert one.error_after < one.error_before


def test_who_began_at_the_planned_time_may_have_waited() -> None:
    """Tests that such gaps are left aside, and are counted."""
    made = made_trips(driven(early=0), Period())
    assert made.trips == []
    assert made.left_aside == {"long_gap": 29, "on_the_dot": 60}


@pytest.mark.parametrize(
    ("why", "begun", "place", "crew"),
    [
        ("overlapping", 20, Place(27.8, 108.3, "hill"), 0),
        ("long_gap", 300, Place(27.8, 108.3, "hill"), 0),
        ("two_terrains", 60, Place(27.8, 108.3, "seat"), 0),
        ("short", 60, Place(27.7001, 108.2, "hill"), 0),
        ("on_the_dot", 60, Place(27.8, 108.3, "hill"), 0),
        ("", 60, Place(27.8, 108.3, "hill"), 1),
    ],
)
def test_what_tells_nothing_is_left_aside(why: str, begun: int, place: Place, crew: int) -> None:
    """Tests every reason, and that two crews of a team are two."""
    first = visit(1, 0, Place(27.7, 108.2, "hill"), MONDAY, early=0)
    second = visit(2, crew, place, MONDAY + timedelta(minutes=begun), early=0 if why == "on_the_dot" else 30)
    made = made_trips([second, first], Period())
    assert made.trips == []
    assert made.left_aside == ({why: 1} if why else {})


def test_only_visits_that_were_made_and_may_be_seen_count() -> None:
    """Tests that a middle of a village, a case with restricted access and a visit outside the period tell nothing."""
    records = list(driven(days=1))
    details = records[1].details
    assert details is not None
    coarse = details.model_copy(update={"place": details.place.model_copy(update={"coarse": True})})
    for changed, left in ((coarse, {"coarse": 2}), (details.model_copy(update={"restricted": True}), {})):
        made = made_trips([records[0], records[1].model_copy(update={"details": changed}), records[2]], Period())
        assert (made.left_aside, len(made.trips)) == (left, 0 if left else 1)
    assert made_trips(records, Period(start=MONDAY + timedelta(days=1))).trips == []


async def written(address: KafkaAddress) -> None:
    """Write finished visits to the log."""
    async with Ledger(address) as ledger:
        for record in driven():
            await ledger.write_one(ASSIGNMENTS, record.request_id, record)


def test_the_command_reads_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests the command on a real log: the fit, what was left aside, a period, and an option that is for no file."""
    running = RunningGround(tmp_path / "ground")
    try:
        address = running.ground.kafka_address
        running.do(bootstrap(address, Wanted((DISTRICT,), 1)))
        running.do(written(address))
        monkeypatch.setenv("LINLI_KAFKA", address.bootstrap)
        monkeypatch.setenv("LINLI_STATE", str(tmp_path / "state"))
        assert main.run(["calibrate", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["trips"], told["left_aside"], told["fits"][0]["terrain"]) == (60, {"long_gap": 29}, "hill")
        assert main.run(["calibrate"]) == 0
        said = capsys.readouterr().out
        assert "left aside, more than 3 h between: 29" in said
        policy = parse_policy(said[said.index("[grounds.hill]") :])
        assert policy.grounds.hill.metres_per_hour == told["fits"][0]["metres_per_hour"]
        assert policy.grounds.seat == Grounds().seat
        until = f"{MONDAY + timedelta(days=3):%Y-%m-%d}"
        assert main.run(["calibrate", "--until", until]) != 0
        assert "needs 20 trips" in capsys.readouterr().err
        assert main.run(["calibrate", "trips.csv", "--until", until]) != 0
        assert "--until is for the ledger" in capsys.readouterr().err
    finally:
        running.stop()


@pytest.mark.parametrize("why", LEFT_ASIDE)
def test_a_reason_names_its_figure_in_both_languages(why: str) -> None:
    """Tests that whoever reads Chinese learns of the same hours and metres as whoever reads English."""
    english, chinese = (re.findall(r"\d+", said) for said in LEFT_ASIDE[why])
    assert english == chinese
