"""Does the desk do what residents and teams ask of it, and nothing it must not?"""

from __future__ import annotations

from datetime import timedelta

from linli.matcher.desk.deadlines import next_deadline
from linli.schemas.answers import (
    Accept,
    Decline,
    DeclineReason,
    Done,
    Rate,
    Start,
    Withdraw,
)
from linli.schemas.assignment import Cancelled, Unmet
from linli.schemas.commands import ApplyTeam
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Cancel
from linli.schemas.rounds import OutcomeCode
from tests.support.desk_words import ONE, accepted, codes, last, offered, states
from tests.support.district import MONDAY, Desk, team, window


def test_a_window_is_promised_at_once_and_the_team_is_asked_late() -> None:
    """Tests that an order gets its window in the same round, and that its team is asked at the freeze time."""
    desk = Desk()
    assert states(desk.place_order("1")) == [State.REGISTERED, State.PROMISED]
    assert last(desk).promise == window(2, 4)
    assert next_deadline(desk.state) == MONDAY + timedelta(minutes=30)
    assert desk.at(0.4).assignments == ()
    assert states(desk.at(0.5)) == [State.OFFERED]


def test_an_urgent_request_is_offered_at_once() -> None:
    """Tests that an urgent order is promised and offered in the round it arrives in."""
    assert states(Desk().place_order("1", urgency=0)) == [State.REGISTERED, State.PROMISED, State.OFFERED]


def test_the_whole_way_from_order_to_rating() -> None:
    """Tests order, accept, start, done, rate and closing."""
    desk = Desk()
    desk.place_order("1")
    offer, name = accepted(desk)
    desk.send(Start(offer=offer, team=name))
    assert last(desk).state is State.UNDER_WAY
    desk.send(Done(offer=offer, team=name, minutes=31))
    desk.send(Rate(target=ONE, stars=5, by="resident"))
    assert last(desk).state is State.RATED
    desk.at(24 * 7 + 1)
    assert last(desk).state is State.CLOSED


def test_the_same_order_twice_is_one_request() -> None:
    """Tests that the same number with the same content changes nothing and is recorded as a duplicate."""
    desk = Desk()
    desk.place_order("1")
    again = desk.place_order("1")
    assert codes(again) == [OutcomeCode.DUPLICATE]
    assert again.assignments == ()


def test_the_same_number_for_another_order_is_a_conflict() -> None:
    """Tests that other content under the same number becomes a dead letter and leaves the first order alone."""
    desk = Desk()
    desk.place_order("1")
    other = desk.place_order("1", content="1")
    assert codes(other) == [OutcomeCode.CONFLICT]
    assert len(other.conflicts) == 1
    assert other.assignments == ()


def test_orders_of_one_household_for_one_need_are_linked_and_both_kept() -> None:
    """Tests that a probable double order is flagged, never dropped."""
    desk = Desk()
    desk.place_order("1", household="a")
    desk.place_order("2", household="a")
    assert last(desk, "r-2").linked == ("r-1",)
    assert last(desk, "r-2").state is State.PROMISED


def test_a_cancellation_before_its_order_is_honoured() -> None:
    """Tests that an order that was cancelled before it arrived is never planned."""
    desk = Desk()
    desk.send(Cancel(target=ONE))
    late = desk.place_order("1")
    assert codes(late) == [OutcomeCode.NOT_ALLOWED_NOW]
    status = last(desk).status
    assert isinstance(status, Cancelled)
    assert status.before_order


def test_cancelling_frees_the_team() -> None:
    """Tests that after a cancellation the plan is empty and the waiting offer is revoked."""
    desk = Desk()
    desk.place_order("1")
    offered(desk)
    decision = desk.send(Cancel(target=ONE))
    assert states(decision) == [State.CANCELLED]
    assert last(desk).legs[0].offers[0].state is OfferState.REVOKED
    assert all(not crew for plan in desk.state.plans.values() for crew in plan.crews)


