"""Can a request be cancelled in every state: before its order, until somebody is at the door; then politely not."""

from __future__ import annotations

from tests.support.story_people import Answer
from tests.support.story_telling import Story


def test_before_its_order_has_come(story: Story) -> None:
    """Tests that a cancellation by the sender's own number waits for its order, which is then told so."""
    number = story.county.new_name("early")
    sent = story.desk.client.post("/v1/cancellations", json={"target": {"source_id": number}}, params={"wait": 30})
    assert sent.status_code == 201, sent.text
    order = story.desk.client.post("/v1/requests", json=story.order(source_id=number), params={"wait": 30})
    assert "(cancelled before order)" in Answer(order).was_refused("cancelled_before_order")
    assert story.desk.reads(f"/v1/requests/{sent.json()['request_id']}")["state"] == "cancelled"


def test_while_nobody_can_go(story: Story) -> None:
    """Tests a request that is registered and has found nobody."""
    case = story.ordered(story.desk).is_("unmet")
    story.desk.cancels(case).went_well()
    case.is_("cancelled")


def test_while_it_is_promised(story: Story) -> None:
    """Tests that a window is given up before any team has heard of it."""
    lead = story.lead()
    case = story.ordered(story.proxy, windows=[story.hours(60, 64)]).is_("promised")
    story.proxy.cancels(case).went_well()
    case.is_("cancelled")
    assert lead.heard(case) == []


def test_while_a_team_is_asked(story: Story) -> None:
    """Tests that the team hears that its offer was taken back."""
    lead = story.lead()
    case = story.ordered(story.desk)
    case.asked()
    lead.hears(case, "offer")
    story.desk.cancels(case).went_well()
    lead.hears(case, "taken_back")
    case.is_("cancelled")


def test_while_it_is_on_hold(story: Story) -> None:
    """Tests that what waits for the desk's word ends by the requester's, and cannot be released any more."""
    lead = story.lead()
    case = story.ordered(story.proxy)
    case.asked()
    story.desk.holds(case, "the family is to be asked").went_well()
    lead.hears(case, "taken_back")
    case.is_("on_hold")
    story.proxy.cancels(case).went_well()
    case.is_("cancelled")
    story.desk.releases(case).was_refused("cancelled")


def test_while_it_is_referred(story: Story) -> None:
    """Tests that the office to which it was referred sees that nothing is left to do."""
    lead = story.lead()
    case = story.ordered(story.proxy, windows=[story.hours(60, 64)]).is_("promised")
    story.desk.refers(case, "civil-affairs").went_well()
    office = story.officer("civil-affairs")
    assert office.reads(f"/v1/requests/{case.id}")["state"] == "referred"
    story.proxy.cancels(case).went_well()
    assert case.is_("cancelled").causes()[-2:] == ["refer", "cancel"]
    assert lead.heard(case) == []


def test_after_a_team_has_accepted(story: Story) -> None:
    """Tests that the team hears that it need not go, and may not see whom it would have visited any more."""
    lead = story.lead()
    case = story.ordered(story.desk)
    case.asked().accepts(case).went_well()
    assert lead.whom(case).status_code == 200
    lead.hears(case, "committed")
    story.desk.cancels(case).went_well()
    lead.hears(case, "called_off")
    case.is_("cancelled")
    assert lead.whom(case).status_code == 403
    assert "It was cancelled." in case.told_in_words()


def test_not_once_somebody_is_there_or_was(story: Story) -> None:
    """Tests that the desk is told that the visit has begun, and later that it is done; nothing changes by it."""
    lead = story.lead()
    case = story.ordered(story.desk)
    case.asked().accepts(case).went_well()
    lead.starts(case).went_well()
    refused = story.desk.cancels(case)
    assert "not possible in the request's state (under way)" in refused.was_refused("under_way")
    case.is_("under_way")
    lead.is_done(case).went_well()
    assert "not possible in the request's state (done)" in said(story.desk.cancels(case))
    case.is_("done")


def said(answer: Answer) -> str:
    """Give the sentence of a refusal, which shows the present state."""
    assert answer.said["request"]["state"] == "done"
    return answer.was_refused("done")
