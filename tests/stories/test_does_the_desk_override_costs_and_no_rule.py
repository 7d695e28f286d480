"""Does the desk override costs and no rule: it may send a team from farther away, but none that may not go."""

from __future__ import annotations

from tests.support.story_telling import Story, to_the_north

FARTHER = 0.04
"""Degrees of latitude: four and a half kilometres."""


def test_a_farther_team_goes_because_the_desk_says_so(story: Story) -> None:
    """Tests that the costlier team is asked, the nearer told, and the price and the reason kept."""
    near, far = story.lead(), story.lead(base=to_the_north(FARTHER))
    case = story.ordered(story.desk)
    assert case.asked() is near
    near.hears(case, "offer")
    story.desk.assigns(case, far, "knows the family").went_well()
    far.hears(case, "offer")
    near.hears(case, "filled")
    assert "the desk named another team" in near.accepts(case).was_refused("reassigned")
    sheet = story.county.terminal.json("show", case.id, "--reveal")
    [choice] = sheet["request"]["choices"]
    assert (choice["proposed"], choice["chosen"], sheet["written"]) == (near.team, far.team, ["knows the family"])
    assert choice["seconds"] > 60
    assert "knows the family" in story.desk.sees(f"/desk/case/{case.id}/person").text
    assert "knows the family" not in story.desk.sees(f"/desk/case/{case.id}").text
    assert f"The desk named 故事试验队 {far.team}." in case.told_in_words()
    far.accepts(case).went_well()


def test_no_desk_sends_a_team_that_may_not_go(story: Story) -> None:
    """Tests that a hard rule is named and nothing changes, also where the team has said yes on the telephone."""
    able, unable = story.lead(), story.lead(skills=[{"skill": "haircut"}])
    case = story.ordered(story.desk)
    assert case.asked() is able
    before = case.now()["version"]
    refused = story.desk.assigns(case, unable, "they are free").was_refused("skill")
    assert "would break a hard rule (skill" in refused
    story.desk.assigns(case, unable, "they said yes", unable.members[0]).was_refused("skill")
    story.desk.assigns(case, able, "they said yes", "somebody-else").was_refused("member_unknown")
    assert case.now()["version"] == before
    assert unable.heard(case) == []
