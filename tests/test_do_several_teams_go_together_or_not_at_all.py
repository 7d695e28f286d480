"""Do several teams go together or not at all: at once or in order, with declines, silence, withdrawals and the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from linli.matcher.checker import check
from linli.matcher.joined import Joined
from linli.matcher.problem import Plan, Problem, Route, Stop
from linli.matcher.travel import HaversineTravel
from linli.schemas.answers import Accept, Claim, Decline, DeclineReason, Done, Start, Withdraw
from linli.schemas.assignment import AssignmentRecord, Offer, Unmet
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.desk import Assign
from linli.schemas.explanation import WhyNobody
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Amend, LegNeeds, Target, Together
from linli.schemas.policy import Mode, Policy
from linli.schemas.rounds import OutcomeCode
from linli.schemas.team_changes import Absent
from tests.support.district import AUTO, MONDAY, Desk, order, team
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit

GAP = timedelta(minutes=AUTO.gap_minutes)


def last(desk: Desk) -> AssignmentRecord:
    """Return the request as it stands."""
    return desk.state.requests["r-1"]


def asked(desk: Desk) -> list[Offer]:
    """Return the latest offer of every leg."""
    return [leg.offers[-1] for leg in last(desk).legs]


def accept(desk: Desk, leg: int) -> None:
    """The team asked for a leg accepts."""
    offer = asked(desk)[leg]
    desk.send(Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",)))


def decline(desk: Desk, leg: int) -> None:
    """The team asked for a leg declines."""
    offer = asked(desk)[leg]
    desk.send(Decline(offer=offer.id, team=offer.team, reason=DeclineReason.BUSY))


def withdraw(desk: Desk, leg: int) -> None:
    """The team that goes for a leg withdraws."""
    offer = asked(desk)[leg]
    desk.send(Withdraw(offer=offer.id, team=offer.team, reason="ill"))


def why_nobody(desk: Desk) -> WhyNobody:
    """Return why the request is unmet."""
    status = last(desk).status
    assert isinstance(status, Unmet)
    return status.why


def going(desk: Desk) -> list[str | None]:
    """Return the team of each leg, if it has accepted."""
    return [leg.assignment.team if leg.assignment else None for leg in last(desk).legs]


def haircut_then_nurse(desk: Desk, **more: object) -> None:
    """Order a haircut and a nurse after it, and register a nurse's team."""
    legs = tuple(
        LegNeeds(category=skill, skills=((skill, None),), team_kinds=("volunteer",), minutes=minutes)
        for skill, minutes in (("haircut", 30), ("nurse", 20))
    )
    desk.place_order("1", legs=2, together=Together.IN_ORDER, leg_needs=legs, **more)


def with_nurses(*nurses: str, teams: int = 1) -> Desk:
    """A desk with teams that cut hair and teams that nurse."""
    desk = Desk(teams=teams)
    desk.send(*(ApplyTeam(details=team(name, skills=("nurse",), north=0.001)) for name in nurses))
    return desk


@pytest.mark.parametrize("legs", [2, 3, 5])
def test_all_are_asked_for_one_start_and_committed_with_the_last_yes(legs: int) -> None:
    """Tests that different teams are asked for the same start, and that only the last acceptance commits."""
    desk = Desk(teams=legs)
    desk.place_order("1", legs=legs)
    assert len({offer.team for offer in asked(desk)}) == legs
    assert len({offer.start for offer in asked(desk)}) == 1
    for leg in range(legs):
        assert last(desk).state is State.OFFERED
        accept(desk, leg)
    assert last(desk).state is State.COMMITTED


def test_nobody_is_asked_where_one_team_is_missing() -> None:
    """Tests that two willing teams are left alone when three are needed, and that the reason names the third visit."""
    desk = Desk(teams=2)
    desk.place_order("1", legs=3)
    assert desk.open_offers() == []
    assert (why_nobody(desk).outcome, why_nobody(desk).leg) == ("together", 2)


def test_the_reason_names_the_visit_that_nobody_can_make() -> None:
    """Tests that without any nurse the second visit is named with its rule."""
    desk = Desk(teams=3)
    haircut_then_nurse(desk)
    why = why_nobody(desk)
    assert (why.outcome, why.leg) == ("impossible", 1)
    assert [rule.rule for rule in why.rules] == ["skill"]


