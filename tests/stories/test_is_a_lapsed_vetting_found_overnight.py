"""Is a vetting that lapsed overnight found: the morning's list takes the visit back, and others are asked at once."""

from __future__ import annotations

from datetime import timedelta

from tests.support.story_people import Answer, Lead
from tests.support.story_telling import Story, to_the_north
from tests.support.terminal import Json

CHILD = {
    "beneficiary": "left_behind_child",
    "age_band": "under_14",
    "consent": {"beneficiary": True, "guardian": True},
}


def test_the_visit_is_withdrawn_and_matched_again(story: Story) -> None:
    """Tests that the team hears that it need not go, that another is asked, and that the page says why."""
    story.lead()
    story.lead()
    case = story.ordered(story.desk, "homework", **CHILD)
    first = case.asked()
    one, two, three = first.members
    first.accepts(case, one, two).went_well()
    first.hears(case, "committed")
    lapsed, kept, unvetted = story.member(one), story.member(two), story.member(three, vetted=False)
    lapsed["vetting"]["valid_until"] = (story.county.now() - timedelta(hours=1)).isoformat()
    arrives(story, first, [lapsed, kept, unvetted])
    second = case.asked(first)
    first.hears(case, "called_off")
    assert "A vetting ran out; somebody else must go." in case.told_in_words()
    assert "vetting" in case.causes()
    second.accepts(case, *second.members[:2]).went_well()
    assert case.is_("committed").visit()["team"] == second.team


def test_a_vetting_that_the_clock_ends_before_the_visit_does_not_count(story: Story) -> None:
    """Tests the clock alone: no list arrives, the near team's vettings end between the order and the visit.

    Whom a team names must be vetted to the visit's end when it says so. So no vetting can run out on the way to a visit
    that was accepted, and what the clock ends is found before anybody is asked, before it ends as well as after.
    """
    county = story.county
    ends = county.now() + timedelta(hours=1)
    near, far = story.lead(), story.lead(base=to_the_north(0.04))
    lapsing = [story.member(ref) for ref in near.members]
    for one in lapsing:
        one["vetting"]["valid_until"] = ends.isoformat()
    arrives(story, near, lapsing)
    assert story.ordered(story.desk).asked() is near
    before = story.ordered(story.desk, "homework", **CHILD)
    assert before.asked() is far
    county.waits_until(ends)
    after = story.ordered(story.desk, "homework", **CHILD)
    assert after.asked() is far
    assert near.heard(before) == near.heard(after) == []
    story.desk.assigns(after, near, "is nearer").was_refused("safeguarding")


def test_nobody_unvetted_is_swapped_in(story: Story) -> None:
    """Tests that whom a team names later is looked at like the first ones."""
    lead = story.lead()
    case = story.ordered(story.desk, "homework", **CHILD)
    case.asked()
    one, two, three = lead.members
    lead.accepts(case, one, two).went_well()
    arrives(story, lead, [story.member(one), story.member(two), story.member(three, vetted=False)])
    swapped = lead.client.post(f"/v1/offers/{case.visit()['id']}/swap", json={"members": [one, three]})
    Answer(swapped).was_refused("safeguarding")
    assert case.visit()["members"] == [one, two]


def arrives(story: Story, lead: Lead, members: list[Json]) -> None:
    """Let the administrator bring the morning's list of a team."""
    path = f"/v1/teams/{lead.team}/members"
    Answer(story.administrator.client.put(path, json={"members": members}, params={"wait": 30})).went_well()
