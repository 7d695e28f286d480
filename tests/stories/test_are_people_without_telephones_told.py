"""Are people without telephones told: somebody tells them in time who will come and what is said at the door."""

from __future__ import annotations

from tests.support.story_case import Case, instant
from tests.support.story_telling import ADDRESS, NAME, Story
from tests.support.terminal import Json
from tests.support.waiting import eventually


def test_the_grid_worker_brings_promise_visitors_and_door_code(story: Story) -> None:
    """Tests the errands: each with a due time before the visit, the second with who comes and the four digits."""
    lead = story.lead()
    somebody = {"name": NAME, "address_line": ADDRESS}
    case = story.ordered(story.proxy, requester="grid_worker", personal=somebody)
    promised = errand(story, case, "promised")
    start = instant(case.now()["promise"]["start"])
    assert story.county.now() < instant(promised["answer_by"]) < start
    story.desk.told(promised["id"]).went_well()
    case.asked().accepts(case).went_well()
    visitors = errand(story, case, "visitors")
    assert visitors["task"]["members"] == lead.members[:1]
    assert visitors["task"]["team"] == lead.team
    assert instant(visitors["answer_by"]) < instant(case.visit()["start"])
    told = story.county.terminal.ok("deliveries", "show", visitors["id"], "--reveal")
    assert lead.members[0] in told
    digits = lead.whom(case).json()["door_code"]
    assert digits in told
    page = story.desk.sees(f"/desk/call/{visitors['id']}").text
    assert all(one in page for one in (NAME, lead.members[0], digits))
    story.desk.told(visitors["id"]).went_well()
    eventually(lambda: not story.desk.calls(case) or None, "nothing to be left to tell")


def errand(story: Story, case: Case, what: str) -> Json:
    """Wait until somebody has to be told something, and give the errand."""

    def look() -> Json | None:
        return next((one for one in story.desk.calls(case) if one["task"] and one["task"]["what"] == what), None)

    return eventually(look, f"the errand to tell {what}")