def test_who_declines_is_replaced_at_the_same_start_and_the_others_are_kept() -> None:
    """Tests that one acceptance and one decline lead to a third team at the very start, and then to the commitment."""
    desk = Desk(teams=3)
    desk.place_order("1", legs=2)
    accept(desk, 0)
    kept, start, gone = going(desk)[0], asked(desk)[1].start, asked(desk)[1].team
    decline(desk, 1)
    assert (going(desk)[0], last(desk).state) == (kept, State.OFFERED)
    assert asked(desk)[1].start == start
    assert asked(desk)[1].team not in (kept, gone)
    accept(desk, 1)
    assert last(desk).state is State.COMMITTED
    assert last(desk).broken == ()


def test_who_lets_it_expire_is_replaced_too() -> None:
    """Tests that silence is like a decline."""
    desk = Desk(teams=3)
    desk.place_order("1", legs=2)
    accept(desk, 0)
    start, silent = asked(desk)[1].start, asked(desk)[1].team
    desk.at(0.6)
    assert asked(desk)[1].state is OfferState.OPEN
    assert (asked(desk)[1].start, asked(desk)[1].team != silent) == (start, True)


def test_where_the_start_is_impossible_all_are_released_and_the_whole_is_matched_anew() -> None:
    """Tests that with no third team at that time another start is found for two who can, the promise broken openly."""
    desk = Desk(teams=2)
    late = team("t9", north=0.002)
    desk.send(ApplyTeam(details=late), Absent(team="t9", start=MONDAY, end=MONDAY + timedelta(hours=3), by="t9"))
    desk.place_order("1", legs=2)
    start = asked(desk)[0].start
    assert start < MONDAY + timedelta(hours=3)
    accept(desk, 0)
    kept = going(desk)[0]
    decline(desk, 1)
    assert going(desk) == [None, None]
    assert [leg.offers[0].state for leg in last(desk).legs].count(OfferState.ACCEPTED) == 1
    assert {offer.team for offer in asked(desk)} == {kept, "t9"}
    assert len({offer.start for offer in asked(desk)} - {start}) == 1
    assert [one.cause for one in last(desk).broken] == ["decline"]
    accept(desk, 0)
    accept(desk, 1)
    assert last(desk).state is State.COMMITTED


def test_a_second_that_never_comes_releases_the_first_with_a_reason() -> None:
    """Tests that nobody is kept waiting for ever: with no other team the first is free again and the reason is said."""
    desk = Desk(teams=2)
    desk.place_order("1", legs=2)
    accept(desk, 0)
    desk.at(0.6)
    assert going(desk) == [None, None]
    assert last(desk).state is State.UNMET
    assert why_nobody(desk).leg == 1
    assert [one.cause for one in last(desk).broken] == ["expiry"]
    assert not any(crew for plan in desk.state.plans.values() for crew in plan.crews)


def test_a_withdrawal_after_the_commitment_is_replaced_and_the_others_stay() -> None:
    """Tests that the other team keeps its visit and that the request is committed again with the new one."""
    desk = Desk(teams=3)
    desk.place_order("1", legs=2)
    accept(desk, 0)
    accept(desk, 1)
    start, stays = asked(desk)[0].start, going(desk)[1]
    withdraw(desk, 0)
    assert going(desk) == [None, stays]
    assert asked(desk)[0].start == start
    accept(desk, 0)
    assert last(desk).state is State.COMMITTED


def test_who_accepted_may_withdraw_while_others_are_still_asked() -> None:
    """Tests that a team is not bound until the last has answered."""
    desk = Desk(teams=3)
    desk.place_order("1", legs=2)
    accept(desk, 0)
    gone, other = going(desk)[0], asked(desk)[1]
    withdraw(desk, 0)
    assert last(desk).state is State.OFFERED
    assert asked(desk)[1] == other
    assert asked(desk)[0].team not in (gone, other.team)


