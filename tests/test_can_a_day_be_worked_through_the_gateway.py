"""Can a day be worked through the gateway: ordered, confirmed, accepted, visited, done and rated, all by HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx2
import pytest

from tests.support.gateway import Json, client_of, token_for
from tests.support.house import House

T = TypeVar("T")

PATIENCE_S = 40

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def desk(house: House) -> Iterator[httpx2.Client]:
    """Give a dispatch centre in a house that has teams."""
    day = datetime.now(UTC) + timedelta(days=1)
    teams = house.linli("export", "sample-teams", "--day", f"{day:%Y-%m-%d}").stdout
    house.json("teams", "import", "-", given=teams)
    with client_of(house, token_for(house, "dispatch_centre", "county-desk")) as client:
        eventually(lambda: len(client.get("/v1/teams", params={"limit": 100}).json()["teams"]) >= 54)
        yield client


@pytest.fixture(scope="module")
def orders(house: House) -> Iterator[Json]:
    """Give one synthetic order for an adult after another."""
    lines = house.linli("export", "sample-orders", "--count", "60", "--seed", "72", "--json").stdout.splitlines()
    listed = [json.loads(line) for line in lines]
    adults = [one for one in listed if one["beneficiary"] != "left_behind_child" and one["teams_needed"] == 1]
    return iter([one for one in adults if not any(one["flags"].values())])


def test_from_order_to_rating(house: House, desk: httpx2.Client, orders: Iterator[Json]) -> None:
    """Tests the whole way of one request, with what each side may see at each step."""
    order, request = promised(desk, orders)
    planned = eventually(lambda: desk.get(f"/v1/requests/{request}/explanation").json()["tentative"])
    team = planned[0]["team"]
    with client_of(house, token_for(house, "team_lead", "lead", "--team", team)) as lead:
        assigned = desk.post(f"/v1/requests/{request}/assign", json={"team": team, "reason": "knows the way"})
        assert assigned.json()["state"] == "offered", assigned.text
        [offer] = lead.get(f"/v1/teams/{team}/offers").json()["offers"]
        assert offer["request_id"] == request
        assert lead.get(f"/v1/offers/{offer['id']}/contact").json()["code"] == "contact_too_early"
        nobody = lead.post(f"/v1/offers/{offer['id']}/accept", json={"members": ["nobody-we-know"]})
        assert nobody.status_code == 409
        assert nobody.json()["offer"]["state"] == "open"
        assert "request" not in nobody.json()
        members = [one["ref"] for one in lead.get(f"/v1/teams/{offer['team']}").json()["members"]]
        accepted = lead.post(f"/v1/offers/{offer['id']}/accept", json={"members": members[:2]})
        assert (accepted.status_code, accepted.json()["state"]) == (200, "committed"), accepted.text
        contact = lead.get(f"/v1/offers/{offer['id']}/contact").json()
        assert contact["name"] == order["personal"]["name"]
        assert len(contact["door_code"]) == 4
        [visit] = lead.get(f"/v1/teams/{offer['team']}/visits").json()["visits"]
        assert visit["visit"]["members"] == members[:2]
        for step, body in (("start", {"door_code_ok": True}), ("done", {"minutes": 40})):
            assert lead.post(f"/v1/offers/{offer['id']}/{step}", json=body).json()["outcome"] == "applied"
    rated_by_its_resident(house, desk, request)


def promised(desk: httpx2.Client, orders: Iterator[Json]) -> tuple[Json, str]:
    """Order until an order is promised: not every synthetic wish can be met."""
    for order in orders:
        taken = desk.post("/v1/requests", json=order, params={"wait": 20}).json()
        if taken["state"] == "promised":
            return order, str(taken["request_id"])
    raise AssertionError("nothing was promised")


def rated_by_its_resident(house: House, desk: httpx2.Client, request: str) -> None:
    """Look at a done case and rate it as the person whom it is about."""
    code = desk.get(f"/v1/requests/{request}/code").json()["code"]
    wrong = "000000" if code != "000000" else "111111"
    with client_of(house) as resident:
        refused = resident.post("/v1/cases", json={"case": request, "code": wrong})
        unknown = resident.post("/v1/cases", json={"case": "r-none", "code": code})
        assert (refused.status_code, refused.json()) == (unknown.status_code, unknown.json())
        assert refused.json()["code"] == "case_code"
        seen = resident.post("/v1/cases", json={"case": request, "code": code}).json()
        assert seen["state"] == "done"
        given = {"case": request, "code": code, "stars": 5, "tags": ["patient"]}
        assert resident.post("/v1/cases/rating", json=given).json()["outcome"] == "applied"
        tries = [resident.post("/v1/cases", json={"case": request, "code": wrong}) for _ in range(6)]
        assert tries[-1].status_code == 429
        assert int(tries[-1].headers["retry-after"]) > 0
    assert desk.get(f"/v1/requests/{request}").json()["status"]["stars"] == 5


def test_what_the_desk_decides_answers_with_the_new_version(desk: httpx2.Client, orders: Iterator[Json]) -> None:
    """Tests hold and release, a conflict with the present state, and a repeated decision under its key."""
    request = desk.post("/v1/requests", json=next(orders), params={"wait": 20}).json()["request_id"]
    before = desk.get(f"/v1/requests/{request}").json()["version"]
    key = {"idempotency-key": "hold-once"}
    held = desk.post(f"/v1/requests/{request}/hold", json={"reason": "asks the family"}, headers=key)
    assert held.json()["state"] == "on_hold"
    assert held.json()["version"] > before
    again = desk.post(f"/v1/requests/{request}/hold", json={"reason": "asks the family"}, headers=key)
    assert again.json() == held.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = desk.post(f"/v1/requests/{request}/hold", json={"reason": "something else"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    conflict = desk.post(f"/v1/requests/{request}/confirm", json={})
    assert conflict.status_code == 409
    assert conflict.json()["request"]["state"] == "on_hold"
    assert desk.post(f"/v1/requests/{request}/release", json={}).json()["outcome"] == "applied"
    steps = desk.get(f"/v1/requests/{request}/history").json()["steps"]
    assert {"hold", "release"} <= {step["cause"] for step in steps}
    assert desk.get(f"/v1/requests/{request}/explanation").status_code == 200
    assert desk.get(f"/v1/commands/{held.json()['command']}").json()["outcome"] == "applied"


def test_many_orders_have_each_their_own_outcome(house: House, desk: httpx2.Client, orders: Iterator[Json]) -> None:
    """Tests a list and a file with a broken item between good ones, and pages through what they became."""
    good = [next(orders) for _ in range(4)]
    listed = desk.post("/v1/orders", json={"orders": [good[0], {**good[1], "minutes": 1}, good[1]]}).json()
    assert [one["item"] for one in listed["taken"]] == [1, 3]
    assert [(one["item"], one["field"]) for one in listed["refused"]] == [(2, "minutes")]
    file = "\n".join([json.dumps(good[2]), "{", json.dumps(good[3])])
    sent = desk.post("/v1/orders/file", content=file, headers={"content-type": "application/x-ndjson"}).json()
    assert [one["item"] for one in sent["taken"]] == [1, 3]
    assert [(one["item"], one["reason"]) for one in sent["refused"]] == [(2, "not_json")]
    table = house.linli("export", "sample-orders", "--count", "3", "--seed", "73").stdout
    broken = table.replace("\n", "\n,,,\n", 1) + "SN-x,no_such_help" + "\n"
    sheet = desk.post("/v1/orders/file", content=broken.encode(), headers={"content-type": "text/csv"}).json()
    assert len(sheet["taken"]) == 3, sheet
    assert len(sheet["refused"]) == 1
    nothing = desk.post("/v1/orders/file", content=b"PK\x03\x04 no workbook", headers={"content-type": XLSX})
    assert nothing.status_code == 422
    wanted = {one["request_id"] for one in (*listed["taken"], *sent["taken"])}
    eventually(lambda: wanted <= set(paged(desk)))
    found = paged(desk)
    assert len(found) == len(set(found))
    [numbered] = desk.get("/v1/requests", params={"number": good[0]["source_id"]}).json()["requests"]
    assert numbered["request_id"] == listed["taken"][0]["request_id"]
    assert desk.get("/v1/requests", params={"after": "7~x"}).status_code == 422


def test_a_cancellation_may_come_before_its_order(desk: httpx2.Client, orders: Iterator[Json]) -> None:
    """Tests that an order that was cancelled beforehand stays cancelled."""
    order = next(orders)
    sent = desk.post("/v1/cancellations", json={"target": {"source_id": order["source_id"]}}, params={"wait": 20})
    assert sent.status_code == 201
    taken = desk.post("/v1/requests", json=order, params={"wait": 20})
    assert desk.get(f"/v1/requests/{sent.json()['request_id']}").json()["state"] == "cancelled", taken.text


def test_a_lead_tells_of_absences_members_and_a_deputy(house: House, desk: httpx2.Client) -> None:
    """Tests the team's own changes, and that the deputy's name and number do not leave the edge in clear."""
    team = desk.get("/v1/teams").json()["teams"][-1]
    start = datetime.now(UTC) + timedelta(days=20)
    span = {"start": start.isoformat(), "end": (start + timedelta(days=1)).isoformat()}
    with client_of(house, token_for(house, "team_lead", "lead-2", "--team", team["team"])) as lead:
        absent = lead.post(
            f"/v1/teams/{team['team']}/absences", json={**span, "reason": "training"}, params={"wait": 20}
        )
        assert absent.json()["outcome"] == "applied", absent.text
        contact = {"name": "测试代理", "phone": "100-0000-0009"}
        deputy = lead.put(f"/v1/teams/{team['team']}/deputy", json={**span, "contact": contact}, params={"wait": 20})
        assert deputy.json()["outcome"] == "applied", deputy.text
        members = lead.put(f"/v1/teams/{team['team']}/members", json={"members": team["members"]}, params={"wait": 20})
        assert members.json()["outcome"] in ("applied", "duplicate"), members.text
        eventually(lambda: lead.get(f"/v1/teams/{team['team']}").json()["absences"])
        said = {**span, "by": "somebody-else"}
        assert lead.post(f"/v1/teams/{team['team']}/absences", json=said).json()["refused"]["field"] == "by"


def paged(desk: httpx2.Client) -> list[str]:
    """List the ids of all open requests, two at a time."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = desk.get("/v1/requests", params={"limit": 2, "after": after}).json()
        found += [one["request_id"] for one in page["requests"]]
        after = page["next"]
    return found


def eventually(look: Callable[[], T | None]) -> T:
    """Look until something is there."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")
