"""Is a withdrawn visit matched again: a team that had accepted cannot go, and another is asked in the same breath."""

from __future__ import annotations

from tests.support.story_telling import Story


def test_another_team_is_asked_at_once(story: Story) -> None:
    """Tests that the visit finds its other team, and that who withdrew is never asked again."""
    one, other = story.lead(), story.lead()
    case = story.ordered(story.desk)
    first = case.asked()
    first.accepts(case).went_well()
    case.is_("committed")
    first.withdraws(case, "a flat tyre").went_well()
    second = case.asked()
    assert {first.team, second.team} == {one.team, other.team}
    second.hears(case, "offer")
    second.accepts(case).went_well()
    case.is_("committed")
    assert case.visit()["team"] == second.team
    assert [first.team, "withdrew"] in case.now()["barred"]
    assert case.causes().count("offer") == 2
    told = case.told_in_words()
    assert "withdr" in told, told
