"""Does the desk do what the people at the dispatch centre decide, within the hard rules?"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from linli.schemas.answers import (
    Decline,
    DeclineReason,
    FailedReason,
    FailedVisit,
    Reschedule,
)
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.desk import Assign, Confirm, Hold, Refer, Release
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Amend, Target
from linli.schemas.policy import Mode, ModeRule, Policy
from linli.schemas.rounds import OutcomeCode
from tests.support.desk_words import ONE, accepted, codes, last, offered
from tests.support.district import AUTO, Desk, order, team, window


def test_nothing_is_sent_before_the_desk_confirms() -> None:
    """Tests that in mode confirm the team is proposed, and asked only after the desk's word."""
    desk = Desk(Policy(mode=Mode.CONFIRM, freeze_minutes=90))
    desk.place_order("1")
    desk.at(0.5)
    assert desk.open_offers() == []
    assert last(desk).legs[0].offers[0].state is OfferState.PROPOSED
    desk.send(Confirm(target=ONE, by="desk-1"))
    assert len(desk.open_offers()) == 1
    assert last(desk).state is State.OFFERED


def test_in_mode_suggest_a_proposal_cannot_be_sent() -> None:
    """Tests that suggest sends nothing: confirming is refused, assigning is the desk's own decision."""
    desk = Desk(Policy(mode=Mode.SUGGEST, freeze_minutes=90))
    desk.place_order("1")
    desk.at(0.5)
    assert codes(desk.send(Confirm(target=ONE, by="desk-1"))) == [OutcomeCode.NOT_ALLOWED_NOW]
    desk.send(Assign(target=ONE, team="t1", reason="knows them", by="desk-1"))
    assert [name for _, _, name in desk.open_offers()] == ["t1"]


def test_the_most_specific_mode_rule_wins() -> None:
    """Tests that a rule for community and category beats one for the category alone."""
    rules = (
        ModeRule(category="haircut", mode=Mode.SUGGEST),
        ModeRule(community="c1", category="haircut", mode=Mode.AUTO),
    )
    desk = Desk(Policy(mode=Mode.CONFIRM, mode_rules=rules))
    desk.place_order("1")
    desk.at(0.5)
    assert len(desk.open_offers()) == 1


def test_a_person_may_override_costs() -> None:
    """Tests that the desk's team is asked although another is nearer, and that a telephone yes commits at once."""
    desk = Desk()
    desk.place_order("1")
    desk.send(Assign(target=ONE, team="t2", agreed=True, members=("t2-m0",), reason="asked for them", by="desk-1"))
    going = last(desk).legs[0].assignment
    assert going is not None
    assert going.team == "t2"
    assert last(desk).state is State.COMMITTED


def test_a_person_may_not_override_a_hard_rule() -> None:
    """Tests that the desk cannot send a team without the skill, nor one that declined."""
    desk = Desk()
    desk.send(ApplyTeam(details=team("t9", skills=("repair",))))
    desk.place_order("1")
    without = desk.send(Assign(target=ONE, team="t9", reason="please", by="desk-1"))
    assert [(one.code, one.detail) for one in without.outcomes] == [(OutcomeCode.BREAKS_RULE, "skill")]
    offer, name = offered(desk)
    desk.send(Decline(offer=offer, team=name, reason=DeclineReason.TOO_FAR))
    again = desk.send(Assign(target=ONE, team=name, reason="please", by="desk-1"))
    assert [(one.code, one.detail) for one in again.outcomes] == [(OutcomeCode.BREAKS_RULE, "declined")]


def test_a_held_request_waits_and_a_released_one_is_planned_again() -> None:
    """Tests hold and release."""
    desk = Desk()
    desk.place_order("1")
    offered(desk)
    desk.send(Hold(target=ONE, reason="resident is away", by="desk-1"))
    assert desk.open_offers() == []
    assert last(desk).state is State.ON_HOLD
    desk.at(1)
    assert last(desk).state is State.ON_HOLD
    desk.send(Release(target=ONE, by="desk-1"))
    assert last(desk).state is State.OFFERED


def test_a_referred_request_leaves_the_volunteers() -> None:
    """Tests refer."""
    desk = Desk()
    desk.place_order("1")
    desk.send(Refer(target=ONE, office="Property office", reason="a fire lane", by="desk-1"))
    assert last(desk).state is State.REFERRED
    assert all(not crew for plan in desk.state.plans.values() for crew in plan.crews)


