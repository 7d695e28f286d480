"""Does an office answer for what was referred to it: taken on, done, given back with its reason, overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from linli.matcher.ledger.state import Decision
from linli.schemas.assignment import AssignmentRecord, Closed, Referred
from linli.schemas.desk import Refer
from linli.schemas.escalation import Awaited, Escalation, WaitLimits
from linli.schemas.lifecycle import State
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Target
from linli.schemas.organisation import ApplyNode, NodeDetails
from linli.schemas.people import Flags
from linli.schemas.referrals import AnswerReferral, ReferralOutcome
from linli.schemas.roles import Role
from linli.schemas.rounds import OutcomeCode
from linli.schemas.telling import Tell, must_be_told, tell_tasks
from linli.services.console.mounting import person_of
from linli.services.demo.county import sinan
from linli.services.gateway.access import Caller, Scope, answers_for_office, opens_personal, sees, written_for
from linli.services.reports.periods import Period
from linli.services.reports.referrals import REPORT, referral_rows
from linli.services.reports.report import Asked, County
from linli.streams.ledger_tables import Tables
from tests.support.district import AUTO, DISTRICT, Desk

POLICY = AUTO.model_copy(update={"escalation": Escalation(limits=WaitLimits(answered=(60, 120, 180)))})
ALWAYS = Period()
ONE = Target(request_id="r-1")


def refer(desk: Desk, office: str = "property_office") -> Decision:
    """Let the desk refer the request."""
    return desk.send(Refer(target=ONE, office=office, reason="no volunteers' matter", by="desk-1"))


def answer(desk: Desk, outcome: ReferralOutcome, note: str = "they say so") -> Decision:
    """Let the office answer."""
    return desk.send(AnswerReferral(target=ONE, outcome=outcome, note=note, by="office-1"))


def record(desk: Desk) -> AssignmentRecord:
    """Give the request as it stands."""
    return desk.state.requests["r-1"]


@pytest.fixture
def desk() -> Desk:
    """A desk that has referred a request that nobody can serve."""
    desk = Desk(POLICY)
    desk.place_order("1", skill="plumbing")
    assert record(desk).state is State.UNMET
    refer(desk)
    return desk


def test_a_referral_has_a_time_to_be_answered_in(desk: Desk) -> None:
    """Tests that the time is the policy's, anew after the office has taken it on, and none for an emergency."""
    status = record(desk).status
    assert isinstance(status, Referred)
    assert status.due == desk.now + timedelta(minutes=120)
    desk.at(1)
    answer(desk, ReferralOutcome.ACCEPTED, "")
    status = record(desk).status
    assert isinstance(status, Referred)
    assert status.due == desk.now + timedelta(minutes=120)
    emergency = Desk(POLICY)
    emergency.place_order("1", referral="emergency")
    status = record(emergency).status
    assert isinstance(status, Referred)
    assert status.due is None


def test_unmet_becomes_referred_and_done_closes_it(desk: Desk) -> None:
    """Tests the whole way, and that nothing may be said any more when it is closed."""
    answer(desk, ReferralOutcome.ACCEPTED, "")
    answer(desk, ReferralOutcome.DONE, "repaired")
    assert record(desk).status == Closed(outcome=State.REFERRED)
    told = [(one.office, one.outcome, one.note, one.by) for one in record(desk).office_answers]
    assert told == [
        ("property_office", ReferralOutcome.ACCEPTED, "", "office-1"),
        ("property_office", ReferralOutcome.DONE, "repaired", "office-1"),
    ]
    [outcome] = answer(desk, ReferralOutcome.RETURNED).outcomes
    assert outcome.code is OutcomeCode.NOT_ALLOWED_NOW


@pytest.mark.parametrize("outcome", [ReferralOutcome.RETURNED, ReferralOutcome.REFUSED])
def test_what_is_given_back_is_matched_again(outcome: ReferralOutcome) -> None:
    """Tests that it is registered and matched in the same round, and that its reason is kept."""
    desk = Desk(POLICY)
    desk.place_order("1")
    refer(desk)
    decision = answer(desk, outcome, "a volunteer can do that")
    causes = [one.cause for one in decision.assignments]
    assert causes[0] == f"office_{outcome}"
    assert decision.assignments[0].state is State.REGISTERED
    assert record(desk).state in (State.PROMISED, State.OFFERED)
    assert record(desk).office_answers[-1].note == "a volunteer can do that"


