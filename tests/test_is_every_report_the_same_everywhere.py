"""Is every report the same everywhere: at the command line, on its page, as CSV and over HTTP, from one definition."""

from __future__ import annotations

import csv
import html
import inspect
import io
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

import linli.services.reports
from linli.schemas.menu import shipped_menu
from linli.schemas.policy import Policy
from linli.services.demo.county import sinan
from linli.services.gateway.access import POLICY
from linli.services.gateway.report_answers import ReportView
from linli.services.gateway.session import COOKIE
from linli.services.reports.made import MadeReport
from linli.services.reports.periods import Parameter, Period, WrongPeriodError, period_of
from linli.services.reports.registry import REPORTS, report_named
from linli.services.reports.report import Asked, County
from tests.support.days_ahead import import_teams
from tests.support.district import MONDAY
from tests.support.gateway import address_of, client_of, token_for
from tests.support.house import House

HAN = re.compile(r"[\u4e00-\u9fff]")
EVERY = frozenset(Parameter)
STILL_RUNNING = 0.2
"""Hours by which waiting, summed over a few open requests, may grow while the four answers are fetched."""
READERS = ("officer", "operator", "administrator")


@pytest.fixture(scope="module")
def filled(house: House) -> House:
    """Give a house with teams on its roster."""
    import_teams(house)
    return house


def signed_in(house: House, role: str) -> httpx2.Client:
    """Open the pages as somebody of a role, in English."""
    place = ("--place", "g-1") if role == "officer" else ()
    token = token_for(house, role, f"report-{role}", *place)
    return httpx2.Client(
        base_url=address_of(house), cookies={COOKIE: token}, headers={"accept-language": "en"}, timeout=40
    )


def assert_alike(later: Sequence[Sequence[object]], earlier: Sequence[Sequence[object]]) -> None:
    """Assert that cells are equal, but for hours that still ran between two questions."""
    assert len(later) == len(earlier)
    for row, before in zip(later, earlier, strict=True):
        for cell, had in zip(row, before, strict=True):
            assert cell == had or _number(cell) - _number(had) == pytest.approx(0, abs=STILL_RUNNING), (row, before)


def _number(cell: object) -> float:
    """Read a cell as a number; words are no number and near to none."""
    try:
        return float(str(cell))
    except ValueError:
        return math.nan


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_what_it_is(name: str) -> None:
    """Tests that title, explanation and every header are there in both languages, and that names are for programs."""
    entry, report = REPORTS[name], report_named(name)
    for english, chinese in (
        (entry.english, entry.chinese),
        report.about,
        *((one.english, one.chinese) for one in report.columns),
    ):
        assert english.strip()
        assert not HAN.search(english)
        assert HAN.search(chinese)
    names = [one.name for one in report.columns]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", one) for one in names)
    assert re.fullmatch(r"[a-z][a-z-]*", name)
    assert inspect.getdoc(inspect.getmodule(report.rows))
    assert report.reads


def test_how_to_add_one_is_said() -> None:
    """Tests that the package says where a report begins and where it is registered."""
    said = inspect.getdoc(linli.services.reports) or ""
    assert "registry.REPORTS" in said
    assert "load.py" in said


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_the_same_four_times(filled: House, tmp_path: Path, name: str) -> None:
    """Tests that command, CSV, page and API give the same rows, and that CSV opens in a spreadsheet."""
    file = tmp_path / "report.csv"
    told = filled.json("report", name, "--csv", str(file))
    columns = [one["name"] for one in told["columns"]]
    assert columns == [one.name for one in report_named(name).columns]
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    written = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert written[0] == [one["en"] for one in told["columns"]]
    assert len(written) == len(told["rows"]) + 1
    with signed_in(filled, "officer") as browser:
        listed, shown = browser.get("/desk/reports"), browser.get(f"/desk/reports/{name}")
        saved = browser.get(f"/desk/reports/{name}.csv")
        asked = browser.get(f"/v1/reports/{name}")
    assert f'href="/desk/reports/{name}"' in listed.text
    assert REPORTS[name].english in listed.text
    assert shown.status_code == 200, shown.text
    headed = [one for one in written[0] if f'<th scope="col">{one}</th>' in html.unescape(shown.text)]
    assert headed == (written[0] if told["rows"] else [])
    assert shown.text.count("<tr>") == len(told["rows"]) + bool(told["rows"])
    assert saved.headers["content-type"].startswith("text/csv")
    assert saved.content.startswith(b"\xef\xbb\xbf")
    assert_alike(list(csv.reader(io.StringIO(saved.content.decode("utf-8-sig")))), written)
    assert {**asked.json(), "at": "", "rows": []} == {**told, "at": "", "rows": []}
    assert_alike([list(row.values()) for row in asked.json()["rows"]], [list(row.values()) for row in told["rows"]])


