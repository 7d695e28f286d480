"""Does a round ask a routing server within limits, say in its record what it got, and go on by the estimate?"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linli.matcher.problem import Place
from linli.matcher.rounds.unmeasured import Wanted
from linli.schemas.ways import NO_WAY_S, Unmeasured, WaysReport
from linli.services.settings import SettingsError
from linli.services.travel.surveyed import surveyor_of
from linli.streams.dispatch.surveying import WAIT_S, Surveyor
from linli.streams.ways_sources import REST_S
from tests.support.routing_server import Router, running, seconds_between

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLACES = tuple(Place(round(27.9 + i / 100, 2), round(108.2 + i % 7 / 100, 2), "hill") for i in range(120))


@pytest.fixture
def router() -> Generator[Router]:
    """Give a routing server on loopback."""
    with running() as server:
        yield server


def surveyor(named: str, clock: Callable[[], float] | None = None) -> Surveyor:
    """Give who asks, by the setting; on a clock that stands still where none is given."""
    made = surveyor_of(named, clock or (lambda: 0.0))
    assert made is not None
    return made


@pytest.mark.parametrize("kind", ["osrm", "valhalla"])
def test_ways_are_measured_there_and_back(router: Router, kind: str) -> None:
    """Tests more places than fit one question, each with others of its own, in both directions."""
    wanted = [Wanted(PLACES[0], PLACES[1:]), Wanted(PLACES[1], (PLACES[0], PLACES[119]))]
    found = surveyor(f"{kind}:{router.address}").survey(wanted, NOW, WAIT_S)
    assert found.report == WaysReport(source=kind, measured=2, estimated=0)
    assert router.asked == 6
    for place, asked in zip(found.places, wanted, strict=True):
        assert [(way.lat, way.lon) for way in place.measured()] == [(one.lat, one.lon) for one in asked.others]
        for way in place.measured():
            here, there = (place.lon, place.lat), (way.lon, way.lat)
            assert way.seconds == round(seconds_between(here, there))
            assert way.back_seconds == round(seconds_between(there, here))


def test_a_way_that_is_none_keeps_everybody_from_going(router: Router) -> None:
    """Tests that a place no road leads to is measured as such, and not estimated over the river."""
    router.mood = "no way"
    [place] = surveyor(f"osrm:{router.address}").survey([Wanted(PLACES[0], PLACES[1:3])], NOW, WAIT_S).places
    assert {way.seconds for way in place.measured()} == {NO_WAY_S}


@pytest.mark.parametrize("mood", ["broken", "malformed", "huge", "wrong size", "negative", "words", "other"])
def test_a_failed_server_is_told_and_left_alone_for_a_while(router: Router, mood: str) -> None:
    """Tests each way of misbehaving: nothing is measured, nothing asked while the server rests, then it is again."""
    reading = 0.0
    asking = surveyor(f"osrm:{router.address}", lambda: reading)
    wanted = [Wanted(PLACES[0], PLACES[1:3])]
    router.mood = mood
    assert asking.survey(wanted, NOW, WAIT_S).report.fallback is Unmeasured.FAILED
    router.mood, reading = "fine", REST_S - 1
    resting = asking.survey(wanted, NOW, reading + WAIT_S)
    assert resting.report == WaysReport(source="osrm", measured=0, estimated=1, fallback=Unmeasured.RESTING)
    assert router.asked == 1
    reading = REST_S + 1
    assert asking.survey(wanted, NOW, reading + WAIT_S).report.fallback is None


def test_a_round_does_not_wait_longer_than_it_may(router: Router) -> None:
    """Tests that no question is begun after the end: of two batches the first is kept, the second estimated."""
    readings = iter([0.0, 0.5, 0.6, 0.7, 0.8, WAIT_S, WAIT_S])
    wanted = [Wanted(place, PLACES[60:80]) for place in PLACES[:60]]
    found = surveyor(f"osrm:{router.address}", lambda: next(readings)).survey(wanted, NOW, 0.65)
    assert found.report == WaysReport(source="osrm", measured=50, estimated=10, fallback=Unmeasured.NO_TIME)
    assert (len(found.places), router.asked) == (50, 2)


def test_a_file_is_believed_in_part(tmp_path: Path) -> None:
    """Tests that of a CSV the ways known in both directions are taken; the others are left to the estimate."""
    file, (a, b, c) = tmp_path / "ways.csv", PLACES[:3]
    lines = [f"{p.lat},{p.lon},{q.lat},{q.lon},{n},{n}" for n, (p, q) in enumerate([(a, b), (b, a), (a, c)], 100)]
    file.write_text("\n".join(["from_lat,from_lon,to_lat,to_lon,seconds,metres", *lines]))
    found = surveyor(f"csv:{file}").survey([Wanted(a, (b, c))], NOW, WAIT_S)
    [way] = found.places[0].measured()
    assert ((way.lat, way.lon), way.seconds, way.back_seconds) == ((b.lat, b.lon), 100, 101)
    with pytest.raises(SettingsError, match="No such file"):
        surveyor_of(f"csv:{tmp_path}/none.csv")
    file.write_text("nonsense")
    with pytest.raises(SettingsError, match="line 1"):
        surveyor_of(f"csv:{file}")
