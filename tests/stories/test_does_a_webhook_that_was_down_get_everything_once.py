"""Does a webhook that was down for an hour get everything once: the same id, the same words, and the desk knew."""

from __future__ import annotations

from datetime import timedelta

from tests.support.providers import RESET
from tests.support.story_telling import Story
from tests.support.waiting import eventually


def test_what_was_missed_comes_once_under_the_same_id(story: Story) -> None:
    """Tests that tries go on while the desk has it on its list, and that the list is empty when it has come."""
    county, lead = story.county, story.lead()
    county.sink.goes_down(lead.team, RESET)
    down_since = county.now()
    case = story.ordered(story.desk)
    [call] = eventually(lambda: story.desk.calls(case), "the desk to hear that the team is not reached")
    county.waits_until(down_since + timedelta(hours=1))
    county.sink.comes_back(lead.team)
    message = lead.hears(case, "offer")
    tries = county.sink.webhooks(lead.team)
    assert len([one for one in tries if not one.taken]) >= 3
    assert {one.id for one in tries} == {message.id} == {call["id"]}
    assert len({one.body for one in tries}) == 1
    assert county.clock.at(message.at) - down_since >= timedelta(hours=1)
    eventually(lambda: not story.desk.calls(case) or None, "the call to be off the list")
    lead.accepts(case).went_well()
    lead.hears(case, "committed")
    assert len(lead.heard(case, "offer")) == 1
