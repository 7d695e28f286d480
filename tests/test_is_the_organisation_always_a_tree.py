"""Is the organisation always a tree, whatever order its nodes come in and whatever is wrong with them?"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from linli.matcher.desk.decide import decide
from linli.matcher.ledger.organisation import Tree
from linli.matcher.ledger.state import Decision, apply
from linli.schemas.organisation import DEPTH_MAX, ApplyNode, NodeDetails, RegisterNode
from linli.schemas.rounds import OutcomeCode
from tests.support.district import AUTO, Desk
from tests.support.organisation import LINE, NODES, node, registrations


def _outcome(desk: Desk, details: NodeDetails) -> tuple[OutcomeCode, str]:
    (one,) = desk.send(ApplyNode(details=details)).outcomes
    return one.code, one.detail


@pytest.fixture
def desk() -> Desk:
    """A district whose tree is known."""
    found = Desk(AUTO, teams=0)
    found.send(*registrations())
    return found


def test_a_tree_is_kept_node_by_node(desk: Desk) -> None:
    """Tests records, versions and the round of an import that names parents first."""
    assert sorted(desk.state.nodes) == sorted(one.node for one in NODES)
    assert {record.version for record in desk.state.nodes.values()} == {1}
    changed = NODES[2].model_copy(update={"name": "Synthetic, renamed"})
    assert _outcome(desk, changed) == (OutcomeCode.APPLIED, "")
    assert _outcome(desk, changed) == (OutcomeCode.DUPLICATE, "")
    assert desk.state.nodes["n-community"].version == 2


def test_a_decision_leaves_the_tree_of_its_state_as_it_was(desk: Desk) -> None:
    """Tests that a node is taken into the tree of the state after, and that deciding again comes to the same."""
    before = desk.state
    new = desk.command(ApplyNode(details=node("n-new", "n-street", "community", "g9")))
    once, again = (decide(before, [new], desk.moment()) for _ in range(2))
    assert once == again
    assert before.tree.get("n-new") is None
    after = apply(before, once, desk.now)
    assert after.tree.get("n-new") is not None
    assert apply(after, Decision(), desk.now).tree is after.tree


def test_who_answers_for_a_place_is_found_by_grid_then_by_community() -> None:
    """Tests the line from the lowest node to the root."""
    tree = Tree(NODES)
    assert tuple(one.node for one in tree.responsible("g1", "c1")) == LINE
    assert tuple(one.node for one in tree.responsible("g7", "c2")) == ("n-other", "n-street", "n-county")
    assert tree.responsible("g7", "c7") == ()


@pytest.mark.parametrize(
    ("details", "code", "detail"),
    [
        (node("n-new", "n-nowhere", "street"), OutcomeCode.UNKNOWN_NODE, "unknown_parent"),
        (node("n-new", None, "county"), OutcomeCode.NOT_ALLOWED_NOW, "second_root"),
        (node("n-street", "n-estate", "street"), OutcomeCode.NOT_ALLOWED_NOW, "cycle"),
        (node("n-street", "n-street", "street"), OutcomeCode.NOT_ALLOWED_NOW, "cycle"),
        (node("n-new", "n-street", "community", "g1"), OutcomeCode.NOT_ALLOWED_NOW, "place_taken"),
    ],
)
def test_what_makes_it_no_tree_is_refused(desk: Desk, details: NodeDetails, code: OutcomeCode, detail: str) -> None:
    """Tests each refusal, and that it changes nothing."""
    before = desk.state.nodes
    assert _outcome(desk, details) == (code, detail)
    assert desk.state.nodes == before


def test_a_tree_has_no_more_levels_than_allowed(desk: Desk) -> None:
    """Tests the depth, also where a node brings others along that hang below it."""
    for number in range(DEPTH_MAX - len(LINE)):
        above = "n-building" if number == 0 else f"n-deep-{number - 1}"
        assert _outcome(desk, node(f"n-deep-{number}", above, "group"))[0] is OutcomeCode.APPLIED
    deepest = f"n-deep-{DEPTH_MAX - len(LINE) - 1}"
    assert _outcome(desk, node("n-too-deep", deepest, "group")) == (OutcomeCode.NOT_ALLOWED_NOW, "too_deep")
    assert _outcome(desk, node("n-estate", "n-other", "estate"))[0] is OutcomeCode.APPLIED
    assert _outcome(desk, node("n-estate", "n-deep-0", "estate"))[1] == "cycle"
    other = node("n-branch", "n-county", "street")
    assert _outcome(desk, other)[0] is OutcomeCode.APPLIED
    for number in range(3):
        below = "n-branch" if number == 0 else f"n-branch-{number - 1}"
        assert _outcome(desk, node(f"n-branch-{number}", below, "group"))[0] is OutcomeCode.APPLIED
    assert _outcome(desk, other.model_copy(update={"parent": "n-building"}))[1] == "too_deep"


def test_a_place_can_move_once_it_is_free(desk: Desk) -> None:
    """Tests that a place goes from one node to another in two steps, or with the node that is put out of use."""
    building = NODES[4]
    assert _outcome(desk, node("n-new", "n-estate", "building", "g1"))[1] == "place_taken"
    assert _outcome(desk, building.model_copy(update={"active": False}))[0] is OutcomeCode.APPLIED
    assert _outcome(desk, node("n-new", "n-estate", "building", "g1"))[0] is OutcomeCode.APPLIED
    assert _outcome(desk, building)[1] == "place_taken"


def test_a_node_is_sound_by_itself() -> None:
    """Tests what is refused before the tree is looked at."""
    for broken in ({"parent": "n-1"}, {"places": ("g1", "g1")}, {"level": "Not A Word"}):
        with pytest.raises(ValidationError):
            RegisterNode.model_validate({"node": "n-1", "level": "street", "name": "Synthetic", **broken})
