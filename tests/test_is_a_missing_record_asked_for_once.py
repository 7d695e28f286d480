"""Is a team that never said what became of its visit told once that the record is missing, and how to hand it in?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.matcher.service.unreported import unheard
from linli.schemas.answers import Accept, Done, FailedReason, FailedVisit, Start
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.glossary import Tongue
from linli.schemas.lifecycle import State
from linli.schemas.service_policy import ServicePolicy
from linli.services.delivering.letters import Letters
from linli.services.delivering.notices import notices, still_holds
from linli.streams.sealed.keyring import Keyring
from tests.support.district import AUTO, Desk

KEYRING = Keyring(bytes(range(32)))
POLICY = AUTO.model_copy(update={"service": ServicePolicy(call_after_minutes=60, give_up_hours=24)})
HOUR = timedelta(hours=1)


def _last(desk: Desk) -> AssignmentRecord:
    return desk.state.requests["r-1"]


def _going(legs: int = 1) -> Desk:
    """Return a desk whose clock stands at the planned end of a visit that has begun."""
    desk = Desk(POLICY, teams=legs)
    desk.place_order("1", urgency=0, hours=(1, 3), legs=legs)
    for _, offer, name in desk.open_offers():
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    for leg in _last(desk).legs:
        assert leg.assignment is not None
        desk.now = leg.assignment.start
        desk.send(Start(offer=leg.assignment.id, team=leg.assignment.team))
    desk.now = max(leg.assignment.end for leg in _last(desk).legs if leg.assignment is not None)
    return desk


def _after(desk: Desk, time: timedelta) -> list[DeliveryRecord]:
    """Let time pass, and return what is to be told of missing records then."""
    desk.now += time
    desk.decide()
    return _missing(desk)


def _missing(desk: Desk, *known: DeliveryRecord) -> list[DeliveryRecord]:
    told = notices(_last(desk), {one.id: one for one in known}, desk.now)
    return [one for one in told if one.purpose is Purpose.NOT_REPORTED]


def test_it_is_told_when_the_visit_has_ended_without_a_word_and_once() -> None:
    """Tests that the desk has its time to call first, and that what was told is not told again."""
    desk = _going()
    assert _after(desk, 2 * HOUR) == []
    [told] = _after(desk, 22 * HOUR)
    going = _last(desk).legs[0].assignment
    assert going is not None
    assert (told.team, told.offer, told.start, told.end) == (going.team, going.id, going.start, going.end)
    assert _missing(desk, told) == []
    assert _after(desk, 72 * HOUR) == []


@pytest.mark.parametrize(
    ("tongue", "says"),
    [("en", ("Nothing was heard", "Records that are missing")), ("zh", ("一直未收到服务反馈", "待补交的服务记录"))],
)
def test_it_says_what_is_missing_and_how_to_hand_it_in(tongue: Tongue, says: tuple[str, str]) -> None:
    """Tests both languages, and that the way there is in it."""
    desk = _going()
    [told] = _after(desk, 25 * HOUR)
    letters = Letters(KEYRING, "https://linli.example", tongue)
    assert all(one in letters.short(told) for one in (*says, letters.code(told), "https://linli.example/"))
    assert letters.subject(told)


def test_a_late_word_ends_it() -> None:
    """Tests that nothing is sent any more once the record is there."""
    desk = _going()
    [told] = _after(desk, 25 * HOUR)
    assert still_holds(told, _last(desk))
    assert told.team is not None
    desk.send(Done(offer=told.offer, team=told.team, minutes=30))
    assert not still_holds(told, _last(desk))
    assert _missing(desk) == []


def test_only_the_silent_one_of_two_is_told() -> None:
    """Tests a visit of two teams of which one has reported."""
    desk = _going(legs=2)
    first, second = (leg.assignment for leg in _last(desk).legs)
    assert first is not None
    assert second is not None
    desk.send(Done(offer=first.id, team=first.team, minutes=30))
    assert [one.team for one in _after(desk, 25 * HOUR)] == [second.team]
    assert _last(desk).state is State.DONE
    assert [one.team for one in unheard(_last(desk))] == [second.team]


def test_who_was_there_in_vain_has_said_so() -> None:
    """Tests that a failed visit that was reported is no missing record."""
    desk = _going()
    going = _last(desk).legs[0].assignment
    assert going is not None
    desk.send(FailedVisit(offer=going.id, team=going.team, reason=FailedReason.NOBODY_HOME))
    assert _after(desk, 25 * HOUR) == []
    assert _last(desk).state is State.FAILED_VISIT


def test_what_is_closed_is_not_asked_for() -> None:
    """Tests that a record that cannot be handed in any more is not asked for."""
    desk = _going()
    [told] = _after(desk, 25 * HOUR)
    desk.now += timedelta(days=POLICY.close_days)
    desk.decide()
    assert _last(desk).state is State.CLOSED
    assert not still_holds(told, _last(desk))
