"""Does the explanation of what is unmet say at which level it stands, who was told, when, and for want of what?"""

from __future__ import annotations

from datetime import timedelta

from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.escalation import Awaited
from linli.schemas.explanation import WhyNobody
from linli.schemas.lifecycle import State
from linli.schemas.policy import Mode, Policy
from linli.services.console.case_reasons import explained_teams, reasons_of
from linli.services.console.words import Speech
from tests.support.district import Desk
from tests.support.organisation import registrations

POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=0)
HOUR = timedelta(hours=1)


def _unmet() -> Desk:
    """Return a desk with an urgent need that nobody has the skill for, under an organisation."""
    desk = Desk(POLICY)
    desk.send(*registrations())
    desk.place_order("1", skill="repair", urgency=0, hours=(4, 8))
    assert _last(desk).state is State.UNMET
    return desk


def _last(desk: Desk) -> AssignmentRecord:
    return desk.state.requests["r-1"]


def _why(desk: Desk) -> WhyNobody:
    status = _last(desk).status
    assert isinstance(status, Unmet)
    return status.why


def test_before_it_climbs_nothing_is_said() -> None:
    """Tests the first minutes: it stands where it began, and nobody above was told."""
    assert _why(_unmet()).climbed is None


def test_each_climb_is_said_with_who_was_told() -> None:
    """Tests that the field follows the climbs, level by level, and keeps the reason it had."""
    desk = _unmet()
    first = _why(desk)
    seen: list[str] = []
    for _ in range(12):
        desk.now += timedelta(minutes=16)
        desk.decide()
        if _last(desk).state is not State.UNMET or not _last(desk).climbs:
            continue
        climb, climbed = _last(desk).climbs[-1], _why(desk).climbed
        assert climbed is not None
        assert (climbed.node, climbed.level, climbed.at) == (climb.node, climb.level, climb.at)
        assert climbed.waited_for is Awaited.PROMISED
        assert _why(desk).model_copy(update={"climbed": None}) == first
        seen = [*seen, climb.node] if climb.node not in seen else seen
    assert len(seen) >= 2


def test_a_need_that_is_found_unmet_again_keeps_its_level() -> None:
    """Tests that another reason found later says the level too."""
    desk = _unmet()
    desk.now += timedelta(minutes=16)
    desk.decide()
    before = _why(desk).climbed
    assert before is not None
    desk.now += timedelta(hours=3)
    desk.decide()
    after = _why(desk).climbed
    assert after is not None
    assert after.at >= before.at


def test_the_page_says_it_in_both_languages() -> None:
    """Tests the sentence: the level, who was told, and what it waited for."""
    desk = _unmet()
    desk.now += timedelta(minutes=16)
    desk.decide()
    record = _last(desk)
    node = record.climbs[-1].node
    names = {**dict.fromkeys(explained_teams(record), "a team"), node: "Node Name"}
    english = " ".join(reasons_of(record, [], names, Speech("en")).sentences)
    chinese = "".join(reasons_of(record, [], names, Speech("zh")).sentences)
    assert "Node Name was told" in english
    assert "已告知Node Name" in chinese


def test_an_old_explanation_says_no_level() -> None:
    """Tests that what was written before reads as before."""
    assert WhyNobody.model_validate_json('{"outcome":"lost"}').climbed is None