def test_a_team_that_leaves_the_roster_is_replaced_and_the_others_stay() -> None:
    """Tests that a roster change frees one leg alone."""
    desk = Desk(teams=3)
    desk.place_order("1", legs=2)
    accept(desk, 0)
    accept(desk, 1)
    gone, stays = going(desk)
    desk.send(ApplyTeam(details=team(str(gone)).model_copy(update={"active": False})))
    assert going(desk) == [None, stays]
    assert asked(desk)[0].team not in (gone, stays)


def test_the_desk_names_the_team_of_one_visit_and_the_other_follows() -> None:
    """Tests that the start on which the desk agreed with one team is asked of the other in the same round."""
    desk = Desk(teams=2)
    desk.place_order("1", legs=2)
    silent = asked(desk)[1].team
    accept(desk, 0)
    desk.at(0.6)
    assert last(desk).state is State.UNMET
    start = MONDAY + timedelta(hours=3)
    members = (f"{silent}-m0",)
    body = Assign(target=Target(request_id="r-1"), team=silent, leg=1, start=start, reason="rang them up", by="desk-1")
    desk.send(body.model_copy(update={"agreed": True, "members": members}))
    assert going(desk) == [None, silent]
    assert {offer.start for offer in asked(desk)} == {start}
    assert asked(desk)[0].state is OfferState.OPEN
    accept(desk, 0)
    assert last(desk).state is State.COMMITTED


def test_the_desk_replaces_one_team_at_the_start_of_the_others() -> None:
    """Tests that naming a third team for one visit leaves the other visit's offer as it is."""
    desk = Desk(teams=3)
    desk.place_order("1", legs=2)
    stays, start = asked(desk)[0], asked(desk)[1].start
    third = ({"t0", "t1", "t2"} - {offer.team for offer in asked(desk)}).pop()
    desk.send(Assign(target=Target(request_id="r-1"), team=third, leg=1, reason="they know the house", by="desk-1"))
    assert asked(desk)[0] == stays
    assert (asked(desk)[1].team, asked(desk)[1].start) == (third, start)


def test_a_choice_that_leaves_the_other_visit_with_nobody_is_refused() -> None:
    """Tests that the desk cannot send half of the teams."""
    desk = Desk(teams=1)
    desk.place_order("1", legs=2)
    body = Assign(target=Target(request_id="r-1"), team="t0", leg=1, reason="they are near", by="desk-1")
    outcome = desk.send(body).outcomes[0]
    assert (outcome.code, outcome.detail) == (OutcomeCode.BREAKS_RULE, "together")
    assert desk.open_offers() == []


def test_the_desk_cannot_give_two_teams_two_starts() -> None:
    """Tests that a named start that is not that of the team which accepted is refused."""
    desk = Desk(teams=3)
    desk.place_order("1", legs=2)
    accept(desk, 0)
    other = ({"t0", "t1", "t2"} - {offer.team for offer in asked(desk)}).pop()
    late = MONDAY + timedelta(hours=3.5)
    body = Assign(target=Target(request_id="r-1"), team=other, leg=1, start=late, reason="later suits", by="desk-1")
    outcome = desk.send(body).outcomes[0]
    assert outcome.code is OutcomeCode.BREAKS_RULE


def test_a_claim_binds_the_others_as_well() -> None:
    """Tests that a team that takes one visit by itself has another sought for its start."""
    desk = Desk(teams=2)
    desk.place_order("1", legs=2)
    silent = asked(desk)[1].team
    desk.at(0.6)
    assert last(desk).state is State.UNMET
    desk.send(ApplyTeam(details=team("t8")), ApplyTeam(details=team("t9")))
    first, second = asked(desk)
    assert silent not in (first.team, second.team)
    desk.send(Decline(offer=first.id, team=first.team, reason=DeclineReason.BUSY))
    assert last(desk).state is State.UNMET
    claim = Claim(target=Target(request_id="r-1"), team=second.team, leg=0, members=(f"{second.team}-m0",))
    assert desk.send(claim).outcomes[0].detail == "together"
    assert desk.open_offers() == []


