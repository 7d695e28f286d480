"""Are ways fetched and frozen: tables from files and routing servers, remembered, bounded, replaced where they fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from linli.matcher.problem import Place
from linli.matcher.table_travel import TableError, TableTravel
from linli.matcher.travel import HaversineTravel
from linli.schemas.ways import NO_WAY_S
from linli.services.cli import main
from linli.services.travel.csv_table import CsvTable
from linli.services.travel.provider import PLACES_MAX, Estimate, Provider, ProviderError, frozen
from linli.services.travel.remembering import Remembering
from linli.services.travel.routing_server import OSRM, VALHALLA, Dialect, RoutingServer
from linli.streams.ways_sources import REST_S
from tests.support.routing_server import Router, running, seconds_between

EIGHT = datetime(2026, 3, 16, 8, 30, tzinfo=UTC)
ESTIMATE = HaversineTravel()
DIALECTS = {"osrm": OSRM, "valhalla": VALHALLA}


def places(count: int) -> list[Place]:
    return [Place(27.9 + k / 1000, 108.2 + k * k % 97 / 1000, "hill") for k in range(count)]


@pytest.fixture(name="router")
def _router() -> Iterator[Router]:
    with running() as server:
        yield server


@pytest.mark.parametrize("name", DIALECTS)
def test_a_table_larger_than_a_block_comes_together(router: Router, name: str) -> None:
    """Tests that blocks land where they belong, rows from origins, columns to destinations, and that it is frozen."""
    here = places(70)
    travel = frozen(RoutingServer(router.address, DIALECTS[name]), here, EIGHT, ESTIMATE)
    assert router.asked == 4
    assert travel.quality == "routed"
    assert not travel.symmetric
    for a, b in ((0, 1), (1, 0), (69, 3), (3, 69), (55, 66)):
        ends = (here[a].lon, here[a].lat), (here[b].lon, here[b].lat)
        seconds = seconds_between(*((round(lon, 6), round(lat, 6)) for lon, lat in ends))
        assert travel.between(here[a], here[b]) == (round(seconds), round(seconds * 10))
    table, metres = travel.matrix(here[:3], here[60:])
    assert table.shape == metres.shape == (3, 10)
    assert table[2, 9] == travel.between(here[2], here[69])[0]


def test_valhalla_is_told_the_hour(router: Router) -> None:
    """Tests that the hour of departure is asked for."""
    RoutingServer(router.address, VALHALLA).matrix(places(2), places(2), EIGHT)
    assert router.bodies[0]["date_time"] == {"type": 1, "value": "2026-03-16T08:30"}


MOODS = ["broken", "slow", "dripping", "malformed", "huge", "wrong size", "short row", "negative", "words", "other"]


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("mood", [*MOODS, "no object"])
def test_a_server_that_misbehaves_is_replaced_by_the_estimate(router: Router, name: str, mood: str) -> None:
    """Tests that no bad answer is believed, that the figures are then the estimate's, and that the flag says so."""
    router.mood = mood
    here = places(4)
    server = RoutingServer(router.address, DIALECTS[name], timeout=0.5)
    with pytest.raises(ProviderError, match=router.address):
        server.matrix(here, here, EIGHT)
    provider = Remembering(server, Estimate(ESTIMATE))
    travel = frozen(provider, here, EIGHT, ESTIMATE)
    assert travel.quality == "fallback"
    assert provider.failure
    assert travel.between(here[0], here[3]) == ESTIMATE.between(here[0], here[3])


@pytest.mark.parametrize("name", DIALECTS)
def test_where_there_is_no_way_nobody_is_sent(router: Router, name: str) -> None:
    """Tests that a pair without a way counts longer than any shift."""
    router.mood = "no way"
    ways = RoutingServer(router.address, DIALECTS[name]).matrix(places(2), places(2), EIGHT)
    assert (ways.seconds == NO_WAY_S).all()


def test_nobody_there_is_said_at_once() -> None:
    """Tests a server that does not exist, and an address that is none."""
    for address in ("http://127.0.0.1:1", "http://[nowhere"):
        with pytest.raises(ProviderError):
            RoutingServer(address, OSRM, timeout=1.0).matrix(places(2), places(2), EIGHT)


def test_a_password_in_an_address_is_used_and_not_told(router: Router) -> None:
    """Tests that a server may ask for a name and a password, and that no message repeats them."""
    for address in (
        "http://jo:s3cret@127.0.0.1:1",
        "http://jo:s3cret@[nowhere",
        router.address.replace("//", "//jo:s3cret@"),
    ):
        router.mood = "broken"
        with pytest.raises(ProviderError) as told:
            RoutingServer(address, OSRM, timeout=1.0).matrix(places(2), places(2), EIGHT)
        assert "s3cret" not in told.value.said.en + told.value.said.zh


def remembering(router: Router, dialect: Dialect, now: list[float], **more: int) -> Remembering:
    server = RoutingServer(router.address, dialect)
    by_hour = dialect is VALHALLA
    return Remembering(server, Estimate(ESTIMATE), by_hour=by_hour, clock=lambda: now[0], **more)


