"""Does a proxy's order come to a good end: one team declines, one is silent, the third goes; it is done and rated."""

from __future__ import annotations

from tests.support.gateway import client_of
from tests.support.story_telling import NAME, Story

SHORT_TO_ANSWER = "company"
"""A help that does not press: its offers are the first to run out."""


def test_declined_expired_accepted_done_and_rated(story: Story) -> None:
    """Tests the whole way, what each side hears and sees on it, and that nobody is asked twice."""
    for _ in range(3):
        story.lead()
    case = story.ordered(story.proxy, SHORT_TO_ANSWER, requester="trained_proxy")
    busy = case.asked()
    busy.hears(case, "offer")
    busy.declines(case, "busy").went_well()
    silent = case.asked(busy)
    silent.hears(case, "offer")
    willing = case.asked(busy, silent)
    silent.hears(case, "lapsed")
    assert "too late" in silent.accepts(case).was_refused("expired")
    assert willing.whom(case).status_code == 403
    willing.accepts(case).went_well()
    assert willing.whom(case).json()["name"] == NAME
    willing.starts(case).went_well()
    willing.is_done(case, 45).went_well()
    case.is_("done")
    rated_by_the_resident(story, case.id)
    case.is_("rated")
    assert story.proxy.rates(case, 4).went_well().said["state"] == "rated"
    assert [why for _, why in case.now()["barred"]] == ["declined", "expired"]
    told = case.told_in_words()
    for lead, did in ((busy, "declined."), (silent, "did not answer in time."), (willing, "accepted.")):
        assert f"故事试验队 {lead.team} {did}" in told


def rated_by_the_resident(story: Story, case: str) -> None:
    """Let the proxy tell the code, and the resident rate with it."""
    code = story.proxy.reads(f"/v1/requests/{case}/code")["code"]
    with client_of(story.county.house) as resident:
        given = {"case": case, "code": code, "stars": 5, "tags": ["patient"]}
        rated = resident.post("/v1/cases/rating", json=given, params={"wait": 30})
    assert rated.json()["outcome"] == "applied", rated.text
