"""Does an office close what is not for volunteers: unmet becomes referred, and the office's answer ends it."""

from __future__ import annotations

from tests.support.story_county import ORDINARY
from tests.support.story_telling import Story


def test_unmet_becomes_referred_and_the_offices_answer_closes_it(story: Story) -> None:
    """Tests the whole way: nobody can, the desk refers, the office takes it on and says that it is done."""
    case = story.ordered(story.desk, "repair").is_("unmet")
    story.desk.refers(case, "property_office").went_well()
    case.is_("referred")
    office, another = story.officer("property_office"), story.officer("employment_office")
    of_the_place = story.officer(ORDINARY)
    path = f"/v1/requests/{case.id}/answer"
    assert another.client.post(path, json={"outcome": "done"}).status_code == 404
    assert of_the_place.client.post(path, json={"outcome": "done"}).status_code == 404
    assert office.client.post(path, json={"outcome": "returned"}).status_code == 422
    taken = office.client.post(path, json={"outcome": "accepted"}, params={"wait": 30})
    assert (taken.status_code, taken.json()["state"]) == (200, "referred")
    assert "Red-property contact point" in case.told_in_words()
    assert "Answer due by" in case.told_in_words()
    done = office.client.post(path, json={"outcome": "done", "note": "repaired"}, params={"wait": 30})
    assert done.json()["state"] == "closed"
    assert case.causes()[-2:] == ["office_accepted", "office_done"]
    told = story.desk.reads(f"/v1/requests/{case.id}")["office_answers"]
    assert [one["outcome"] for one in told] == ["accepted", "done"]


def test_what_is_not_for_volunteers_goes_to_its_office_at_once(story: Story) -> None:
    """Tests an order about parking: no team is asked, the orderer is told whom to turn to, given back it is unmet.

    The one team that could go is away by then: else it would be asked in the morning and its silence waited for.
    """
    lead = story.lead()
    case = story.ordered(story.proxy, "parking", beneficiary="other").is_("referred")
    assert lead.heard(case) == []
    away = {"start": story.hours(0, 1)["start"], "end": story.hours(0, 24)["end"]}
    story.administrator.client.post(
        f"/v1/teams/{lead.team}/absences", json=away, params={"wait": 30}
    ).raise_for_status()
    said = story.county.terminal.run("answer-referral", case.id, "refused", "--note", "another department's")
    assert said.returncode == 0, said.stderr
    case.is_("unmet")
    assert case.causes()[-2:] == ["office_refused", "unmet"]
    assert lead.heard(case) == []
    assert "not its matter" in case.told_in_words()
