"""Marks of an order: keyed HMACs by which the same order and the same household are recognised without being told."""

from __future__ import annotations

import json
import re
import unicodedata

from linli.schemas.orders import Order
from linli.schemas.people import Marks, PersonalPart
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.mark_uses import MarkUse

_NOT_DIGITS = re.compile(r"[^0-9]")
_SPACES_AND_SIGNS = re.compile(r"[\s,，.。·、\-—()（）#]+")

MAINLAND = re.compile(r"^(?:00)?86(?=1[0-9]{10}$)")
"""The country code before a mainland mobile number, which some systems write and others do not."""


def marks_of(order: Order, personal: PersonalPart, district: str, keyring: Keyring) -> Marks:
    """Make the marks of an order in clear; wherever they are made, the same order gets the same.

    Parameters
    ----------
    order
        The order as its sender gave it, with ``personal`` in clear.
    personal
        The order's personal part.
    district
        The district's code: households are not compared across counties.
    keyring
        Holds the keys of the HMACs.
    """
    household = "\x1f".join((district, *household_of(order, personal)))
    return Marks(
        household=keyring.mark(MarkUse.HOUSEHOLD, household.encode(errors="surrogatepass")),
        content=keyring.mark(MarkUse.CONTENT, canonical(order)),
    )


def canonical(order: Order) -> bytes:
    """Write an order so that only its content matters: keys sorted, what equals the default left out, times in UTC."""
    content = order.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def household_of(order: Order, personal: PersonalPart) -> tuple[str, str]:
    """Return what a household is known by, and how: the best there is of phone, address line, name and grid.

    Notes
    -----
    The phone comes first because it is written alike everywhere, an address is not. Neighbours who order over one
    telephone count as one household; that links and flags their requests but never drops one.
    """
    if personal.phone is not None:
        return "phone", MAINLAND.sub("", _NOT_DIGITS.sub("", personal.phone))
    if personal.address_line is not None:
        return "address", f"{order.grid or ''}|{_plain(personal.address_line)}"
    return "name", f"{order.grid or ''}|{_plain(personal.name)}"


def _plain(text: str) -> str:
    """Take away what the same address is written with or without: width, case, spaces, signs."""
    return _SPACES_AND_SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())
