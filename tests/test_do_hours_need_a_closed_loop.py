"""Do volunteer hours need a closed loop: what proves a visit, what counts, and what a low rating does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.matcher.service.call_backs import is_drawn, wants_call_back
from linli.schemas.answers import Accept, Done, Rate, Start
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import CommandBody
from linli.schemas.desk import ApplyRecord
from linli.schemas.judging import Remedy, Verdict
from linli.schemas.lifecycle import State
from linli.schemas.orders import Target
from linli.schemas.people import AgeBand, Beneficiary, SealedPart
from linli.schemas.proving import ConfirmService, GiveCode, Resolve, ReviewService
from linli.schemas.rounds import OutcomeCode
from linli.schemas.service import RESIDENT_SOURCE, ServiceRecord
from linli.schemas.service_policy import ServicePolicy
from tests.support.district import MONDAY, Desk

ONE = Target(request_id="r-1")
SEALED = SealedPart(key_id="k-why", nonce="bm9uY2U=", ciphertext="Y2lwaGVy")


def sent(desk: Desk, body: CommandBody, source: str = "test-centre") -> tuple[OutcomeCode, str]:
    """Send a command from somebody and return what became of it."""
    numbered = desk.command(body)
    command = numbered.command.model_copy(update={"source": source})
    (one,) = desk.decide(type(numbered)(numbered.offset, command)).outcomes
    return one.code, one.detail


def visited(desk: Desk, *, minutes: int = 30, there: int = 30, legs: int = 1) -> list[tuple[str, str]]:
    """Order, accept, start and end a visit; return offer and team of each leg."""
    desk.place_order("1", urgency=0, hours=(0, 2), legs=legs)
    offers = [(offer, name) for _, offer, name in desk.open_offers()]
    for offer, name in offers:
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    desk.at(1)
    for offer, name in offers:
        desk.send(Start(offer=offer, team=name, door_code_ok=True))
    desk.now += timedelta(minutes=there)
    for offer, name in offers:
        desk.send(Done(offer=offer, team=name, minutes=minutes))
    return offers


def kept(desk: Desk, leg: int = 0) -> ServiceRecord:
    """Return the service record as it stands."""
    return desk.state.service[f"r-1/{leg}"]


def last(desk: Desk) -> AssignmentRecord:
    """Return the request as it stands."""
    return desk.state.requests["r-1"]


def test_a_teams_own_word_gives_no_hours() -> None:
    """Tests that a done visit has its record at once, and that what the team says of the door code proves nothing."""
    desk = Desk()
    [(_, name)] = visited(desk)
    record = kept(desk)
    assert (record.version, record.team, record.members) == (1, name, (f"{name}-m0", f"{name}-m1"))
    assert (record.minutes, record.plausible_minutes, record.credited_minutes) == (30, 30, 0)
    assert record.proof.ways == ()
    assert not record.anomalies


@pytest.mark.parametrize(
    ("body", "source", "ways"),
    [
        (Rate(target=ONE, stars=5, by="resident"), RESIDENT_SOURCE, ("resident",)),
        (Rate(target=ONE, stars=5, by="resident"), "test-centre", ()),
        (Rate(target=ONE, stars=5, by="resident"), "team:t0", ()),
        (Rate(target=ONE, stars=5, by="proxy"), "proxy:wang", ()),
        (Rate(target=ONE, stars=5, by="call_back"), "test-centre", ("call_back",)),
        (Rate(target=ONE, stars=5, by="call_back"), "team:t0", ()),
        (Rate(target=ONE, stars=5, by="call_back"), "proxy:wang", ()),
        (ConfirmService(target=ONE, by="grid-1"), "officer:grid-1", ("grid_worker",)),
    ],
)
def test_what_somebody_else_says_may_prove_it(body: CommandBody, source: str, ways: tuple[str, ...]) -> None:
    """Tests each way beside its twin from somebody whose word does not prove it."""
    desk = Desk()
    visited(desk)
    assert sent(desk, body, source)[0] is OutcomeCode.APPLIED
    record = kept(desk)
    assert record.proof.ways == ways
    assert record.credited_minutes == (30 if ways else 0)
    assert record.version == 2


def test_the_residents_code_proves_it_and_three_wrong_ones_end_it() -> None:
    """Tests the code before and after the end of the visit, and that guessing stops and is flagged."""
    desk = Desk()
    [(offer, name)] = visited(desk)
    assert sent(desk, GiveCode(offer=offer, team=name, right=True)) == (OutcomeCode.APPLIED, "")
    assert (kept(desk).proof.ways, kept(desk).credited_minutes) == (("service_code",), 30)
    other = Desk()
    [(offer, name)] = visited(other)
    for _ in range(3):
        assert sent(other, GiveCode(offer=offer, team=name, right=False)) == (OutcomeCode.APPLIED, "wrong_code")
    assert sent(other, GiveCode(offer=offer, team=name, right=True)) == (OutcomeCode.NOT_ALLOWED_NOW, "no_more_codes")
    assert (kept(other).anomalies, kept(other).credited_minutes) == (("wrong_codes",), 0)
    assert other.state.requests["r-1"].state is State.DONE


def test_a_code_said_during_the_visit_counts_at_its_end() -> None:
    """Tests that the code may come before the visit is reported done."""
    desk = Desk()
    desk.place_order("1", urgency=0, hours=(0, 2))
    ((_, offer, name),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    desk.at(1)
    assert sent(desk, GiveCode(offer=offer, team=name, right=True))[0] is OutcomeCode.STALE
    desk.send(Start(offer=offer, team=name))
    assert sent(desk, GiveCode(offer=offer, team="t9", right=True))[0] is OutcomeCode.NOT_YOURS
    assert sent(desk, GiveCode(offer=offer, team=name, right=True))[0] is OutcomeCode.APPLIED
    desk.at(1.5)
    desk.send(Done(offer=offer, team=name, minutes=30))
    assert kept(desk).credited_minutes == 30


@pytest.mark.parametrize(("said", "there", "counts"), [(30, 40, 30), (40, 30, 30), (85, 300, 85), (200, 300, 90)])
def test_the_least_of_said_there_and_believable_counts(said: int, there: int, counts: int) -> None:
    """Tests the three limits of the believable minutes of a visit that was ordered for half an hour."""
    desk = Desk()
    [(offer, name)] = visited(desk, minutes=said, there=there)
    sent(desk, GiveCode(offer=offer, team=name, right=True))
    record = kept(desk)
    assert (record.plausible_minutes, record.anomalies) == (counts, ())
    assert record.credited_minutes == counts


def test_both_teams_of_a_visit_get_their_record() -> None:
    """Tests that a visit by two teams has two records, each proven by itself."""
    desk = Desk()
    (offer, name), _ = visited(desk, legs=2)
    sent(desk, GiveCode(offer=offer, team=name, right=True))
    assert (kept(desk, 0).credited_minutes, kept(desk, 1).credited_minutes) == (30, 0)
    assert kept(desk, 0).team != kept(desk, 1).team


def test_somebody_of_the_team_cannot_confirm_it() -> None:
    """Tests that a member's confirmation proves nothing and is flagged, and that a review then decides."""
    desk = Desk()
    [(_, name)] = visited(desk)
    own = ConfirmService(target=ONE, by=f"{name}-m3")
    assert sent(desk, own, "officer:1") == (OutcomeCode.APPLIED, "own_team")
    assert (kept(desk).anomalies, kept(desk).proof.proven) == (("own_team",), False)
    assert sent(desk, own, "officer:1")[0] is OutcomeCode.DUPLICATE
    theirs = ConfirmService(target=ONE, by="grid-1", of_team=name)
    assert sent(desk, theirs, "officer:2") == (OutcomeCode.APPLIED, "own_team")
    assert sent(desk, ConfirmService(target=ONE, by="grid-2"), "officer:3") == (OutcomeCode.APPLIED, "")
    assert (kept(desk).proof.ways, kept(desk).credited_minutes) == (("grid_worker",), 0)
    review = ReviewService(target=ONE, verdict=Verdict.ACCEPTED, sealed_reason=SEALED, by="office-1")
    assert sent(desk, review)[0] is OutcomeCode.APPLIED
    assert (kept(desk).waits, kept(desk).credited_minutes) == (False, 30)
    refuse = review.model_copy(update={"verdict": Verdict.REFUSED})
    assert sent(desk, refuse)[0] is OutcomeCode.APPLIED
    assert kept(desk).credited_minutes == 0


