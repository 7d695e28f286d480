"""Does a person have the last word: suggest, what a choice costs, help given before, claims, teams that change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.matcher.ledger.draft import Draft
from linli.matcher.problem import Problem
from linli.matcher.rounds import choosing
from linli.matcher.rounds.translate import problem_of
from linli.schemas.answers import Accept, Claim, Done, Spent, Start, SwapMembers, Withdraw
from linli.schemas.assignment import AssignmentRecord, DoneState, RecordedAfterwards, Withdrawn
from linli.schemas.choices import ChosenBy
from linli.schemas.commands import ApplyTeam, CommandBody
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Refer, Told, ToldOutcome
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import Target
from linli.schemas.people import SealedPart
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import Deputy
from linli.schemas.rounds import OutcomeCode
from linli.schemas.team_changes import Absent, ApplyDeputy, ChangeMembers
from tests.support.district import AUTO, MONDAY, Desk, member, order, team

ONE = Target(request_id="r-1")
SUGGEST = Policy(mode=Mode.SUGGEST, freeze_minutes=90, work=0)


def outcome(desk: Desk, body: CommandBody, request: str | None = None) -> tuple[OutcomeCode, str]:
    """Send a command and return what became of it."""
    (one,) = desk.send(body, request=request).outcomes
    return one.code, one.detail


def last(desk: Desk, request: str = "r-1") -> AssignmentRecord:
    """Return a request as it stands."""
    return desk.state.requests[request]


def given(**changes: object) -> ApplyRecord:
    """Help given by t1, half an hour from eight."""
    facts = {
        "team": "t1",
        "members": ("t1-m0",),
        "start": MONDAY,
        "minutes": 30,
        "reason": "on the way",
        "by": "desk-1",
    }
    return ApplyRecord.model_validate(facts | changes)


def committed(desk: Desk, **details: object) -> tuple[str, str]:
    """Order something and let its team accept; return the offer and the team."""
    desk.place_order("1", urgency=0, **details)
    ((_, offer, name),) = desk.open_offers()
    assert outcome(desk, Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))[0] is OutcomeCode.APPLIED
    return offer, name


def test_in_suggest_the_proposal_is_shown_and_nobody_is_told() -> None:
    """Tests that the record names the team that would go, that nothing is open, and that no channel may speak."""
    desk = Desk(SUGGEST)
    desk.place_order("1")
    desk.at(0.5)
    (offer,) = last(desk).legs[0].offers
    assert (offer.state, offer.sent, offer.why is not None) == (OfferState.PROPOSED, False, True)
    assert desk.open_offers() == []
    assert last(desk).notify == ()


def test_a_choice_like_the_proposal_agrees_and_costs_nothing() -> None:
    """Tests the record of a choice that Linli would have made, too."""
    desk = Desk(SUGGEST)
    desk.place_order("1")
    desk.at(0.5)
    proposed = last(desk).legs[0].offers[0].team
    desk.send(Assign(target=ONE, team=proposed, agreed=True, members=(f"{proposed}-m0",), reason="sure", by="desk-1"))
    (choice,) = last(desk).choices
    assert (choice.how, choice.mode, choice.agreed, choice.seconds) == (ChosenBy.ASSIGN, Mode.SUGGEST, True, 0)
    assert last(desk).state is State.COMMITTED
    assert last(desk).notify == ()


def test_another_choice_is_recorded_with_what_it_costs_more_and_why() -> None:
    """Tests that the difference is told in seconds, term by term, with the desk's reason."""
    desk = Desk(SUGGEST)
    desk.place_order("1", north=0.0)
    desk.at(0.5)
    assert last(desk).legs[0].offers[0].team == "t0"
    desk.send(Assign(target=ONE, team="t2", agreed=True, members=("t2-m0",), reason="knows them", by="desk-1"))
    (choice,) = last(desk).choices
    assert (choice.proposed, choice.chosen, choice.agreed, choice.reason) == ("t0", "t2", False, "knows them")
    assert choice.seconds is not None
    assert choice.seconds > 0
    assert sum(term.seconds for term in choice.terms) == choice.seconds
    assert [term.name for term in choice.terms] == ["travel"]


