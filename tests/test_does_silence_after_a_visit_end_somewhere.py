"""Does a visit of which its team says nothing come to the desk, end in time without counting, and stay mendable?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.schemas.answers import Accept, Done, Start
from linli.schemas.assignment import AssignmentRecord, Closed, DoneState, FailedVisitState
from linli.schemas.desk import ApplyRecord
from linli.schemas.lifecycle import State
from linli.schemas.policy import Policy
from linli.schemas.rounds import OutcomeCode
from linli.schemas.service_policy import ServicePolicy
from tests.support.district import AUTO, Desk

RULES = ServicePolicy(call_after_minutes=60, give_up_hours=24)
POLICY = AUTO.model_copy(update={"service": RULES})
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def last(desk: Desk) -> AssignmentRecord:
    """Return the request as it stands."""
    return desk.state.requests["r-1"]


def going(*, started: bool = True, legs: int = 1, policy: Policy = POLICY) -> Desk:
    """Return a desk with a visit that was agreed on, and begun; the clock stands at its planned end."""
    desk = Desk(policy, teams=legs)
    desk.place_order("1", urgency=0, hours=(1, 3), legs=legs)
    for request, offer, name in desk.open_offers():
        assert request == "r-1"
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    for leg in last(desk).legs:
        assert leg.assignment is not None
        desk.now = leg.assignment.start
        if started:
            desk.send(Start(offer=leg.assignment.id, team=leg.assignment.team))
    desk.now = max(leg.assignment.end for leg in last(desk).legs if leg.assignment is not None)
    return desk


def after(desk: Desk, time: timedelta) -> AssignmentRecord:
    """Let time pass, and return the request then."""
    desk.now += time
    desk.decide()
    return last(desk)


@pytest.mark.parametrize("started", [True, False])
def test_the_desk_is_to_call_and_is_told_once(started: bool) -> None:
    """Tests the named time after the planned end, begun or never heard of, and that one mark is enough."""
    desk = going(started=started)
    state = last(desk).state
    assert after(desk, 59 * MINUTE).unreported is None
    assert next_deadline(desk.state) == desk.now + MINUTE
    marked = after(desk, MINUTE)
    assert (marked.state, marked.unreported, marked.cause) == (state, desk.now, "unreported")
    assert after(desk, HOUR) == marked
    assert desk.state.service == {}


def test_it_ends_without_counting_and_says_why() -> None:
    """Tests the outcome after the longer time, that no hour is counted, and that it is closed in its turn."""
    desk = going()
    after(desk, HOUR)
    assert after(desk, 22 * HOUR).state is State.UNDER_WAY
    ended = after(desk, HOUR)
    assert isinstance(ended.status, FailedVisitState)
    assert (ended.status.reason, ended.status.team, ended.cause) == ("not_reported", "t0", "not_reported")
    assert desk.state.service == {}
    closed = after(desk, timedelta(days=POLICY.close_days))
    assert isinstance(closed.status, Closed)
    assert closed.status.outcome is State.FAILED_VISIT


def test_a_late_word_mends_it() -> None:
    """Tests that the team's own word counts after the end, and the desk's entry does as well."""
    desk = going()
    after(desk, 25 * HOUR)
    offer = last(desk).legs[0].offers[-1].id
    assert desk.send(Done(offer=offer, team="t0", minutes=30)).outcomes[0].code is OutcomeCode.APPLIED
    assert last(desk).state is State.DONE
    assert [one.minutes for one in desk.state.service.values()] == [30]
    other = going()
    after(other, 25 * HOUR)
    start = other.now - 25 * HOUR
    body = ApplyRecord(team="t0", members=("t0-m0",), start=start, minutes=20, reason="by telephone", by="desk")
    assert other.send(body, request="r-1").outcomes[0].code is OutcomeCode.APPLIED
    assert last(other).state is State.RECORDED_AFTERWARDS
    assert [one.minutes for one in other.state.service.values()] == [20]


def test_of_several_teams_only_the_silent_one_counts_for_nothing() -> None:
    """Tests that the other's hours stay, and that the request is done with them."""
    desk = going(legs=2)
    first = last(desk).legs[0].assignment
    assert first is not None
    desk.send(Done(offer=first.id, team=first.team, minutes=30))
    assert after(desk, HOUR).unreported == desk.now
    assert after(desk, 23 * HOUR).state is State.DONE
    assert [(one.team, one.minutes) for one in desk.state.service.values()] == [(first.team, 30)]


def test_a_late_word_of_a_silent_one_counts_beside_the_others() -> None:
    """Tests that what one of two teams hands in after the end is added to what the other gave."""
    desk = going(legs=2)
    first, second = (leg.assignment for leg in last(desk).legs)
    assert first is not None
    assert second is not None
    desk.send(Done(offer=first.id, team=first.team, minutes=30))
    assert after(desk, 25 * HOUR).state is State.DONE
    assert desk.send(Done(offer=second.id, team=second.team, minutes=50)).outcomes[0].code is OutcomeCode.APPLIED
    assert isinstance(last(desk).status, DoneState)
    assert sorted((one.team, one.minutes) for one in desk.state.service.values()) == sorted(
        [(first.team, 30), (second.team, 50)]
    )
    assert desk.send(Done(offer=second.id, team=second.team, minutes=50)).outcomes[0].code is not OutcomeCode.APPLIED


def test_of_two_silent_teams_one_can_hand_in_late() -> None:
    """Tests that the end of a visit that nobody reported is mended by one of its teams alone."""
    desk = going(legs=2)
    first = last(desk).legs[0].assignment
    assert first is not None
    assert after(desk, 25 * HOUR).state is State.FAILED_VISIT
    assert desk.send(Done(offer=first.id, team=first.team, minutes=40)).outcomes[0].code is OutcomeCode.APPLIED
    assert last(desk).state is State.DONE
    assert [(one.team, one.minutes) for one in desk.state.service.values()] == [(first.team, 40)]


def test_whoever_reports_in_time_is_not_called() -> None:
    """Tests that nothing is marked where the word came, however late it is by the plan."""
    desk = going()
    offer = last(desk).legs[0].offers[-1].id
    desk.now += 50 * MINUTE
    desk.send(Done(offer=offer, team="t0", minutes=80))
    assert after(desk, 30 * HOUR).unreported is None


def test_giving_up_comes_after_calling() -> None:
    """Tests that a policy that would give up first is refused."""
    with pytest.raises(ValueError, match="give_up_hours"):
        ServicePolicy(call_after_minutes=120, give_up_hours=2)
