"""Is a team that did not answer asked once more where nobody else may go, and only then?"""

from __future__ import annotations

import pytest

from linli.schemas.answers import Decline, DeclineReason
from linli.schemas.lifecycle import OfferState, State
from tests.support.desk_words import last, offered
from tests.support.district import Desk

SILENT, AGAIN = 1.02, 1.54
"""Hours at which the first offer has passed, and the second: each waits for half an hour."""


def asked(desk: Desk) -> list[tuple[str, OfferState]]:
    """Return who was asked for the request, in order, and what came of it."""
    return [(offer.team, offer.state) for offer in last(desk).legs[0].offers]


def test_whoever_is_the_only_one_is_asked_once_more() -> None:
    """Tests that silence does not break a promise as long as the silent team may still come, and that twice does."""
    desk = Desk(teams=1)
    desk.place_order("1")
    offered(desk)
    desk.at(SILENT)
    assert asked(desk) == [("t0", OfferState.EXPIRED), ("t0", OfferState.OPEN)]
    assert last(desk).state is State.OFFERED
    assert last(desk).barred == ()
    desk.at(AGAIN)
    assert [state for _, state in asked(desk)] == [OfferState.EXPIRED] * 2
    assert last(desk).state is State.UNMET
    assert [one.cause for one in last(desk).broken] == ["expiry"]
    assert last(desk).barred == (("t0", "expired"),)


@pytest.mark.parametrize("silent_first", [True, False])
def test_others_come_first_and_who_declined_never(silent_first: bool) -> None:
    """Tests that a silent team is asked again after all others were, and one that declined is not."""
    desk = Desk(teams=2)
    desk.place_order("1")
    offer, first = offered(desk)
    if silent_first:
        desk.at(SILENT)
        ((_, offer, second),) = desk.open_offers()
        assert second != first
        desk.send(Decline(offer=offer, team=second, reason=DeclineReason.BUSY))
        expected = [first, second, first]
    else:
        desk.send(Decline(offer=offer, team=first, reason=DeclineReason.BUSY))
        ((_, offer, second),) = desk.open_offers()
        desk.at(SILENT)
        expected = [first, second, second]
    assert [name for name, _ in asked(desk)] == expected
    assert last(desk).barred == ((second if silent_first else first, "declined"),)
