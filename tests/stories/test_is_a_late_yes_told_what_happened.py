"""Is a late yes told what happened: too late is no error of the team's, and it hears why in a sentence."""

from __future__ import annotations

from tests.support.story_telling import Story


def test_after_the_request_was_cancelled(story: Story) -> None:
    """Tests that the team hears at once that it is off, and again when it says yes nevertheless."""
    lead = story.lead()
    case = story.ordered(story.desk)
    assert case.asked() is lead
    lead.hears(case, "offer")
    story.desk.cancels(case, "the family comes itself").went_well()
    lead.hears(case, "taken_back")
    assert "too late or no longer open (the request was cancelled)" in lead.accepts(case).was_refused("cancelled")
    lead.reads_chinese()
    assert "已失效，未执行 (点单已取消)" in lead.accepts(case).was_refused("cancelled")
    assert case.is_("cancelled").now()["visits"] == []


def test_after_another_team_took_it_by_itself(story: Story) -> None:
    """Tests that a team that helps itself is first, and that the one that was asked is told."""
    story.lead()
    story.lead()
    case = story.ordered(story.desk)
    asked = case.asked()
    asked.hears(case, "offer")
    [other] = [one for one in story.leads.values() if one is not asked]
    story.county.terminal.ok("claim", case.id, other.team, "--member", other.members[0])
    asked.hears(case, "filled")
    assert "a team took it by itself" in asked.accepts(case).was_refused("claimed")
    assert case.visit()["team"] == other.team


def test_a_team_cannot_answer_for_another(story: Story) -> None:
    """Tests that an offer is bound to its team: to everybody else it is not there."""
    story.lead()
    story.lead()
    case = story.ordered(story.desk)
    asked = case.asked()
    [other] = [one for one in story.leads.values() if one is not asked]
    offer = case.offer_to(asked)["id"]
    assert other.sees(f"/v1/offers/{offer}").status_code == 404
    taken = other.client.post(f"/v1/offers/{offer}/accept", json={"members": other.members[:1]})
    assert taken.status_code == 404
    assert case.offer_to(asked)["state"] == "open"
