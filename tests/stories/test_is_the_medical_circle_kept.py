"""Is the medical circle kept: a request inside is served by the qualified."""

from __future__ import annotations

from tests.support.story_people import Lead
from tests.support.story_telling import Story


def test_inside_the_circle_the_qualified_team_goes(story: Story) -> None:
    """Tests a nurse near by: she is asked, the lay team beside her is not."""
    lay, nurses = story.lead(), nurses_of(story)
    case = story.ordered(story.desk, "nursing")
    assert case.asked() is nurses
    nurses.accepts(case, nurses.members[0]).went_well()
    case.is_("committed")
    assert lay.heard(case) == []


def nurses_of(story: Story, **changes: object) -> Lead:
    """Register a medical team with nurses."""
    skills = [{"skill": "nursing", "qualifications": ["nurse"]}]
    return story.lead(team_kind="medical", skills=skills, **changes)
