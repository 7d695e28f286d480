"""Do several teams come all or none: a visit of two with one decline, and a free clinic for sixty people by three."""

from __future__ import annotations

from tests.support.story_telling import Story


def test_who_declines_is_replaced_and_all_go_at_the_same_time(story: Story) -> None:
    """Tests that one keeps its yes while another is asked for the very start, and that the case tells it in words."""
    for _ in range(3):
        story.lead()
    case = story.ordered(story.desk, teams_needed=2)
    keeps, leaves = case.all_asked(2)
    start = case.offer_to(keeps)["start"]
    keeps.accepts(case).went_well()
    leaves.declines(case).went_well()
    third = case.asked(keeps, leaves)
    assert case.offer_to(third)["start"] == start
    assert case.now()["state"] == "offered"
    third.accepts(case).went_well()
    case.is_("committed")
    visits = case.now()["visits"]
    assert {one["team"] for one in visits} == {keeps.team, third.team}
    assert {one["start"] for one in visits} == {start}
    assert "2, at once" in case.told_in_words()


def test_the_page_says_for_which_visit_nobody_is_there(story: Story) -> None:
    """Tests that two of three teams are left alone and that the desk reads which one is missing."""
    for _ in range(2):
        story.lead()
    case = story.ordered(story.desk, teams_needed=3).is_("unmet")
    assert case.now()["offers"] == []
    assert "nobody was found for team 3" in case.told_in_words()
    story.lead()
    assert len(case.all_asked(3)) == 3


def test_a_clinic_for_sixty_people_by_three_teams(story: Story) -> None:
    """Tests an activity from the order to the last team's word: each comes for its own and says that it is done."""
    nurses = story.lead(team_kind="medical", skills=[{"skill": "nursing", "qualifications": ["nurse"]}])
    barbers = story.lead(skills=[{"skill": "haircut"}])
    helpers = story.lead(skills=[{"skill": "company"}])
    case = story.ordered(
        story.desk,
        "free_clinic",
        beneficiary="public",
        headcount=60,
        consent={"beneficiary": False},
        further=["haircut", "company"],
        minutes=60,
    )
    assert {one.team for one in case.all_asked(3)} == {one.team for one in (nurses, barbers, helpers)}
    assert case.now()["need"]["headcount"] == 60
    assert "60 people expected" in case.told_in_words()
    for lead in (nurses, barbers, helpers):
        lead.accepts(case).went_well()
    case.is_("committed")
    for lead in (nurses, barbers):
        lead.is_done(case, 60).went_well()
        case.is_("under_way")
    helpers.is_done(case, 55).went_well()
    case.is_("done")
