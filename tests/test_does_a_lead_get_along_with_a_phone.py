"""Does a team lead get along with a phone alone: answering, members, another time, and the page of a link?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser

from linli.streams.sealed.master_key_file import load_keyring
from linli.streams.sealed.one_tap_links import one_tap_link
from tests.support.browsing import PHONE, Visitor, visitor
from tests.support.house import House
from tests.support.page_county import (
    ADDRESS,
    GRID,
    NAME,
    PHONE_NUMBER,
    TEAMS,
    ZONE,
    County,
    asked_team,
    confirmed,
    looked_at,
    made_county,
    order,
    standing,
    until,
)

pytestmark = pytest.mark.browser


def test_a_link_answers_one_offer_and_only_when_pressed(browser: Browser, county: County) -> None:
    """Tests that looking at a one-tap link answers nothing, that a press does, and that a bent link opens nothing."""
    case = order(county, "page-link")
    confirmed(county, case)
    offer = county.house.json("show", case)["request"]["legs"][0]["offers"][-1]
    keyring = load_keyring(county.house.state / "master.key")
    address = one_tap_link(keyring, "", offer["id"], datetime.fromisoformat(offer["expires"]))
    with visitor(browser, county.base, size=PHONE, scripts=False) as lead:
        assert lead.go(address[:-1] + ("0" if address[-1] != "0" else "1")) == 410
        assert lead.go(address) == 200
        assert NAME not in lead.page.content()
        assert standing(county, case)["state"] == "offered"
        lead.press("text=Accept")
        assert "Thank you. Your team goes." in lead.text
    assert standing(county, case)["state"] == "committed"


def test_a_team_that_declines_is_not_asked_again(browser: Browser, county: County) -> None:
    """Tests a decline with its reason, that the other team is proposed, and that the page says why."""
    case = order(county, "page-decline")
    confirmed(county, case)
    first = asked_team(county, case)
    with visitor(browser, county.base, size=PHONE, scripts=False) as lead:
        lead.sign_in(county.leads[first])
        lead.page.click(f"[id='{case}.0.1-decline']")
        lead.press(f"form[action='/team/offer/{case}.0.1/decline'] button[value=too_far]")
        assert "not asked again" in lead.text
        assert lead.go(f"/team/offer/{case}.0.1") == 200
        assert "can no longer be answered" in lead.text
    with visitor(browser, county.base) as desk:
        desk.sign_in(county.desk)
        desk.go(f"/desk/case/{case}")
        until(desk, "Not asked again")
        until(desk, "too far")


def test_a_lead_keeps_the_members(browser: Browser, county: County) -> None:
    """Tests adding a member by number, who is not vetted, making of age, removing, and two leads at once."""
    team = TEAMS[0]
    with visitor(browser, county.base, size=PHONE, scripts=False) as lead, visitor(browser, county.base) as other:
        for one in (lead, other):
            one.sign_in(county.leads[team])
            one.go("/team/members")
        lead.page.fill("#ref", f"{team}-new")
        lead.press("main form button")
        assert "Done." in lead.text
        added = lead.page.locator("fieldset", has_text=f"{team}-new")
        assert "not vetted" in added.inner_text()
        assert "under 18" in added.inner_text()
        other.page.fill("#ref", f"{team}-late")
        other.press("main form button")
        assert "have changed since you opened the page" in other.text
        lead.page.check(f"[id='adult-{team}-new']")
        lead.press("main form button")
        assert "under 18" not in lead.page.locator("fieldset", has_text=f"{team}-new").inner_text()
        lead.page.uncheck(f"[id='keep-{team}-new']")
        lead.press("main form button")
        assert f"{team}-new" not in lead.text
        assert lead.page.locator("[id^=keep-]").count() == 3


def test_a_team_proposes_another_time(browser: Browser, county: County) -> None:
    """Tests that the lead of an accepted visit asks for another day, and that the case is planned for it."""
    case = order(county, "page-propose")
    confirmed(county, case)
    team = asked_team(county, case)
    members = ("--member", f"{team}-m0", "--member", f"{team}-m1")
    assert county.house.linli("answer", f"{case}.0.1", "accept", *members).returncode == 0
    day = (datetime.now(ZONE) + timedelta(days=2)).date().isoformat()
    with visitor(browser, county.base, size=PHONE) as lead:
        lead.sign_in(county.leads[team])
        lead.go(f"/team/visit/{case}.0.1")
        lead.reach("#do-propose")
        lead.page.keyboard.press("Enter")
        lead.page.fill("#propose-day", day)
        lead.page.fill("#propose-reason", "agreed with the resident")
        lead.press("form[action$='/propose'] button")
        assert "Done." in lead.text
    record = county.house.json("show", case)["request"]
    assert record["details"]["windows"][0]["start"].startswith(f"{day}T01:00")
    assert record["broken"][-1]["cause"] == "rescheduled_by_team"


def test_a_team_takes_an_open_visit_by_itself(browser: Browser, own_house: House) -> None:
    """Tests the list and taking from it, in both languages, on a phone: no name and no place before, both after."""
    county = made_county(own_house)
    start = datetime.now(ZONE).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=3)
    window = {"start": start.isoformat(), "end": (start + timedelta(hours=6)).isoformat()}
    case = order(county, "page-claim", windows=[window])
    for language in ("zh", "en"):
        with visitor(browser, county.base, size=PHONE, language=language) as lead:
            lead.sign_in(county.leads[TEAMS[0]])
            looked_at(lead, ["/team/open"], language)
    with visitor(browser, county.base, size=PHONE) as lead:
        lead.sign_in(county.leads[TEAMS[0]])
        lead.go("/team/open")
        assert not any(personal in lead.page.content() for personal in (NAME, PHONE_NUMBER, ADDRESS, GRID))
        lead.page.click(f"[id='take-{case}-0']")
        _the_list_renews_itself_around(lead, county, case, window)
        lead.press(f"article:has([id='take-{case}-0']) form button")
        assert "Thank you. Your team goes." in lead.text
        assert all(personal in lead.text for personal in (NAME, ADDRESS))
        lead.go("/team/open")
        assert case not in lead.page.content()


def _the_list_renews_itself_around(lead: Visitor, county: County, case: str, window: dict[str, str]) -> None:
    """Let another visit come and go while a lead has a form unfolded and somebody else ticked in it."""
    chosen = lead.page.locator(f"article:has([id='take-{case}-0']) input[name=member]")
    before = [chosen.nth(number).is_checked() for number in range(3)]
    lead.page.check(f"[id='{case}-0-{TEAMS[0]}-m2']")
    another = order(county, "page-claim-another", windows=[window])
    lead.page.wait_for_selector(f"[id='take-{another}-0']")
    assert [chosen.nth(number).is_checked() for number in range(3)] == [*before[:2], True] != before
    assert chosen.first.is_visible()
    assert county.house.linli("cancel", another, "--reason", "synthetic").returncode == 0
    lead.page.wait_for_selector(f"[id='take-{another}-0']", state="detached")
    lead.page.uncheck(f"[id='{case}-0-{TEAMS[0]}-m2']")
