"""Do offers respect volunteers: quiet hours, time to answer, how often they are asked, what a late answer is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.odds import Answers, Standing
from linli.matcher.rounds.hours import quiet_period
from linli.matcher.rounds.translate_teams import teams_of
from linli.schemas.answers import Accept, Decline, DeclineReason
from linli.schemas.assignment import Offer, Unmet
from linli.schemas.commands import ApplyTeam, CommandBody
from linli.schemas.desk import Assign, Confirm, Hold
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import AnswerHours, Mode, Policy, QuietHours
from linli.schemas.rounds import OutcomeCode
from tests.support.district import MONDAY, Desk, team

ONE = Target(request_id="r-1")
NIGHT = QuietHours(start=time(21, 30), end=time(7, 30))
"""In Sinan, where it is eight in the morning when the tests' Monday begins: from 13.5 to 23.5 hours after that."""

QUIET = Policy(mode=Mode.AUTO, freeze_minutes=90, work=0, quiet_hours=NIGHT)


def outcome(desk: Desk, body: CommandBody) -> tuple[OutcomeCode, str]:
    """Send a command and return what became of it."""
    (one,) = desk.send(body).outcomes
    return one.code, one.detail


def the_offer(desk: Desk, request: str = "r-1") -> Offer:
    """Return the last offer of a request."""
    return desk.state.requests[request].legs[0].offers[-1]


def asked_at(desk: Desk, request: str = "r-1") -> datetime | None:
    """Let time pass from deadline to deadline until the request's team is asked; return when that was."""
    for _ in range(20):
        offers = desk.state.requests[request].legs[0].offers
        if offers:
            return offers[-1].offered_at
        due = next_deadline(desk.state)
        if due is None:
            return None
        desk.now = max(desk.now, due)
        desk.decide()
    return None


@pytest.mark.parametrize(
    ("hour", "minute", "inside"),
    [(21, 29, False), (21, 30, True), (23, 59, True), (0, 0, True), (7, 29, True), (7, 30, False), (12, 0, False)],
)
def test_quiet_hours_may_cross_midnight(hour: int, minute: int, inside: bool) -> None:
    """Tests both ends of the night, and that the end is the first moment at which people may be asked again."""
    here = datetime(2026, 11, 24, hour, minute, tzinfo=UTC) - timedelta(hours=8)
    night = quiet_period(NIGHT, "Asia/Shanghai", here)
    assert (night is not None) is inside
    if night is not None:
        assert night.end - night.start == timedelta(hours=10)
        assert quiet_period(NIGHT, "Asia/Shanghai", night.end) is None


@pytest.mark.parametrize(("start", "end"), [(time(8), time(8)), (time(8), time(7)), (time(0), time(14, 1))])
def test_quiet_hours_leave_time_to_ask_in(start: time, end: time) -> None:
    """Tests that hours without length, or of nearly the whole day, are refused."""
    with pytest.raises(ValueError, match="ten to ask in"):
        QuietHours(start=start, end=end)


def test_a_freeze_time_at_night_moves_to_the_morning_if_there_is_time_to_answer() -> None:
    """Tests that a visit at half past eight, whose team would be asked at seven, is asked for at half past seven."""
    desk = Desk(QUIET)
    desk.place_order("1", hours=(24.5, 24.5))
    assert asked_at(desk) == MONDAY + timedelta(hours=23.5)
    assert the_offer(desk).expires == MONDAY + timedelta(hours=24)


def test_a_freeze_time_at_night_moves_before_it_if_the_morning_were_too_late() -> None:
    """Tests that a visit at eight is asked for so early in the evening that the team has its time before the night."""
    desk = Desk(QUIET.model_copy(update={"answer_minutes": (10, 45, 45)}))
    desk.place_order("1", hours=(24, 24))
    asked = asked_at(desk)
    assert asked is not None
    assert MONDAY + timedelta(hours=12) < asked < MONDAY + timedelta(hours=13)
    assert the_offer(desk).expires < MONDAY + timedelta(hours=13.5)


