"""Links by which a team lead answers one offer without signing in: bound to the offer, expiring, never acting alone.

A link carries no secret that opens anything else: an HMAC under a key of its own, over the offer and its end. Opening
it shows the offer; only a form that is sent from there acts, because chat programs open every link they see.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.mark_uses import MarkUse

PATH: Final = "/o"
"""Where the gateway answers links; short, because a group message has room for little."""


class LinkState(StrEnum):
    """What a link is worth."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"


def one_tap_link(keyring: Keyring, base_url: str, offer_id: str, expires: datetime) -> str:
    """Make the link for an offer.

    Parameters
    ----------
    keyring
        Holds the master key, from which the key of the links is derived.
    base_url
        Where the gateway is reached from outside, for example ``https://linli.example.org``.
    offer_id
        The offer.
    expires
        The last moment of an answer, in decision time.
    """
    until = int(expires.timestamp())
    return f"{base_url.rstrip('/')}{PATH}/{offer_id}/{until}/{_signature(keyring, offer_id, until)}"


def link_state(keyring: Keyring, offer_id: str, until: int, signature: str, now: datetime) -> LinkState:
    """Judge the parts of a link, in constant time.

    Parameters
    ----------
    keyring
        Holds the master key.
    offer_id, until, signature
        The parts, as they came.
    now
        Decision time.
    """
    right = _signature(keyring, offer_id, until)
    if not hmac.compare_digest(right.encode(), signature.encode()):
        return LinkState.FORGED
    return LinkState.VALID if now <= datetime.fromtimestamp(until, UTC) else LinkState.EXPIRED


def _signature(keyring: Keyring, offer_id: str, until: int) -> str:
    return keyring.mark(MarkUse.ONE_TAP_LINK, f"{offer_id}\x1f{until}".encode())
