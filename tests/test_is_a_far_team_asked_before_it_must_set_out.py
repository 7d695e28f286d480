"""Is a far team asked before it must set out, however late a county asks?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.rounds.translate_teams import place_of
from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import Offer
from linli.schemas.lifecycle import State
from linli.schemas.policy import Mode, Policy
from tests.support.desk_words import last
from tests.support.district import MONDAY, Desk, place, window

OPENS, CLOSES = 4.0, 5.0
FAR = 0.25
"""Degrees of latitude: more than an hour's way on the county's roads."""

WAY = timedelta(seconds=HaversineTravel().between(place_of(place()), place_of(place(FAR)))[0])


def asked(freeze: int, north: float) -> Offer:
    """Let time pass from deadline to deadline, as the dispatcher does, until a team is asked."""
    desk = Desk(Policy(mode=Mode.AUTO, freeze_minutes=freeze, work=0), teams=1)
    desk.place_order("1", hours=(OPENS, CLOSES), north=north)
    while not last(desk).legs[0].offers:
        due = next_deadline(desk.state)
        assert due is not None
        assert due > desk.now
        desk.now = due
        desk.decide()
        assert last(desk).state is not State.CLOSED, "nobody was asked before the window had passed"
    return last(desk).legs[0].offers[0]


@pytest.mark.parametrize("freeze", [0, 20, 60])
def test_a_far_team_can_answer_and_still_be_in_time(freeze: int) -> None:
    """Tests that a way longer than the freeze time does not keep a promise from being offered, and so from being kept.

    Nobody sets out to a visit that is only promised, so its planned start would slip ahead of the clock for ever.
    """
    assert timedelta(minutes=60) < WAY
    offer = asked(freeze, FAR)
    assert offer.start == window(OPENS, CLOSES).start
    assert offer.offered_at <= offer.start - WAY
    assert offer.expires <= offer.start - WAY


def test_a_near_team_is_asked_at_the_freeze_time() -> None:
    """Tests that where the way is short nothing is asked earlier than the county says."""
    offer = asked(120, 0.0)
    assert offer.offered_at == MONDAY + timedelta(hours=OPENS - 2)
