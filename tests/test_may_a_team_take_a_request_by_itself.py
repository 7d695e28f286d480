"""May a team take a request by itself: what it is shown, what it is never shown, and who was faster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from linli.matcher.desk.claimable import claimable
from linli.schemas.lifecycle import State
from linli.schemas.policy import Mode, Policy
from tests.support.days_ahead import DAYS_AHEAD, order_ahead
from tests.support.district import AUTO, Desk, team
from tests.support.gateway import Json, client_of, token_for
from tests.support.house import House


def shown(desk: Desk, policy: Policy = AUTO, name: str = "t0") -> list[tuple[str, int]]:
    """List what a team is shown: requests and legs."""
    details = desk.state.roster[name].details
    found = claimable(policy, desk.state.requests.values(), details, desk.now)
    return [(one.record.request_id, one.leg) for one in found]


def test_a_team_sees_what_it_could_take_the_nearest_first() -> None:
    """Tests the order, that what others are asked for is left out, and what the rules forbid as well."""
    desk = Desk()
    desk.place_order("far", hours=(5, 8), north=0.2)
    desk.place_order("near", hours=(5, 8))
    desk.place_order("asked", urgency=0)
    desk.place_order("skill", hours=(5, 8), skill="plumbing")
    assert desk.state.requests["r-asked"].state is State.OFFERED
    assert shown(desk) == [("r-near", 0), ("r-far", 0)]


def test_each_visit_of_two_is_shown_until_it_has_its_team() -> None:
    """Tests a request that needs two teams and has none: either visit can be taken."""
    desk = Desk(teams=1)
    desk.place_order("two", hours=(5, 8), legs=2)
    assert shown(desk) == [("r-two", 0), ("r-two", 1)]


@pytest.mark.parametrize("mode", [Mode.CONFIRM, Mode.SUGGEST])
def test_where_the_desk_speaks_first_nothing_is_shown(mode: Mode) -> None:
    """Tests that a list does not go round the desk."""
    desk = Desk()
    desk.place_order("1", hours=(5, 8))
    assert shown(desk, Policy(mode=mode)) == []


def test_no_child_is_ever_shown() -> None:
    """Tests that a child is in no list, however fit the team is."""
    desk = Desk()
    desk.place_order("1", hours=(5, 8), child=True, adults=2)
    assert desk.state.requests["r-1"].state is State.PROMISED
    assert shown(desk) == []


def test_a_team_that_takes_no_part_is_shown_nothing() -> None:
    """Tests a team off the roster."""
    desk = Desk()
    desk.place_order("1", hours=(5, 8))
    away = team("t0").model_copy(update={"active": False})
    assert claimable(AUTO, desk.state.requests.values(), away, desk.now) == []


def test_a_lead_claims_over_http_and_the_second_is_told(own_house: House, own_centre: httpx2.Client) -> None:
    """Tests the list without a word about the person, the claim, its visit, and what a slower team hears."""
    order = order_ahead(own_house, "claim-1")
    taken = own_centre.post("/v1/requests", json=order, params={"wait": 20}).json()
    assert taken["state"] == "promised", taken
    request = taken["request_id"]
    first, second = [one["team"] for one in able(own_centre, request)][:2]
    with (
        client_of(own_house, token_for(own_house, "team_lead", "first", "--team", first)) as lead,
        client_of(own_house, token_for(own_house, "team_lead", "second", "--team", second)) as slower,
    ):
        listed = lead.get(f"/v1/teams/{first}/claimable", params={"limit": 50})
        [seen] = [one for one in listed.json()["visits"] if one["request_id"] == request]
        assert not {"lat", "lon", "grid", "beneficiary", "number", "source"} & set(seen)
        assert order["personal"]["name"] not in listed.text
        body = {"target": {"request_id": request}, "members": [adult(lead, first)]}
        claimed = lead.post(f"/v1/teams/{first}/claims", json=body).json()
        assert (claimed["outcome"], claimed["state"]) == ("applied", "committed"), claimed
        [visit] = lead.get(f"/v1/teams/{first}/visits", params=span()).json()["visits"]
        assert visit["id"] == claimed["offer"]
        assert lead.get(f"/v1/offers/{claimed['offer']}/contact").json()["name"] == order["personal"]["name"]
        late = slower.post(f"/v1/teams/{second}/claims", json={**body, "members": [adult(slower, second)]})
        assert (late.status_code, late.json()["outcome_detail"]) == (409, "committed"), late.text
        gone = slower.get(f"/v1/teams/{second}/claimable", params={"limit": 50}).json()["visits"]
        assert request not in [one["request_id"] for one in gone]


def test_a_lead_learns_of_no_child_by_claiming(own_house: House, own_centre: httpx2.Client) -> None:
    """Tests that a child's request, a number and an unknown id are answered alike, or as no id at all."""
    child = order_ahead(
        own_house,
        "claim-child",
        beneficiary="left_behind_child",
        age_band="under_14",
        category="homework",
        consent={"beneficiary": True, "guardian": True},
    )
    request = own_centre.post("/v1/requests", json=child, params={"wait": 20}).json()["request_id"]
    team_id = own_centre.get("/v1/teams").json()["teams"][0]["team"]
    with client_of(own_house, token_for(own_house, "team_lead", "curious", "--team", team_id)) as lead:
        answers = [
            lead.post(f"/v1/teams/{team_id}/claims", json={"target": target, "members": [adult(lead, team_id)]})
            for target in ({"request_id": request}, {"request_id": "r-none"}, {"source_id": "claim-child"})
        ]
    assert [one.status_code for one in answers] == [404, 404, 422]
    assert [one.json()["code"] for one in answers[:2]] == ["unknown_request"] * 2


def able(own_centre: httpx2.Client, request: str) -> list[Json]:
    """Give the teams whose list holds a request."""
    teams: list[Json] = own_centre.get("/v1/teams", params={"limit": 100}).json()["teams"]
    lists = {one["team"]: own_centre.get(f"/v1/teams/{one['team']}/claimable").json()["visits"] for one in teams}
    return [one for one in teams if request in [visit["request_id"] for visit in lists[one["team"]]]]


def adult(client: httpx2.Client, team_id: str) -> str:
    """Name an adult of a team."""
    members: list[Json] = client.get(f"/v1/teams/{team_id}").json()["members"]
    return next(str(one["ref"]) for one in members if one["adult"])


def span() -> dict[str, str]:
    """Give the days in which the visits of these orders lie."""
    now = datetime.now(UTC)
    return {"start": now.isoformat(), "end": (now + timedelta(days=DAYS_AHEAD + 1)).isoformat()}
