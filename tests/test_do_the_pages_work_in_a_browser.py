"""Do the pages work in a browser: a case's whole day through them, on the running house, in real Chromium."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from linli.services.demo.county import urban_communities
from linli.streams.keyring import load_keyring
from linli.streams.one_tap_links import one_tap_link
from tests.support.browsing import DESKTOP, PATIENCE_MS, PHONE, Visitor, visitor
from tests.support.chromium import chromium
from tests.support.gateway import address_of, client_of, token_for
from tests.support.house import House

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Shanghai")
NAME, PHONE_NUMBER, ADDRESS = "钱无人某", "13100008888", "不存在的巷子八号"
"""Who is in need, and may be seen by nobody but who goes."""

LEAD_NAME, LEAD_PHONE = "孙无人某", "13100007777"
"""Whom the desk calls for a team."""

TEAMS = ("t-page-a", "t-page-b")
WIDTHS = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
TONGUES = pytest.mark.parametrize("language", ["zh", "en"])


@dataclass(frozen=True)
class County:
    """A county with two teams, and who works there."""

    base: str
    house: House
    desk: str
    proxy: str
    officer: str
    leads: dict[str, str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def county(house: House) -> County:
    """Register two teams and give everybody a token."""
    lines = "".join(f"{line}\n" for line in (_team(name) for name in TEAMS))
    done = house.linli("teams", "import", "-", given=lines)
    assert done.returncode == 0, done.stdout + done.stderr
    return County(
        base=address_of(house),
        house=house,
        desk=token_for(house, "dispatch_centre", "page-desk"),
        proxy=token_for(house, "proxy", "page-proxy"),
        officer=token_for(house, "officer", "page-director", "--place", "child_director"),
        leads={name: token_for(house, "team_lead", f"lead-{name}", "--team", name) for name in TEAMS},
    )


def _team(name: str) -> str:
    """A team that repairs around the clock and speaks what nobody else here does: it is the one to go."""
    lat, lon = urban_communities()[0].centre
    until = (datetime.now(ZONE) + timedelta(days=300)).isoformat()
    member = {"adult": True, "gender": "female", "insured_until": until}
    vetting = {"authority": "公安机关", "passed": True, "valid_until": until}
    return json.dumps(
        {
            "team": name,
            "name": f"页面试验队 {name}",
            "team_kind": "volunteer",
            "skills": [{"skill": "repair"}, {"skill": "shopping"}],
            "base": {"crs": "wgs84", "lat": lat, "lon": lon},
            "crews": 8,
            "languages": ["miao"],
            "hours": [{"days": list(range(7)), "start": "00:00:00", "end": "23:59:00"}],
            "contact": {"name": LEAD_NAME, "phone": LEAD_PHONE},
            "members": [{**member, "ref": f"{name}-m{n}", "vetting": vetting} for n in range(3)],
        },
        ensure_ascii=False,
    )


def order(county: County, number: str, **more: Any) -> str:
    """Order small repairs by the API, for within the hour, and give the case's id."""
    start = datetime.now(ZONE) + timedelta(minutes=20)
    body = {
        "source_id": number,
        "category": "repair",
        "beneficiary": "empty_nest_elderly",
        "windows": [{"start": start.isoformat(), "end": (start + timedelta(hours=3)).isoformat()}],
        "grid": f"{urban_communities()[0].code}-01",
        "consent": {"beneficiary": True},
        "wishes": {"language": "miao"},
        "personal": {"name": NAME, "phone": PHONE_NUMBER, "address_line": ADDRESS},
        **more,
    }
    with client_of(county.house, county.desk) as client:
        answer = client.post("/v1/requests", json=body, params={"wait": 30})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["request_id"])


def until(somebody: Visitor, text: str) -> None:
    """Wait until a text is on the page, which renews itself."""
    expect(somebody.page.locator("body")).to_contain_text(text, timeout=PATIENCE_MS)


def confirmed(browser: Browser, county: County, case: str) -> None:
    """Confirm the team that is proposed for a case."""
    with visitor(browser, county.base) as desk:
        desk.sign_in(county.desk)
        desk.go(f"/desk/case/{case}")
        until(desk, "Confirm the proposed team")
        desk.page.reload()
        desk.press("form[action$='/confirm'] button")
        assert "Done." in desk.text


def asked_team(county: County, case: str) -> str:
    """Say which team has the open offer of a case."""
    offers = county.house.json("show", case)["request"]["legs"][0]["offers"]
    return next(str(offer["team"]) for offer in offers if offer["state"] == "open")


