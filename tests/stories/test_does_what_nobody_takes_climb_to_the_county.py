"""Does what nobody takes climb to the county: level by level a deputy in the middle, until another team is asked?"""

from __future__ import annotations

import pytest

from tests.support.story_county import ALTERNATIVE, County
from tests.support.story_organisation import DEPUTY, GRID, LEVELS, Organisation
from tests.support.story_telling import Story


@pytest.fixture(scope="module")
def organisation(county: County) -> Organisation:
    """Put the tree together, once for all stories of this file."""
    return Organisation(county)


def test_it_climbs_five_levels_and_a_team_from_elsewhere_takes_it(story: Story, organisation: Organisation) -> None:
    """Tests each level's message, the deputy's instead of the contact's, the pools, and the end of the climb."""
    elsewhere = story.lead(organisation="beside")
    case = story.ordered(story.desk, grid=GRID, urgent=True).is_("unmet")
    rules = case.now()["status"]["why"]["rules"]
    assert [one["rule"] for one in rules if elsewhere.team in one["examples"]] == ["pool"]
    assert "teams of the whole county: from county committee on" in case.told_in_words()
    for level in ("estate", DEPUTY, "street"):
        message = organisation.hears(level, case)
        assert (message.purpose, message.data["awaited"]) == ("escalated", "promised")
        assert "13100006666" not in message.body.decode()
    elsewhere.hears(case, "offer")
    elsewhere.accepts(case).went_well()
    climbs = case.is_("committed").now()["climbs"]
    # The deputy heard for the contact; the county heard too, although its teams had somebody at once.
    assert [level for level in LEVELS if organisation.heard(level, case)] == ["estate", "street", "county"]
    assert [one["node"] for one in climbs] == list(LEVELS[1:])
    assert [one["pools"] for one in climbs] == [["own"], ["own", "units"], ["own", "units"], ["own", "units", "county"]]
    assert case.causes().count("climb") == 4
    elsewhere.starts(case).went_well()
    elsewhere.is_done(case).went_well()
    assert all(one["ended"] for one in case.is_("done").now()["climbs"])


def test_what_is_unmet_names_who_else_could_help_and_is_referred(story: Story, organisation: Organisation) -> None:
    """Tests the alternative on the desk's page, that nobody is sent, and that a referral ends the climb."""
    case = story.ordered(story.desk, "cleaning", grid=GRID, urgent=True).is_("unmet")
    organisation.hears("estate", case)
    page = case.told_in_words()
    assert ALTERNATIVE in page
    assert "estate（模拟）" in page
    assert "Escalation" in page
    assert case.id in story.desk.sees("/desk?state=escalated").text
    story.desk.refers(case, "民政办（模拟）").went_well()
    climbs = case.is_("referred").now()["climbs"]
    assert climbs
    assert all(one["ended"] for one in climbs)
    assert case.now()["offers"] == []


def test_the_command_line_shows_the_tree_and_what_was_short(story: Story, organisation: Organisation) -> None:
    """Tests list and node of the tree without any contact, and the report of unmet need for this grid."""
    case = story.ordered(story.desk, "cleaning", grid=GRID, urgent=True).is_("unmet")
    terminal = story.county.terminal
    listed = {one["node"]: one for one in terminal.lines("organisation", "list")}
    assert set(listed) == {*LEVELS, "beside"}
    assert (listed["community"]["contact"], listed["community"]["deputy"]) == (True, True)
    assert terminal.json("organisation", "show", "building")["above"] == list(LEVELS[1:])
    rows = terminal.json("report", "unmet-need")["rows"]
    assert any((row["grid"], row["skill"]) == (GRID, "cleaning") for row in rows)
    story.desk.cancels(case).went_well()
