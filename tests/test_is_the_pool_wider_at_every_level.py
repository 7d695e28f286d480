"""Is the pool of teams wider at every level: the place's own teams first, units later, the whole county last?"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from linli.matcher.desk.claimable import claimable
from linli.matcher.ledger.asking_pools import AskingPools, is_open_to, pool_of
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.organisation import Tree
from linli.schemas.answers import Claim
from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.desk import Assign
from linli.schemas.escalation import Escalation, Pool, WaitLimits
from linli.schemas.lifecycle import State
from linli.schemas.orders import Target
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import TeamDetails, TeamKind
from linli.schemas.rounds import OutcomeCode
from tests.support.district import MONDAY, Desk, order, team
from tests.support.organisation import NODES, registrations

QUICK = WaitLimits(promised=(10, 10, 10))
RULES = Escalation(limits=QUICK, pools="by_level")
POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=2_000, escalation=RULES)


def _team(name: str, node: str | None, kind: TeamKind = TeamKind.VOLUNTEER) -> TeamDetails:
    return team(name).model_copy(update={"organisation": node, "team_kind": kind})


OF_PLACE = _team("t-own", "n-estate")
UNIT = _team("t-unit", "n-community", TeamKind.UNIT)
ELSEWHERE = _team("t-else", "n-other")
WHOLE_COUNTY = _team("t-all", "n-county")
FREE = _team("t-free", None)


def _desk(*teams: TeamDetails, policy: Policy = POLICY) -> Desk:
    desk = Desk(policy, teams=0)
    desk.send(*registrations(), *(ApplyTeam(details=one) for one in teams))
    return desk


def _asked(desk: Desk) -> list[str]:
    return [plan.team for plan in desk.state.plans.values() if any(plan.crews)]


def test_each_team_is_in_its_pool() -> None:
    """Tests the pools of teams of the place, of its units, of elsewhere and of the whole county."""
    line = Tree(NODES).responsible("g1", "c1")
    found = {one.team: pool_of(one, line) for one in (OF_PLACE, UNIT, ELSEWHERE, WHOLE_COUNTY)}
    assert found == {"t-own": Pool.OWN, "t-unit": Pool.UNITS, "t-else": Pool.COUNTY, "t-all": Pool.COUNTY}


def test_a_team_without_organisation_is_in_every_pool() -> None:
    """Tests that a roster that knows no nodes works as before, also where the node is not in the tree."""
    for one in (FREE, _team("t-free", "n-unknown")):
        desk = _desk(one)
        desk.place_order("1", hours=(2, 10))
        assert _asked(desk) == ["t-free"]


def test_a_unit_is_asked_from_the_community_on_and_the_county_last() -> None:
    """Tests that each climb lets the next teams in, and that the reason before is the pool."""
    for late, climbs in ((UNIT, 2), (ELSEWHERE, 4), (WHOLE_COUNTY, 4)):
        volunteer = late.model_copy(update={"team_kind": TeamKind.MEMBER if late is UNIT else TeamKind.VOLUNTEER})
        desk = _desk(volunteer)
        details = order("1", hours=(2, 10)).model_copy(update={"team_kinds": ()})
        desk.send(PlaceOrder(details=details), request="r-1")
        status = desk.state.requests["r-1"].status
        assert isinstance(status, Unmet)
        assert [(one.rule, one.teams) for one in status.why.rules] == [("pool", 1)]
        for level in range(1, climbs + 1):
            assert _asked(desk) == []
            desk.at(level / 6)
        assert _asked(desk) == [late.team]
        assert desk.state.requests["r-1"].escalation == climbs


def test_the_own_team_is_asked_at_once() -> None:
    """Tests that nobody waits for a team of the place."""
    desk = _desk(OF_PLACE, ELSEWHERE)
    desk.place_order("1", hours=(2, 10))
    assert _asked(desk) == ["t-own"]


def test_open_pools_ask_everybody() -> None:
    """Tests the default: the tree alone changes nothing about who is asked."""
    desk = _desk(ELSEWHERE, policy=POLICY.model_copy(update={"escalation": Escalation(limits=QUICK)}))
    desk.place_order("1", hours=(2, 10))
    assert _asked(desk) == ["t-else"]


def test_the_desk_may_name_a_team_of_any_pool_and_a_team_may_not_name_itself() -> None:
    """Tests that a person who assigns has climbed by that, and that a claim has not."""
    desk = _desk(ELSEWHERE)
    desk.place_order("1", hours=(2, 10))
    target = Target(request_id="r-1")
    claim = desk.send(Claim(target=target, team="t-else", members=("t-else-m0",)))
    assert [(one.code, one.detail) for one in claim.outcomes] == [(OutcomeCode.BREAKS_RULE, "pool")]
    assign = desk.send(Assign(target=target, team="t-else", reason="they know each other", by="desk"))
    assert [one.code for one in assign.outcomes] == [OutcomeCode.APPLIED]
    assert desk.state.requests["r-1"].state is State.OFFERED


def test_who_was_asked_stays_asked_when_a_tree_arrives() -> None:
    """Tests that a tree that is imported later takes no visit from a team."""
    desk = Desk(POLICY, teams=0)
    desk.send(ApplyTeam(details=ELSEWHERE))
    desk.place_order("1", urgency=0, hours=(2, 10))
    assert [team for _, _, team in desk.open_offers()] == ["t-else"]
    desk.send(*registrations())
    assert [team for _, _, team in desk.open_offers()] == ["t-else"]


def test_a_team_that_moves_in_the_tree_is_asked_in_the_same_round() -> None:
    """Tests that what is remembered of pools does not outlive a change of the roster."""
    desk = _desk(ELSEWHERE)
    desk.place_order("1", hours=(2, 10))
    assert _asked(desk) == []
    desk.send(ApplyTeam(details=ELSEWHERE.model_copy(update={"organisation": "n-building"})))
    assert _asked(desk) == ["t-else"]


def test_a_team_is_shown_what_it_could_take_only_when_its_pool_is_open() -> None:
    """Tests that a lead does not see among the open visits what would be refused."""
    desk = _desk(ELSEWHERE)
    desk.place_order("1", hours=(6, 10))
    tree, seen = Tree(NODES), list[int]()
    for level in range(5):
        desk.now = MONDAY + timedelta(minutes=10 * level)
        desk.decide()
        seen.append(len(claimable(POLICY, desk.state.requests.values(), ELSEWHERE, desk.now, tree)))
    assert seen == [0, 0, 0, 0, 1]
    assert len(claimable(POLICY, desk.state.requests.values(), ELSEWHERE, desk.now)) == 1


_LEVEL_WORDS = ("county", "street", "community", "estate", "building")


@given(data=st.data())
def test_who_waits_is_told_of_all_as_of_each_by_itself(data: st.DataObject) -> None:
    """Tests any roster, tree, rules and level: the pools worked out for a place bar whom the rule bars one by one."""
    names = [None, "n-unknown", *(node.node for node in NODES)]
    kinds = (TeamKind.VOLUNTEER, TeamKind.UNIT, TeamKind.MEMBER)
    drawn = data.draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(kinds)), max_size=12))
    teams = [_team(f"t{number}", node, kind) for number, (node, kind) in enumerate(drawn)]
    inactive = data.draw(st.sets(st.sampled_from([node.node for node in NODES if node.parent])))
    tree = Tree(node.model_copy(update={"active": node.node not in inactive}) for node in NODES)
    levels = st.lists(st.sampled_from(_LEVEL_WORDS), min_size=1, max_size=3).map(tuple)
    rules = Escalation(pools="by_level", units_from=data.draw(levels), county_from=data.draw(levels))
    pools, record = AskingPools(rules, tree, teams), _placed()
    line = tree.responsible("g1", "c1")
    for climbed in range(len(line)):
        late = pools.not_yet(line, climbed)
        at_level = record.model_copy(update={"escalation": climbed})
        barred = {one.team for one in teams if late is not None and late.bars(one.team)}
        assert barred == {one.team for one in teams if not is_open_to(rules, tree, at_level, one)}


def _placed() -> AssignmentRecord:
    desk = Desk(POLICY, teams=0)
    desk.place_order("1")
    return desk.state.requests["r-1"]


def test_what_is_known_of_pools_is_kept_from_round_to_round() -> None:
    """Tests that a quiet round makes nothing anew, and that a team or a node that changes does."""
    desk = _desk(OF_PLACE, ELSEWHERE)
    desk.place_order("1", hours=(2, 10))
    known = Draft(desk.state, desk.moment()).asking_pools
    desk.decide()
    assert Draft(desk.state, desk.moment()).asking_pools is known
    desk.send(ApplyTeam(details=_team("t-new", "n-estate")))
    changed = Draft(desk.state, desk.moment()).asking_pools
    assert changed is not known
    desk.send(*registrations()[:1])
    desk.send(type(registrations()[0])(details=NODES[3].model_copy(update={"active": False})))
    assert Draft(desk.state, desk.moment()).asking_pools is not changed
