"""Does what waits too long climb the organisation tree level by level, with its reason, no further than the root?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import apply
from linli.schemas.answers import Accept, Decline, DeclineReason, Done, Rate, Start
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.desk import Refer
from linli.schemas.escalation import Awaited, CategoryLimits, Escalation, Pool, WaitLimits
from linli.schemas.judging import Remedy
from linli.schemas.lifecycle import State
from linli.schemas.orders import Target
from linli.schemas.policy import Mode, Policy
from linli.schemas.proving import Resolve
from tests.support.district import MONDAY, Desk
from tests.support.organisation import LEVELS, LINE, registrations

QUICK = WaitLimits(promised=(10, 10, 0), offered=(10, 10, 10), accepted=(10, 10, 10), served=(10, 10, 10))
POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=2_000, escalation=Escalation(limits=QUICK))


def _desk(policy: Policy = POLICY, teams: int = 0) -> Desk:
    desk = Desk(policy, teams)
    desk.send(*registrations())
    return desk


def _minutes(desk: Desk, minutes: float) -> None:
    desk.at(minutes / 60)


def _record(desk: Desk, number: str = "1") -> AssignmentRecord:
    return desk.state.requests[f"r-{number}"]


def test_nothing_climbs_without_a_tree() -> None:
    """Tests that a county without an organisation tree sees no escalation."""
    desk = Desk(POLICY, teams=0)
    desk.place_order("1")
    _minutes(desk, 100)
    assert _record(desk).climbs == ()
    assert _record(desk).state is State.UNMET


def test_it_climbs_level_by_level_to_the_root_and_no_further() -> None:
    """Tests each climb's node, level, time, reason and limit, and that the deadlines lead from one to the next."""
    desk = _desk()
    desk.place_order("1", hours=(2, 10))
    found: list[int] = []
    while (due := next_deadline(desk.state)) is not None and len(found) < 4:
        desk.now = due
        desk.decide()
        found.append(_record(desk).escalation)
    record = _record(desk)
    assert found == [1, 2, 3, 4]
    assert [climb.node for climb in record.climbs] == list(LINE[1:])
    assert [climb.level for climb in record.climbs] == list(reversed(LEVELS))[1:]
    assert [climb.at - MONDAY for climb in record.climbs] == [timedelta(minutes=10 * n) for n in (1, 2, 3, 4)]
    assert {(climb.waited_for, climb.minutes, climb.ended) for climb in record.climbs} == {(Awaited.PROMISED, 10, None)}
    _minutes(desk, 300)
    assert _record(desk).climbs == record.climbs


def test_a_restart_in_the_middle_changes_nothing() -> None:
    """Tests that a state folded from the records alone climbs on at the same moment."""
    desk = _desk()
    desk.place_order("1", hours=(2, 10))
    _minutes(desk, 10)
    again = Desk(POLICY, teams=0)
    for decision in desk.decisions:
        again.state = apply(again.state, decision, desk.now)
    assert next_deadline(again.state) == MONDAY + timedelta(minutes=20)
    desk.now = MONDAY + timedelta(minutes=20)
    assert decide(again.state, (), desk.moment()).assignments == decide(desk.state, (), desk.moment()).assignments


def test_what_is_not_limited_does_not_climb() -> None:
    """Tests that no limit for an urgency means no climb, and that a category has limits of its own."""
    own = Escalation(limits=QUICK, categories=(CategoryLimits(category="haircut", promised=(0, 60, 5)),))
    desk = _desk(POLICY.model_copy(update={"escalation": own}))
    desk.place_order("1", hours=(2, 10))
    desk.place_order("2", hours=(2, 10), urgency=2)
    desk.place_order("3", hours=(2, 10), urgency=0)
    desk.place_order("4", hours=(2, 10), skill="repair", urgency=2)
    for minute in (5, 10, 59):
        _minutes(desk, minute)
    assert [_record(desk, number).escalation for number in "1234"] == [0, 3, 0, 0]
    _minutes(desk, 60)
    assert _record(desk).escalation == 1


def test_nobody_hears_of_it_in_suggest_mode() -> None:
    """Tests that what only the desk knows of does not climb."""
    desk = _desk(POLICY.model_copy(update={"mode": Mode.SUGGEST}))
    desk.place_order("1", hours=(2, 10))
    _minutes(desk, 60)
    assert _record(desk).climbs == ()


def test_an_answer_that_is_late_is_waited_for_from_the_first_team_on() -> None:
    """Tests that a decline does not begin the wait for an acceptance anew."""
    desk = _desk(POLICY.model_copy(update={"answer_minutes": (60, 60, 60)}), teams=2)
    desk.place_order("1", urgency=0)
    _minutes(desk, 6)
    _, offer, team = desk.open_offers()[0]
    desk.send(Decline(offer=offer, team=team, reason=DeclineReason.BUSY))
    _minutes(desk, 9)
    assert _record(desk).climbs == ()
    _minutes(desk, 10)
    assert [climb.waited_for for climb in _record(desk).climbs] == [Awaited.ACCEPTED]
    assert _record(desk).state is State.OFFERED


def test_a_proposal_that_nobody_confirms_climbs() -> None:
    """Tests that a desk that lets a proposal lie is noticed, ten minutes after the last moment for asking."""
    desk = _desk(POLICY.model_copy(update={"mode": Mode.CONFIRM}), teams=1)
    desk.place_order("1", hours=(2, 4))
    asked_by = 4 * 60 - 90
    _minutes(desk, asked_by + 9)
    assert _record(desk).climbs == ()
    _minutes(desk, asked_by + 10)
    assert [climb.waited_for for climb in _record(desk).climbs] == [Awaited.OFFERED]


