"""Does a unit's deed move its quota: a member goes, a grid worker confirms, and the report has it from the ledger."""

from __future__ import annotations

import re
from datetime import timedelta

from linli.services.demo.county import urban_communities
from tests.support.story_people import Answer, Lead
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
    assert _quota(unit) == {"joint activity": "1 open", "hard problem solved": "1 open"} | dict.fromkeys(
        unit.members, "1 open"
    )
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
    assert {what for what, said in _quota(unit).items() if said == "done"} == {"hard problem solved", member}
    assert _hours(unit)[member] == _hours(unit)[member] | {"month": "0.5", "year": "0.5", "certificate": "Open"}
    assert {one["year"] for ref, one in _hours(unit).items() if ref != member} == {"0.0"}
    paper = unit.sees(f"/team/hours/{member}")
    assert paper.status_code == 200
    assert member in paper.text
    _only_their_own(story, unit, member)


def _only_their_own(story: Story, unit: Lead, member: str) -> None:
    """Another team's lead sees nothing of it, whoever leads no team neither; the pages are in Chinese as well."""
    other = story.lead()
    assert other.sees("/team/quota").status_code == 404
    assert other.sees(f"/team/hours/{member}").status_code == 404
    assert set(_hours(other)) == set(other.members)
    for somebody in (story.desk, story.proxy, story.administrator, story.officer(urban_communities()[0].code)):
        for path in ("/team/hours", "/team/quota", f"/team/hours/{member}"):
            assert somebody.sees(path).status_code == 403, path
    unit.reads_chinese()
    assert "本队服务时长" in unit.sees("/team/hours").text
    assert "好事实事" in unit.sees("/team/quota").text


_ROW = re.compile(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>')
_CELL = re.compile(r"<td>(.*?)</td>")
_TAG = re.compile(r"<[^>]*>")


def _rows(page: str) -> dict[str, list[str]]:
    return {
        _TAG.sub("", head): [_TAG.sub("", cell) for cell in _CELL.findall(cells)] for head, cells in _ROW.findall(page)
    }


def _quota(lead: Lead) -> dict[str, str]:
    """Read what is open on the page of a unit's lead."""
    page = lead.sees("/team/quota")
    assert page.status_code == 200, page.text
    return {what: cells[0].rpartition(" ")[0] for what, cells in _rows(page.text).items()}


def _hours(lead: Lead) -> dict[str, dict[str, str]]:
    """Read the hours of a team on its lead's page."""
    page = lead.sees("/team/hours")
    assert page.status_code == 200, page.text
    names = ("month", "year", "visits", "waiting", "unproven", "certificate")
    return {member: dict(zip(names, cells, strict=True)) for member, cells in _rows(page.text).items()}
