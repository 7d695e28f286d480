"""Does the demo play the whole loop on the real stack, end with the object it promises, and stay up if asked to?"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import sync_playwright

from linli.schemas.identity import request_id
from linli.services.demo.requests import MONDAY
from linli.services.demo.units import ALONE, MEMBERS, UNITS
from linli.services.tether import tethered
from linli.streams.recount.compare import RECOUNTS
from tests.support.browsing import PHONE, visitor
from tests.support.chromium import chromium
from tests.support.gateway import Json

PROMISED_KEYS = {
    "submitted", "registered", "dead_letters", "promised", "offered", "committed", "declined", "expired", "done",
    "rated", "unmet", "lost", "double_assigned", "promise_latency_ms", "broker", "redis", "kills", "recovered_s",
    "refused_at_the_door", "answered_again", "gateway_requests", "gateway_latency_ms",
}  # fmt: skip

LIMIT_S = 300
"""A short day takes about a minute and a half; a busy machine may need several times as long."""

pytestmark = pytest.mark.broker


@dataclass(frozen=True)
class Served:
    """A demo that has played its day and stays up."""

    process: subprocess.Popen[str]
    outcome: Json
    pages: Json
    said: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Play a short day and wait until the pages are up."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "linli.services.cli.main", "demo", "--json", "--serve"]
    command += ["--minutes", "1.0", "--requests", "60", "--state", str(folder / "state")]
    with (folder / "out").open("w") as out, (folder / "said").open("w") as said:
        process = subprocess.Popen(tethered(tuple(command)), stdout=out, stderr=said, text=True, cwd=folder)
    try:
        lines = _two_lines(process, folder)
        yield Served(process, json.loads(lines[0]), json.loads(lines[1]), folder / "said")
    finally:
        process.kill()
        process.wait()


def _two_lines(process: subprocess.Popen[str], folder: Path) -> list[str]:
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until and process.poll() is None:
        lines = (folder / "out").read_text().splitlines()
        if len(lines) == 2:
            return lines
        time.sleep(0.3)
    raise AssertionError((folder / "said").read_text()[-3000:])


def test_a_short_day_ends_with_every_guarantee_held(served: Served) -> None:
    """Tests that a short day with a killed dispatcher loses nothing, doubles nothing and tells its stories."""
    outcome = served.outcome
    assert set(outcome) >= PROMISED_KEYS
    assert set(outcome["promise_latency_ms"]) == {"p50", "p99"}
    assert outcome["guarantees_broken"] == []
    # Leads answer only what they were told of: without delivery nobody would go anywhere.
    assert outcome["told"] >= outcome["committed"]
    assert (outcome["lost"], outcome["double_assigned"], outcome["kills"]) == (0, 0, 1)
    assert outcome["recovered_s"] is not None
    assert outcome["broker"].startswith("Apache Kafka 4")
    assert outcome["redis"].startswith("Valkey")
    for stage in ("registered", "promised", "offered", "committed", "done"):
        assert outcome[stage] > 0, stage
    assert "Promised: somebody comes between" in served.said.read_text()


def test_everybody_came_through_the_gateway(served: Served) -> None:
    """Tests that orders and answers were HTTP requests, what was refused at the door, and what by a dead letter."""
    outcome = served.outcome
    assert outcome["gateway_requests"] > outcome["registered"] + outcome["committed"]
    assert outcome["answered_by_link"] > 0
    assert outcome["refused_at_the_door"] == sum(outcome["refused_at_the_door_by_code"].values()) > 0
    assert outcome["dead_letters"] > 0
    log = (served.said.parent / "state" / "logs" / "gateway.log").read_text(encoding="utf-8")
    routes = {json.loads(line).get("route") for line in log.splitlines() if line.startswith("{")}
    assert {"order", "accept", "start", "done", "rate_case", "show_code"} <= routes


def test_the_reports_were_held_against_the_log(served: Served) -> None:
    """Tests that every report had rows, but for those that a good day may be without."""
    compared = served.outcome["reports_compared"]
    assert set(compared) == set(RECOUNTS)
    assert all(compared[name] > 0 for name in set(compared) - {"unmet-need", "reviews", "silent-visits"}), compared
    # 54 teams; 84 units and their 1,600 members, who are asked for good deeds as the other registered teams' are.
    assert compared["load"] == 54 + UNITS + ALONE
    assert compared["double-registration"] > UNITS + MEMBERS


def test_the_countys_own_day_was_played(served: Served) -> None:
    """Tests that three teams held the clinic, a weekly order has its visits, and a unit went in the evening."""
    base = served.pages["sign_in"].removesuffix("/sign-in")
    headers = {"authorization": f"Bearer {served.pages['desk_token']}"}
    with httpx2.Client(base_url=base, headers=headers, trust_env=False, timeout=40) as desk:
        clinic = desk.get(f"/v1/requests/{request_id('hotline', f'SN{MONDAY:%Y%m%d}-clinic')}").json()
        assert len({one["team"] for one in clinic["visits"]}) == 3, clinic
        evening = desk.get(f"/v1/requests/{request_id('hotline', f'SN{MONDAY:%Y%m%d}-unit')}").json()
        assert {one["team"][:2] for one in evening["visits"]} <= {"u-", "p-"}, evening
        assert evening["visits"], evening
        [weekly] = desk.get("/v1/standing-orders").json()["standing_orders"]
        assert weekly["rule"] == "FREQ=WEEKLY;BYDAY=MO"
        assert len(weekly["served"]) == 1, weekly


def test_the_pages_are_where_it_says(served: Served) -> None:
    """Tests every address, token and code that was printed."""
    pages = served.pages
    base = pages["sign_in"].removesuffix("/sign-in")
    with httpx2.Client(trust_env=False, timeout=40) as client:
        roles = [
            client.get(f"{base}/v1/me", headers={"authorization": f"Bearer {pages[who]}"}).json()["role"]
            for who in ("desk_token", "lead_token", "director_token")
        ]
        assert roles == ["dispatch_centre", "team_lead", "officer"]
        assert client.get(pages["sign_in"]).status_code == 200
        case = client.post(f"{base}/v1/cases", json={"case": pages["case"], "code": pages["code"]})
        assert case.json()["request_id"] == pages["case"], case.text
        assert client.get(pages["offer"]).status_code == 200
        waiting = client.get(
            f"{base}/v1/requests",
            params={"state": "referred"},
            headers={"authorization": f"Bearer {pages['director_token']}"},
        )
        assert waiting.json()["requests"]


@pytest.mark.browser
def test_a_visitor_finds_the_desk_and_answers_an_offer(served: Served) -> None:
    """Tests signing in at the desk and as the lead in Chromium, and that the lead's offer is theirs to answer."""
    pages = served.pages
    base = pages["sign_in"].removesuffix("/sign-in")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with visitor(browser, base) as desk:
            desk.sign_in(pages["desk_token"])
            assert desk.page.url == pages["desk"]
            assert desk.page.locator("a[href*='/desk/case/']").count() > 0
        with visitor(browser, base, size=PHONE) as lead:
            lead.sign_in(pages["lead_token"])
            assert lead.page.url == pages["lead_page"]
            offer = pages["offer"].partition("/o/")[2].partition("/")[0]
            lead.press(f"[id='accept-{offer}']")
            assert "Thank you. Your team goes." in lead.text
        browser.close()


def test_ctrl_c_ends_it_cleanly(served: Served) -> None:
    """Tests that it says what the day came to by its exit code and how to come back, and leaves no process behind."""
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(60) == 0
    last = served.said.read_text(encoding="utf-8").splitlines()[-1]
    assert last.endswith("linli demo --serve --requests 60 --minutes 1 --json")
    with httpx2.Client(trust_env=False) as client, pytest.raises(httpx2.ConnectError):
        client.get(served.pages["sign_in"])
