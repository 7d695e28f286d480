"""Does a visit that is dear to serve wait for neighbours, openly and never for good, where a county asks for that?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from linli.matcher.deadlines import next_deadline
from linli.schemas.assignment import Unmet
from linli.schemas.explanation import TooDear
from linli.schemas.lifecycle import State
from linli.schemas.policy import AdmissionPrice
from tests.support.district import AUTO, MONDAY, Desk

FAR = 0.2
"""Degrees north of everybody: 22 km, about an hour there and back."""

PRICE = AdmissionPrice(seconds=1_800, until_minutes=240)
PATIENT = AUTO.model_copy(update={"admission_price": PRICE})
TOMORROW = (26.0, 30.0)
"""Hours of the window; from 22 hours on it is taken at any price."""

TAKEN_FROM = MONDAY + timedelta(hours=22)


def waits(desk: Desk, request: str) -> TooDear | None:
    """Return why a request waits, if it does for its price."""
    status = desk.state.requests[request].status
    return status.why.too_dear if isinstance(status, Unmet) else None


def test_a_far_visit_waits_and_says_for_what() -> None:
    """Tests that price, limit and the end of waiting are told, and that nothing waits unless a county wants it."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=TOMORROW, north=FAR)
    found = waits(desk, "r-1")
    assert found is not None
    assert (found.limit, found.until) == (1_800, TAKEN_FROM)
    assert found.seconds > 1_800
    usual = Desk(AUTO)
    usual.place_order("1", hours=TOMORROW, north=FAR)
    assert usual.state.requests["r-1"].state is State.PROMISED


def test_neighbours_are_promised_together() -> None:
    """Tests that a second far order makes the way worth while for both, each being cheap beside the other."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=TOMORROW, north=FAR)
    desk.place_order("2", hours=TOMORROW, north=FAR)
    assert {desk.state.requests[one].state for one in ("r-1", "r-2")} == {State.PROMISED}


def test_it_is_taken_at_any_price_in_time() -> None:
    """Tests that the end of waiting is a deadline of its own, and that no record is written until then."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=TOMORROW, north=FAR)
    version = desk.state.requests["r-1"].version
    desk.now += timedelta(hours=1)
    desk.place_order("2", hours=TOMORROW)
    assert desk.state.requests["r-1"].version == version
    assert next_deadline(desk.state) == TAKEN_FROM
    desk.now = TAKEN_FROM
    desk.decide()
    assert desk.state.requests["r-1"].state is State.PROMISED


def test_its_true_reason_is_told_when_nobody_can_go_in_the_end() -> None:
    """Tests that the price does not stay the excuse where the only team has become busy, and that it is told once."""
    desk = Desk(PATIENT, teams=1)
    desk.place_order("1", hours=(26, 26.5), north=FAR)
    assert waits(desk, "r-1") is not None
    desk.place_order("2", hours=(26, 26.2), minutes=240)
    desk.now = TAKEN_FROM
    desk.decide()
    record = desk.state.requests["r-1"]
    assert isinstance(record.status, Unmet)
    assert (record.status.why.outcome, record.status.why.too_dear) == ("lost", None)
    assert next_deadline(desk.state) != TAKEN_FROM


@pytest.mark.parametrize(("urgency", "hours"), [(0, TOMORROW), (1, (3.0, 6.0))])
def test_what_is_urgent_or_soon_never_waits(urgency: int, hours: tuple[float, float]) -> None:
    """Tests that only what has time waits."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=hours, urgency=urgency, north=FAR)
    assert desk.state.requests["r-1"].state in (State.PROMISED, State.OFFERED)


def test_a_price_below_a_minute_is_no_price() -> None:
    """Tests that the configuration is validated: a price of nothing would let everybody wait."""
    with pytest.raises(ValidationError):
        AdmissionPrice(seconds=0)


def test_who_waits_takes_nobodys_place() -> None:
    """Tests that what has waited longer, and would come first, leaves its place to others as long as it is too dear."""
    desk = Desk(PATIENT, teams=1)
    desk.place_order("1", hours=(50, 50.5), north=FAR)
    desk.now += timedelta(hours=25)
    desk.place_order("2", hours=(50, 50.2), minutes=240)
    assert waits(desk, "r-1") is not None
    assert desk.state.requests["r-2"].state is State.PROMISED
