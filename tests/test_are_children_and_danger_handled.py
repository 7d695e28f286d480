"""Are children and danger handled as the law and good sense ask: who is told, who goes, and who is looked at again?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.schemas.answers import Accept, Start
from linli.schemas.assignment import AssignmentRecord, Referred, Withdrawn
from linli.schemas.commands import CommandBody, PlaceOrder
from linli.schemas.desk import Assign
from linli.schemas.lifecycle import State
from linli.schemas.orders import Amend, RequestDetails, Target
from linli.schemas.people import Consent, Flags
from linli.schemas.roster import Member
from linli.schemas.rounds import OutcomeCode
from linli.schemas.team_changes import ChangeMembers
from linli.schemas.telling import tell_tasks
from tests.support.district import MONDAY, Desk, member, order

ONE = Target(request_id="r-1")
AGREED = Consent(beneficiary=True, guardian=True)


def outcome(desk: Desk, body: CommandBody) -> tuple[OutcomeCode, str]:
    """Send a command and return what became of it."""
    (one,) = desk.send(body).outcomes
    return one.code, one.detail


def last(desk: Desk) -> AssignmentRecord:
    """Return the request as it stands."""
    return desk.state.requests["r-1"]


def without_consent() -> RequestDetails:
    """A child's order that the guardian has not agreed to yet."""
    return order("1", child=True, adults=2, guardian=False, referral="child_director")


def harmed() -> RequestDetails:
    """A child's order that gives cause to suspect harm."""
    flags = {"flags": Flags(suspected_harm=True), "restricted": True, "has_phone": False}
    return order("1", child=True, adults=2, referral="child_director").model_copy(update=flags)


def placed(details: RequestDetails, teams: int = 2) -> Desk:
    """A desk that has just heard an order."""
    desk = Desk(teams=teams)
    desk.send(PlaceOrder(details=details), request="r-1")
    return desk


def test_danger_to_life_is_referred_and_red() -> None:
    """Tests that no team is asked, that the desk is told whom to call, and that the case stands out."""
    details = order("1", referral="emergency").model_copy(update={"flags": Flags(danger_to_life=True)})
    desk = placed(details)
    assert last(desk).red
    assert isinstance(last(desk).status, Referred)
    assert "120" in last(desk).status.office  # type: ignore[union-attr]
    assert last(desk).legs[0].offers == ()
    wish = Assign(target=ONE, team="t0", reason="near", by="desk-1")
    assert outcome(desk, wish)[0] is OutcomeCode.NOT_ALLOWED_NOW


def test_suspected_harm_goes_to_the_child_director_and_to_nobody_else() -> None:
    """Tests that the case is restricted and that neither guardian nor proxy nor resident may be told, by any step."""
    desk = placed(harmed())
    records = [record for decision in desk.decisions for record in decision.assignments]
    assert last(desk).state is State.REFERRED
    assert last(desk).details is not None
    assert last(desk).details.restricted  # type: ignore[union-attr]
    assert {record.notify for record in records} == {()}
    assert [tell_tasks(None, record) for record in records] == [()] * len(records)


def test_a_child_without_consent_waits_with_the_child_director() -> None:
    """Tests that nobody is sent, and that a person at the desk cannot send anybody either."""
    desk = placed(without_consent())
    assert isinstance(last(desk).status, Referred)
    assert "child director" in last(desk).status.office  # type: ignore[union-attr]
    wish = Assign(target=ONE, team="t0", reason="near", by="desk-1")
    assert outcome(desk, wish)[0] is OutcomeCode.NOT_ALLOWED_NOW


def test_the_case_goes_on_when_the_consent_is_brought() -> None:
    """Tests that an amendment with the consent registers the case, and that two vetted adults are sought."""
    desk = placed(without_consent())
    decision = desk.send(Amend(target=ONE, consent=AGREED))
    assert [record.state for record in decision.assignments] == [State.REGISTERED, State.PROMISED]
    assert last(desk).details is not None
    assert last(desk).details.consent == AGREED  # type: ignore[union-attr]
    desk.at(0.5)
    ((_, offer, name),) = desk.open_offers()
    one = Accept(offer=offer, team=name, members=(f"{name}-m0",))
    assert outcome(desk, one) == (OutcomeCode.BREAKS_RULE, "safeguarding")
    unvetted = Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m3"))
    assert outcome(desk, unvetted) == (OutcomeCode.BREAKS_RULE, "safeguarding")
    two = Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1"))
    assert outcome(desk, two) == (OutcomeCode.APPLIED, "")


