"""Are the pages for everybody that are seen less often: units' quotas, certificates, reports, calls, visits, a link?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser

from linli.services.demo.county import urban_communities
from linli.services.reports.registry import REPORTS
from linli.streams.sealed.master_key_file import load_keyring
from linli.streams.sealed.one_tap_links import one_tap_link
from tests.support.browsing import DESKTOP, PHONE, Visitor, visitor
from tests.support.gateway import client_of, token_for
from tests.support.page_county import (
    ZONE,
    County,
    asked_team,
    confirmed,
    eventually,
    looked_at,
    looked_at_this,
    order,
    standing,
    standing_order,
)

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize(
    ("language", "size"), [("zh", PHONE), ("en", DESKTOP), ("en", PHONE)], ids=["zh-phone", "en-desktop", "en-phone"]
)
"""What is said in Chinese is shorter and breaks elsewhere; a large screen shows what a phone does, with more room."""

UNIT = "u-page"


@dataclass(frozen=True)
class Seen:
    """What the pages are about: a visit that its team has accepted, one that is asked for, and a weekly one."""

    going: str
    asked: str
    weekly: str


@pytest.fixture(scope="module")
def unit(county: County) -> str:
    """Register a unit with a member, and give its lead's token."""
    lat, lon = urban_communities()[0].centre
    until = (datetime.now(ZONE) + timedelta(days=300)).isoformat()
    body = {
        "team": UNIT,
        "name": "页面试验单位（模拟）",
        "team_kind": "unit",
        "organisation": urban_communities()[0].code,
        "skills": [{"skill": "company"}],
        "base": {"crs": "wgs84", "lat": lat, "lon": lon},
        "hours": [{"days": [5, 6], "start": "08:00:00", "end": "18:00:00"}],
        "contact": {"name": "周无人某", "phone": "13100009999"},
        "members": [{"ref": f"{UNIT}-m0", "adult": True, "gender": "female", "insured_until": until}],
    }
    done = county.house.linli("teams", "import", "-", given=json.dumps(body, ensure_ascii=False) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    return token_for(county.house, "team_lead", f"lead-{UNIT}", "--team", UNIT)


@pytest.fixture(scope="module")
def seen(county: County) -> Seen:
    """Have one visit accepted and another asked for."""
    going, asked = order(county, "page-rest-1"), order(county, "page-rest-2")
    confirmed(county, going)
    confirmed(county, asked)
    team = asked_team(county, going)
    members = ("--member", f"{team}-m0", "--member", f"{team}-m1")
    accepted = county.house.linli("answer", f"{going}.0.1", "accept", *members)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    with client_of(county.house, county.desk) as client:
        upcoming = client.get(f"/v1/standing-orders/{standing_order(county)}").json()["upcoming"]
    return Seen(going, asked, next(one["request_id"] for one in upcoming if one["request_id"]))


def _link(county: County, case: str) -> str:
    """Make the link by which an offer is answered with one tap."""
    offer = next(one for one in standing(county, case)["offers"] if one["state"] == "open")
    keyring = load_keyring(county.house.state / "master.key")
    return one_tap_link(keyring, "", offer["id"], datetime.fromisoformat(offer["expires"]))


@SIZES
def test_are_a_units_pages_for_everybody(
    browser: Browser, county: County, unit: str, language: str, size: tuple[int, int]
) -> None:
    """Tests the quota, the hours with their link to it, and a member's certificate, as the unit's lead sees them."""
    with visitor(browser, county.base, language=language, size=size) as lead:
        lead.sign_in(unit)
        eventually(lambda: lead.go("/team/quota") == 200)
        looked_at(lead, ["/team", "/team/quota", "/team/hours", f"/team/hours/{UNIT}-m0"], language)
        # The certificate is a file as well, with a style of its own: it must be let in, and nothing else.
        assert lead.page.evaluate("getComputedStyle(document.querySelector('dl')).display") == "grid"


@SIZES
def test_are_the_reports_for_everybody(browser: Browser, county: County, language: str, size: tuple[int, int]) -> None:
    """Tests the list and every report, whatever it is called, and how the stream runs."""
    with visitor(browser, county.base, language=language, size=size) as desk:
        desk.sign_in(county.desk)
        looked_at(desk, ["/desk/stream"], language)
        looked_at(desk, ["/desk/reports", *(f"/desk/reports/{name}" for name in REPORTS)], language)


@SIZES
def test_are_a_visit_and_a_link_for_everybody(
    browser: Browser, county: County, seen: Seen, language: str, size: tuple[int, int]
) -> None:
    """Tests the page of a visit with all that can be said of it, and the page behind a link, without signing in."""
    with visitor(browser, county.base, language=language, size=size) as lead:
        lead.sign_in(county.leads[standing(county, seen.going)["visits"][0]["team"]])
        looked_at(lead, [f"/team/visit/{seen.going}.0.1", "/team"], language)
    with visitor(browser, county.base, language=language, size=size) as anybody:
        looked_at(anybody, [_link(county, seen.asked), "/sign-in", "/state"], language)


@SIZES
def test_are_the_desks_further_pages_for_everybody(
    browser: Browser, county: County, seen: Seen, language: str, size: tuple[int, int]
) -> None:
    """Tests whom a case is about, one call, an order that is registered, a visit of a series, and who has no page."""
    with visitor(browser, county.base, language=language, size=size) as desk:
        desk.sign_in(county.desk)
        looked_at(
            desk,
            [
                f"/desk/case/{seen.going}/person",
                f"/desk/case/{seen.weekly}",
                "/desk/ordered?number=D20260101-synthetic",
                "/desk/ordered?number=D20260101-synthetic&red=1",
                "/desk/call-backs",
                "/welcome",
            ],
            language,
        )
        assert desk.page.goto(county.base + f"/desk/case/{seen.weekly}")
        assert desk.page.locator("#assign-series").count() == 1
        _calls(desk)
        looked_at_this(desk, "a call", language)


def _calls(desk: Visitor) -> None:
    """Open the first call of the list."""
    eventually(lambda: desk.go("/desk/calls") == 200 and desk.page.locator("#calls a").count() > 0)
    desk.press("#calls a")


@SIZES
def test_is_a_case_that_was_found_for_everybody(
    browser: Browser, county: County, seen: Seen, language: str, size: tuple[int, int]
) -> None:
    """Tests what the resident sees of a case, by its number and the code that the desk tells."""
    with client_of(county.house, county.desk) as client:
        number = client.get(f"/v1/requests/{seen.going}").json()["need"]["number"]
    with visitor(browser, county.base, language=language, size=size) as desk:
        desk.sign_in(county.desk)
        desk.go(f"/desk/case/{seen.going}/person")
        code = desk.page.inner_text(".code").replace(" ", "")
    with visitor(browser, county.base, language=language, size=size) as resident:
        resident.go("/state")
        resident.page.fill("#number", number)
        resident.page.fill("#code", code)
        resident.press("main button")
        assert number in resident.text
        looked_at_this(resident, "the state of a case", language)