def test_nobody_is_asked_at_night_for_what_was_ordered_at_night() -> None:
    """Tests that an order of the night waits for the morning, and that waiting is a deadline of its own."""
    desk = Desk(QUIET)
    desk.at(16)
    desk.place_order("1", hours=(24.5, 26))
    assert desk.open_offers() == []
    assert asked_at(desk) == MONDAY + timedelta(hours=23.5)


def test_an_urgent_request_knows_no_quiet_hours() -> None:
    """Tests that the highest class is asked for at once, and that its offer may run out at night."""
    desk = Desk(Policy(mode=Mode.AUTO, work=0, quiet_hours=QuietHours(start=time(8), end=time(18))))
    desk.place_order("1", urgency=0)
    assert len(desk.open_offers()) == 1
    assert the_offer(desk).expires == MONDAY + timedelta(minutes=10)


def test_an_answer_time_does_not_end_at_night() -> None:
    """Tests that an offer of the evening, which would run out at night, has its time again in the morning."""
    policy = QUIET.model_copy(update={"answer_minutes": (10, 120, 120), "freeze_minutes": 810})
    desk = Desk(policy)
    desk.place_order("1", hours=(26, 26))
    desk.at(12.6)
    ((_, _, _),) = desk.open_offers()
    desk.at(15)
    assert len(desk.open_offers()) == 1
    assert the_offer(desk).expires == MONDAY + timedelta(hours=25.5)
    desk.at(25.6)
    assert desk.state.requests["r-1"].legs[0].offers[0].state is OfferState.EXPIRED


def test_the_time_to_answer_depends_on_the_hour() -> None:
    """Tests that an hour's own answer times go before the usual ones."""
    noon = AnswerHours(start=time(8), end=time(9), minutes=(5, 55, 55))
    desk = Desk(Policy(mode=Mode.AUTO, freeze_minutes=90, work=0, answer_hours=(noon,)))
    desk.place_order("1")
    desk.at(0.5)
    assert the_offer(desk).expires == MONDAY + timedelta(minutes=85)


def test_two_teams_found_at_night_are_asked_in_the_morning() -> None:
    """Tests that a visit by two teams is fixed when it is ordered and that both hear of it after the night."""
    desk = Desk(QUIET, teams=2)
    desk.at(16)
    desk.place_order("1", hours=(26, 27), legs=2)
    assert desk.open_offers() == []
    assert next_deadline(desk.state) == MONDAY + timedelta(hours=23.5)
    desk.at(23.5)
    assert len(desk.open_offers()) == 2
    assert desk.state.requests["r-1"].state is State.OFFERED


def test_a_team_is_asked_so_often_a_day_and_not_more() -> None:
    """Tests that the third visit of a day goes to nobody when the only team may be asked twice, and that it is said."""
    desk = Desk(Policy(mode=Mode.AUTO, freeze_minutes=600, work=0, offers_per_team_day=2), teams=1)
    for number in range(3):
        desk.place_order(str(number), hours=(2, 9))
    desk.decide()
    records = [desk.state.requests[f"r-{number}"] for number in range(3)]
    assert [record.state for record in records] == [State.OFFERED, State.OFFERED, State.UNMET]
    assert isinstance(records[2].status, Unmet)
    assert {rule.rule for rule in records[2].status.why.rules} == {"asked_enough"}


def test_another_team_is_asked_when_the_nearest_was_asked_enough() -> None:
    """Tests that the budget moves an offer, and counts again the next day."""
    desk = Desk(Policy(mode=Mode.AUTO, freeze_minutes=600, work=0, offers_per_team_day=1), teams=2)
    desk.place_order("1", hours=(2, 9))
    desk.place_order("2", hours=(2, 9))
    assert sorted(name for _, _, name in desk.open_offers()) == ["t0", "t1"]
    desk.place_order("3", hours=(26, 33))
    desk.at(22)
    assert desk.state.requests["r-3"].state is State.OFFERED


