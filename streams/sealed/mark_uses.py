"""What the HMACs of a keyring are for, and which of them must say the same for ever."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class MarkUse(StrEnum):
    """The use of a mark: one made for a use is worth nothing for another."""

    HOUSEHOLD = "household"
    CONTENT = "content"
    DELIVERY_TARGET = "delivery target"
    DOOR_CODE = "door code"
    SERVICE_CODE = "service code"
    ONE_TAP_LINK = "one-tap link"
    CASE_CODE = "case code"
    PROXY_CASE_CODE = "case code of a proxy"
    OPENED_CASE = "opened case"
    SHORT_CODE = "short code"


LASTING: Final = frozenset({MarkUse.HOUSEHOLD, MarkUse.CONTENT, MarkUse.DELIVERY_TARGET})
"""Marks that stand in the log and are compared with later ones: with another secret a household would be a stranger to
itself, and an order that is sent twice would be two orders."""
