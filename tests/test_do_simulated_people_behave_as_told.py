"""Do simulated leads and residents behave as ``behaviour.toml`` says, always the same for the same offer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from linli.schemas.answers import (
    Accept,
    Decline,
    DeclineReason,
    Done,
    FailedReason,
    FailedVisit,
    Rate,
    Reschedule,
    Start,
    Withdraw,
)
from linli.schemas.assignment import (
    Assignment,
    AssignmentRecord,
    Committed,
    DoneState,
    FailedVisitState,
    Leg,
    Offer,
    Offered,
)
from linli.schemas.lifecycle import OfferState
from linli.schemas.people import AgeBand, Beneficiary, Wishes
from linli.schemas.roster import Member
from linli.services.demo.behaviour import behaviour
from linli.services.demo.leads import answers_for, gives_back, of_visit, party, takes_series, to_offer
from linli.services.demo.residents import residents_say
from linli.services.demo.timed import chance
from tests.support.examples import DETAILS, NINE, VETTING, assignment_record, offer

SEED = 11
MANY = 3000
UNTIL = NINE + timedelta(hours=3)

FIT = tuple(
    Member(ref=f"m{i}", adult=True, gender="female", vetting=VETTING, insured_until=NINE + timedelta(days=9))
    for i in range(4)
)
MEMBERS = {"t-01": FIT}
SHARE = 0.03
"""Over three thousand offers a share is exact to three percent points."""


def _open(number: int) -> Offer:
    return offer(OfferState.OPEN, number)


def _asked(number: int) -> tuple[AssignmentRecord, Offer]:
    asked = _open(number)
    return assignment_record(Offered()).model_copy(update={"legs": (Leg(offers=(asked,)),)}), asked


def _going(number: int, *, started: bool = False) -> Assignment:
    return Assignment(
        id=_open(number).id,
        team="t-01",
        crew=0,
        members=("m0", "m1"),
        start=NINE + timedelta(hours=2),
        end=NINE + timedelta(hours=3),
        since=NINE,
        started=started,
    )


def _bodies(record: AssignmentRecord, number: int) -> list[object]:
    return [event.body for event in to_offer(record, _open(number), MEMBERS, SEED)]


@pytest.fixture(scope="module", name="answers")
def _answers() -> list[list[Accept | Decline]]:
    """Return the answers to many offers, each with its repetitions."""
    record = assignment_record(Offered())
    return [[body for body in _bodies(record, number) if isinstance(body, Accept | Decline)] for number in range(MANY)]


def test_leads_accept_decline_and_let_expire_in_their_shares(answers: list[list[Accept | Decline]]) -> None:
    """Tests the first answer to each offer against the shares; those who withdraw later accept first."""
    offers = behaviour().offers
    first = Counter(type(given[0]) if given else None for given in answers)
    late = offers.expired * behaviour().mistakes.too_late
    assert first[Decline] / MANY == pytest.approx(offers.declined, abs=SHARE)
    assert first[Accept] / MANY == pytest.approx(offers.accepted + offers.withdrawn + late, abs=SHARE)
    assert first[None] / MANY == pytest.approx(offers.expired - late, abs=SHARE)


def test_some_answers_are_wrong_on_purpose() -> None:
    """Tests that repeated answers, late ones and answers under another team's name all occur, and carry a note."""
    record = assignment_record(Offered())
    notes = Counter(event.note for n in range(MANY) for event in to_offer(record, _open(n), MEMBERS, SEED))
    assert {"repeated", "wrong team", "too late"} <= set(notes)
    assert sum(notes[note] for note in ("repeated", "wrong team", "too late")) < 0.1 * MANY


def test_answers_come_in_time_unless_they_are_late_on_purpose() -> None:
    """Tests that an answer comes within half of the time the offer waits."""
    record = assignment_record(Offered())
    for number in range(300):
        asked = _open(number)
        half = asked.offered_at + (asked.expires - asked.offered_at) * behaviour().delay.part
        for event in to_offer(record, asked, MEMBERS, SEED):
            if event.note == "too late":
                assert event.at > asked.expires
            elif not event.note:
                assert asked.offered_at <= event.at <= half


def test_the_same_record_gives_the_same_events() -> None:
    """Tests that a lead who is asked again says the same under the same ids, and that ids are never shared."""
    record, _ = _asked(5)
    assert answers_for(record, MEMBERS, SEED) == answers_for(record, MEMBERS, SEED)
    ids = [event.event_id for n in range(300) for event in answers_for(_asked(n)[0], MEMBERS, SEED)]
    assert len(ids) == len(set(ids))


def test_a_lead_sends_only_people_who_may_go() -> None:
    """Tests that the party is vetted, insured, adult and of the gender asked for, and empty where that fails."""
    unfit = (
        Member(ref="minor", adult=False, vetting=VETTING, insured_until=UNTIL),
        Member(ref="unvetted", adult=True, insured_until=UNTIL),
        Member(ref="uninsured", adult=True, vetting=VETTING),
        Member(ref="refused", adult=True, vetting=VETTING.model_copy(update={"passed": False}), insured_until=UNTIL),
    )
    dice = chance("party")
    for _ in range(20):
        going = party(dice, DETAILS, (*unfit, *FIT), UNTIL)
        assert len(going) == 2
        assert set(going) <= {member.ref for member in FIT}
    assert party(dice, DETAILS, (*unfit, FIT[0]), UNTIL) == ()
    men_only = DETAILS.model_copy(update={"wishes": Wishes(gender="male")})
    assert party(dice, men_only, FIT, UNTIL) == ()
    assert party(dice, None, FIT, UNTIL) == ()