def test_new_minutes_take_everything_back_and_all_are_asked_anew() -> None:
    """Tests that an amendment before the commitment releases who accepted and keeps the promised start if it can."""
    desk = Desk(teams=2)
    desk.place_order("1", legs=2)
    start = asked(desk)[0].start
    accept(desk, 0)
    desk.send(Amend(target=Target(request_id="r-1"), minutes=60))
    assert going(desk) == [None, None]
    assert [(offer.state, offer.start) for offer in asked(desk)] == [(OfferState.OPEN, start)] * 2
    assert {offer.end - offer.start for offer in asked(desk)} == {timedelta(minutes=60)}


def test_the_second_begins_when_the_first_has_ended() -> None:
    """Tests that in order the nurse is asked for a start within the gap after the haircut's end."""
    desk = with_nurses("n0")
    haircut_then_nurse(desk)
    first, second = asked(desk)
    assert second.team == "n0"
    assert first.end <= second.start <= first.end + GAP
    assert second.end - second.start == timedelta(minutes=20)
    assert second.expires <= first.start


def test_the_nurse_who_declines_is_followed_by_another_at_her_time() -> None:
    """Tests that in order too the leg is offered again at the same start while the other team is kept."""
    desk = with_nurses("n0", "n1")
    haircut_then_nurse(desk)
    accept(desk, 0)
    start, nurse = asked(desk)[1].start, asked(desk)[1].team
    decline(desk, 1)
    assert going(desk) == ["t0", None]
    assert (asked(desk)[1].start, asked(desk)[1].team) == (start, ({"n0", "n1"} - {nurse}).pop())


def test_the_told_start_is_kept_where_another_could_come_earlier() -> None:
    """Tests that the second nurse is asked for the time that the first was told, though she is free before it."""
    desk = with_nurses("n0")
    desk.send(ApplyTeam(details=team("n1", skills=("nurse",), north=0.02)))
    desk.send(Absent(team="n0", start=MONDAY, end=MONDAY + timedelta(hours=2.75), by="n0"))
    haircut_then_nurse(desk, hours=(2, 2.1))
    first, second = asked(desk)
    assert (second.team, second.start > first.end) == ("n0", True)
    decline(desk, 1)
    assert (asked(desk)[1].team, asked(desk)[1].start) == ("n1", second.start)


def test_all_must_have_answered_before_the_first_begins() -> None:
    """Tests that the nurse's offer runs out with the haircut's start, however long a county waits for answers."""
    patient = Policy(mode=Mode.AUTO, freeze_minutes=90, work=2_000, answer_minutes=(600, 600, 600))
    desk = Desk(patient, teams=1)
    desk.send(ApplyTeam(details=team("n0", skills=("nurse",), north=0.001)))
    haircut_then_nurse(desk)
    first, second = asked(desk)
    assert second.expires == first.start < second.start


def test_new_minutes_hold_for_every_team_in_order() -> None:
    """Tests that an amendment changes the length of both visits, and with it the second start."""
    desk = with_nurses("n0")
    haircut_then_nurse(desk)
    desk.send(Amend(target=Target(request_id="r-1"), minutes=40))
    first, second = asked(desk)
    assert [offer.end - offer.start for offer in (first, second)] == [timedelta(minutes=40)] * 2
    assert second.start >= first.end


def test_a_nurse_who_is_only_free_later_moves_the_haircut() -> None:
    """Tests that the first start is chosen so that the second team can follow it."""
    desk = with_nurses("n0")
    desk.send(Absent(team="n0", start=MONDAY, end=MONDAY + timedelta(hours=3.75), by="n0"))
    haircut_then_nurse(desk)
    first, second = asked(desk)
    assert second.start >= MONDAY + timedelta(hours=3.75)
    assert first.end <= second.start <= first.end + GAP


def test_the_request_is_done_when_the_last_team_says_so() -> None:
    """Tests that the first team's end does not end the second's visit, and that the minutes of both count."""
    desk = with_nurses("n0")
    haircut_then_nurse(desk)
    accept(desk, 0)
    accept(desk, 1)
    first, second = asked(desk)
    desk.now = first.start
    desk.send(Start(offer=first.id, team=first.team))
    desk.now = first.end
    desk.send(Done(offer=first.id, team=first.team, minutes=28))
    assert last(desk).state is State.UNDER_WAY
    desk.now = second.end
    desk.send(Done(offer=second.id, team=second.team, minutes=21))
    assert last(desk).state is State.DONE
    assert [leg.assignment.minutes for leg in last(desk).legs if leg.assignment] == [28, 21]
    assert getattr(last(desk).status, "minutes", 0) == 49


