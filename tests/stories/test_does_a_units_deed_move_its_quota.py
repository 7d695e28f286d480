"""Does a unit's deed move its quota: a member goes, a grid worker confirms, and the report has it from the ledger."""

from __future__ import annotations

from datetime import timedelta

from linli.services.demo.county import urban_communities
from tests.support.story_people import Answer
from tests.support.story_telling import Story
from tests.support.terminal import Json
from tests.support.waiting import eventually


def test_a_members_visit_counts_once_somebody_else_has_confirmed_it(story: Story) -> None:
    """Tests that the quotas of unit and member stand still until the visit is proven, and then both move."""
    community = urban_communities()[0].code
    unit = story.lead(team_kind="unit", organisation=community)
    member = unit.members[0]
    case = story.ordered(story.proxy, windows=[story.hours(0.5, 3)], minutes=30, urgent=True)
    case.asked()
    unit.accepts(case, member).went_well()
    marked = Answer(
        story.desk.client.post(f"/v1/requests/{case.id}/mark", json={"reason": "tried"}, params={"wait": 30})
    )
    marked.went_well()
    assert "A hard problem" in case.told_in_words()
    unit.starts(case).went_well()
    story.county.waits_until(story.county.now() + timedelta(minutes=32))
    unit.is_done(case, 30).went_well()

    def standing(who: str) -> Json:
        report = story.administrator.reads("/v1/reports/double-registration")
        return next(one for one in report["rows"] if who == (one["member"] or one["unit"]))

    eventually(lambda: standing(member)["waiting"] == 1, "the visit to stand in the report")
    assert (standing(member)["good_deeds"], standing(unit.team)["hard_problems"]) == (0, 0)
    said: Json = {"note": "saw them"}
    confirmed = story.officer(community).client.post(
        f"/v1/requests/{case.id}/confirm-service", json=said, params={"wait": 30}
    )
    assert confirmed.json()["outcome"] == "applied", confirmed.text
    # On this fast clock it may be night, which somebody has to look at.
    looked: Json = {"verdict": "accepted", "reason": "the county's clock is fast"}
    officer = story.officer(community)
    officer.client.post(f"/v1/requests/{case.id}/review", json=looked, params={"wait": 30})
    found = eventually(lambda: standing(member) if standing(member)["good_deeds"] else None, "the quota to move")
    assert (found["met"], found["waiting"]) == (True, 0)
    assert (standing(unit.team)["hard_problems"], standing(unit.team)["met"]) == (1, False)
    listed = story.county.terminal.json("report", "deeds", "--json")
    [deed] = [one for one in listed["rows"] if one["team"] == unit.team]
    assert (deed["members"], deed["deeds"], deed["counted"]) == (member, "good_deed;hard_problem", True)
