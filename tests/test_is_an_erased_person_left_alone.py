"""Is an erased person left alone: nobody comes any more, and no standing order tells of them?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.matcher.desk.erasing import is_erased
from linli.schemas.answers import Accept, Start
from linli.schemas.commands import PlaceOrder
from linli.schemas.erasure import Erase
from linli.schemas.lifecycle import State
from linli.schemas.standing import PlaceStanding, StandingStep
from linli.schemas.topics import COMMANDS, SUBJECT_KEYS
from linli.streams.codec import to_bytes
from linli.streams.intake.judge import CommandOut, judge
from linli.streams.intake.outcome_records import records_of
from tests.support.district import Desk, order
from tests.support.inbox import record, world
from tests.support.standing import POLICY, TUESDAY, change, place, serve, standing, visit, visits

WORLD = world()
ERASE = Erase(keys=("k1",), by="desk")


def _desk(rule: str = "FREQ=DAILY") -> Desk:
    desk = Desk(POLICY)
    place(desk, standing(rule, content="a"))
    return desk


def test_its_standing_order_is_stopped_and_coming_visits_end() -> None:
    """Tests that visits made already are cancelled for that reason, none is made later, and it is told once."""
    desk = _desk()
    assert {one.state for one in visits(desk)} == {State.PROMISED}
    made = len(visits(desk))
    assert desk.send(ERASE).outcomes[0].code == "applied"
    assert {(one.state, one.cause) for one in visits(desk)} == {(State.CANCELLED, "erased")}
    stopped = desk.state.standing["s-1"]
    assert (stopped.details.active, stopped.cause, stopped.due, stopped.upcoming) == (False, "erased", None, ())
    for day in range(1, 9):
        desk.at(24 * day)
    assert len(visits(desk)) == made
    assert desk.send(ERASE).outcomes[0].code == "duplicate"
    assert change(desk, StandingStep.RESUME) == ("not_allowed_now", "ended")


def test_nothing_personal_stays_in_the_standing_order() -> None:
    """Tests that neither what was sealed nor a mark, a number, a reason or the place stays in what is written."""
    desk = _desk()
    change(desk, StandingStep.SKIP, occurrence=TUESDAY + timedelta(days=1), reason="she is in hospital")
    before = desk.state.standing["s-1"]
    assert before.reason
    desk.send(ERASE)
    after = desk.state.standing["s-1"]
    written = to_bytes(after).decode()
    template = before.details.template
    hidden = (template.sealed.ciphertext, template.sealed.nonce, template.marks.household, str(template.place.lat))
    assert [one for one in (*hidden, "hospital") if one is not None and one in written] == []
    assert is_erased(after)
    assert after.details.template.marks.content != template.marks.content
    assert after.details.skipped == ()


@pytest.mark.parametrize("step", [StandingStep.PAUSE, StandingStep.STOP])
def test_what_rests_already_is_cleared_as_well(step: StandingStep) -> None:
    """Tests an order that is paused and one that has ended."""
    desk = _desk()
    change(desk, step)
    desk.send(ERASE)
    record = desk.state.standing["s-1"]
    assert is_erased(record)
    assert (record.details.active, record.details.paused) == (False, False)


def test_a_visit_that_has_begun_goes_on_and_what_was_served_stays() -> None:
    """Tests that nobody is sent home, and that no hour is lost to the volunteers."""
    desk = _desk()
    first = visit(desk, TUESDAY)
    serve(desk, first)
    second = visit(desk, TUESDAY + timedelta(days=1))
    start = second.details.windows[0].start if second.details else desk.now
    desk.now = start - timedelta(minutes=90)
    desk.decide()
    team = _go(desk, second.request_id)
    desk.send(ERASE)
    assert desk.state.requests[first.request_id].state is State.DONE
    assert desk.state.requests[second.request_id].state is State.UNDER_WAY
    assert desk.state.service[f"{first.request_id}/0"].minutes == 30
    assert team


def _go(desk: Desk, request: str) -> str:
    (offer,) = (one for one in desk.open_offers() if one[0] == request)
    desk.send(Accept(offer=offer[1], team=offer[2], members=(f"{offer[2]}-m0",)))
    going = desk.state.requests[request].legs[0].assignment
    assert going is not None
    desk.now = going.start
    desk.send(Start(offer=offer[1], team=offer[2]))
    return offer[2]


def test_the_same_order_again_brings_nobody_back() -> None:
    """Tests that a repeated order of an erased person is set aside, and that others' orders are not touched."""
    desk = _desk()
    other = order("9").model_copy(update={"sealed": order("9").sealed.model_copy(update={"key_id": "k9"})})
    desk.send(PlaceOrder(details=other), request="r-9")
    desk.send(ERASE)
    assert desk.state.requests["r-9"].state is State.PROMISED
    again = desk.send(PlaceStanding(details=standing("FREQ=DAILY", content="a"))).outcomes[0]
    assert again.code == "no_longer_kept"
    assert not desk.state.standing["s-1"].details.active


def test_the_keys_are_destroyed_before_the_desk_is_told() -> None:
    """Tests the records that intake writes: a tombstone for every key first, then the command."""
    came = record({"keys": ["k-1", "k-2"], "by": "desk-1"}, "erase")
    outcome = judge(came, WORLD)
    assert isinstance(outcome, CommandOut)
    written = records_of(outcome, came, {outcome.command.district: 0})
    assert [(one.topic, one.key, one.value is None) for one in written[:-1]] == [
        (SUBJECT_KEYS.name, b"k-1", True),
        (SUBJECT_KEYS.name, b"k-2", True),
    ]
    assert written[-1].topic == COMMANDS.name