def test_what_goes_to_an_office_by_the_menu_comes_back_to_the_desk() -> None:
    """Tests that an order for an office is referred when it comes; given back, no volunteer is sent, it is unmet."""
    desk = Desk(POLICY)
    desk.place_order("1", referral="property_office", skill="parking")
    assert (record(desk).state, record(desk).cause) == (State.REFERRED, "office")
    answer(desk, ReferralOutcome.REFUSED, "another department's")
    assert record(desk).state is State.UNMET
    assert record(desk).details is not None
    assert record(desk).details.referral is None  # type: ignore[union-attr]


def test_from_one_office_to_another(desk: Desk) -> None:
    """Tests that the desk may refer it once more, and that the answers say which office gave each."""
    answer(desk, ReferralOutcome.ACCEPTED, "")
    refer(desk, "employment_office")
    answer(desk, ReferralOutcome.DONE)
    assert [one.office for one in record(desk).office_answers] == ["property_office", "employment_office"]


@pytest.mark.parametrize("referral", ["emergency", "child_director"])
def test_what_is_an_offices_by_law_never_comes_back(referral: str) -> None:
    """Tests that neither the office nor the desk can bring danger to life, or a child's case, to volunteers so."""
    desk = Desk(POLICY)
    desk.place_order("1", referral=referral)
    for decision in (answer(desk, ReferralOutcome.RETURNED), answer(desk, ReferralOutcome.REFUSED), refer(desk)):
        assert [(one.code, one.detail) for one in decision.outcomes] == [
            (OutcomeCode.NOT_ALLOWED_NOW, "stays_with_office")
        ]
    answer(desk, ReferralOutcome.DONE)
    assert record(desk).state is State.CLOSED


def test_an_answer_comes_once(desk: Desk) -> None:
    """Tests that the same record of the inbox, handled twice, is one answer."""
    body = AnswerReferral(target=ONE, outcome=ReferralOutcome.ACCEPTED, by="office-1")
    first = desk.command(body)
    desk.decide(first)
    again = desk.decide(desk.command(body, again=first.offset))
    assert [one.code for one in again.outcomes] == [OutcomeCode.DUPLICATE]
    assert len(record(desk).office_answers) == 1


def test_who_gives_back_says_why() -> None:
    """Tests that an answer without its reason is refused at the door."""
    for outcome in (ReferralOutcome.RETURNED, ReferralOutcome.REFUSED):
        with pytest.raises(ValueError, match="says why"):
            AnswerReferral(target=ONE, outcome=outcome, note=" ", by="office-1")


def test_an_office_that_says_nothing_is_climbed_for(desk: Desk) -> None:
    """Tests that it climbs a level when the time is over, once per time, and no longer when the office has answered."""
    for node, parent, level, places in (
        ("n-0", None, "county", ()),
        ("n-1", "n-0", "street", ()),
        ("n-2", "n-1", "community", ("c1", "g1")),
    ):
        details = NodeDetails(node=node, parent=parent, level=level, name=node, places=places)
        desk.send(ApplyNode(details=details))
    desk.at(1.9)
    assert record(desk).climbs == ()
    desk.at(2.1)
    [climb] = record(desk).climbs
    assert (climb.node, climb.waited_for, climb.ended) == ("n-1", Awaited.ANSWERED, None)
    assert record(desk).state is State.REFERRED
    answer(desk, ReferralOutcome.DONE)
    assert record(desk).climbs[0].ended == desk.now
    desk.at(9)
    assert len(record(desk).climbs) == 1


def test_a_suspected_harm_is_climbed_for_by_nobody() -> None:
    """Tests that what is between a child and its office is told to no other level."""
    desk = Desk(POLICY)
    desk.send(ApplyNode(details=NodeDetails(node="n-0", parent=None, level="county", name="n-0")))
    desk.send(ApplyNode(details=NodeDetails(node="n-1", parent="n-0", level="community", name="n-1", places=("c1",))))
    desk.place_order("1", referral="child_director")
    held = record(desk)
    assert held.details is not None
    quiet = held.details.model_copy(update={"restricted": True, "flags": Flags(suspected_harm=True)})
    desk.state = replace(desk.state, requests={"r-1": held.model_copy(update={"details": quiet})})
    desk.at(9)
    assert record(desk).climbs == ()