def test_a_proxy_orders_in_three_steps_without_scripts(browser: Browser, county: County) -> None:
    """Tests the entry without JavaScript, that the desk sees it come, and that nothing personal is on its page."""
    with visitor(browser, county.base) as desk, visitor(browser, county.base, scripts=False, size=PHONE) as proxy:
        desk.sign_in(county.desk)
        before = desk.page.url
        proxy.sign_in(county.proxy)
        proxy.go("/desk/order")
        proxy.page.fill("#name", NAME)
        proxy.page.select_option("#beneficiary", "empty_nest_elderly")
        proxy.page.select_option("#age", "adult")
        proxy.page.fill("#phone", PHONE_NUMBER)
        proxy.page.select_option("#grid", f"{urban_communities()[0].code}-01")
        proxy.page.fill("#address", ADDRESS)
        proxy.page.select_option("#requester", "grid_worker")
        proxy.page.check("#consent")
        proxy.press("text=Next")
        start = datetime.now(ZONE) + timedelta(hours=26)
        proxy.page.select_option("#category", "repair")
        proxy.page.fill("#day", start.date().isoformat())
        proxy.page.fill("#from", "10:00")
        proxy.page.fill("#until", "12:00")
        proxy.press("text=Next")
        assert all(personal in proxy.text for personal in (NAME, PHONE_NUMBER, ADDRESS))
        proxy.press("text=Send the order")
        assert "The order is registered." in proxy.text
        number = proxy.page.inner_text(".statement")
        until(desk, number)
        assert desk.page.url == before
        desk.press(f"tr:has-text('{number}') a")
        assert "The order came in." in desk.text
        assert not any(personal in desk.page.content() for personal in (NAME, PHONE_NUMBER, ADDRESS))
        proxy.go("/desk")
        assert number in proxy.text


def test_a_case_goes_its_way_through_the_pages(browser: Browser, county: County) -> None:
    """Tests confirmation, acceptance in one tap on a phone, contact details after it alone, start and done."""
    case = order(county, "page-way")
    confirmed(browser, county, case)
    token = county.leads[asked_team(county, case)]
    with visitor(browser, county.base, size=PHONE) as lead:
        lead.sign_in(token)
        until(lead, "Accept:")
        left = lead.page.inner_text(f"article:has([id='accept-{case}.0.1']) .left")
        assert re.fullmatch(r"(\d+:)?\d+:\d\d", left)
        assert NAME not in lead.page.content()
        lead.press(f"[id='accept-{case}.0.1']")
        assert "Thank you. Your team goes." in lead.text
        assert all(personal in lead.text for personal in (NAME, PHONE_NUMBER, ADDRESS))
        assert re.search(r"\b\d{4}\b", lead.page.inner_text(".code"))
        lead.page.check("#door-code")
        lead.press("form[action$='/start'] button")
        assert "under way" in lead.text
        lead.page.fill("#minutes", "35")
        lead.press("form[action$='/done'] button")
        assert "Done." in lead.text
    with visitor(browser, county.base) as desk:
        desk.sign_in(county.desk)
        desk.go(f"/desk/case/{case}")
        until(desk, "gave the help")
        assert "Cancel the case" not in desk.text


def test_a_resident_sees_the_case_and_rates_it(browser: Browser, county: County) -> None:
    """Tests number and code told by the desk, the state in a resident's words, the rating, and a wrong code."""
    case = order(county, "page-resident")
    confirmed(browser, county, case)
    team = asked_team(county, case)
    with visitor(browser, county.base) as desk:
        desk.sign_in(county.desk)
        desk.go(f"/desk/case/{case}")
        desk.press("#person")
        assert all(personal in desk.text for personal in (NAME, PHONE_NUMBER, ADDRESS))
        code = desk.page.inner_text(".code")
    with visitor(browser, county.base, language="zh", size=PHONE, scripts=False) as resident:
        look_up(resident, "page-resident", "000000" if code != "000000" else "111111")
        assert "单号与验证码不符" in resident.text
        look_up(resident, "page-resident", code)
        assert "正在询问队伍" in resident.text
        for answer in ("accept --member {0}-m0 --member {0}-m1", "start", "done --minutes 20"):
            words = answer.format(team).split()
            assert county.house.linli("answer", f"{case}.0.1", *words).returncode == 0
        resident.page.reload()
        assert "完成" in resident.text
        resident.page.check("#star-5")
        resident.page.check("#tag-patient")
        resident.press("text=提交评价")
        assert "谢谢" in resident.text
        assert "您已评 5 星" in resident.text
        resident.press("text=退出")
        resident.go("/state")
        assert "page-resident" not in resident.text
    assert county.house.json("show", case)["request"]["status"]["tags"] == ["patient"]