def test_a_team_that_does_not_come_climbs_and_its_coming_ends_it() -> None:
    """Tests the wait for the visit itself, and that the end of climbing is recorded when the help was given."""
    desk = _desk(teams=1)
    desk.place_order("1", urgency=0, hours=(1, 4))
    _, offer, team = desk.open_offers()[0]
    desk.send(Accept(offer=offer, team=team, members=(f"{team}-m0",)))
    going = _record(desk).legs[0].assignment
    assert going is not None
    start = (going.start - MONDAY).total_seconds() / 60
    _minutes(desk, start + 9)
    assert _record(desk).climbs == ()
    _minutes(desk, start + 10)
    assert [climb.waited_for for climb in _record(desk).climbs] == [Awaited.SERVED]
    desk.send(Start(offer=offer, team=team))
    _minutes(desk, start + 60)
    assert len(_record(desk).climbs) == 1
    assert _record(desk).climbs[0].ended is None
    desk.send(Done(offer=offer, team=team, minutes=30))
    assert _record(desk).climbs[0].ended == desk.now


def test_what_is_referred_climbs_no_more() -> None:
    """Tests that the desk's own solution ends it as well."""
    desk = _desk()
    desk.place_order("1", hours=(2, 10))
    _minutes(desk, 10)
    desk.send(Refer(target=Target(request_id="r-1"), office="民政办", reason="nobody", by="desk"))
    ended = [climb.ended for climb in _record(desk).climbs]
    assert ended == [desk.now]
    _minutes(desk, 60)
    assert len(_record(desk).climbs) == 1


def test_without_pools_by_level_every_team_may_be_asked_at_once() -> None:
    """Tests what a climb says of pools where a county opens all of them."""
    desk = _desk()
    desk.place_order("1", hours=(2, 10))
    _minutes(desk, 10)
    assert _record(desk).climbs[0].pools == tuple(Pool)


@pytest.mark.parametrize("inactive", ["n-estate", "n-community"])
def test_an_inactive_node_is_passed_over(inactive: str) -> None:
    """Tests that who climbs goes on to the next node that is active."""
    desk = _desk()
    known = desk.state.nodes[inactive].details
    desk.send(*(type(one)(details=known.model_copy(update={"active": False})) for one in registrations()[:1]))
    desk.place_order("1", hours=(2, 10))
    for minute in (10, 20, 30, 40, 50):
        _minutes(desk, minute)
    assert [climb.node for climb in _record(desk).climbs] == [one for one in LINE[1:] if one != inactive]


def test_who_else_could_help_is_named_with_what_is_unmet() -> None:
    """Tests that the policy's alternative stands in the record and nobody is sent."""
    rules = Escalation.model_validate({"alternatives": ({"category": "haircut", "name": "Paid help (synthetic)"},)})
    desk = _desk(POLICY.model_copy(update={"escalation": rules}))
    desk.place_order("1")
    desk.place_order("2", skill="repair")
    statuses = [_record(desk, number).status.model_dump() for number in "12"]
    assert [status["alternative"] for status in statuses] == ["Paid help (synthetic)", ""]


def _rated_low(rules: Escalation, **details: object) -> Desk:
    """Return a desk with a request that was served and rated one star."""
    desk = _desk(POLICY.model_copy(update={"escalation": rules}), teams=1)
    desk.place_order("1", urgency=0, hours=(0, 2), **details)
    ((_, offer, team),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=team, members=(f"{team}-m0",)))
    going = _record(desk).legs[0].assignment
    assert going is not None
    desk.now = going.start
    desk.send(Start(offer=offer, team=team))
    desk.now = going.end
    desk.send(Done(offer=offer, team=team, minutes=30))
    desk.send(Rate(target=Target(request_id="r-1"), stars=1, by="call_back"))
    return desk


def test_a_low_rating_reopens_at_the_community_and_climbs_from_there() -> None:
    """Tests level, node and time of each step, for want of what, and that the answer ends it all."""
    desk = _rated_low(Escalation(limits=QUICK.model_copy(update={"resolved": (60, 120, 0)})))
    begun = desk.now
    first = _record(desk)
    assert (first.state, first.escalation) == (State.REOPENED, 2)
    assert [(one.node, one.minutes, one.at) for one in first.climbs] == [("n-community", 0, begun)]
    assert next_deadline(desk.state) == begun + timedelta(minutes=60)
    for hour in (1, 2, 3):
        desk.now = begun + timedelta(hours=hour)
        desk.decide()
    climbs = _record(desk).climbs
    assert [one.node for one in climbs] == ["n-community", "n-street", "n-county"]
    assert {(one.waited_for, one.ended) for one in climbs} == {(Awaited.RESOLVED, None)}
    desk.send(Resolve(target=Target(request_id="r-1"), remedy=Remedy.EXPLAINED, reason="said", by="desk"))
    assert {one.ended for one in _record(desk).climbs} == {desk.now}


def test_a_category_has_its_own_time_to_answer_a_low_rating() -> None:
    """Tests that a category's limit counts, and that none at all leaves the case at its community."""
    own = CategoryLimits(category="haircut", resolved=(0, 60, 60))
    desk = _rated_low(Escalation(categories=(own,)))
    begun = desk.now
    desk.now = begun + timedelta(days=3)
    desk.decide()
    assert [one.node for one in _record(desk).climbs] == ["n-community"]
