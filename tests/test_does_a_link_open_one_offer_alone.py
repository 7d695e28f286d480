"""Does a link open one offer alone: its own, until it ends, and no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.mark_uses import MarkUse
from linli.streams.sealed.one_tap_links import PATH, LinkState, link_state, one_tap_link

KEYRING = Keyring(bytes(range(32)))
ENDS = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
OFFER = "r-abcdefghij2345672345.0.1"


def parts() -> tuple[str, int, str]:
    """Take the link of the offer apart."""
    link = one_tap_link(KEYRING, "https://linli.example.org/", OFFER, ENDS)
    assert link.startswith(f"https://linli.example.org{PATH}/")
    offer, until, signature = link.removeprefix(f"https://linli.example.org{PATH}/").split("/")
    return offer, int(until), signature


def test_it_opens_its_offer_until_its_end() -> None:
    """Tests both sides of the last moment."""
    offer, until, signature = parts()
    assert offer == OFFER
    assert link_state(KEYRING, offer, until, signature, ENDS) is LinkState.VALID
    assert link_state(KEYRING, offer, until, signature, ENDS + timedelta(seconds=1)) is LinkState.EXPIRED


@pytest.mark.parametrize(
    ("offer", "later", "cut"),
    [("r-abcdefghij2345672345.0.2", 0, 0), (OFFER, 1, 0), (OFFER, 0, 1)],
    ids=["another offer", "a later end", "a shortened signature"],
)
def test_it_opens_nothing_else(offer: str, later: int, cut: int) -> None:
    """Tests that no part of a link can be changed."""
    _, until, signature = parts()
    forged = signature[: len(signature) - cut]
    assert link_state(KEYRING, offer, until + later, forged, ENDS) is LinkState.FORGED


def test_another_house_makes_other_links() -> None:
    """Tests that links hang on the master key, and on their own use of it."""
    offer, until, signature = parts()
    assert link_state(Keyring(bytes(32)), offer, until, signature, ENDS) is LinkState.FORGED
    foreign = KEYRING.mark(MarkUse.CONTENT, f"{offer}\x1f{until}".encode())
    assert link_state(KEYRING, offer, until, foreign, ENDS) is LinkState.FORGED
