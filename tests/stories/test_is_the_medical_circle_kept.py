"""Is the medical circle kept: a request inside is served, one beyond is explained and stays with the desk."""

from __future__ import annotations

from tests.support.story_people import Lead
from tests.support.story_telling import Story, to_the_north

FAR = 0.15
"""Degrees: some 17 km, an hour and more by town traffic."""


def test_inside_the_circle_the_qualified_team_goes(story: Story) -> None:
    """Tests a nurse near by: she is asked, the lay team beside her is not."""
    lay, nurses = story.lead(), nurses_of(story)
    case = story.ordered(story.desk, "nursing")
    assert case.asked() is nurses
    nurses.accepts(case, nurses.members[0]).went_well()
    case.is_("committed")
    assert lay.heard(case) == []


def test_beyond_the_circle_it_is_explained_and_stays_with_the_desk(story: Story) -> None:
    """Tests a nurse who is too far away: nobody is sent, the page says why, and the desk has it before it."""
    lay, nurses = story.lead(), nurses_of(story, base=to_the_north(FAR))
    case = story.ordered(story.desk, "nursing").is_("unmet")
    told = case.told_in_words()
    assert "outside the 15-minute circle" in told
    assert "travel limit" in told
    assert lay.heard(case) == nurses.heard(case) == []
    assert "outside the 15-minute circle" in story.county.terminal.run("explain", case.id).stdout
    listed = story.desk.reads("/v1/requests?state=unmet&limit=50")["requests"]
    assert case.id in {one["request_id"] for one in listed}


def nurses_of(story: Story, **changes: object) -> Lead:
    """Register a medical team with nurses."""
    skills = [{"skill": "nursing", "qualifications": ["nurse"]}]
    return story.lead(team_kind="medical", skills=skills, **changes)