def test_only_who_may_read_them(filled: House) -> None:
    """Tests the roles: pages and API say the same."""
    assert {role.value for role in POLICY["report"]} == set(READERS)
    for role in READERS:
        with signed_in(filled, role) as browser:
            assert browser.get("/desk/reports/load").status_code == 200
    with signed_in(filled, "dispatch_centre") as browser:
        for path in ("/desk/reports", "/desk/reports/load", "/desk/reports/load.csv", "/v1/reports/load"):
            assert browser.get(path).status_code == 403
    with client_of(filled) as stranger:
        assert stranger.get("/desk/reports/load.csv").headers["location"] == "/sign-in"
        assert stranger.get("/v1/reports/load").status_code == 401


def test_what_cannot_be_asked_is_refused(filled: House, tmp_path: Path) -> None:
    """Tests the answers to an unknown report, a period that it does not take, a map that it has not."""
    with signed_in(filled, "administrator") as browser:
        assert browser.get("/v1/reports/weather").status_code == 404
        assert browser.get("/desk/reports/weather").status_code == 404
        assert browser.get("/v1/reports/load", params={"year": "2026"}).status_code == 422
        assert browser.get("/desk/reports/load", params={"month": "soon"}).status_code == 422
        assert browser.get("/desk/reports/load.geojson").status_code == 404
    for words in (("--month", "2026-13"), ("--geojson", str(tmp_path / "map"))):
        done = filled.linli("report", "load", *words)
        assert done.returncode == 2
        assert words[0] in done.stderr


def test_no_cell_is_a_formula() -> None:
    """Tests that what a team calls itself is text in every spreadsheet, and that yes, no and nothing are words."""
    report = report_named("load")
    row = ("t-1", "=HYPERLINK(0)", "volunteer", 1.5, 9, 1, 2, None, 0.85, 1, 4, 2, True)
    asked = Asked(MONDAY, County(sinan(), shipped_menu(), Policy()), Period())
    made = MadeReport("load", report, asked, (row,), None)
    [_, english] = csv.reader(io.StringIO(made.csv("en").decode("utf-8-sig")))
    [_, chinese] = csv.reader(io.StringIO(made.csv("zh").decode("utf-8-sig")))
    assert english[1] == chinese[1] == "'=HYPERLINK(0)"
    assert (english[-1], chinese[-1]) == ("yes", "是")
    assert (english[7], english[8]) == ("", "85%")
    json.dumps(made.data(), default=str)


def test_a_moment_is_text_for_programs() -> None:
    """Tests that a report with a moment in a row is answered over HTTP like at the command line."""
    report = report_named("reviews")
    row = ("r-1", 0, "t-1", "m-1", MONDAY, 40, "overlap", "", "", True, None, None)
    made = MadeReport(
        "reviews", report, Asked(MONDAY, County(sinan(), shipped_menu(), Policy()), Period()), (row,), None
    )
    [told] = ReportView.model_validate(made.data()).rows
    assert told["start"] == f"{MONDAY:%Y-%m-%dT%H:%M:%S}Z"


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        ({"month": "2026-12"}, "2026-12-01", "2027-01-01"),
        ({"year": "2026"}, "2026-01-01", "2027-01-01"),
        ({"from": "2026-03-01", "until": "2026-03-01"}, "2026-03-01", "2026-03-02"),
        ({"year": "2026", "until": "2026-03-31"}, "2026-01-01", "2026-04-01"),
        ({"from": "", "month": " 2026-02 "}, "2026-02-01", "2026-03-01"),
    ],
)
def test_a_period_is_read_as_people_say_it(given: dict[str, str], start: str, end: str) -> None:
    """Tests months, years and days in the district's own time."""
    found = period_of(given, EVERY)
    assert found.start is not None
    assert found.end is not None
    assert (found.start.isoformat(), found.end.isoformat()) == (f"{start}T00:00:00+08:00", f"{end}T00:00:00+08:00")
    assert found.holds(found.start)
    assert not found.holds(found.end)


@pytest.mark.parametrize(
    "given",
    [
        {"month": "2026-13"},
        {"month": "２０２６-01"},
        {"year": "26"},
        {"year": "0000"},
        {"from": "tomorrow"},
        {"until": "9999-12-31"},
        {"from": "2026-03-02", "until": "2026-03-01"},
    ],
)
def test_a_wrong_period_is_refused(given: dict[str, str]) -> None:
    """Tests what is no period."""
    with pytest.raises(WrongPeriodError):
        period_of(given, EVERY)


def test_a_parameter_that_is_not_taken_is_named() -> None:
    """Tests that a parameter without meaning is refused and not passed over."""
    with pytest.raises(WrongPeriodError, match="year"):
        period_of({"year": "2026"}, frozenset({Parameter.MONTH}))
