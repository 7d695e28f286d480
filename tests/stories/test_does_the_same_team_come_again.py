"""Does the same team come again: a standing order over days off, its regular team away once, then its end."""

from __future__ import annotations

from datetime import timedelta

from tests.support.story_case import Case, instant
from tests.support.story_county import ZONE
from tests.support.story_people import Lead
from tests.support.story_telling import Story, to_the_north
from tests.support.terminal import Json
from tests.support.waiting import eventually


def _shown(story: Story, standing: str) -> Json:
    return story.desk.reads(f"/v1/standing-orders/{standing}")


def _cases(story: Story, standing: str) -> list[Case]:
    """Give the visits that are requests, in their order."""
    made = [one["request_id"] for one in _shown(story, standing)["upcoming"] if one["request_id"]]
    return [Case(one, story.desk, story.leads) for one in made]


def _planned(case: Case, lead: Lead) -> None:
    """Wait until a visit that nobody was asked for yet is in a team's plan."""
    eventually(
        lambda: [one["team"] for one in case.explained()["tentative"]] == [lead.team] or None,
        f"{lead.team} to be planned",
    )


def test_a_daily_visit_over_days_off_with_its_team_away_once(story: Story) -> None:
    """Tests the whole life of a standing order on the real stack; a week of the county is too long to wait for."""
    usual = story.lead(base=to_the_north(0.01))
    order = story.order()
    answer = story.desk.client.post(
        "/v1/standing-orders",
        json={"order": order, "rule": "FREQ=DAILY", "holidays": "skip"},
        params={"wait": 30},
    )
    assert answer.status_code == 201, answer.text
    standing: str = answer.json()["standing"]
    shown = eventually(lambda: _shown(story, standing), "the standing order to be shown")
    for one in shown["upcoming"]:
        day = instant(one["start"]).astimezone(ZONE)
        assert (one["how"] == "left_out") == (day.month == 11 and day.day in (28, 29)), one
    first, second, third, *_ = _cases(story, standing)
    first.asked().accepts(first).went_well()
    usual.starts(first).went_well()
    usual.is_done(first).went_well()
    nearer = story.lead()
    away = instant(second.now()["need"]["windows"][0]["start"])
    story.administrator.client.post(
        f"/v1/teams/{usual.team}/absences",
        json={"start": (away - timedelta(hours=6)).isoformat(), "end": (away + timedelta(hours=10)).isoformat()},
        params={"wait": 30},
    ).raise_for_status()
    _planned(second, nearer)
    _planned(third, usual)
    story.desk.assigns(second, nearer, "the usual team is away", nearer.members[0]).went_well()
    nearer.starts(second).went_well()
    nearer.is_done(second).went_well()
    eventually(lambda: len(_shown(story, standing)["served"]) == 2 or None, "both visits to be noted")
    assert _shown(story, standing)["regular"] == [usual.team]
    _planned(third, usual)
    assert standing in story.desk.sees("/desk/standing").text
    page = story.desk.sees(f"/desk/standing/{standing}")
    assert f"/desk/case/{third.id}" in page.text, page.text
    assert f"/desk/standing/{standing}" in story.desk.sees(f"/desk/case/{third.id}").text
    story.county.terminal.ok("standing", "stop", standing, "--reason", "moves to her daughter")
    third.is_("cancelled")
    assert third.causes()[-1] == "stop"
    assert not _shown(story, standing)["active"]
    listed = story.county.terminal.lines("standing", "list", "--ended")
    assert [one["details"]["active"] for one in listed if one["standing"] == standing] == [False]
    assert story.county.terminal.run("replay", "--verify").returncode == 0
