"""Does a deputy hear for the lead who is away: the messages go to the deputy's telephone, and a tap there answers."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import httpx2

from tests.support.gateway import client_of
from tests.support.story_people import Lead
from tests.support.story_telling import Story


def test_the_deputy_is_told_and_answers_by_the_link(story: Story) -> None:
    """Tests who is told before the deputy is named, while, and for whom the deputy's tap counts."""
    lead = story.lead()
    before = story.ordered(story.desk)
    lead.hears(before, "offer")
    deputy = deputy_for(story, lead)
    case = story.ordered(story.desk)
    link = deputy.hears(case, "offer").data["link"]
    with client_of(story.county.house, **{"accept-language": "en"}) as telephone:
        assert "Thank you. Your team goes." in tapped(telephone, link, lead)
    case.is_("committed")
    assert case.visit()["team"] == lead.team
    deputy.hears(case, "committed")
    assert lead.heard(case) == []
    assert deputy.heard(before) == []


def test_looking_at_a_link_answers_nothing(story: Story) -> None:
    """Tests that a chat program that opens every link it sees accepts nothing by it."""
    lead = story.lead()
    case = story.ordered(story.desk)
    link: str = lead.hears(case, "offer").data["link"]
    with client_of(story.county.house) as preview:
        assert preview.get(urlsplit(link).path).status_code == 200
    assert case.offer_to(lead)["state"] == "open"


def deputy_for(story: Story, lead: Lead) -> Lead:
    """Let a lead name a deputy for a day, and give the deputy, who has a telephone and no token."""
    deputy = Lead(story.county, f"{lead.team}-deputy", lead.members)
    channel = story.county.sink.webhook(deputy.team)
    contact = {"name": "周无人某", "phone": "13100004444", "channels": [channel]}
    now = story.county.now()
    lead.names_a_deputy(contact, now, now + timedelta(days=1)).went_well()
    return deputy


def tapped(telephone: httpx2.Client, link: str, lead: Lead) -> str:
    """Open a link, tap on the yes, and read what is said."""
    path = urlsplit(link).path
    assert telephone.get(path).status_code == 200
    answer = telephone.post(f"{path}/accept", data={"member": lead.members[0]})
    assert answer.status_code == 200, answer.text
    return answer.text