def test_what_is_known_is_not_asked_again(router: Router) -> None:
    """Tests that pairs are remembered, new places are asked for alone, and the hour counts only where it matters."""
    here, now = places(6), [0.0]
    osrm, valhalla = remembering(router, OSRM, now), remembering(router, VALHALLA, now)
    first = osrm.matrix(here[:4], here[:4], EIGHT)
    again = osrm.matrix(here[:4], here[:4], EIGHT + timedelta(hours=5))
    assert router.asked == 1
    assert (first.seconds == again.seconds).all()
    assert again.quality == "routed"
    osrm.matrix([here[5]], here[:4], EIGHT)
    assert router.asked == 2
    for later in (0, 0, 5):
        valhalla.matrix(here[:4], here[:4], EIGHT + timedelta(hours=later))
    assert router.asked == 4


def test_memory_is_bounded(router: Router) -> None:
    """Tests that pairs used longest ago are forgotten."""
    here, now = places(6), [0.0]
    osrm = remembering(router, OSRM, now, pairs_max=4)
    osrm.matrix(here[:2], here[:2], EIGHT)
    osrm.matrix(here[2:4], here[2:4], EIGHT)
    osrm.matrix(here[2:4], here[2:4], EIGHT)
    assert router.asked == 2
    osrm.matrix(here[:2], here[:2], EIGHT)
    assert router.asked == 3


def test_a_dead_server_is_left_alone_for_a_while(router: Router) -> None:
    """Tests that after a failure rounds go on at once, that what is known is kept, and that it is tried again."""
    here, now = places(4), [0.0]
    osrm = remembering(router, OSRM, now)
    known = osrm.matrix(here[:2], here[:2], EIGHT)
    router.mood = "broken"
    mixed = osrm.matrix(here, here, EIGHT)
    assert mixed.quality == "fallback"
    assert (mixed.seconds[:2, :2] == known.seconds).all()
    assert mixed.seconds[3, 2] == ESTIMATE.between(here[3], here[2])[0]
    osrm.matrix(here, here, EIGHT)
    assert router.asked == 2
    router.mood = "fine"
    now[0] = REST_S
    assert osrm.matrix(here, here, EIGHT).quality == "routed"
    assert osrm.failure is None


HEADER = "from_lat,from_lon,to_lat,to_lon,seconds,metres\n"
CSV = HEADER + "27.9,108.2,28.0,108.3,600,9000\n28.0,108.3,27.9,108.2,660,9000\n"


def test_a_file_is_a_table() -> None:
    """Tests ways from a CSV, in both directions, and a way that is not in it."""
    a, b = Place(27.9, 108.2, "hill"), Place(28.0, 108.3, "hill")
    table: Provider = CsvTable(CSV)
    ways = table.matrix([a, b], [a, b], EIGHT)
    assert ways.seconds.tolist() == [[0, 600], [660, 0]]
    assert ways.quality == "table"
    with pytest.raises(ProviderError, match="not in the table, the first from"):
        table.matrix([a], places(2), EIGHT)


def test_a_file_that_lacks_a_way_is_used_for_all_that_it_has() -> None:
    """Tests that one missing way does not make estimates of all others, and that the answer says what is missing."""
    a, b, c = Place(27.9, 108.2, "hill"), Place(28.0, 108.3, "hill"), Place(28.05, 108.35, "hill")
    provider = Remembering(CsvTable(CSV), Estimate(ESTIMATE))
    ways = provider.matrix([a, b, c], [a, b, c], EIGHT)
    assert ways.quality == "fallback"
    assert (int(ways.seconds[0, 1]), int(ways.seconds[1, 0])) == (600, 660)
    assert int(ways.seconds[0, 2]) == ESTIMATE.between(a, c)[0]
    assert provider.failure is not None
    assert provider.failure.en.startswith("4 of 9 ways are not in the table, the first from (27.9, 108.2)")
    assert provider.failure.zh.startswith("9 条路程中有 4 条不在表中")
    assert provider.matrix([a, b], [a, b], EIGHT).seconds.tolist() == [[0, 600], [660, 0]]


def test_a_list_of_places_may_grow_between_two_questions() -> None:
    """Tests that a list which was asked for before, and has more places since, is answered for all of them."""
    a, b, c = (Place(27.9 + i / 10, 108.2, "hill") for i in range(3))
    seconds = np.arange(9, dtype=np.int64).reshape(3, 3)
    travel = TableTravel((a, b, c), seconds, seconds * 10)
    growing = [c, a]
    assert travel.matrix(growing, growing)[0].tolist() == [[8, 6], [2, 0]]
    growing.append(b)
    assert travel.matrix(growing, growing)[1].tolist() == [[80, 60, 70], [20, 0, 10], [50, 30, 40]]
    assert travel.matrix([a, b], growing)[0].tolist() == [[2, 0, 1], [5, 3, 4]]
    assert travel.matrix([], growing)[0].shape == (0, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "the columns must be"),
        ("", "the columns must be"),
        (HEADER + "1,2,3,4,5\n", "line 2: six numbers"),
        (HEADER + "1,2,3,4,x,5\n", "line 2: six numbers"),
        (HEADER + "91,2,3,4,5,5\n", "line 2: a place off the earth"),
        (HEADER + "1,2,3,4,-5,5\n", "line 2: a figure that no way has"),
        (HEADER + "1,2,3,4,5,5\n1,2,3,4,6,5\n", "line 3: the same way"),
        (HEADER + '1,2,"3"4,4,5,5\n', "line 2: not CSV"),
    ],
)
def test_a_bad_file_is_refused(text: str, message: str) -> None:
    """Tests that a malformed table is refused with the line."""
    with pytest.raises(ProviderError, match=message):
        CsvTable(text)