def test_a_proxy_cannot_vouch_for_its_own_order() -> None:
    """Tests that whoever ordered for somebody is not the second pair of eyes, unless that is their office."""
    desk = Desk()
    visited(desk)
    assert sent(desk, ConfirmService(target=ONE, by="wang"), "test-centre") == (OutcomeCode.BREAKS_RULE, "own_order")


def test_nothing_can_be_said_of_a_visit_that_was_not_made() -> None:
    """Tests that confirmation and review need a visit, and a review something to decide about."""
    desk = Desk()
    desk.place_order("1")
    assert sent(desk, ConfirmService(target=ONE, by="grid-1"), "officer:1")[0] is OutcomeCode.NOT_ALLOWED_NOW
    review = ReviewService(target=ONE, verdict=Verdict.REFUSED, sealed_reason=SEALED, by="office-1")
    assert sent(desk, review)[0] is OutcomeCode.NOT_ALLOWED_NOW
    other = Desk()
    visited(other)
    assert sent(other, review) == (OutcomeCode.NOT_ALLOWED_NOW, "no_anomaly")


def test_help_given_before_has_its_record() -> None:
    """Tests that what was entered afterwards is written down, without hours until somebody proves it."""
    desk = Desk()
    desk.place_order("1")
    body = ApplyRecord(team="t1", members=("t1-m0",), start=MONDAY, minutes=30, reason="on the way", by="desk-1")
    desk.send(body, request="r-1")
    assert (kept(desk).afterwards, kept(desk).credited_minutes, kept(desk).members) == (True, 0, ("t1-m0",))
    sent(desk, ConfirmService(target=ONE, by="grid-1"), "officer:grid-1")
    assert kept(desk).credited_minutes == 30


