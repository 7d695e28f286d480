"""Is suspected harm to a child seen by its office alone: others have nothing to read, and nobody is told."""

from __future__ import annotations

from linli.schemas.roles import Role
from tests.support.story_county import ORDINARY
from tests.support.story_people import Orderer
from tests.support.story_telling import Story


def test_the_child_director_alone_reads_the_case(story: Story) -> None:
    """Tests what each side sees of one such case: the office, the desk, who ordered, the place, a team."""
    lead = story.lead()
    case = story.ordered(story.proxy, "homework", **child(), flags={"suspected_harm": True})
    case.is_("referred")
    director, of_the_place = story.officer("child_director"), story.officer(ORDINARY)
    assert director.reads(f"/v1/requests/{case.id}")["need"]["category"] == "homework"
    assert director.sees(f"/v1/requests/{case.id}/personal").status_code == 200
    at_the_desk = story.desk.reads(f"/v1/requests/{case.id}")
    assert (at_the_desk["restricted"], at_the_desk["need"]) == (True, None)
    for part in ("history", "explanation", "personal"):
        assert story.desk.sees(f"/v1/requests/{case.id}/{part}").status_code == 403
    assert of_the_place.sees(f"/v1/requests/{case.id}").status_code == 404
    assert lead.sees(f"/v1/offers/{case.id}.0.1").status_code == 404


def test_who_ordered_it_learns_nothing(story: Story) -> None:
    """Tests that it looks like any registered order to the proxy, is not there for another, and that nobody is told."""
    lead = story.lead()
    case = story.ordered(story.proxy, "homework", **child(), flags={"suspected_harm": True})
    case.is_("referred")
    shown = story.proxy.reads(f"/v1/requests/{case.id}")
    assert (shown["state"], shown["restricted"], shown["status"]) == ("registered", False, None)
    another = Orderer(story.county, story.county.signed_in(Role.PROXY))
    assert another.sees(f"/v1/requests/{case.id}").status_code == 404
    assert story.desk.calls(case) == []
    assert lead.heard(case) == []
    assert story.desk.notes_the_guardians_consent(case).status == 409
    case.is_("referred")


def child() -> dict[str, object]:
    """Say that it is about a child under 14 whose guardian agreed."""
    return {
        "beneficiary": "left_behind_child",
        "age_band": "under_14",
        "consent": {"beneficiary": True, "guardian": True},
    }
