"""Do the pages work in a browser: a case's whole day through them, on the running house, in real Chromium."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser

from linli.services.demo.county import urban_communities
from tests.support.browsing import PHONE, Visitor, visitor
from tests.support.page_county import (
    ADDRESS,
    LEAD_NAME,
    LEAD_PHONE,
    NAME,
    PHONE_NUMBER,
    ZONE,
    County,
    asked_team,
    confirmed,
    confirmed_at_the_page,
    eventually,
    order,
    soon,
    standing,
    until,
)

pytestmark = pytest.mark.browser


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
        proxy.page.fill("#grid", f"{urban_communities()[0].name}第1网格")
        proxy.page.fill("#address", ADDRESS)
        proxy.page.select_option("#requester", "grid_worker")
        proxy.page.check("#consent")
        proxy.press("button:has-text('Next')")
        start = datetime.now(ZONE) + timedelta(hours=26)
        proxy.page.select_option("#category", "repair")
        proxy.page.fill("#day", start.date().isoformat())
        proxy.page.fill("#from", "10:00")
        proxy.page.fill("#until", "12:00")
        proxy.press("button:has-text('Next')")
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
    confirmed_at_the_page(browser, county, case)
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
    confirmed(county, case)
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


def test_the_desk_calls_whom_no_machine_reaches(browser: Browser, county: County) -> None:
    """Tests that an offer to a lead without a channel is on the call list with a number, and leaves it once told."""
    case = order(county, "page-call")
    confirmed(county, case)
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
        assert "sealed; see" in desk.text
        assert "the family visits" not in desk.text
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


def look_up(resident: Visitor, number: str, code: str) -> None:
    resident.go("/state")
    resident.page.fill("#number", number)
    resident.page.fill("#code", code)
    resident.press("main button")


def test_the_call_list_renews_itself_and_leaves_the_focus_where_it_was(browser: Browser, county: County) -> None:
    """Tests that a call appears on the open page without a reload, under a link that somebody stands on."""
    with visitor(browser, county.base) as desk:
        desk.sign_in(county.desk)
        confirmed(county, order(county, "page-list-1", windows=soon(60)))
        eventually(lambda: desk.go("/desk/calls") == 200 and desk.page.locator("#calls a").count() > 0)
        desk.reach("#calls a")
        stood_on = desk.page.evaluate("document.activeElement.id")
        before = desk.page.locator("#calls a").count()
        confirmed(county, order(county, "page-list-2", windows=soon(60)))
        eventually(lambda: desk.page.locator("#calls a").count() > before)
        assert desk.page.evaluate("document.activeElement.id") == stood_on
        assert desk.faults() == []


def test_switching_the_language_loses_nothing_that_was_typed(browser: Browser, county: County) -> None:
    """Tests each step of an order without scripts, a grid by a part of its name, and one that is not clear."""
    with visitor(browser, county.base, scripts=False, size=PHONE) as proxy:
        proxy.sign_in(county.proxy)
        proxy.go("/desk/order")
        proxy.page.fill("#name", NAME)
        proxy.page.fill("#detail", "synthetic, ring twice")
        proxy.press("[value=language-zh]")
        assert proxy.page.get_attribute("html", "lang") == "zh-CN"
        assert proxy.page.input_value("#name") == NAME
        assert proxy.page.input_value("#detail") == "synthetic, ring twice"
        proxy.page.select_option("#beneficiary", "empty_nest_elderly")
        proxy.page.select_option("#age", "adult")
        proxy.page.select_option("#requester", "grid_worker")
        proxy.page.fill("#grid", "网格")
        proxy.press("[value=check-1] >> nth=1")
        assert "不止一个" in proxy.text
        proxy.page.fill("#grid", f"{urban_communities()[0].name}第1网")
        proxy.press("[value=check-1] >> nth=1")
        proxy.page.select_option("#category", "repair")
        proxy.page.fill("#minutes", "45")
        proxy.press("[value=language-en]")
        assert (proxy.page.input_value("#minutes"), proxy.page.input_value("#category")) == ("45", "repair")
        proxy.press("button:has-text('Next')")
        proxy.press("[value=language-zh]")
        assert NAME in proxy.text
        assert "synthetic, ring twice" in proxy.text


def test_the_enter_key_goes_on_and_does_not_switch_the_language(browser: Browser, county: County) -> None:
    """Tests that the first step can be left with the keyboard alone, in the language it was begun in."""
    with visitor(browser, county.base) as proxy:
        proxy.sign_in(county.proxy)
        proxy.go("/desk/order")
        proxy.page.select_option("#beneficiary", "empty_nest_elderly")
        proxy.page.select_option("#age", "adult")
        proxy.page.select_option("#requester", "grid_worker")
        proxy.page.fill("#grid", f"{urban_communities()[0].code}-01")
        proxy.reach("#name")
        proxy.page.keyboard.type(NAME)
        with proxy.page.expect_navigation():
            proxy.page.keyboard.press("Enter")
        assert proxy.page.locator("#category").count() == 1
        assert proxy.page.get_attribute("html", "lang") == "en"
        assert proxy.faults() == []


def test_the_child_director_notes_a_consent_that_comes_later(browser: Browser, county: County) -> None:
    """Tests that the case waits with its office, that the office notes the consent, and that it then goes on."""
    child = {"beneficiary": "left_behind_child", "age_band": "under_14", "category": "company"}
    case = order(county, "page-consent", **child)
    assert standing(county, case)["state"] == "referred"
    with visitor(browser, county.base, size=PHONE, scripts=False) as director:
        director.sign_in(county.officer)
        director.go(f"/desk/case/{case}")
        director.page.click("#do-consent")
        director.page.fill("#consent-reason", "the grandmother agreed, in writing")
        director.press("form[action$='/consent'] button")
        assert director.page.url.endswith(f"/desk/case/{case}?said=applied")
        assert all(said in director.text for said in ("Done.", "The consent was obtained."))
        assert not any(personal in director.page.content() for personal in (NAME, PHONE_NUMBER, ADDRESS))
    assert standing(county, case)["state"] != "referred"