def test_a_team_that_was_planned_counts_as_proposed_before_its_time_has_come() -> None:
    """Tests that an early choice is compared with the plan."""
    desk = Desk(SUGGEST)
    desk.place_order("1")
    desk.send(Assign(target=ONE, team="t1", agreed=True, members=("t1-m0",), reason="near", by="desk-1"))
    assert last(desk).choices[0].proposed == "t0"


def test_hundreds_of_choices_in_one_round_are_all_taken_but_not_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a district is laid out anew for so many comparisons of a round and no more, and again in the next."""
    compared = list[str]()

    def laid_out(draft: Draft) -> Problem:
        compared.append("again")
        return problem_of(draft)

    monkeypatch.setattr(choosing, "problem_of", laid_out)
    monkeypatch.setattr(choosing, "COMPARED_MAX", 2, raising=False)
    desk = Desk(SUGGEST)
    for number in range(1, 6):
        desk.place_order(str(number))
    planned = {v.request_id: name for name, plan in desk.state.plans.items() for crew in plan.crews for v in crew}
    other = {"t0": "t1", "t1": "t2", "t2": "t0"}
    wishes = [Assign(target=Target(request_id=r), team=other[t], reason="near", by="d") for r, t in planned.items()]
    desk.send(*wishes[:4])
    assert [len(last(desk, wish.target.request_id or "").choices) for wish in wishes[:4]] == [1, 1, 1, 1]
    assert len(compared) == 2
    desk.send(*wishes[4:])
    assert len(compared) == 3


def test_a_choice_is_compared_though_others_of_its_round_have_pushed_visits_out_of_the_plan() -> None:
    """Tests that what still holds of the plan is compared with, where a round has taken places away from it."""
    desk = Desk(SUGGEST)
    for number in range(1, 10):
        desk.place_order(str(number))
    t0, t1 = (
        [v.request_id for crew in desk.state.plans[name].crews for v in crew if v.request_id] for name in ("t0", "t1")
    )
    assert (len(t0), len(t1)) == (5, 4)
    chosen = {t0[0]: "t1", t0[1]: "t1", t0[2]: "t2"}
    desk.send(*(Assign(target=Target(request_id=r), team=t, reason="near", by="d") for r, t in chosen.items()))
    (choice,) = last(desk, t0[2]).choices
    assert (choice.proposed, choice.chosen) == ("t0", "t2")
    assert choice.seconds is not None


def test_a_hard_rule_is_not_overridden_and_is_named() -> None:
    """Tests that a desk may choose a dearer team, and is told which rule forbids another."""
    desk = Desk(Policy(mode=Mode.CONFIRM, work=0), teams=2)
    desk.place_order("1", adults=2)
    wish = Assign(target=ONE, team="t1", agreed=True, members=("t1-m0", "t1-m2"), reason="they know", by="desk-1")
    assert outcome(desk, wish) == (OutcomeCode.BREAKS_RULE, "safeguarding")
    desk.place_order("2", skill="plumbing")
    other = Assign(target=Target(request_id="r-2"), team="t1", reason="handy", by="desk-1")
    assert outcome(desk, other) == (OutcomeCode.BREAKS_RULE, "skill")


def test_confirming_agrees() -> None:
    """Tests that a confirmation counts as agreement."""
    desk = Desk(Policy(mode=Mode.CONFIRM, freeze_minutes=90, work=0))
    desk.place_order("1")
    desk.at(0.5)
    desk.send(Confirm(target=ONE, by="desk-1"))
    assert [(choice.how, choice.agreed) for choice in last(desk).choices] == [(ChosenBy.CONFIRM, True)]
    assert last(desk).legs[0].offers[0].sent


def test_help_that_was_given_is_written_down_beside_the_proposal() -> None:
    """Tests that a known request is recorded afterwards, its offer taken back, and the choice compared."""
    desk = Desk(SUGGEST)
    desk.place_order("1")
    desk.at(0.5)
    assert outcome(desk, given(), "r-1") == (OutcomeCode.APPLIED, "")
    record = last(desk)
    assert isinstance(record.status, RecordedAfterwards)
    assert (record.status.team, record.status.members, record.status.minutes) == ("t1", ("t1-m0",), 30)
    assert (record.legs[0].offers[0].state, record.legs[0].offers[0].ended) == (OfferState.REVOKED, OfferEnd.RECORDED)
    assert [(choice.how, choice.agreed) for choice in record.choices] == [(ChosenBy.RECORD, False)]
    assert all(visit.request_id != "r-1" for plan in desk.state.plans.values() for crew in plan.crews for visit in crew)


def test_help_without_an_order_brings_one() -> None:
    """Tests that help nobody had ordered becomes a request of its own, once."""
    desk = Desk()
    body = given(details=order("9"))
    assert outcome(desk, body, "r-9") == (OutcomeCode.APPLIED, "")
    assert last(desk, "r-9").state is State.RECORDED_AFTERWARDS
    assert outcome(desk, body, "r-9")[0] is OutcomeCode.DUPLICATE


def test_given_help_that_broke_a_rule_is_marked() -> None:
    """Tests that what happened is not refused, and not hushed up."""
    desk = Desk()
    desk.place_order("1", adults=2)
    assert outcome(desk, given(members=("t1-m2", "t1-m3")), "r-1")[0] is OutcomeCode.APPLIED
    assert last(desk).choices[0].rule == "safeguarding"


@pytest.mark.parametrize("how", ["held", "referred"])
def test_help_for_a_request_that_was_put_aside_can_be_recorded(how: str) -> None:
    """Tests that a held or referred request that somebody helped with after all is settled."""
    desk = Desk()
    desk.place_order("1")
    aside: dict[str, CommandBody] = {
        "held": Hold(target=ONE, reason="wait", by="desk-1"),
        "referred": Refer(target=ONE, office="Office", reason="theirs", by="desk-1"),
    }
    desk.send(aside[how])
    assert outcome(desk, given(), "r-1")[0] is OutcomeCode.APPLIED


def test_a_team_takes_a_request_by_itself() -> None:
    """Tests that a claim commits at once, through the state that says so, and reserves the crew."""
    desk = Desk()
    desk.place_order("1")
    decision = desk.send(Claim(target=ONE, team="t2", members=("t2-m0",)))
    assert [record.state for record in decision.assignments] == [State.CLAIMED, State.COMMITTED]
    going = last(desk).legs[0].assignment
    assert going is not None
    assert (going.team, going.members) == ("t2", ("t2-m0",))
    assert any(visit.request_id == "r-1" for crew in desk.state.plans["t2"].crews for visit in crew)
    assert last(desk).choices[0].how is ChosenBy.CLAIM


def test_a_claim_takes_the_offer_from_the_team_that_was_asked() -> None:
    """Tests that whoever was asked is told that another team was faster."""
    desk = Desk()
    desk.place_order("1", urgency=0)
    ((_, offer, name),) = desk.open_offers()
    other = next(one for one in ("t0", "t1") if one != name)
    desk.send(Claim(target=ONE, team=other, members=(f"{other}-m0",)))
    assert outcome(desk, Accept(offer=offer, team=name, members=(f"{name}-m0",))) == (OutcomeCode.STALE, "claimed")


@pytest.mark.parametrize("mode", [Mode.SUGGEST, Mode.CONFIRM])
def test_where_the_desk_speaks_first_nobody_claims(mode: Mode) -> None:
    """Tests that a claim does not go round the desk."""
    desk = Desk(Policy(mode=mode, work=0))
    desk.place_order("1")
    assert outcome(desk, Claim(target=ONE, team="t2", members=("t2-m0",))) == (OutcomeCode.NOT_ALLOWED_NOW, mode)


def test_nobody_claims_a_child_or_what_the_rules_forbid() -> None:
    """Tests that a claim is refused by the rule's name."""
    desk = Desk()
    desk.place_order("1", child=True, adults=2)
    claim = Claim(target=ONE, team="t2", members=("t2-m0", "t2-m1"))
    assert outcome(desk, claim) == (OutcomeCode.BREAKS_RULE, "safeguarding")
    desk.place_order("2", skill="plumbing")
    other = Claim(target=Target(request_id="r-2"), team="t2", members=("t2-m0",))
    assert outcome(desk, other) == (OutcomeCode.BREAKS_RULE, "skill")
    desk.place_order("3")
    stranger = Claim(target=Target(request_id="r-3"), team="t2", members=("t1-m0",))
    assert outcome(desk, stranger) == (OutcomeCode.BREAKS_RULE, "member_unknown")


