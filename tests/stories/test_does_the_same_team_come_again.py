"""Does the same team come again: a weekly order over a real holiday, its regular team away once, then its end."""

from __future__ import annotations

from datetime import date, timedelta

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


def test_a_weekly_visit_across_the_national_day_with_its_team_away_once(story: Story) -> None:
    """Tests the whole life of a weekly order on the real stack, over the holidays that were really announced."""
    usual = story.lead(base=to_the_north(0.01))
    standing = _placed(story, "FREQ=WEEKLY;BYDAY=TU", "after")
    first, second, third, fourth = _cases(story, standing)
    assert [(one["how"], _day(one)) for one in _shown(story, standing)["upcoming"][:4]] == [
        ("rule", FIRST),
        ("holiday", AFTER_THE_HOLIDAY),
        ("rule", FIRST + timedelta(weeks=2)),
        ("rule", FIRST + timedelta(weeks=3)),
    ]
    _visited(story, first, usual, "agreed by telephone")
    nearer = story.lead()
    _is_away(story, usual, third)
    _planned(third, nearer)
    for one in (second, fourth):
        _planned(one, usual)
    _visited(story, third, nearer, "the usual team is away")
    eventually(lambda: len(_shown(story, standing)["served"]) == 2 or None, "both visits to be noted")
    assert _shown(story, standing)["regular"] == [usual.team]
    _planned(fourth, usual)
    assert standing in story.desk.sees("/desk/standing").text
    page = story.desk.sees(f"/desk/standing/{standing}")
    assert f"/desk/case/{fourth.id}" in page.text, page.text
    assert f"/desk/standing/{standing}" in story.desk.sees(f"/desk/case/{fourth.id}").text
    story.county.terminal.ok("standing", "stop", standing, "--reason", "moves to her daughter")
    fourth.is_("cancelled")
    assert fourth.causes()[-1] == "stop"
    assert not _shown(story, standing)["active"]
    listed = story.county.terminal.lines("standing", "list", "--ended")
    assert [one["details"]["active"] for one in listed if one["standing"] == standing] == [False]
    assert story.county.terminal.run("replay", "--verify").returncode == 0


FIRST = date(2026, 9, 29)
"""The Tuesday before the National Day, which has its holidays from the first to the seventh of October."""

AFTER_THE_HOLIDAY = date(2026, 10, 8)
"""Where the visit of Tuesday, the sixth, goes: to the first day of work after it."""


def _placed(story: Story, rule: str, holidays: str) -> str:
    """Place a standing order whose first visit is on the first day, in the morning."""
    morning = {"start": f"{FIRST}T09:00:00+08:00", "end": f"{FIRST}T12:00:00+08:00"}
    body = {"order": story.order(windows=[morning]), "rule": rule, "holidays": holidays}
    answer = story.desk.client.post("/v1/standing-orders", json=body, params={"wait": 30})
    assert answer.status_code == 201, answer.text
    standing: str = answer.json()["standing"]
    eventually(lambda: len(_cases(story, standing)) == 4 or None, "four weeks of visits to be made")
    return standing


def _day(visit: Json) -> date:
    return instant(visit["start"]).astimezone(ZONE).date()


def _visited(story: Story, case: Case, lead: Lead, reason: str) -> None:
    """Let the desk name a team that said yes by telephone, and the team go."""
    story.desk.assigns(case, lead, reason, lead.members[0]).went_well()
    lead.starts(case).went_well()
    lead.is_done(case).went_well()


def _is_away(story: Story, lead: Lead, case: Case) -> None:
    """Have a team away on the day of a visit."""
    away = instant(case.now()["need"]["windows"][0]["start"])
    span = {"start": (away - timedelta(hours=6)).isoformat(), "end": (away + timedelta(hours=10)).isoformat()}
    story.administrator.client.post(
        f"/v1/teams/{lead.team}/absences", json=span, params={"wait": 30}
    ).raise_for_status()