def test_a_frozen_table_is_what_it_says() -> None:
    """Tests that tables of a wrong size, negative figures, repeated and unknown places are refused."""
    here = places(2)
    good = np.array([[0, 5], [5, 0]], dtype=np.int64)
    assert TableTravel(here, good, good).symmetric
    for seconds in (np.zeros((2, 3), dtype=np.int64), np.array([[0, -1], [5, 0]]), np.array([[0, 1 << 41], [5, 0]])):
        with pytest.raises(TableError):
            TableTravel(here, seconds, good)
    with pytest.raises(TableError, match="twice"):
        TableTravel([here[0], here[0]], good, good)
    with pytest.raises(TableError, match="not in the table"):
        TableTravel(here, good, good).between(here[0], places(3)[2])
    wide = TableTravel(here, good, good, estimate=ESTIMATE)
    stranger = places(3)[2]
    assert wide.between(here[0], stranger) == ESTIMATE.between(here[0], stranger)
    assert wide.matrix([here[0]], [here[1], stranger])[0].tolist() == [[5, ESTIMATE.between(here[0], stranger)[0]]]
    with pytest.raises(ProviderError, match="at most"):
        frozen(Estimate(ESTIMATE), places(PLACES_MAX + 1), EIGHT, ESTIMATE)


def test_solve_takes_ways_from_where_it_is_told(
    router: Router, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests ``--travel`` with servers, a file and a server that is not there."""
    base = [108.2, 27.9]
    given = {"vehicles": [{"id": 1, "start": base, "end": base}], "jobs": [{"id": 1, "location": [108.3, 28.0]}]}
    file, table = tmp_path / "problem.json", tmp_path / "ways.csv"
    file.write_text(json.dumps(given), encoding="utf-8")
    table.write_text(CSV, encoding="utf-8")
    costs: dict[str, tuple[int, str]] = {}
    for source in (f"osrm:{router.address}", f"valhalla:{router.address}", f"csv:{table}", "osrm:http://127.0.0.1:1"):
        assert main.run(["solve", str(file), "--work", "0", "--travel", source]) == 0
        summary = json.loads(capsys.readouterr().out)["summary"]
        costs[source.partition(":")[0] + source[-2:]] = summary["cost"], summary["linli"]["travel"]
    routed = 3000 * 2 + 30
    assert costs.pop(f"osrm{router.address[-2:]}") == (routed, "routed")
    assert costs.pop(f"valhalla{router.address[-2:]}") == (routed, "routed")
    assert costs.pop("csvsv") == (1_260, "table")
    assert costs.pop("osrm:1")[1] == "fallback"
    assert main.run(["solve", str(file), "--travel", "pigeon:coo"]) == 2
    assert "pigeon" in capsys.readouterr().err


def test_slow_roads_leave_time_for_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a vehicle without working hours has time for ways much slower than the estimate."""
    ends = [108.2, 27.9], [108.3, 28.0]
    given = {"vehicles": [{"id": 1, "start": ends[0], "end": ends[0]}], "jobs": [{"id": 1, "location": ends[1]}]}
    file, table = tmp_path / "problem.json", tmp_path / "ways.csv"
    file.write_text(json.dumps(given), encoding="utf-8")
    table.write_text(CSV.replace(",600,", ",60000,"), encoding="utf-8")
    assert main.run(["solve", str(file), "--work", "0", "--travel", f"csv:{table}"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert (summary["unassigned"], summary["cost"]) == (0, 60_660)


def test_nobody_is_sent_where_there_is_no_way(
    router: Router, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that a way which the server does not find is none, also for a vehicle that has all the time there is."""
    ends = [108.2, 27.9], [108.3, 28.0]
    jobs = [{"id": number, "location": ends[1], "service": 86_400} for number in range(9)]
    file = tmp_path / "problem.json"
    file.write_text(json.dumps({"vehicles": [{"id": 1, "start": ends[0]}], "jobs": jobs}), encoding="utf-8")
    for mood, unassigned in (("fine", 0), ("no way", 9)):
        router.mood = mood
        assert main.run(["solve", str(file), "--work", "0", "--travel", f"osrm:{router.address}"]) == 0
        assert json.loads(capsys.readouterr().out)["summary"]["unassigned"] == unassigned