def test_a_team_that_declines_is_not_asked_again_and_another_is_asked_at_once() -> None:
    """Tests that a decline leads to an offer to another team in the same round."""
    desk = Desk()
    desk.place_order("1")
    offer, first = offered(desk)
    decision = desk.send(Decline(offer=offer, team=first, reason=DeclineReason.BUSY))
    assert states(decision) == [State.OFFERED, State.OFFERED]
    ((_, _, second),) = desk.open_offers()
    assert second != first


def test_silence_moves_on_to_another_team() -> None:
    """Tests that an offer nobody answers expires and another team is asked at once."""
    desk = Desk()
    desk.place_order("1")
    _, first = offered(desk)
    desk.at(1.02)
    assert last(desk).legs[0].offers[0].state is OfferState.EXPIRED
    ((_, _, second),) = desk.open_offers()
    assert second != first


def test_an_answer_after_the_offer_expired_is_recorded_and_harmless() -> None:
    """Tests that a late acceptance changes nothing."""
    desk = Desk()
    desk.place_order("1")
    offer, name = offered(desk)
    desk.at(1.02)
    late = desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    assert codes(late) == [OutcomeCode.STALE]
    assert late.assignments == ()


def test_an_answer_counts_by_the_time_it_was_appended() -> None:
    """Tests that an answer received in time is honoured even if decided on after the expiry; a late one is not."""
    desk = Desk()
    desk.place_order("1")
    offer, name = offered(desk)
    in_time = desk.command(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    desk.now += timedelta(minutes=31)
    desk.decide(in_time)
    assert last(desk).state is State.COMMITTED

    other = Desk()
    other.place_order("1")
    offer, name = offered(other)
    other.now += timedelta(minutes=31)
    late = other.command(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    assert other.decide(late).outcomes[0].code is OutcomeCode.STALE


def test_another_team_cannot_answer_for_the_one_that_was_asked() -> None:
    """Tests that an answer by a team that was not asked is refused."""
    desk = Desk()
    desk.place_order("1")
    offer, name = offered(desk)
    other = next(one for one in ("t0", "t1", "t2") if one != name)
    assert codes(desk.send(Accept(offer=offer, team=other, members=(f"{other}-m0",)))) == [OutcomeCode.NOT_YOURS]


def test_the_same_answer_twice_counts_once() -> None:
    """Tests that an acceptance that comes twice commits once."""
    desk = Desk()
    desk.place_order("1")
    offer, name = offered(desk)
    command = desk.command(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    desk.decide(command)
    assert codes(desk.decide(command)) == [OutcomeCode.DUPLICATE]
    assert last(desk).version == 4


def test_a_withdrawal_is_matched_again_at_once() -> None:
    """Tests that a team that withdraws is replaced in the same round and its promise kept."""
    desk = Desk()
    desk.place_order("1")
    offer, first = accepted(desk)
    decision = desk.send(Withdraw(offer=offer, team=first, reason="ill"))
    assert states(decision) == [State.WITHDRAWN, State.OFFERED]
    assert last(desk).broken == ()
    ((_, _, second),) = desk.open_offers()
    assert second != first


def test_a_withdrawal_that_nobody_can_replace_breaks_the_promise_openly() -> None:
    """Tests that a promise that cannot be kept is written down with its cause."""
    desk = Desk(teams=1)
    desk.place_order("1")
    offer, name = accepted(desk)
    desk.send(Withdraw(offer=offer, team=name, reason="ill"))
    assert last(desk).state is State.UNMET
    assert [broken.cause for broken in last(desk).broken] == ["withdraw"]


def test_a_child_needs_two_vetted_adults_by_name() -> None:
    """Tests that an acceptance naming one vetted adult for a child is refused, and naming two is taken."""
    desk = Desk()
    desk.place_order("1", child=True, adults=2)
    offer, name = offered(desk)
    alone = desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m3")))
    assert [(one.code, one.detail) for one in alone.outcomes] == [(OutcomeCode.BREAKS_RULE, "safeguarding")]
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    assert last(desk).state is State.COMMITTED


def test_no_team_without_two_vetted_adults_is_asked_for_a_child() -> None:
    """Tests that safeguarding fails closed: with no team that may go the request is unmet and says why."""
    desk = Desk(teams=0)
    desk.send(ApplyTeam(details=team("t0", vetted=1)))
    desk.place_order("1", child=True, adults=2)
    status = last(desk).status
    assert isinstance(status, Unmet)
    assert [rule.rule for rule in status.why.rules] == ["safeguarding"]


def test_a_child_without_the_guardians_consent_is_never_planned() -> None:
    """Tests that the matcher itself refuses a child under 14 without consent, whatever intake did."""
    desk = Desk()
    desk.place_order("1", child=True, adults=2, guardian=False)
    assert last(desk).state is State.UNMET


def test_danger_to_life_is_referred_and_never_offered() -> None:
    """Tests that an emergency goes to the emergency numbers in the round it arrives in."""
    desk = Desk()
    assert states(desk.place_order("1", referral="emergency", urgency=0)) == [State.REGISTERED, State.REFERRED]
    assert desk.open_offers() == []


def test_two_teams_go_together_or_not_at_all() -> None:
    """Tests that a visit by two teams has one start and two teams, and that with one team it is unmet."""
    desk = Desk()
    desk.place_order("1", legs=2)
    first, second = (leg.offers[0] for leg in last(desk).legs)
    assert first.team != second.team
    assert first.start == second.start
    alone = Desk(teams=1)
    alone.place_order("1", legs=2)
    assert last(alone).state is State.UNMET


def test_two_teams_are_committed_only_when_both_accept() -> None:
    """Tests that the request stays offered while one of two teams has not answered."""
    desk = Desk()
    desk.place_order("1", legs=2)
    for expected, (_, offer, name) in zip((State.OFFERED, State.COMMITTED), desk.open_offers(), strict=True):
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
        assert last(desk).state is expected


def test_an_unmet_request_says_what_would_help_and_is_served_when_room_is_made() -> None:
    """Tests that a lost request names who is in the way, and gets the place when that one is cancelled."""
    desk = Desk(teams=1)
    desk.place_order("1", minutes=120, hours=(2, 2))
    desk.place_order("2", minutes=120, hours=(2, 2))
    status = last(desk, "r-2").status
    assert isinstance(status, Unmet)
    assert status.why.outcome == "lost"
    assert status.why.lost_to == ("r-1",)
    assert status.why.change is not None
    desk.send(Cancel(target=ONE))
    assert last(desk, "r-2").state is State.PROMISED


def test_a_window_that_passes_unmet_is_closed_with_its_reason() -> None:
    """Tests that nothing waits for ever."""
    desk = Desk(teams=0)
    desk.place_order("1")
    desk.at(4.1)
    assert last(desk).state is State.CLOSED


def test_a_team_that_leaves_frees_its_visits() -> None:
    """Tests that a committed visit of a team that is struck off is given to another team, openly."""
    desk = Desk()
    desk.place_order("1")
    _, name = accepted(desk)
    gone = team(name).model_copy(update={"active": False})
    decision = desk.send(ApplyTeam(details=gone))
    assert states(decision) == [State.WITHDRAWN, State.OFFERED]
    ((_, _, other),) = desk.open_offers()
    assert other != name


def test_no_deadline_fires_while_the_clock_is_not_trusted() -> None:
    """Tests that without trust in the clock no offer expires, and that it does once the trust is back."""
    desk = Desk()
    desk.place_order("1")
    offered(desk)
    desk.now = MONDAY + timedelta(hours=1.5)
    assert desk.decide(deadlines=False).assignments == ()
    assert states(desk.decide()) == [State.OFFERED, State.OFFERED]


def test_time_in_which_the_service_was_down_is_given_back() -> None:
    """Tests that an offer that ran while nobody could listen is extended, and the extension is recorded."""
    desk = Desk()
    desk.place_order("1")
    offered(desk)
    desk.now = MONDAY + timedelta(hours=1.1)
    decision = desk.decide(down_seconds=1800)
    assert [record.cause for record in decision.assignments] == ["down_time"]
    assert last(desk).legs[0].offers[0].state is OfferState.OPEN
    assert last(desk).legs[0].offers[0].expires == MONDAY + timedelta(hours=1.5)
