"""Is a provider believed that refuses with 200: its code counts, the next channel is tried, then the desk."""

from __future__ import annotations

from tests.support.story_telling import ADDRESS, NAME, Story
from tests.support.waiting import eventually


def test_the_next_channel_carries_what_the_robot_refused(story: Story) -> None:
    """Tests that a refusal with 200 is none of a delivery, and what the group could have read."""
    sink = story.county.sink
    name = story.county.new_name("group")
    contact = {"name": "王无人某", "channels": [sink.robot(name, key="removed"), sink.webhook(name)]}
    lead = story.lead(contact=contact)
    case = story.ordered(story.desk)
    [message] = eventually(lambda: [one for one in sink.webhooks(name) if one.taken], "the next channel")
    assert (message.purpose, message.data["request"]) == ("offer", case.id)
    [text] = sink.said_in_group(name)
    assert message.data["link"] in text
    assert NAME not in text
    assert ADDRESS not in text
    shown = eventually(lambda: settled(story, message.id), "the delivery to be settled")
    assert "errcode_93000" in shown
    assert case.asked() is lead


def test_the_desk_calls_where_no_channel_works(story: Story) -> None:
    """Tests that the desk finds the team on its call list with the reason, and takes it off by a call."""
    name = story.county.new_name("group")
    robot = story.county.sink.robot(name, key="removed")
    lead = story.lead(contact={"name": "王无人某", "phone": "13100005555", "channels": [robot]})
    case = story.ordered(story.desk)
    [call] = eventually(lambda: story.desk.calls(case), "the call list")
    assert (call["purpose"], call["team"]) == ("offer", lead.team)
    page = story.desk.sees("/desk/calls").text
    assert f"/desk/call/{call['id']}" in page
    assert "王无人某" in story.desk.sees(f"/desk/call/{call['id']}").text
    story.desk.told(call["id"]).went_well()
    eventually(lambda: not story.desk.calls(case) or None, "the call to be off the list")


def settled(story: Story, delivery: str) -> str:
    """Show a delivery in words, once it is settled."""
    found = story.county.terminal.json("deliveries", "show", delivery)
    return str(found["tracks"]) if found["state"] == "delivered" else ""
