"""Does a team of several hear that the others are awaited, that all go, or that it came to nothing, on every way?"""

from __future__ import annotations

import json

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason, Start, Withdraw
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, Purpose, Track
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.people import ChannelKind
from linli.services.delivering.letters import Letters
from linli.services.delivering.notices import notices, still_holds
from linli.streams.sealed.keyring import Keyring
from tests.support.district import Desk

TRIED = (Track(channel=ChannelKind.WEBHOOK, attempt=1),)


class Told:
    """What every team has heard: asked after each step, and tried at once."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.known: dict[str, DeliveryRecord] = {}

    @property
    def record(self) -> AssignmentRecord:
        """The request as it stands."""
        return self.desk.state.requests["r-1"]

    def news(self) -> list[tuple[str | None, Purpose]]:
        """Return who is told what since the last look; all of it holds."""
        made = list(notices(self.record, self.known, self.desk.now))
        assert all(still_holds(one, self.record) for one in made)
        self.known |= {one.id: one.model_copy(update={"tracks": TRIED}) for one in made}
        return sorted((one.team, one.purpose) for one in made)

    def answer(self, leg: int, *, yes: bool = True) -> str:
        """Let the team asked for a leg answer."""
        offer = self.record.legs[leg].offers[-1]
        said = Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",))
        self.desk.send(said if yes else Decline(offer=offer.id, team=offer.team, reason=DeclineReason.BUSY))
        return offer.team


def _asked(teams: int, legs: int = 2) -> Told:
    desk = Desk(teams=teams)
    desk.place_order("1", legs=legs)
    told = Told(desk)
    assert {purpose for _, purpose in told.news()} == {Purpose.OFFER}
    return told


def test_who_agrees_first_waits_and_all_hear_together_that_they_go() -> None:
    """Tests three teams: two wait one after the other, and the last yes tells all three to go."""
    told = _asked(3, legs=3)
    first = told.answer(0)
    assert told.news() == [(first, Purpose.WAITING)]
    second = told.answer(1)
    assert told.news() == [(second, Purpose.WAITING)]
    third = told.answer(2)
    assert told.record.state is State.COMMITTED
    assert told.news() == sorted((one, Purpose.COMMITTED) for one in (first, second, third))
    waiting = [one for one in told.known.values() if one.purpose is Purpose.WAITING]
    assert [still_holds(one, told.record) for one in waiting] == [False, False]


def test_who_waited_in_vain_hears_that_it_is_not_this_time() -> None:
    """Tests a decline with nobody to take that place: who had agreed is never told to go, nor called off."""
    told = _asked(2)
    first = told.answer(0)
    told.news()
    told.answer(1, yes=False)
    assert told.record.legs[0].assignment is None
    assert told.news() == [(first, Purpose.NOT_THIS_TIME)]
    assert told.news() == []


def test_a_replacement_keeps_who_agreed_waiting_without_a_word() -> None:
    """Tests that a third team is asked instead, and that the first hears nothing until all have agreed."""
    told = _asked(3)
    first = told.answer(0)
    told.news()
    told.answer(1, yes=False)
    assert {purpose for _, purpose in told.news()} == {Purpose.OFFER}
    other = told.answer(1)
    assert told.news() == sorted([(first, Purpose.COMMITTED), (other, Purpose.COMMITTED)])


def test_who_was_told_to_go_is_called_off_and_not_let_down_softly() -> None:
    """Tests a withdrawal after all had agreed, with nobody in its place."""
    told = _asked(2)
    first, second = told.answer(0), told.answer(1)
    told.news()
    offer = told.record.legs[1].offers[-1]
    told.desk.send(Withdraw(offer=offer.id, team=second, reason="ill"))
    assert told.news() == [(first, Purpose.CALLED_OFF)]


def test_who_comes_later_to_others_at_work_goes_at_once() -> None:
    """Tests that nobody waits for who is there already, and that a single team never waits."""
    told = _asked(3)
    first, second = told.answer(0), told.answer(1)
    told.news()
    going = told.record.legs[0].assignment
    assert going is not None
    told.desk.now = going.start
    told.desk.send(Start(offer=going.id, team=first))
    told.desk.send(Withdraw(offer=told.record.legs[1].offers[-1].id, team=second, reason="ill"))
    told.desk.now = going.start
    if told.record.legs[1].offers[-1].state is OfferState.OPEN:
        told.news()
        last = told.answer(1)
        assert told.news() == [(last, Purpose.COMMITTED)]
    assert not told.record.is_gathering
    single = Told(Desk(teams=1))
    single.desk.place_order("1", urgency=0)
    single.news()
    alone = single.answer(0)
    assert single.news() == [(alone, Purpose.COMMITTED)]


@pytest.mark.parametrize(
    ("tongue", "wait", "vain"), [("en", "waiting", "not this time"), ("zh", "暂勿上门", "本次不上门")]
)
def test_every_channel_says_it(tongue: str, wait: str, vain: str) -> None:
    """Tests the sentence of robots, texts and mails in both languages, and the event of a webhook."""
    letters = Letters(Keyring(bytes(range(32))), "", tongue)  # type: ignore[arg-type]
    told = _asked(2)
    told.answer(0)
    told.news()
    told.answer(1, yes=False)
    told.news()
    said = {one.purpose: one for one in told.known.values()}
    for purpose, word in ((Purpose.WAITING, wait), (Purpose.NOT_THIS_TIME, vain)):
        assert word in letters.short(said[purpose])
        assert letters.code(said[purpose]) in letters.subject(said[purpose])
        event = json.loads(letters.body(said[purpose]))
        assert (event["type"], event["data"]["purpose"]) == (f"linli.delivery.{purpose.value}", purpose.value)
