"""May a consent come later: a child's case waits with the child director, who notes it, and nobody else's business."""

from __future__ import annotations

import httpx2
import pytest

from linli.schemas.assignment import Status
from linli.schemas.lifecycle import State
from linli.schemas.roles import Role
from linli.services.gateway.access import Caller, Scope, opens_personal, sees
from tests.support.days_ahead import order_ahead
from tests.support.examples import DETAILS, STATUSES, assignment_record
from tests.support.gateway import Json, client_of, token_for
from tests.support.house import House

AGREED = {"beneficiary": True, "guardian": True}


@pytest.fixture
def waiting(own_house: House, own_centre: httpx2.Client, request: pytest.FixtureRequest) -> str:
    """Give a child's case that waits for its guardian's consent."""
    order = child(own_house, request.node.name[-40:])
    taken = own_centre.post("/v1/requests", json=order, params={"wait": 20}).json()
    assert (taken["state"], taken["referral"]) == ("referred", "child_director"), taken
    return str(taken["request_id"])


def child(house: House, number: str, **changes: object) -> Json:
    """Give an order for a child under 14 without the guardian's consent."""
    facts = {"beneficiary": "left_behind_child", "age_band": "under_14", "category": "homework"}
    return order_ahead(house, number, **facts, consent={"beneficiary": True, "guardian": False}, **changes)


def test_the_child_director_notes_it_and_the_case_goes_on(
    own_house: House, own_centre: httpx2.Client, waiting: str
) -> None:
    """Tests that half a consent moves nothing, a whole one does, and only once."""
    with client_of(own_house, token_for(own_house, "officer", "director", "--place", "child_director")) as director:
        seen = director.get(f"/v1/requests/{waiting}").json()
        assert (seen["state"], seen["offers"], seen["visits"]) == ("referred", [], [])
        half = director.post(f"/v1/requests/{waiting}/consent", json={"consent": {"beneficiary": True}})
        assert (half.status_code, half.json()["outcome_detail"]) == (409, "safeguarding")
        more = {"consent": AGREED, "minutes": 480}
        assert director.post(f"/v1/requests/{waiting}/consent", json=more).status_code == 422
        given, key = {"consent": AGREED, "reason": "asked at home"}, {"idempotency-key": waiting}
        noted = director.post(f"/v1/requests/{waiting}/consent", json=given, headers=key)
        assert (noted.status_code, noted.json()["outcome"]) == (200, "applied"), noted.text
        again = director.post(f"/v1/requests/{waiting}/consent", json=given, headers=key)
        assert again.json() == noted.json()
        seen = director.get(f"/v1/requests/{waiting}").json()
        assert (seen["state"], seen["need"]["referral"], seen["promise"] is not None) == ("promised", None, True)
        assert waiting in [one["request_id"] for one in director.get("/v1/requests").json()["requests"]]
        late = director.post(f"/v1/requests/{waiting}/consent", json={"consent": AGREED})
        assert (late.status_code, late.json()["request"]["state"]) == (409, "promised")
        # Whose case it is they had to know to obtain the consent, and need no longer.
        assert director.get(f"/v1/requests/{waiting}/personal").status_code == 403
    late = own_centre.post(f"/v1/requests/{waiting}/consent", json={"consent": AGREED})
    assert (late.status_code, late.json()["code"]) == (409, "not_applied")


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.state)
def test_its_office_follows_it_until_the_case_is_over(status: Status) -> None:
    """Tests whom a case of every state is shown to, and that the sealed part is opened for its place alone."""
    details = DETAILS.model_copy(update={"consent_office": "child_director", "community": "c-own", "restricted": False})
    record = assignment_record(status).model_copy(update={"details": details})
    director, of_the_place, elsewhere = (
        Caller(Role.OFFICER, "wang", record.district, place=place) for place in ("child_director", "c-own", "c-else")
    )
    over = record.state in (State.RATED, State.CLOSED)
    assert sees(director, Scope.OWN_PLACE, record) is not over
    assert sees(of_the_place, Scope.OWN_PLACE, record)
    assert not sees(elsewhere, Scope.OWN_PLACE, record)
    assert opens_personal(of_the_place, record)
    assert not opens_personal(director, record)
    harm = record.model_copy(update={"details": details.model_copy(update={"restricted": True})})
    assert not sees(director, Scope.OWN_PLACE, harm)


def test_it_is_nobody_elses_business(own_house: House, own_centre: httpx2.Client, waiting: str) -> None:
    """Tests an officer of another place, a lead, and an ordinary amendment by the director."""
    elsewhere = token_for(own_house, "officer", "elsewhere", "--place", "c-nowhere")
    lead = token_for(own_house, "team_lead", "lead", "--team", "t-01")
    director = token_for(own_house, "officer", "director-2", "--place", "child_director")
    with client_of(own_house) as client:
        found = [
            client.post(
                f"/v1/requests/{waiting}/{word}", json=body, headers={"authorization": f"Bearer {token}"}
            ).status_code
            for token, word, body in (
                (elsewhere, "consent", {"consent": AGREED}),
                (lead, "consent", {"consent": AGREED}),
                (director, "amend", {"consent": AGREED}),
            )
        ]
    assert found == [404, 403, 403]
    assert own_centre.get(f"/v1/requests/{waiting}").json()["state"] == "referred"


def test_suspected_harm_stays_with_the_child_director(own_house: House, own_centre: httpx2.Client) -> None:
    """Tests that a consent does not open a case that is restricted for a graver reason."""
    order = child(own_house, "consent-harm", flags={"suspected_harm": True})
    request = own_centre.post("/v1/requests", json=order, params={"wait": 20}).json()["request_id"]
    with client_of(own_house, token_for(own_house, "officer", "director-3", "--place", "child_director")) as director:
        answer = director.post(f"/v1/requests/{request}/consent", json={"consent": AGREED})
        assert answer.status_code == 409
        assert director.get(f"/v1/requests/{request}").json()["state"] == "referred"
