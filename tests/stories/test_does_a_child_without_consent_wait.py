"""Does a child without the guardian's consent wait: sealed with the child director, until the consent is brought."""

from __future__ import annotations

from tests.support.story_telling import Story

CHILD = {"beneficiary": "left_behind_child", "age_band": "under_14"}


def test_nobody_is_sent_until_the_guardian_has_agreed(story: Story) -> None:
    """Tests the whole way: it waits, the consent comes, two vetted adults are named, they are the ones who go."""
    lead = story.lead()
    case = story.ordered(story.desk, "homework", **CHILD, consent={"beneficiary": True, "guardian": False})
    case.is_("referred")
    assert "child director" in case.now()["status"]["office"]
    story.desk.assigns(case, lead, "is near").was_refused("referred")
    assert story.officer("child_director").reads(f"/v1/requests/{case.id}")["need"]["age_band"] == "under_14"
    assert lead.heard(case) == []
    story.desk.notes_the_guardians_consent(case).went_well()
    assert case.asked() is lead
    one, two, _ = lead.members
    assert "safeguarding" in lead.accepts(case, one).was_refused("safeguarding")
    lead.accepts(case, one, two).went_well()
    assert case.visit()["members"] == [one, two]
    lead.starts(case).went_well()
    lead.is_done(case, 60).went_well()
    case.is_("done")
    director = story.officer("child_director")
    assert director.reads(f"/v1/requests/{case.id}")["state"] == "done"
    assert director.sees(f"/v1/requests/{case.id}/personal").status_code == 403
    assert "The consent was obtained." in case.told_in_words()


def test_no_group_hears_of_a_child(story: Story) -> None:
    """Tests that a team that is told in a group of many eyes is told of a child by its own program alone."""
    lead = story.lead()
    contact = {"name": "王无人某", "channels": [story.county.sink.robot("many-eyes"), story.county.sink.webhook("one")]}
    grouped = story.lead(contact=contact, skills=[{"skill": "homework"}])
    assert lead.team != grouped.team
    case = story.ordered(story.desk, "homework", **CHILD, consent={"beneficiary": True, "guardian": True})
    first = case.asked()
    first.declines(case).went_well()
    second = case.asked(first)
    second.declines(case).went_well()
    case.is_("unmet")
    assert [one.data["request"] for one in story.county.sink.webhooks("one")] == [case.id]
    assert story.county.sink.said_in_group("many-eyes") == []