def test_the_last_word_of_each_source_is_kept_and_the_residents_counts() -> None:
    """Tests that a proxy's five stars do not cover the resident's own three."""
    desk = Desk()
    visited(desk)
    sent(desk, Rate(target=ONE, stars=5, by="proxy"), "proxy:wang")
    sent(desk, Rate(target=ONE, stars=3, by="resident"), RESIDENT_SOURCE)
    sent(desk, Rate(target=ONE, stars=4, by="proxy"), "proxy:wang")
    record = kept(desk)
    assert [(one.by, one.stars) for one in record.judgements] == [("proxy", 4), ("resident", 3)]
    assert record.judgement is not None
    assert (record.judgement.by, record.judgement.stars) == ("resident", 3)
    status = desk.state.requests["r-1"].status
    assert getattr(status, "stars", None) == 3


def test_a_low_rating_reopens_until_somebody_says_what_came_of_it() -> None:
    """Tests that two stars reopen and three do not, that nothing closes it by itself, and how it ends."""
    desk = Desk()
    visited(desk)
    sent(desk, Rate(target=ONE, stars=3, by="resident"), RESIDENT_SOURCE)
    assert last(desk).state is State.RATED
    sent(desk, Rate(target=ONE, stars=2, by="resident"), RESIDENT_SOURCE)
    assert last(desk).state is State.REOPENED
    sent(desk, Rate(target=ONE, stars=5, by="proxy"), "proxy:wang")
    desk.at(24 * 20)
    open_case = last(desk)
    assert (open_case.state, open_case.reopened[-1].remedy) == (State.REOPENED, None)
    answer = Resolve(target=ONE, remedy=Remedy.MADE_GOOD, reason="done again", by="desk-1")
    assert sent(desk, answer)[0] is OutcomeCode.APPLIED
    assert sent(desk, answer)[0] is OutcomeCode.NOT_ALLOWED_NOW
    answered = last(desk)
    assert (answered.state, answered.reopened[-1].remedy) == (State.RATED, "made_good")
    desk.at(24 * 30)
    assert last(desk).state is State.CLOSED


def test_no_resident_leaves_a_trace_in_the_record() -> None:
    """Tests that the household's mark and the place of the visit stay out of what outlives the request."""
    desk = Desk()
    desk.place_order("1", urgency=0, hours=(0, 2), household="f")
    ((_, offer, name),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    desk.send(Done(offer=offer, team=name, minutes=30))
    text = kept(desk).model_dump_json()
    assert "f" * 32 not in text
    assert "27.9" not in text
    assert "lat" not in ServiceRecord.model_fields


def test_the_sample_is_drawn_from_ids_alone() -> None:
    """Tests that about the share is drawn, the same again, another for another seed, and none or all at the ends."""
    names = [f"r-{number}" for number in range(5_000)]
    policy = ServicePolicy(call_back_percent=10)
    drawn = {name for name in names if is_drawn(name, policy)}
    assert 400 < len(drawn) < 600
    assert drawn == {name for name in names if is_drawn(name, policy)}
    other = policy.model_copy(update={"call_back_seed": 2})
    assert len(drawn & {name for name in names if is_drawn(name, other)}) < 100
    assert not any(is_drawn(name, ServicePolicy(call_back_percent=0)) for name in names)
    assert all(is_drawn(name, ServicePolicy(call_back_percent=100)) for name in names)


def test_children_and_restricted_cases_are_never_called() -> None:
    """Tests that only help that was given, to an adult, with open access, is called back."""
    everybody = ServicePolicy(call_back_percent=100)
    desk = Desk()
    desk.place_order("2")
    visited(desk)
    record = last(desk)
    assert wants_call_back(record, everybody)
    assert not wants_call_back(desk.state.requests["r-2"], everybody)
    for change in (
        {"restricted": True},
        {"beneficiary": Beneficiary.LEFT_BEHIND_CHILD},
        {"age_band": AgeBand.UNDER_14},
    ):
        assert record.details is not None
        changed = record.model_copy(update={"details": record.details.model_copy(update=change)})
        assert not wants_call_back(changed, everybody)