def test_the_resident_is_told_what_the_office_says(desk: Desk) -> None:
    """Tests that whoever has no telephone is told each answer, once."""
    before = record(desk)
    assert before.details is not None
    details = before.details.model_copy(update={"has_phone": False})
    answer(desk, ReferralOutcome.ACCEPTED, "")
    after = record(desk).model_copy(update={"details": details})
    assert must_be_told(after)
    assert [(one.what, one.cause) for one in tell_tasks(before, after)] == [(Tell.OFFICE, "office_accepted")]
    assert tell_tasks(after, after.model_copy(update={"version": after.version + 1, "cause": "climb"})) == ()


def test_the_report_counts_every_answer(desk: Desk) -> None:
    """Tests what is with an office, what is overdue, what was said too late; of the period that is asked for."""
    answer(desk, ReferralOutcome.ACCEPTED, "")
    [now] = _report(desk)
    assert (now["office"], now["open"], now["overdue"], now["accepted"]) == ("property_office", 1, 0, 1)
    desk.at(5)
    assert _report(desk)[0]["overdue"] == 1
    answer(desk, ReferralOutcome.DONE)
    [then] = _report(desk)
    assert (then["open"], then["overdue"], then["done"], then["late"]) == (0, 0, 1, 1)
    assert _report(desk, Period(start=desk.now + timedelta(days=1))) == []


def _report(desk: Desk, period: Period = ALWAYS) -> list[dict[str, object]]:
    tables = Tables(tuple(desk.state.requests.values()))
    asked = Asked(desk.now, County(sinan(), shipped_menu(), POLICY), period)
    names = [column.name for column in REPORT.columns]
    return [dict(zip(names, row, strict=True)) for row in referral_rows(tables, asked)]


def test_an_office_still_sees_what_it_has_closed_and_opens_nothing_of_it() -> None:
    """Tests a referral by the desk from its referral to the end of what is kept, for this office and for another."""
    desk = Desk(POLICY)
    desk.place_order("1", skill="plumbing")
    mine, other = (
        Caller(role=Role.OFFICER, name=name, district=DISTRICT, place=name)
        for name in ("property_office", "jobs_office")
    )
    seen = list[tuple[bool, bool, bool]]()

    def look() -> None:
        now = record(desk)
        seen.append((sees(mine, Scope.OWN_PLACE, now), opens_personal(mine, now), sees(other, Scope.OWN_PLACE, now)))

    look()
    refer(desk)
    look()
    answer(desk, ReferralOutcome.DONE, "repaired")
    look()
    assert seen == [(False, False, False), (True, True, False), (True, False, False)]
    assert record(desk).office_answers[-1].note == "repaired"
    assert not answers_for_office(mine, record(desk))


def test_what_offices_and_teams_wrote_is_what_may_be_opened(desk: Desk) -> None:
    """Tests that the desk opens every sentence, an office that only follows its own, and another office none."""
    answer(desk, ReferralOutcome.ACCEPTED, "on Monday")
    answer(desk, ReferralOutcome.DONE, "repaired")
    closed = record(desk)
    assert closed.written[:2] == ("repaired", "on Monday")
    whole = Caller(role=Role.DISPATCH_CENTRE, name="desk", district=DISTRICT)
    own, other = (
        Caller(role=Role.OFFICER, name=name, district=DISTRICT, place=name)
        for name in ("property_office", "jobs_office")
    )
    assert written_for(whole, closed) == closed.written
    assert written_for(own, closed) == ("on Monday", "repaired")
    assert written_for(other, closed) == ()


def test_the_pages_open_no_more_than_the_api(desk: Desk) -> None:
    """Tests that an office that only follows a case reads its own answers on its page, and no name or address."""
    answer(desk, ReferralOutcome.DONE, "repaired")
    here = person_of(Caller(role=Role.OFFICER, name="office", district=DISTRICT, place="property_office"))
    assert (here.opens_person(record(desk)), here.written(record(desk))) == (False, ("repaired",))
    proxy = person_of(Caller(role=Role.PROXY, name="wang", district=DISTRICT))
    assert (proxy.opens_person(record(desk)), proxy.written(record(desk))) == (False, ())