def look_up(resident: Visitor, number: str, code: str) -> None:
    resident.go("/state")
    resident.page.fill("#number", number)
    resident.page.fill("#code", code)
    resident.press("main button")


def test_the_desk_calls_whom_no_machine_reaches(browser: Browser, county: County) -> None:
    """Tests that an offer to a lead without a channel is on the call list with a number, and leaves it once told."""
    case = order(county, "page-call")
    confirmed(browser, county, case)
    team = asked_team(county, case)
    with visitor(browser, county.base, scripts=False) as desk:
        desk.sign_in(county.desk)
        mine = f"tr:has-text('页面试验队 {team}') a:has-text('asked to go')"
        eventually(lambda: desk.go("/desk/calls") == 200 and desk.page.locator(mine).count() > 0)
        before = desk.page.locator(mine).count()
        desk.press(f"{mine} >> nth=0")
        assert LEAD_NAME in desk.text
        assert LEAD_PHONE in desk.text
        assert "/o/" in desk.page.input_value("textarea")
        desk.press("button[value=reached]")
        eventually(lambda: desk.go("/desk/calls") == 200 and desk.page.locator(mine).count() < before)


def test_a_link_answers_one_offer_and_only_when_pressed(browser: Browser, county: County) -> None:
    """Tests that looking at a one-tap link answers nothing, that a press does, and that a bent link opens nothing."""
    case = order(county, "page-link")
    confirmed(browser, county, case)
    offer = county.house.json("show", case)["request"]["legs"][0]["offers"][-1]
    keyring = load_keyring(county.house.state / "master.key")
    address = one_tap_link(keyring, "", offer["id"], datetime.fromisoformat(offer["expires"]))
    with visitor(browser, county.base, size=PHONE, scripts=False) as lead:
        assert lead.go(address[:-1] + ("0" if address[-1] != "0" else "1")) == 410
        assert lead.go(address) == 200
        assert NAME not in lead.page.content()
        assert county.house.json("show", case)["state"] == "offered"
        lead.press("text=Accept")
        assert "Thank you. Your team goes." in lead.text
    assert county.house.json("show", case)["state"] == "committed"


def eventually(look: Callable[[], bool]) -> None:
    """Look until it is so."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not look():
        assert time.monotonic() < end
        time.sleep(0.3)


def test_a_team_that_declines_is_not_asked_again(browser: Browser, county: County) -> None:
    """Tests a decline with its reason, that the other team is proposed, and that the page says why."""
    case = order(county, "page-decline")
    confirmed(browser, county, case)
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


def test_the_desk_works_with_the_keyboard_alone(browser: Browser, county: County) -> None:
    """Tests signing in, finding a case, holding and releasing it without a pointer."""
    case = order(county, "page-keys")
    with visitor(browser, county.base) as desk:
        desk.go("/sign-in")
        desk.reach("#token")
        desk.page.keyboard.type(county.desk)
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        desk.reach("#number")
        desk.page.keyboard.type("page-keys")
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        assert desk.page.url.endswith(case)
        desk.reach(".skip")
        desk.reach("#do-hold")
        desk.page.keyboard.press("Enter")
        desk.reach("#hold-reason")
        desk.page.keyboard.type("the family visits")
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        assert "on hold" in desk.text
        assert "the family visits" in desk.text
        desk.reach("#do-release")
        desk.page.keyboard.press("Enter")
        desk.reach("form[action$='/release'] button")
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        assert "The desk released it." in desk.text


def test_who_decides_on_an_old_picture_is_told(browser: Browser, county: County) -> None:
    """Tests that a decision about a case that has changed meanwhile is not sent, and that this is said."""
    case = order(county, "page-old")
    with visitor(browser, county.base, scripts=False) as one, visitor(browser, county.base, scripts=False) as other:
        for desk in (one, other):
            desk.sign_in(county.desk)
            desk.go(f"/desk/case/{case}")
        for desk in (one, other):
            desk.page.click("#do-hold")
            desk.page.fill("#hold-reason", "by telephone")
            desk.press("form[action$='/hold'] button")
        assert "Done." in one.text
        assert "The case has changed since you opened it." in other.text


def test_danger_is_red_and_harm_is_restricted(browser: Browser, county: County) -> None:
    """Tests that danger to life stands on top in red, and that only the child director opens a suspected harm."""
    red = order(county, "page-danger", flags={"danger_to_life": True})
    child = {"beneficiary": "left_behind_child", "age_band": "under_14", "flags": {"suspected_harm": True}}
    harm = order(county, "page-harm", category="company", **child)
    with visitor(browser, county.base, language="zh") as desk:
        desk.sign_in(county.desk)
        assert "请立即拨打 120/110/119" in desk.page.inner_text(".red")
        assert desk.page.locator(f".red a[href$='{red}']").count() == 1
        assert desk.go(f"/desk/case/{harm}") == 403
        assert "限制查阅" in desk.text
        desk.go("/desk?state=referred")
        assert desk.page.locator(f"a[href$='{harm}']").count() == 0
        assert "page-harm" not in desk.text
    with visitor(browser, county.base) as director:
        director.sign_in(county.officer)
        assert director.go(f"/desk/case/{harm}") == 200
        assert "child director" in director.text


def test_nobody_sees_or_does_what_is_anothers(browser: Browser, county: County) -> None:
    """Tests strangers, another team's offer, a forged form and a form without its token."""
    case = order(county, "page-others")
    confirmed(browser, county, case)
    asked = asked_team(county, case)
    other = next(team for team in TEAMS if team != asked)
    with visitor(browser, county.base) as stranger:
        for path in ("/desk", f"/desk/case/{case}", "/team", "/desk/order", "/desk/day"):
            stranger.go(path)
            assert stranger.page.url.endswith("/sign-in")
    with visitor(browser, county.base) as lead:
        lead.sign_in(county.leads[other])
        assert lead.go(f"/team/offer/{case}.0.1") == 404
        assert lead.go("/desk") == 403
        assert lead.go(f"/desk/case/{case}") == 403
    cookie = {"cookie": f"linli_token={county.desk}"}
    with client_of(county.house, **cookie) as forger:
        forged = forger.post(f"/desk/case/{case}/hold", data={"reason": "x", "version": "1", "form_token": "guess"})
        assert forged.status_code == 403
        assert forger.post(f"/desk/case/{case}/hold", content=b"x=" + b"y" * 40_000).status_code == 413
    assert county.house.json("show", case)["state"] == "offered"


