"""Does the first of two who accept go: several are asked for what is urgent, two say yes in the same instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.support.story_people import Answer, Lead
from tests.support.story_telling import Story


def test_the_first_in_the_log_goes_and_the_others_are_told(story: Story) -> None:
    """Tests that one yes counts, that the other is told what happened, and so is who had not answered yet."""
    leads = [story.lead() for _ in range(3)]
    case = story.ordered(story.desk, urgent=True)
    asked = case.all_asked(3)
    assert {one.team for one in asked} == {one.team for one in leads}
    for lead in leads:
        lead.hears(case, "offer")
    together = Barrier(2)

    def accept(lead: Lead) -> Answer:
        together.wait()
        return lead.accepts(case)

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(leads, pool.map(accept, leads[:2]), strict=False))
    [winner] = [lead for lead, answer in answers.items() if answer.status == 200]
    [loser] = [lead for lead, answer in answers.items() if answer.status != 200]
    assert "given to another team" in answers[loser].was_refused("filled")
    assert answers[loser].said["offer"]["ended"] == "filled"
    case.is_("committed")
    assert case.visit()["team"] == winner.team
    winner.hears(case, "committed")
    for lead in (loser, leads[2]):
        lead.hears(case, "filled")
    assert "given to another team" in leads[2].accepts(case).was_refused("filled")
