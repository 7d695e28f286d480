"""Is danger to life no volunteer's task: whom to call is said at once, the desk sees it in red, and nobody is sent."""

from __future__ import annotations

from tests.support.story_telling import NAME, PHONE, Story


def test_it_is_referred_and_red_and_nobody_is_sent(story: Story) -> None:
    """Tests what the caller is answered, what the desk reads, and that no team hears of it."""
    lead = story.lead()
    case = story.ordered(story.desk, flags={"danger_to_life": True})
    case.is_("referred")
    assert "120/110/119" in case.now()["status"]["office"]
    assert "Danger to life: no volunteer is sent." in case.told_in_words()
    assert story.county.terminal.json("show", case.id)["request"]["red"] is True
    story.desk.assigns(case, lead, "is near").was_refused("referred")
    assert case.now()["offers"] == []
    assert lead.heard(case) == []


def test_words_of_danger_are_enough(story: Story) -> None:
    """Tests that what is told in the order raises the flag where nobody ticked it."""
    lead = story.lead()
    case = story.ordered(story.proxy, personal={"name": NAME, "phone": PHONE, "detail": "老人突然昏迷，叫不醒"})
    case.is_("referred")
    assert lead.heard(case) == []