def test_members_are_swapped_and_looked_at_again() -> None:
    """Tests that others may go if they may go, and only members of the team."""
    desk = Desk()
    offer, name = committed(desk, adults=2)
    swap = SwapMembers(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m2"))
    assert outcome(desk, swap) == (OutcomeCode.BREAKS_RULE, "safeguarding")
    stranger = SwapMembers(offer=offer, team=name, members=("x-m0", f"{name}-m1"))
    assert outcome(desk, stranger) == (OutcomeCode.BREAKS_RULE, "member_unknown")
    fine = SwapMembers(offer=offer, team=name, members=(f"{name}-m1", f"{name}-m0", f"{name}-m2"))
    assert outcome(desk, fine) == (OutcomeCode.APPLIED, "")
    going = last(desk).legs[0].assignment
    assert going is not None
    assert going.members == fine.members
    assert last(desk).state is State.COMMITTED


def test_a_wrong_door_code_opens_no_door() -> None:
    """Tests that a visit does not begin with a wrong code, and that a right one is remembered."""
    desk = Desk()
    offer, name = committed(desk)
    assert outcome(desk, Start(offer=offer, team=name, door_code_ok=False)) == (OutcomeCode.BREAKS_RULE, "door_code")
    assert outcome(desk, Start(offer=offer, team=name, door_code_ok=True)) == (OutcomeCode.APPLIED, "")
    going = last(desk).legs[0].assignment
    assert going is not None
    assert going.door_code_ok is True


@pytest.mark.parametrize(("limit", "amount", "over"), [(3_000, 3_000, False), (3_000, 3_001, True), (None, 1, True)])
def test_money_beyond_the_limit_is_marked(limit: int | None, amount: int, over: bool) -> None:
    """Tests that what was spent is kept with its receipt and that too much stands out."""
    desk = Desk()
    offer, name = committed(desk, spend_limit_fen=limit)
    desk.send(Start(offer=offer, team=name))
    desk.send(Done(offer=offer, team=name, minutes=30, spent=Spent(amount_fen=amount, receipt=True)))
    status = last(desk).status
    assert isinstance(status, DoneState)
    assert (status.spent, status.over_limit) == (Spent(amount_fen=amount, receipt=True), over)


def test_an_absence_takes_back_what_it_makes_impossible() -> None:
    """Tests that a committed visit in the span goes to another team, with its cause, and that others stay."""
    desk = Desk(teams=2)
    _, name = committed(desk)
    absence = Absent(team=name, start=MONDAY, end=MONDAY + timedelta(hours=8), reason="course", by=name)
    decision = desk.send(absence)
    taken = next(record.status for record in decision.assignments if isinstance(record.status, Withdrawn))
    assert (taken.team, taken.reason) == (name, "working_hours")
    assert [team_asked for _, _, team_asked in desk.open_offers()] == [one for one in ("t0", "t1") if one != name]
    assert outcome(desk, absence)[0] is OutcomeCode.DUPLICATE
    assert outcome(desk, absence.model_copy(update={"team": "nobody"}))[0] is OutcomeCode.UNKNOWN_TEAM


def test_an_absence_of_another_day_changes_no_visit() -> None:
    """Tests that a visit beside the span stays with its team."""
    desk = Desk(teams=2)
    _, name = committed(desk)
    desk.send(Absent(team=name, start=MONDAY + timedelta(days=2), end=MONDAY + timedelta(days=3), by=name))
    assert last(desk).state is State.COMMITTED


def test_a_team_cannot_be_absent_without_end() -> None:
    """Tests that absences that are over are forgotten and that there is a limit to those to come."""
    desk = Desk(teams=1)
    codes: list[tuple[OutcomeCode, str]] = []
    for day in range(70):
        start = MONDAY + timedelta(days=10 + day)
        codes.append(outcome(desk, Absent(team="t0", start=start, end=start + timedelta(hours=1), by="t0")))
    assert codes[-1] == (OutcomeCode.NOT_ALLOWED_NOW, "too many absences")
    desk.at(24 * 100)
    start = MONDAY + timedelta(days=101)
    desk.send(Absent(team="t0", start=start, end=start + timedelta(hours=1), by="t0"))
    assert len(desk.state.roster["t0"].details.absences) == 1


def test_members_change_and_a_deputy_answers() -> None:
    """Tests that the roster has the new members and the deputy, whom a new registration does not remove."""
    desk = Desk(teams=1)
    new = (member("t0-m8"), member("t0-m9"))
    assert outcome(desk, ChangeMembers(team="t0", members=new, by="t0"))[0] is OutcomeCode.APPLIED
    assert desk.state.roster["t0"].details.members == new
    sealed = SealedPart(key_id="k2", nonce="bm9uY2U=", ciphertext="Y2lwaGVy")
    deputy = Deputy(start=MONDAY, end=MONDAY + timedelta(days=2), sealed_contact=sealed)
    assert outcome(desk, ApplyDeputy(team="t0", deputy=deputy, by="t0"))[0] is OutcomeCode.APPLIED
    desk.send(ApplyTeam(details=team("t0")))
    details = desk.state.roster["t0"].details
    assert details.contact_at(MONDAY + timedelta(days=1)) == sealed
    assert details.contact_at(MONDAY + timedelta(days=3)) is None


def test_an_answered_call_changes_nothing_here() -> None:
    """Tests that the outcome of a call is noted and no request is touched."""
    desk = Desk()
    decision = desk.send(Told(delivery="d-1", outcome=ToldOutcome.REACHED, by="desk-1"))
    assert [(one.code, one.detail) for one in decision.outcomes] == [(OutcomeCode.APPLIED, "reached")]
    assert decision.assignments == ()


def test_everything_is_told_only_where_it_may_be() -> None:
    """Tests that in the other modes everybody is told."""
    desk = Desk(AUTO)
    desk.place_order("1")
    assert set(last(desk).notify) == {"team", "resident", "guardian", "requester"}


def test_a_team_is_named_in_the_round_in_which_another_gives_back() -> None:
    """Tests a withdrawal and the desk's agreed handover, read together: such a round must not end the dispatcher."""
    desk = Desk()
    desk.place_order("1")
    desk.at(0.6)
    ((request, offer, gone),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=gone, members=(f"{gone}-m0",)))
    other = next(team for team in ("t0", "t1", "t2") if team != gone)
    agreed = Assign(
        target=Target(request_id=request),
        team=other,
        agreed=True,
        members=(f"{other}-m0",),
        reason="knows them",
        by="d",
    )
    desk.decide(desk.command(Withdraw(offer=offer, team=gone, reason="ill")), desk.command(agreed))
    going = desk.state.requests[request].legs[0].assignment
    assert going is not None
    assert (desk.state.requests[request].state, going.team) == (State.COMMITTED, other)
