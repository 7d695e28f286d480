"""Does the first of several teams get it: urgent requests that are offered to the nearest teams at once."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import ApplyTeam
from linli.schemas.desk import Assign, Hold, Release
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import Cancel, Target
from linli.schemas.plan import SHADOWS_FROM
from linli.schemas.policy import Mode, Policy
from linli.schemas.rounds import OutcomeCode
from linli.streams.audit.requests import RequestAudit
from linli.streams.audit.verdict import Findings
from tests.support.district import Desk, team

ONE = Target(request_id="r-1")
AT_ONCE = Policy(mode=Mode.AUTO, freeze_minutes=90, work=0, ask_at_once=3)


def last(desk: Desk, request: str = "r-1") -> AssignmentRecord:
    """Return a request as it stands."""
    return desk.state.requests[request]


def asked(desk: Desk, request: str = "r-1") -> dict[str, str]:
    """Return the open offers of a request by team."""
    return {name: offer for of, offer, name in desk.open_offers() if of == request}


def yes(name: str, offer: str) -> Accept:
    """A team's acceptance."""
    return Accept(offer=offer, team=name, members=(f"{name}-m0",))


def audited(desk: Desk) -> list[str]:
    """Judge everything that was written as the audit does."""
    audit = RequestAudit(Findings())
    for decision in desk.decisions:
        for record in decision.assignments:
            audit.read(record, "here", compacted=False)
    audit.end_of_round()
    return [f"{one}" for one in audit.findings.breaks]


def test_the_nearest_teams_are_asked_at_once() -> None:
    """Tests that three of four teams hear of an urgent request in one round, each with its crew kept free."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=0)
    assert sorted(asked(desk)) == ["t0", "t1", "t2"]
    planned = {name: [visit.leg for crew in plan.crews for visit in crew] for name, plan in desk.state.plans.items()}
    assert planned == {"t0": [0], "t1": [2 * SHADOWS_FROM], "t2": [3 * SHADOWS_FROM]}
    assert audited(desk) == []


def test_what_is_not_urgent_is_offered_to_one_team() -> None:
    """Tests that only the highest class is worth disturbing three."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=1)
    desk.at(0.5)
    assert len(asked(desk)) == 1


@pytest.mark.parametrize("order", [("t2", "t0"), ("t0", "t2"), ("t1", "t2")])
def test_of_two_that_accept_in_the_same_instant_the_first_in_the_log_goes(order: tuple[str, str]) -> None:
    """Tests that one command before the other decides, that the other is told, and that both hear at once."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=0)
    offers = asked(desk)
    decision = desk.send(*(yes(name, offers[name]) for name in order))
    assert [(one.code, one.detail) for one in decision.outcomes] == [
        (OutcomeCode.APPLIED, ""),
        (OutcomeCode.STALE, "filled"),
    ]
    assert last(desk).state is State.COMMITTED
    going = last(desk).legs[0].assignment
    assert going is not None
    assert going.team == order[0]
    ends = {offer.team: (offer.state, offer.ended) for offer in last(desk).legs[0].offers}
    assert {name for name, end in ends.items() if end == (OfferState.REVOKED, OfferEnd.FILLED)} == {
        "t0",
        "t1",
        "t2",
    } - {order[0]}
    planned = [(name, visit.leg) for name, plan in desk.state.plans.items() for crew in plan.crews for visit in crew]
    assert planned == [(order[0], 0)]
    assert audited(desk) == []


def test_a_team_that_declines_leaves_the_others_asked() -> None:
    """Tests that the first team's no does not disturb the second, who then gets it."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=0)
    offers = asked(desk)
    desk.send(Decline(offer=offers["t0"], team="t0", reason=DeclineReason.BUSY))
    assert sorted(asked(desk)) == ["t1", "t2"]
    desk.send(yes("t1", offers["t1"]))
    assert last(desk).state is State.COMMITTED
    assert audited(desk) == []


def test_when_all_let_it_pass_the_next_are_asked() -> None:
    """Tests that three silent teams are followed by the fourth."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=0)
    desk.at(0.2)
    assert sorted(asked(desk)) == ["t3"]
    states = [offer.state for offer in last(desk).legs[0].offers]
    assert states == [OfferState.EXPIRED] * 3 + [OfferState.OPEN]
    assert audited(desk) == []


def test_every_offer_that_is_open_can_be_accepted() -> None:
    """Tests that a crew that is kept free for one urgent visit is not offered another at the same time."""
    desk = Desk(AT_ONCE, teams=3)
    for number in range(3):
        desk.place_order(str(number), urgency=0, hours=(0.3, 0.3))
    taken = set[str]()
    for request, offer, name in desk.open_offers():
        if request not in taken:
            assert desk.send(yes(name, offer)).outcomes[0].code is OutcomeCode.APPLIED
            taken.add(request)
    assert taken
    assert audited(desk) == []


def test_whatever_ends_the_request_ends_all_its_offers() -> None:
    """Tests cancel and hold, and that a released request asks again."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=0)
    desk.send(Hold(target=ONE, reason="wait", by="desk-1"))
    assert asked(desk) == {}
    assert all(not crew for plan in desk.state.plans.values() for crew in plan.crews)
    desk.send(Release(target=ONE, by="desk-1"))
    assert len(asked(desk)) == 3
    desk.send(Cancel(target=ONE))
    assert asked(desk) == {}
    assert {offer.ended for offer in last(desk).legs[0].offers} == {OfferEnd.HELD, OfferEnd.CANCELLED}


def test_the_desk_may_choose_one_of_those_that_were_asked() -> None:
    """Tests that a crew kept free for the request is free for it when a person names its team."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=0)
    wish = Assign(target=ONE, team="t2", agreed=True, members=("t2-m0",), reason="they called", by="desk-1")
    assert desk.send(wish).outcomes[0].code is OutcomeCode.APPLIED
    assert last(desk).state is State.COMMITTED
    assert audited(desk) == []


def test_a_team_that_leaves_takes_only_its_own_offer_along() -> None:
    """Tests that one of several offers is taken back when its team can no longer go."""
    desk = Desk(AT_ONCE, teams=4)
    desk.place_order("1", urgency=0)
    desk.send(ApplyTeam(details=team("t1", north=0.001).model_copy(update={"active": False})))
    assert sorted(asked(desk)) == ["t0", "t2"]
    assert audited(desk) == []


@pytest.mark.parametrize("seed", range(25))
def test_no_order_of_events_gives_two_teams_to_one_visit(seed: int) -> None:
    """Tests random answers to many urgent requests: never two assignments, never one that cannot be driven."""
    dice, desk = random.Random(seed), Desk(AT_ONCE, teams=5)
    for step in range(30):
        if dice.random() < 0.3:
            desk.place_order(
                str(step), urgency=0, hours=(step / 10 + 0.2, step / 10 + 3), minutes=dice.choice([20, 60])
            )
        elif offers := desk.open_offers():
            chosen = dice.sample(offers, min(len(offers), dice.randint(1, 3)))
            desk.send(
                *(
                    yes(name, offer)
                    if dice.random() < 0.6
                    else Decline(offer=offer, team=name, reason=DeclineReason.BUSY)
                    for _, offer, name in chosen
                )
            )
        desk.now += timedelta(minutes=dice.choice([0, 1, 6]))
        desk.decide()
    assert audited(desk) == []
