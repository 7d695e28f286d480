"""Tombstones of the ledger: records without a value, whose headers say which round wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ROUND_HEADER: Final = "ce_round"
"""A CloudEvents attribute of ours: there is no value in which the round could be named."""


def round_header(number: int) -> tuple[str, bytes]:
    """Give the header that names a tombstone's round."""
    return ROUND_HEADER, str(number).encode()


def round_of_tombstone(headers: Iterable[tuple[str, bytes]]) -> int | None:
    """Read which round wrote a tombstone; ``None`` if it does not say, for then no dispatcher wrote it."""
    named = next((value for name, value in headers if name == ROUND_HEADER), b"")
    return int(named) if named.isdigit() else None
