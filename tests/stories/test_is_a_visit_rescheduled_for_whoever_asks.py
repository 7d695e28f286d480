"""Is a visit rescheduled for whoever asks: the old promise ends, a new one is made, and who was to go hears of it."""

from __future__ import annotations

from tests.support.story_case import instant
from tests.support.story_telling import Story


def test_the_resident_wants_another_day(story: Story) -> None:
    """Tests that the team need not go, and that no promise counts as broken: the resident asked."""
    lead = story.lead()
    case = story.ordered(story.desk)
    case.asked().accepts(case).went_well()
    lead.hears(case, "committed")
    later = story.hours(34, 38)
    story.desk.reschedules(case, later).went_well()
    case.is_("promised")
    lead.hears(case, "called_off")
    shown = case.now()
    assert instant(later["start"]) <= instant(shown["promise"]["start"])
    assert instant(shown["promise"]["end"]) <= instant(later["end"])
    assert (shown["visits"], shown["broken"]) == ([], [])
    assert "Another time was agreed." in case.told_in_words()


def test_the_team_proposes_another_time(story: Story) -> None:
    """Tests that the promise counts as broken by the team, and that somebody is asked for the new time."""
    lead = story.lead()
    case = story.ordered(story.desk)
    case.asked().accepts(case).went_well()
    promised = case.now()["promise"]
    lead.proposes(case, story.hours(14, 18)).went_well()
    case.is_("offered")
    [broken] = case.now()["broken"]
    assert (broken["cause"], broken["window"]) == ("rescheduled_by_team", promised)
    case.asked().accepts(case).went_well()
    case.is_("committed")