def test_an_urgent_request_is_asked_for_beyond_the_budget() -> None:
    """Tests that what is urgent does not wait for the next day."""
    desk = Desk(Policy(mode=Mode.AUTO, freeze_minutes=600, work=0, offers_per_team_day=1), teams=1)
    desk.place_order("1", hours=(2, 9))
    desk.place_order("2", hours=(2, 9), urgency=0)
    assert desk.state.requests["r-2"].state is State.OFFERED


def test_a_person_may_ask_a_team_that_was_asked_enough() -> None:
    """Tests that the budget binds the plan and not the desk."""
    desk = Desk(Policy(mode=Mode.AUTO, freeze_minutes=600, work=0, offers_per_team_day=1), teams=1)
    desk.place_order("1", hours=(2, 4))
    desk.place_order("2", hours=(5, 9))
    assert desk.state.requests["r-2"].state is State.UNMET
    assert outcome(desk, Assign(target=Target(request_id="r-2"), team="t0", reason="asked them", by="desk-1")) == (
        OutcomeCode.APPLIED,
        "",
    )


def test_silence_counts_half_as_much_as_a_decline() -> None:
    """Tests the odds that the plan reckons with, and that today's answers change them tomorrow."""
    desk = Desk(Policy(mode=Mode.AUTO, work=0), teams=2)
    desk.place_order("1", urgency=0, hours=(2, 4))
    ((_, offer, first),) = desk.open_offers()
    desk.send(Decline(offer=offer, team=first, reason=DeclineReason.BUSY))
    ((_, _, second),) = desk.open_offers()
    desk.at(0.5)
    zones = {first: "Asia/Shanghai", second: "Asia/Shanghai"}
    answers = Answers()
    answers.update(desk.state.requests, zones)
    today = (MONDAY + timedelta(hours=8)).date()
    assert answers.standing(first, today) == Standing(1_000, 1)
    tomorrow = today + timedelta(days=1)
    assert answers.standing(first, tomorrow) == Standing(1_000 * 10 // 12 // 50 * 50, 0)
    assert answers.standing(second, tomorrow) == Standing(1_000 * 10 // 11 // 50 * 50, 0)
    desk.at(17)
    known = {one.id: one.acceptance for one in teams_of(Draft(desk.state, desk.moment()))}
    assert (known[first], known[second]) == (800, 900)


def test_what_was_counted_by_and_by_is_what_is_counted_at_once() -> None:
    """Tests that the counts are a function of the ledger alone."""
    desk, grown = Desk(Policy(mode=Mode.AUTO, work=0), teams=3), Answers()
    zones = {f"t{i}": "Asia/Shanghai" for i in range(3)}
    for number in range(6):
        desk.place_order(str(number), urgency=0, hours=(1 + number, 3 + number))
        for request, offer, name in desk.open_offers():
            if int(request[2:]) % 2:
                desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
            else:
                desk.send(Decline(offer=offer, team=name, reason=DeclineReason.BUSY))
            grown.update(desk.state.requests, zones)
    anew = Answers()
    anew.update(desk.state.requests, zones)
    day = (MONDAY + timedelta(days=2)).date()
    assert [grown.standing(name, day) for name in zones] == [anew.standing(name, day) for name in zones]
    assert any(grown.standing(name, day).acceptance < 1_000 for name in zones)


def test_silence_keeps_a_team_from_the_plan_and_not_from_the_desk() -> None:
    """Tests that a team that did not answer is not asked again by itself, and may be asked by a person."""
    desk = Desk(Policy(mode=Mode.AUTO, work=0), teams=1)
    desk.place_order("1", urgency=0, hours=(2, 6))
    desk.at(0.5)
    assert desk.state.requests["r-1"].state is State.UNMET
    assert outcome(desk, Assign(target=ONE, team="t0", reason="reached them", by="desk-1"))[0] is OutcomeCode.APPLIED
    assert len(desk.open_offers()) == 1


def test_a_decline_keeps_a_team_from_the_desk_too() -> None:
    """Tests that nobody is pressed who said no."""
    desk = Desk(Policy(mode=Mode.AUTO, work=0), teams=1)
    desk.place_order("1", urgency=0, hours=(2, 6))
    ((_, offer, name),) = desk.open_offers()
    desk.send(Decline(offer=offer, team=name, reason=DeclineReason.BUSY))
    assert outcome(desk, Assign(target=ONE, team="t0", reason="please", by="desk-1")) == (
        OutcomeCode.BREAKS_RULE,
        "declined",
    )


def _expired(desk: Desk, offer: str, name: str) -> None:
    desk.at(0.4)


def _cancelled(desk: Desk, offer: str, name: str) -> None:
    desk.send(Cancel(target=ONE))


def _held(desk: Desk, offer: str, name: str) -> None:
    desk.send(Hold(target=ONE, reason="wait", by="desk-1"))


def _reassigned(desk: Desk, offer: str, name: str) -> None:
    other = "t1" if name == "t0" else "t0"
    desk.send(Assign(target=ONE, team=other, reason="knows them", by="desk-1"))


def _gone(desk: Desk, offer: str, name: str) -> None:
    desk.send(ApplyTeam(details=team(name).model_copy(update={"active": False})))


def _declined(desk: Desk, offer: str, name: str) -> None:
    desk.send(Decline(offer=offer, team=name, reason=DeclineReason.BUSY))


def _accepted(desk: Desk, offer: str, name: str) -> None:
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))


