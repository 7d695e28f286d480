"""Are the pages of proof for everybody: the review queue, the call-backs and a case with its hours, on every screen?"""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Browser

from linli.services.demo.county import urban_communities
from tests.support.browsing import DESKTOP, PHONE, visitor
from tests.support.gateway import client_of, token_for
from tests.support.page_county import TEAMS, ZONE, County, eventually, looked_at, order

pytestmark = pytest.mark.browser

HERE = urban_communities()[0].code


@pytest.fixture(scope="module")
def flagged_case(county: County) -> str:
    """Give a case whose help was entered afterwards and took one minute: a person is to look at it."""
    case = order(county, "page-proof")
    given = {
        "team": TEAMS[0],
        "start": datetime.now(ZONE).replace(hour=3, minute=0).isoformat(),
        "minutes": 1,
        "reason": "synthetic",
    }
    with client_of(county.house, county.desk) as client:
        answer = client.post(f"/v1/requests/{case}/record", json=given, params={"wait": 30})
        assert answer.json()["outcome"] == "applied", answer.text
        eventually(lambda: client.get(f"/v1/requests/{case}/service").json()["visits"] != [])
    return case


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_are_they_for_everybody(
    browser: Browser, county: County, flagged_case: str, language: str, size: tuple[int, int]
) -> None:
    """Tests each with axe, unfolded, that none is wider than its screen, and that it says what is strange."""
    officer = token_for(county.house, "officer", f"page-proof-{language}-{size[0]}", "--place", HERE)
    with visitor(browser, county.base, language=language, size=size) as somebody:
        somebody.sign_in(officer)
        looked_at(somebody, ["/desk/reviews", f"/desk/case/{flagged_case}"], language)
        somebody.go("/desk/reviews")
        assert {"zh": "时长明显偏短", "en": "much shorter than its kind"}[language] in somebody.text
    with visitor(browser, county.base, language=language, size=size) as desk:
        desk.sign_in(county.desk)
        looked_at(desk, ["/desk/call-backs", f"/desk/case/{flagged_case}"], language)
        assert desk.go("/desk/reviews") == 403


def test_a_decision_takes_it_off_the_queue(browser: Browser, county: County, flagged_case: str) -> None:
    """Tests that a reason is needed, that the case then shows what was decided, and why to whoever opens it."""
    officer = token_for(county.house, "officer", "page-proof-decides", "--place", HERE)
    with visitor(browser, county.base) as somebody:
        somebody.sign_in(officer)
        somebody.go("/desk/reviews")
        mine = f"article:has(a[href='/desk/case/{flagged_case}'])"
        somebody.page.fill(f"{mine} input[name=reason]", "the clock was wrong")
        somebody.press(f"{mine} button[value=refused]")
        assert "Done." in somebody.text
        eventually(lambda: somebody.go("/desk/reviews") == 200 and somebody.page.locator(mine).count() == 0)
        somebody.go(f"/desk/case/{flagged_case}")
        assert "refused (page-proof-decides)" in somebody.text
        assert "the clock was wrong" not in somebody.text
        with visitor(browser, county.base) as other:
            other.sign_in(county.desk)
            assert other.go(f"/desk/case/{flagged_case}/person") == 200
            assert "the clock was wrong" in other.text
