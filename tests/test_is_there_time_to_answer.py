"""Is nobody asked who has no time to answer, and does a desk that is away not make offers without end?"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.policy import Mode, Policy
from linli.schemas.topics import RECORD_BYTES_MAX
from tests.support.district import MONDAY, Desk

LEAST = timedelta(minutes=5)


def offers_of(desk: Desk, request: str) -> list[Offer]:
    """Return every offer ever made for the first leg of a request."""
    return list(desk.state.requests[request].legs[0].offers)


def let_time_pass(desk: Desk, hours: float, rounds_max: int) -> int:
    """Decide at every deadline until some hours after the beginning; return the number of rounds it took."""
    until, rounds = MONDAY + timedelta(hours=hours), 0
    while (due := next_deadline(desk.state)) is not None and due <= until:
        rounds += 1
        assert rounds <= rounds_max, "a deadline leads to the next one without end"
        desk.now = max(due, desk.now)
        desk.decide()
    return rounds


@pytest.mark.parametrize("urgency", [0, 1, 2])
def test_a_team_next_door_has_minutes_to_answer_although_the_window_is_open(urgency: int) -> None:
    """Tests that a team that lives where it is needed is not asked for this very second."""
    desk = Desk(Policy(mode=Mode.AUTO), teams=1)
    desk.place_order("1", hours=(0, 4), urgency=urgency)
    (offer,) = offers_of(desk, "r-1")
    assert offer.start >= desk.now + LEAST
    assert offer.expires >= desk.now + LEAST


def test_each_silent_team_had_minutes_to_answer() -> None:
    """Tests the teams asked later, and once more, too, up to the end of the window."""
    desk = Desk(Policy(mode=Mode.AUTO), teams=4)
    desk.place_order("1", hours=(0, 2), urgency=1)
    let_time_pass(desk, 3, rounds_max=40)
    offers = offers_of(desk, "r-1")
    asked = [offer.team for offer in offers]
    assert len(set(asked[:4])) == 4, "all teams before any is asked once more"
    assert Counter(asked) == dict.fromkeys(asked, 2)
    assert all(offer.expires - offer.offered_at >= LEAST for offer in offers)
    assert all(offer.start - offer.offered_at >= LEAST for offer in offers)


def test_a_proposal_waits_for_an_absent_desk_without_many_others_after_it() -> None:
    """Tests that nobody at the desk for four hours costs a few proposals, not one every second."""
    desk = Desk(Policy(mode=Mode.CONFIRM), teams=2)
    desk.place_order("1", hours=(0, 4), urgency=1)
    let_time_pass(desk, 5, rounds_max=60)
    offers = offers_of(desk, "r-1")
    assert 1 <= len(offers) <= 8
    assert all(offer.state is OfferState.EXPIRED for offer in offers)
    assert desk.state.requests["r-1"].state is State.CLOSED


def test_a_desk_away_for_a_week_does_not_make_a_record_too_large() -> None:
    """Tests that a request with a window of a week ends with a person, not with a record that no topic takes."""
    desk = Desk(Policy(mode=Mode.CONFIRM), teams=2)
    desk.place_order("1", hours=(0, 24 * 7 - 1), urgency=0)
    let_time_pass(desk, 24 * 7, rounds_max=400)
    records = [one for decision in desk.decisions for one in decision.assignments]
    assert max(size(one) for one in records) < RECORD_BYTES_MAX // 4
    assert State.UNMET in {one.state for one in records}


def size(record: AssignmentRecord) -> int:
    """Return the bytes of a record."""
    return len(record.model_dump_json().encode())