@pytest.mark.parametrize(
    ("happened", "word"),
    [
        (_expired, "expired"),
        (_cancelled, "cancelled"),
        (_held, "held"),
        (_reassigned, "reassigned"),
        (_gone, "no_longer_possible"),
        (_declined, "declined"),
        (_accepted, "accepted"),
    ],
)
def test_a_late_acceptance_is_told_what_happened(happened: Callable[[Desk, str, str], None], word: str) -> None:
    """Tests that whoever answers too late learns why, and that nothing changes by it."""
    desk = Desk(Policy(mode=Mode.AUTO, work=0), teams=2)
    desk.place_order("1", urgency=0)
    ((_, offer, name),) = desk.open_offers()
    happened(desk, offer, name)
    before = desk.state.requests["r-1"]
    late = Accept(offer=offer, team=name, members=(f"{name}-m1",))
    assert outcome(desk, late) == (OutcomeCode.STALE, word)
    assert desk.state.requests["r-1"] == before


def test_an_answer_to_an_offer_that_never_was_is_told_so() -> None:
    """Tests that an invented offer is recognised."""
    desk = Desk(Policy(mode=Mode.AUTO, work=0))
    desk.place_order("1", urgency=0)
    assert outcome(desk, Accept(offer="r-1.0.9", team="t0", members=("t0-m0",))) == (
        OutcomeCode.STALE,
        "no_such_offer",
    )


def test_a_proposal_that_the_desk_let_pass_does_not_count_against_the_team() -> None:
    """Tests that a team is not held to silence about what it was never asked."""
    desk = Desk(Policy(mode=Mode.CONFIRM, freeze_minutes=90, work=0), teams=1)
    desk.place_order("1")
    desk.at(0.5)
    answers = Answers()
    answers.update(desk.state.requests, {"t0": "Asia/Shanghai"})
    assert answers.standing("t0", MONDAY.date()).today == 0
    desk.send(Confirm(target=ONE, by="desk-1"))
    answers.update(desk.state.requests, {"t0": "Asia/Shanghai"})
    assert answers.standing("t0", MONDAY.date()).today == 1
