"""Are the nights quiet: no team is asked in them but for what is urgent, and in the morning there is all the time."""

from __future__ import annotations

from datetime import timedelta

from tests.support.story_case import instant
from tests.support.story_telling import Story

LEFT = timedelta(hours=1)
"""So much of the night must be left for two orders to be taken in."""

DAY = timedelta(days=1)


def test_an_order_of_the_night_is_offered_in_the_morning(story: Story) -> None:
    """Tests that the night's order waits until its end, while an urgent one gets somebody out of bed."""
    county, lead = story.county, story.lead()
    begins, ends = county.night()
    if county.now() > ends - LEFT:
        begins, ends = begins + DAY, ends + DAY
    county.waits_until(begins)
    usual = story.ordered(story.desk, windows=[story.hours(16, 20)]).is_("promised")
    urgent = story.ordered(story.desk, urgent=True)
    assert urgent.asked() is lead
    assert county.clock.at(lead.hears(urgent, "offer").at) < ends
    assert lead.heard(usual) == []
    county.waits_until(ends)
    usual.is_("offered")
    offer = usual.offer_to(lead)
    asked = instant(offer["offered_at"])
    assert asked >= ends
    assert instant(offer["expires"]) - asked == timedelta(hours=8)
    assert county.clock.at(lead.hears(usual, "offer").at) >= ends
    lead.accepts(usual).went_well()