def test_a_lead_without_enough_people_declines() -> None:
    """Tests that a team whose members are not vetted says that it lacks people."""
    record = assignment_record(Offered())
    bodies = [event.body for n in range(50) for event in to_offer(record, _open(n), {"t-01": ()}, SEED)]
    assert not [body for body in bodies if isinstance(body, Accept)]
    assert DeclineReason.LACKS_PEOPLE in {body.reason for body in bodies if isinstance(body, Decline)}


def test_a_visit_begins_and_ends_or_says_why_not() -> None:
    """Tests the course of many accepted visits: most are done, some fail, some are withdrawn before they begin."""
    record = assignment_record(Committed())
    courses = Counter(
        tuple(type(event.body) for event in of_visit(record, _going(number), SEED)) for number in range(MANY)
    )
    assert set(courses) == {(Start, Done), (Start, FailedVisit), (Withdraw,)}
    share = behaviour().offers.withdrawn / (behaviour().offers.accepted + behaviour().offers.withdrawn)
    assert courses[Withdraw,] / MANY == pytest.approx(share, abs=0.015)
    assert courses[Start, FailedVisit] / MANY == pytest.approx(behaviour().visits.failed, abs=0.015)


def test_some_leads_take_the_whole_series_and_give_back_few_visits() -> None:
    """Tests the two shares, that only visits of a standing order have a series, and that no child's visit has one."""
    elderly = {"beneficiary": Beneficiary.EMPTY_NEST_ELDERLY, "age_band": AgeBand.ADULT}
    weekly = DETAILS.model_copy(update={"standing": "s-1", **elderly})
    child = weekly.model_copy(update={"beneficiary": Beneficiary.LEFT_BEHIND_CHILD})
    offers = [f"r-1.0.{number}" for number in range(MANY)]
    taken = sum(takes_series(weekly, offer, SEED, behaviour()) for offer in offers)
    assert taken / MANY == pytest.approx(behaviour().series.taken, abs=0.02)
    assert not any(takes_series(one, offer, SEED, behaviour()) for one in (DETAILS, child) for offer in offers)
    back = sum(gives_back(offer, SEED, behaviour()) for offer in offers)
    assert back / MANY == pytest.approx(behaviour().series.given_back, abs=0.02)


def test_a_visit_is_told_in_order() -> None:
    """Tests that nothing ends before it begins, and that nobody withdraws after the start."""
    record = assignment_record(Committed())
    for number in range(200):
        going = _going(number)
        events = of_visit(record, going, SEED)
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert events[0].at >= going.since
        if isinstance(events[0].body, Withdraw):
            assert events[0].at <= going.start


def test_the_story_is_declined_first_and_accepted_then() -> None:
    """Tests that no chance spoils the request whose story is told."""
    for number, expected in ((1, Decline), (2, Accept), (3, Accept)):
        record, _ = _asked(number)
        events = answers_for(record, MEMBERS, SEED, frozenset({record.request_id}))
        assert [type(event.body) for event in events] == [expected]
    for number in range(200):
        course = of_visit(assignment_record(Committed()), _going(number), SEED, certain=True)
        assert [type(event.body) for event in course] == [Start, Done]


def test_residents_rate_in_their_share() -> None:
    """Tests share and stars of ratings, and that a proxy rates what a proxy ordered."""
    record = assignment_record(DoneState(at=NINE, minutes=60))
    rated = [
        event.body
        for number in range(MANY)
        for event in residents_say(record.model_copy(update={"request_id": f"r-{number}"}), SEED)
    ]
    assert len(rated) / MANY == pytest.approx(behaviour().ratings.rated, abs=SHARE)
    stars = Counter(body.stars for body in rated if isinstance(body, Rate))
    assert stars[5] / len(rated) == pytest.approx(behaviour().stars[5], abs=SHARE)
    assert set(stars) == {1, 2, 3, 4, 5}
    assert {body.by for body in rated if isinstance(body, Rate)} == {"proxy"}


def test_after_a_visit_in_vain_some_ask_for_another_day() -> None:
    """Tests that a failed visit leads to a new time for some, and that nothing else is said."""
    record = assignment_record(FailedVisitState(team="t-01", reason=FailedReason.NOBODY_HOME))
    asked = [
        event.body
        for number in range(300)
        for event in residents_say(record.model_copy(update={"request_id": f"r-{number}"}), SEED)
    ]
    assert 0.4 * 300 < len(asked) < 0.8 * 300
    assert all(isinstance(body, Reschedule) and body.by == "resident" for body in asked)
    assert residents_say(assignment_record(Committed()), SEED) == []
