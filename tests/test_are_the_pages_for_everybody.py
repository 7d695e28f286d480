"""Are the pages for everybody, and for nobody else: axe, sizes, languages, paper, strangers, foreign content?"""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from playwright.sync_api import Browser

from linli.services.demo.county import urban_communities
from tests.support.browsing import DESKTOP, PHONE, visitor
from tests.support.gateway import client_of
from tests.support.page_county import (
    ADDRESS,
    NAME,
    TEAMS,
    County,
    asked_team,
    confirmed,
    looked_at,
    looked_at_this,
    order,
    standing,
    standing_order,
)

pytestmark = pytest.mark.browser


WIDTHS = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
TONGUES = pytest.mark.parametrize("language", ["zh", "en"])


@pytest.fixture(scope="module")
def offered_case(county: County) -> str:
    """Give a case that a team is being asked about."""
    case = order(county, "page-axe")
    confirmed(county, case)
    return case


def test_nobody_sees_or_does_what_is_anothers(browser: Browser, county: County) -> None:
    """Tests strangers, another team's offer, a forged form and a form without its token."""
    case = order(county, "page-others")
    confirmed(county, case)
    asked = asked_team(county, case)
    other = next(team for team in TEAMS if team != asked)
    with visitor(browser, county.base) as stranger:
        for path in ("/desk", f"/desk/case/{case}", "/team", "/desk/order", "/desk/day", "/desk/standing"):
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
    assert standing(county, case)["state"] == "offered"


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
                "/desk/standing",
                f"/desk/standing/{standing_order(county)}",
                "/state",
                "/nowhere",
            ],
            language,
        )
    with visitor(browser, county.base, language=language, size=size) as lead:
        lead.sign_in(county.leads[asked_team(county, case)])
        offer = f"/team/offer/{case}.0.1"
        looked_at(
            lead,
            ["/team", offer, "/team/time-off", "/team/day", "/team/members", "/team/open", "/team/hours"],
            language,
        )


@WIDTHS
@TONGUES
def test_is_every_step_of_an_order_for_everybody(
    browser: Browser, county: County, language: str, size: tuple[int, int]
) -> None:
    """Tests the three steps with axe as they are walked, one with a mistake on it included, on every screen."""
    with visitor(browser, county.base, language=language, size=size) as proxy:
        proxy.sign_in(county.proxy)
        proxy.go("/desk/order")
        proxy.page.fill("#name", NAME)
        proxy.page.fill("#address", ADDRESS)
        proxy.page.fill("#grid", f"{urban_communities()[0].code}-01")
        for field, value in (("beneficiary", "empty_nest_elderly"), ("age", "adult"), ("requester", "grid_worker")):
            proxy.page.select_option(f"#{field}", value)
        proxy.press("form#order button[value=check-1]")
        looked_at_this(proxy, "step 2", language)
        proxy.page.select_option("#category", "repair")
        proxy.page.fill("#from", "12:00")
        proxy.page.fill("#until", "10:00")
        proxy.press("form#order button[value=check-2]")
        assert proxy.page.locator("[role=alert]").count() == 1
        looked_at_this(proxy, "step 2 with a mistake", language)
        proxy.page.fill("#until", "14:00")
        proxy.press("form#order button[value=check-2]")
        assert NAME in proxy.text
        looked_at_this(proxy, "step 3", language)


def test_a_column_is_wider_than_one_letter_on_a_telephone(browser: Browser) -> None:
    """Tests a report's table of Chinese words, between any two of which a line may break: it scrolls instead."""
    style = files("linli.services.console").joinpath("static/console.css").read_text(encoding="utf-8")
    cells = "".join(
        f"<td>{word}</td>" for word in ("520624102200", "许家坝镇许家坝村", "志愿服务队", "12.5", "最佳增设点")
    )
    page = browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    page.set_content(f"<style>{style}</style><main><div class='scrolls'><table><tr>{cells}</tr></table></div></main>")
    height: float = page.evaluate("document.querySelector('tr').getBoundingClientRect().height")
    page.close()
    assert 0 < height < 60
