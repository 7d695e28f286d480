"""The county of the browser tests: two teams that speak what nobody else in the house does, orders, and waiting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, expect

from linli.services.demo.county import urban_communities
from tests.support.browsing import PATIENCE_MS, Visitor, visitor
from tests.support.gateway import address_of, client_of, token_for
from tests.support.house import House

ZONE = ZoneInfo("Asia/Shanghai")
NAME, PHONE_NUMBER, ADDRESS = "钱无人某", "13100008888", "不存在的巷子八号"
"""Who is in need, and may be seen by nobody but who goes."""

LEAD_NAME, LEAD_PHONE = "孙无人某", "13100007777"
"""Whom the desk calls for a team."""

TEAMS = ("t-page-a", "t-page-b")
GRID = f"{urban_communities()[0].code}-01"
"""Where these orders are for: a place that nobody sees who does not go there."""


@dataclass(frozen=True)
class County:
    """A county with two teams, and who works there."""

    base: str
    house: House
    desk: str
    proxy: str
    officer: str
    leads: dict[str, str]
    cases: list[str] = field(default_factory=list[str])
    """What was ordered, so that the teams can be set free again."""


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
            "crews": 20,
            "languages": ["miao"],
            "hours": [{"days": list(range(7)), "start": "00:00:00", "end": "23:59:00"}],
            "contact": {"name": LEAD_NAME, "phone": LEAD_PHONE},
            "members": [{**member, "ref": f"{name}-m{n}", "vetting": vetting} for n in range(3)],
        },
        ensure_ascii=False,
    )


def soon(minutes: int = 95) -> list[dict[str, str]]:
    """Give one window that opens in twenty minutes and is open for so long.

    It ends before a team would have to be asked later (two hours ahead): whatever the plan chooses, it asks at once.
    """
    start = datetime.now(ZONE) + timedelta(minutes=20)
    return [{"start": start.isoformat(), "end": (start + timedelta(minutes=minutes)).isoformat()}]


def order(county: County, number: str, **more: Any) -> str:
    """Order small repairs by the API, for within the hour, and give the case's id."""
    body = {
        "source_id": number,
        "category": "repair",
        "beneficiary": "empty_nest_elderly",
        "windows": soon(),
        "grid": GRID,
        "consent": {"beneficiary": True},
        "wishes": {"language": "miao"},
        "personal": {"name": NAME, "phone": PHONE_NUMBER, "address_line": ADDRESS},
        **more,
    }
    with client_of(county.house, county.desk) as client:
        answer = client.post("/v1/requests", json=body, params={"wait": 30})
    assert answer.status_code == 201, answer.text
    county.cases.append(str(answer.json()["request_id"]))
    return county.cases[-1]


def standing_order(county: County) -> str:
    """Give the one standing order of the browser tests; its first visit is days ahead, so that nobody is asked."""
    number, start = "page-standing", datetime.now(ZONE) + timedelta(days=5)
    window = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
    first = {
        "source_id": number,
        "category": "repair",
        "beneficiary": "empty_nest_elderly",
        "windows": [window],
        "grid": GRID,
        "consent": {"beneficiary": True},
        "personal": {"name": NAME, "phone": PHONE_NUMBER, "address_line": ADDRESS},
    }
    with client_of(county.house, county.desk) as client:
        known = client.get("/v1/standing-orders").json()["standing_orders"]
        found = [str(one["id"]) for one in known if one["number"] == number]
        if not found:
            body = {"order": first, "rule": "FREQ=WEEKLY", "holidays": "skip"}
            answer = client.post("/v1/standing-orders", json=body, params={"wait": 30})
            assert answer.status_code == 201, answer.text
            found = [str(answer.json()["standing"])]
        eventually(lambda: client.get(f"/v1/standing-orders/{found[0]}").status_code == 200)
    return found[0]


def free_the_teams(county: County) -> None:
    """Cancel what is still open: a crew that has visits to make gets the next order behind them, and is asked later."""
    with client_of(county.house, county.desk) as client:
        for case in county.cases:
            client.post(f"/v1/requests/{case}/cancel", json={"reason": "the test is over"}, params={"wait": 30})
    county.cases.clear()


def until(somebody: Visitor, text: str) -> None:
    """Wait until a text is on the page, which renews itself."""
    expect(somebody.page.locator("body")).to_contain_text(text, timeout=PATIENCE_MS)


def standing(county: County, case: str) -> Any:
    """Give a case as it stands."""
    with client_of(county.house, county.desk) as client:
        return client.get(f"/v1/requests/{case}").json()


def confirmed(county: County, case: str) -> None:
    """Confirm the team that is proposed for a case, by the API: a page for it would take seconds each time."""
    eventually(lambda: any(offer["state"] == "proposed" for offer in standing(county, case)["offers"]))
    with client_of(county.house, county.desk) as client:
        answer = client.post(f"/v1/requests/{case}/confirm", json={}, params={"wait": 30})
    assert answer.json()["outcome"] == "applied", answer.text


def confirmed_at_the_page(browser: Browser, county: County, case: str) -> None:
    """Confirm the team that is proposed for a case as the desk does."""
    with visitor(browser, county.base) as desk:
        desk.sign_in(county.desk)
        desk.go(f"/desk/case/{case}")
        until(desk, "Confirm the proposed team")
        desk.page.reload()
        desk.press("form[action$='/confirm'] button")
        assert "Done." in desk.text


def asked_team(county: County, case: str) -> str:
    """Say which team has the open offer of a case."""
    return next(str(offer["team"]) for offer in standing(county, case)["offers"] if offer["state"] == "open")


def made_county(house: House) -> County:
    """Register the two teams of the browser tests and give everybody a token."""
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


def eventually(look: Callable[[], bool]) -> None:
    """Look until it is so."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not look():
        assert time.monotonic() < end
        time.sleep(0.1)


def looked_at(somebody: Visitor, paths: list[str], language: str) -> None:
    """Look at pages, with every part of them unfolded."""
    for path in paths:
        somebody.go(path)
        looked_at_this(somebody, path, language)


def looked_at_this(somebody: Visitor, name: str, language: str) -> None:
    """Look at the page that somebody is on, with every part of it unfolded."""
    somebody.page.evaluate("document.querySelectorAll('details').forEach(one => { one.name = ''; one.open = true })")
    faults = somebody.faults()
    assert faults == [], (name, faults)
    assert not somebody.scrolls_sideways(), name
    assert somebody.page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[language]