def test_half_a_consent_is_none() -> None:
    """Tests that the guardian's word is what counts."""
    desk = placed(without_consent())
    half = Amend(target=ONE, consent=Consent(beneficiary=True, guardian=False))
    assert outcome(desk, half) == (OutcomeCode.BREAKS_RULE, "safeguarding")
    assert outcome(desk, Amend(target=ONE, minutes=45))[0] is OutcomeCode.NOT_ALLOWED_NOW
    assert last(desk).state is State.REFERRED


def test_no_consent_brings_a_suspected_harm_back_to_volunteers() -> None:
    """Tests that the guardian's consent, who may be the danger, changes nothing."""
    desk = placed(harmed())
    assert outcome(desk, Amend(target=ONE, consent=AGREED))[0] is OutcomeCode.NOT_ALLOWED_NOW
    assert last(desk).state is State.REFERRED


def test_a_withdrawn_consent_keeps_everybody_away() -> None:
    """Tests that an amendment can take consent back: the request is open and no team may go."""
    desk = placed(order("1", child=True, adults=2))
    desk.send(Amend(target=ONE, consent=Consent(beneficiary=True, guardian=False)))
    assert last(desk).state is State.UNMET


def going(desk: Desk) -> tuple[str, str]:
    """Let the team of a child's visit accept with two vetted adults."""
    desk.at(0.5)
    ((_, offer, name),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    assert last(desk).state is State.COMMITTED
    return offer, name


def lapsed(ref: str, hours: float) -> Member:
    """A member whose vetting runs out some hours after Monday's beginning."""
    whole = member(ref)
    assert whole.vetting is not None
    return whole.model_copy(
        update={"vetting": whole.vetting.model_copy(update={"valid_until": MONDAY + timedelta(hours=hours)})}
    )


@pytest.mark.parametrize("hours", [-1.0, 1.0])
def test_a_vetting_that_ran_out_overnight_withdraws_the_visit(hours: float) -> None:
    """Tests that the morning's roster takes back a visit whose visitors are no longer vetted, and matches it again."""
    desk = placed(order("1", child=True, adults=2))
    _, name = going(desk)
    rest = tuple(member(f"{name}-m{i}", vetted=False) for i in (2, 3))
    decision = desk.send(
        ChangeMembers(team=name, members=(lapsed(f"{name}-m0", hours), member(f"{name}-m1"), *rest), by="roster")
    )
    (withdrawn,) = [record for record in decision.assignments if isinstance(record.status, Withdrawn)]
    assert withdrawn.cause == "vetting"
    assert isinstance(withdrawn.status, Withdrawn)
    assert (withdrawn.status.team, withdrawn.status.reason) == (name, "safeguarding")
    assert last(desk).state is State.OFFERED
    assert [asked for _, _, asked in desk.open_offers()] == [one for one in ("t0", "t1") if one != name]


def test_a_team_with_other_vetted_members_may_be_asked_again() -> None:
    """Tests that a withdrawal for its visitors does not bar the team: it may name others."""
    desk = placed(order("1", child=True, adults=2), teams=1)
    _, name = going(desk)
    others = tuple(member(f"{name}-m{i}") for i in (1, 2, 3))
    desk.send(ChangeMembers(team=name, members=(lapsed(f"{name}-m0", -1), *others), by="roster"))
    ((_, offer, again),) = desk.open_offers()
    assert again == name
    assert outcome(desk, Accept(offer=offer, team=name, members=(f"{name}-m1", f"{name}-m2")))[0] is OutcomeCode.APPLIED


def test_a_visit_whose_visitors_stay_fit_is_left_alone() -> None:
    """Tests that another member's lapse takes nothing back."""
    desk = placed(order("1", child=True, adults=2))
    _, name = going(desk)
    kept = (member(f"{name}-m0"), member(f"{name}-m1"), lapsed(f"{name}-m2", -1))
    desk.send(ChangeMembers(team=name, members=kept, by="roster"))
    assert last(desk).state is State.COMMITTED


def test_visitors_are_looked_at_once_more_at_the_door() -> None:
    """Tests that a vetting that is over when the visit would really end keeps it from beginning."""
    desk = placed(order("1", child=True, adults=2, hours=(2, 2)))
    offer, name = going(desk)
    kept = (lapsed(f"{name}-m0", 3), member(f"{name}-m1"), member(f"{name}-m2", vetted=False))
    desk.send(ChangeMembers(team=name, members=kept, by="roster"))
    assert last(desk).state is State.COMMITTED
    desk.now = MONDAY + timedelta(hours=2.9)
    assert outcome(desk, Start(offer=offer, team=name)) == (OutcomeCode.BREAKS_RULE, "safeguarding")
