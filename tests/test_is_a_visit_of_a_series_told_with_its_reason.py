"""Is a lead told why a visit came that nobody asked about: it belongs to the weekly order the team took as a whole?"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from linli.schemas.answers import Accept, Withdraw
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.desk import Assign
from linli.schemas.glossary import Tongue
from linli.schemas.lifecycle import OfferState
from linli.schemas.orders import Target
from linli.services.delivering.letters import Letters
from linli.services.delivering.notices import notices
from linli.streams.sealed.keyring import Keyring
from tests.support.district import Desk
from tests.support.standing import POLICY, TUESDAY, place, standing, visit, visits

KEYRING = Keyring(bytes(range(32)))

WHY = {
    "en": "belongs to the standing order your team took as a whole",
    "zh": "属于贵队接下的整个系列",
}


def _taken(legs: int = 1) -> Desk:
    """Let the team that is asked for the first visit take the whole order."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY", legs=legs))
    # Two teams are asked as soon as they are found, one team late.
    desk.now = desk.now if legs > 1 else TUESDAY - timedelta(minutes=90)
    desk.decide()
    for leg in visit(desk, TUESDAY).legs:
        offer = next(one for one in leg.offers if one.state is OfferState.OPEN)
        desk.send(Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",), series=True))
    return desk


def _told(desk: Desk, record: AssignmentRecord, known: dict[str, DeliveryRecord] | None = None) -> list[DeliveryRecord]:
    return list(notices(record, known or {}, desk.now))


def _says_why(told: DeliveryRecord, tongue: Tongue) -> bool:
    """Tell whether the sentence of a message names the series, and how to give this one visit back."""
    said = Letters(KEYRING, "https://linli.example", tongue).short(told)
    assert "https://linli.example/" in said
    back = {"en": "To give only this one back", "zh": "仅退回本次"}[tongue]
    assert (WHY[tongue] in said) == (back in said)
    return WHY[tongue] in said


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_what_came_by_itself_says_why(tongue: Tongue) -> None:
    """Tests both languages: the visit that was accepted is told as ever, those that follow with their reason."""
    desk = _taken()
    told = [one for record in visits(desk) for one in _told(desk, record)]
    assert {one.purpose for one in told} == {Purpose.COMMITTED}
    assert len(told) > 2
    assert [_says_why(one, tongue) for one in told] == [False] + [True] * (len(told) - 1)
    subjects = [Letters(KEYRING, "", tongue).subject(one) for one in told]
    assert all(("series" if tongue == "en" else "系列") in one for one in subjects[1:])


def test_a_program_is_told_too() -> None:
    """Tests the webhook: ``series`` is there and true where the visit came by the series, and nowhere else."""
    desk = _taken()
    bodies = [
        json.loads(Letters(KEYRING, "").body(one))["data"] for record in visits(desk) for one in _told(desk, record)
    ]
    assert "series" not in bodies[0]
    assert all(one["series"] is True for one in bodies[1:])


def test_what_the_desk_gave_as_a_whole_says_why() -> None:
    """Tests a series that the team agreed to by telephone: the visit that the desk named is told as ever."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY"))
    first = visits(desk)[0]
    body = Assign(
        target=Target(request_id=first.request_id),
        team="t2",
        agreed=True,
        members=("t2-m0",),
        series=True,
        reason="by telephone",
        by="county-desk",
    )
    desk.send(body)
    told = [one for record in visits(desk) for one in _told(desk, record)]
    assert [one.series for one in told] == [False] + [True] * (len(told) - 1)


def test_who_stands_in_is_told_as_ever() -> None:
    """Tests a visit of the series that was given back: the team that takes its place took no series."""
    desk = _taken()
    mine = visits(desk)[2]
    going = mine.legs[0].assignment
    assert going is not None
    desk.send(Withdraw(offer=going.id, team=going.team, reason="ill"))
    offer = serve_until_accepted(desk, visits(desk)[2])
    told = [one for one in _told(desk, visits(desk)[2]) if one.team == offer]
    assert [one.series for one in told] == [False]


def serve_until_accepted(desk: Desk, record: AssignmentRecord) -> str:
    """Let the next team that is asked accept, and return it."""
    desk.now = record.details.windows[0].start - timedelta(minutes=90) if record.details else desk.now
    for _ in range(3):
        desk.decide()
        asked = [one for one in desk.state.requests[record.request_id].legs[0].offers if one.state is OfferState.OPEN]
        if asked:
            desk.send(Accept(offer=asked[0].id, team=asked[0].team, members=(f"{asked[0].team}-m0",)))
            return asked[0].team
        desk.now += timedelta(minutes=5)
    raise AssertionError("nobody was asked")


def test_another_time_is_told_as_another_time() -> None:
    """Tests that a later change of such a visit is a change: why it came was said before."""
    desk = _taken()
    told = _told(desk, visits(desk)[1])
    moved = visits(desk)[1].model_copy(deep=True)
    going = moved.legs[0].assignment
    assert going is not None
    later = going.model_copy(update={"start": going.start + timedelta(minutes=5)})
    legs = (moved.legs[0].model_copy(update={"assignment": later}),)
    [changed] = _told(desk, moved.model_copy(update={"legs": legs}), {told[0].id: told[0]})
    assert (changed.purpose, changed.series) == (Purpose.CHANGED, False)


def test_both_of_two_teams_hear_it() -> None:
    """Tests a visit by two teams that each took its part."""
    desk = _taken(legs=2)
    desk.now += timedelta(days=1)
    desk.decide()
    last = visits(desk)[-1]
    told = _told(desk, last)
    assert len({one.team for one in told}) == 2
    assert all(one.series for one in told)


def test_old_deliveries_came_by_no_series() -> None:
    """Tests that a delivery written before reads as before."""
    desk = _taken()
    [told] = _told(desk, visits(desk)[0])
    assert DeliveryRecord.model_validate_json(told.model_dump_json(exclude={"series"})).series is False