def test_a_rescheduled_visit_gets_a_new_promise() -> None:
    """Tests that another time the resident asks for replaces the promise, and one the team asks for breaks it."""
    desk = Desk()
    desk.place_order("1")
    accepted(desk)
    desk.send(Reschedule(target=ONE, windows=(window(6, 8),), by="resident"))
    assert last(desk).promise == window(6, 8)
    assert last(desk).broken == ()
    desk.send(Reschedule(target=ONE, windows=(window(7, 9),), by="team"))
    assert [one.cause for one in last(desk).broken] == ["rescheduled_by_team"]


def test_an_amended_order_is_planned_anew() -> None:
    """Tests that a longer visit is planned with its new length."""
    desk = Desk()
    desk.place_order("1")
    desk.send(Amend(target=ONE, minutes=90))
    (visit,) = [v for plan in desk.state.plans.values() for crew in plan.crews for v in crew]
    assert visit.end - visit.start == timedelta(minutes=90)


def test_a_failed_visit_can_be_rescheduled() -> None:
    """Tests that after a visit in vain another time leads to a new promise."""
    desk = Desk()
    desk.place_order("1")
    offer, name = accepted(desk)
    desk.send(FailedVisit(offer=offer, team=name, reason=FailedReason.NOBODY_HOME))
    assert last(desk).state is State.FAILED_VISIT
    desk.send(Reschedule(target=ONE, windows=(window(26, 28),), by="resident"))
    assert last(desk).state is State.PROMISED


def test_a_recorded_afterwards_visit_is_only_recorded() -> None:
    """Tests that help given before it was entered asks nobody."""
    desk = Desk()
    details = order("1").model_copy(update={"recorded_afterwards": True})
    desk.send(PlaceOrder(details=details), request="r-1")
    assert last(desk).state is State.RECORDED_AFTERWARDS
    assert desk.open_offers() == []


def test_the_default_policy_leaves_the_last_word_to_a_person() -> None:
    """Tests that the default mode is confirm."""
    assert Policy().mode is Mode.CONFIRM
    assert AUTO.mode is Mode.AUTO


@pytest.mark.parametrize("seed", range(60))
def test_a_team_that_a_person_named_stays_named(seed: int) -> None:
    """Tests that an applied assign ends in an offer to that team, however full its crews are of tentative visits."""
    dice, desk = random.Random(seed), Desk(teams=0)
    desk.send(*(ApplyTeam(details=team(f"t{i}", crews=2, north=i / 1000)) for i in range(2)))
    count = dice.randint(2, 7)
    for number in range(count):
        hours, minutes = dice.choice([((25, 27), 30), ((26, 28), 40)])
        desk.place_order(str(number), hours=hours, minutes=minutes)
    request, name = f"r-{dice.randrange(count)}", f"t{dice.randrange(2)}"
    promised = [record.request_id for record in desk.state.requests.values() if record.state is State.PROMISED]
    decision = desk.send(Assign(target=Target(request_id=request), team=name, reason="asked for", by="desk-1"))
    assert codes(decision) in ([OutcomeCode.APPLIED], [OutcomeCode.BREAKS_RULE])
    if codes(decision) == [OutcomeCode.APPLIED]:
        assert [(one, to) for one, _, to in desk.open_offers()] == [(request, name)]
    kept = {State.PROMISED, State.OFFERED}
    assert all(last(desk, other).state in kept for other in promised)


def test_a_person_may_find_a_team_for_an_unmet_request() -> None:
    """Tests that a request that the plan had no place for can be handed to a team once there is room."""
    desk = Desk(Policy(mode=Mode.SUGGEST, offers_max=1), teams=2)
    desk.place_order("1")
    desk.send(Assign(target=ONE, team="t0", reason="near", by="desk-1"))
    ((_, offer, name),) = desk.open_offers()
    desk.send(Decline(offer=offer, team=name, reason=DeclineReason.BUSY))
    assert last(desk).state is State.UNMET
    desk.send(Assign(target=ONE, team="t1", reason="asked them", by="desk-1"))
    assert [to for _, _, to in desk.open_offers()] == ["t1"]