def test_the_list_can_be_printed(browser: Browser, county: County) -> None:
    """Tests that the list uses a large screen, and that on paper there are no menus and buttons."""
    with visitor(browser, county.base) as desk:
        desk.sign_in(county.desk)
        desk.go("/desk/day")
        assert desk.page.evaluate("document.querySelector('main').clientWidth") > DESKTOP[0] * 0.8
        desk.page.emulate_media(media="print")
        assert not desk.page.is_visible(".top")
        assert not desk.page.is_visible("main form")
        assert desk.page.is_visible("h1")


def test_the_policy_lets_nothing_foreign_in(county: County) -> None:
    """Tests the headers of a page, and that it has neither a script nor a style within it."""
    with client_of(county.house) as client:
        answer = client.get("/sign-in")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", answer.text)
        addresses = re.findall(r'(?:src|href)="(/assets/[^"]+)"', answer.text)
        assert len(addresses) >= 5
        for address in addresses:
            assert client.get(address).status_code == 200
        assert client.get("/assets/words.toml").status_code == 404
        assert client.get("/language/en?back=//elsewhere.example").headers["location"] == "/"


@pytest.fixture(scope="module")
def offered_case(browser: Browser, county: County) -> str:
    """Give a case that a team is being asked about."""
    case = order(county, "page-axe")
    confirmed(browser, county, case)
    return case


@WIDTHS
@TONGUES
def test_are_the_pages_for_everybody(
    browser: Browser, county: County, offered_case: str, language: str, size: tuple[int, int]
) -> None:
    """Tests every page with axe, that none is wider than its screen, and that it speaks the language of the browser."""
    case = offered_case
    with visitor(browser, county.base, language=language, size=size) as desk:
        desk.sign_in(county.desk)
        looked_at(
            desk,
            [
                "/sign-in",
                "/desk",
                f"/desk/case/{case}",
                "/desk/order",
                "/desk/day",
                "/desk/calls",
                "/state",
                "/nowhere",
            ],
            language,
        )
    with visitor(browser, county.base, language=language, size=size) as lead:
        lead.sign_in(county.leads[asked_team(county, case)])
        looked_at(lead, ["/team", f"/team/offer/{case}.0.1", "/team/time-off", "/team/day"], language)


def looked_at(somebody: Visitor, paths: list[str], language: str) -> None:
    """Look at pages, with every part of them unfolded."""
    for path in paths:
        somebody.go(path)
        somebody.page.evaluate(
            "document.querySelectorAll('details').forEach(one => { one.name = ''; one.open = true })"
        )
        assert somebody.faults() == [], path
        assert not somebody.scrolls_sideways(), path
        assert somebody.page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[language]