@pytest.mark.parametrize("nurses", [("n0", "n1"), ("n0",)])
def test_who_is_at_work_is_not_called_back(nurses: tuple[str, ...]) -> None:
    """Tests that a nurse who withdraws during the haircut is replaced where one is, else missed openly."""
    desk = with_nurses(*nurses)
    haircut_then_nurse(desk, minutes=30)
    accept(desk, 0)
    accept(desk, 1)
    first, second = asked(desk)
    desk.now = first.start
    desk.send(Start(offer=first.id, team=first.team))
    withdraw(desk, 1)
    desk.decide()
    assert last(desk).state is State.UNDER_WAY
    assert going(desk)[0] == "t0"
    if len(nurses) > 1:
        assert (asked(desk)[1].start, asked(desk)[1].state) == (second.start, OfferState.OPEN)
        accept(desk, 1)
        assert going(desk)[1] is not None
        return
    assert [one.cause for one in last(desk).broken] == ["withdraw"]
    desk.now = first.end
    desk.send(Done(offer=first.id, team=first.team, minutes=30))
    assert last(desk).state is State.DONE


def _planned(starts: tuple[int, ...], teams: tuple[str, ...], joined: Joined) -> list[tuple[str, str, int, str]]:
    """Judge a plan with one visit for each start, and return what the checker says of them together."""
    whole = ((MIDNIGHT, MIDNIGHT + 24 * HOUR),)
    visits = tuple(
        replace(a_visit(), id=f"r/{leg}", request="r", leg=leg, windows=whole, joined=joined)
        for leg in range(len(starts))
    )
    members = tuple(replace(a_team(), id=name) for name in ("A", "B"))
    routes = [
        Route(name, crew, (Stop(visit.id, start, start, start + visit.duration),))
        for crew, (visit, start, name) in enumerate(zip(visits, starts, teams, strict=True))
    ]
    problem = Problem(MIDNIGHT, visits, members, HaversineTravel())
    found = check(problem, Plan(tuple(routes)))
    return [(one.rule, one.visit, one.amount, one.unit) for one in found if one.rule == "together"]


NINE = MIDNIGHT + 9 * HOUR


def test_the_checker_knows_what_at_once_means() -> None:
    """Tests all legs or none, one start, and different teams, with rule, visit and amount."""
    joined = Joined(2)
    assert _planned((NINE, NINE), ("A", "B"), joined) == []
    assert _planned((NINE,), ("A",), joined) == [("together", "r/0", 1, "visits")]
    assert _planned((NINE, NINE + 60), ("A", "B"), joined) == [("together", "r/1", 60, "seconds")]
    assert _planned((NINE, NINE), ("A", "A"), joined) == [("together", "r/1", 1, "teams")]


def test_the_checker_knows_what_in_order_means() -> None:
    """Tests that the next visit begins neither before the one before has ended nor later than the gap allows."""
    joined = Joined(2, in_order=True, gap=600)
    end = NINE + HOUR
    assert _planned((NINE, end), ("A", "B"), joined) == []
    assert _planned((NINE, end + 600), ("A", "B"), joined) == []
    assert _planned((NINE, end - 1), ("A", "B"), joined) == [("together", "r/1", 1, "seconds")]
    assert _planned((NINE, end + 601), ("A", "B"), joined) == [("together", "r/1", 1, "seconds")]


def test_two_such_requests_of_one_round_do_not_take_the_same_crew() -> None:
    """Tests that what was found for the first is known when the second is sought."""
    desk = Desk(teams=2)
    bodies = [PlaceOrder(details=order(str(n), legs=2, content=str(n))) for n in range(2)]
    desk.decide(*(desk.command(body, f"r-{n}") for n, body in enumerate(bodies)))
    starts = [{leg.offers[-1].start for leg in desk.state.requests[f"r-{n}"].legs} for n in range(2)]
    assert [len(one) for one in starts] == [1, 1]
    assert starts[0] != starts[1]
    assert {len(leg.offers) for record in desk.state.requests.values() for leg in record.legs} == {1}
