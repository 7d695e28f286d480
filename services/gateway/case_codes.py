"""Case number and code: how a resident without a token sees their own request, and rates it.

The code is derived, never stored: an HMAC over the request and the day, six digits to be read out on the telephone. It
is told by the desk or a proxy who knows the person. It works for the rest of the day it was told on and the day after.
A proxy is given another one than the desk, because a proxy could use it alone: with that one the request can be seen
and rated, but the rating proves no visit, and the service code is not shown.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.errors import Code, LinliError
from linli.services.gateway.installation import Installation
from linli.services.gateway.limits import HOUR_S
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.mark_uses import MarkUse

DIGITS: Final = 6

EPOCH: Final = timedelta(days=1)
"""A code changes once a day; the one of the day before still works, so it never ends a minute after it was told."""

TRIES_PER_CASE: Final = 5
"""Tries an hour for one case: at 240 tries in the two days of a code, one guess in some 2,000 cases finds it."""

TRIES_PER_PEER: Final = 30
"""Tries an hour from one address: an office where several people ask, not a list of case numbers worked through."""


@dataclass(frozen=True, slots=True)
class CaseCode:
    """A code and the last moment at which it works."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A request that was opened by a code, and whether it was a proxy's code."""

    record: AssignmentRecord
    by_proxy: bool


def case_code(keyring: Keyring, request_id: str, now: datetime, *, by_proxy: bool = False) -> CaseCode:
    """Make the code of a request, for real time ``now``, as the desk tells it, or a proxy."""
    epoch = _epoch(now)
    until = datetime.fromtimestamp((epoch + 2) * EPOCH.total_seconds(), UTC)
    return CaseCode(_digits(keyring, request_id, epoch, by_proxy=by_proxy), until)


def is_case_code(keyring: Keyring, request_id: str, said: str, now: datetime, *, by_proxy: bool = False) -> bool:
    """Tell whether a code is right; both days are always compared, so the time it takes tells nothing."""
    epoch = _epoch(now)
    right = [
        hmac.compare_digest(_digits(keyring, request_id, day, by_proxy=by_proxy).encode(), said.strip().encode())
        for day in (epoch, epoch - 1)
    ]
    return any(right)


async def open_case(here: Installation, number: str, said: str, peer: str) -> OpenedCase:
    """Give the request of a case number if the code is right.

    Parameters
    ----------
    here
        The installation.
    number
        Our id, or the sender's number.
    said
        The code.
    peer
        The address it comes from.

    Raises
    ------
    LinliError
        ``case_code``, the same for an unknown number and a wrong code; ``too_many``.
    """
    await here.limits.spend_strictly(f"peer:{peer}", TRIES_PER_PEER, HOUR_S)
    await here.limits.spend_strictly(f"case:{_hashed(number)}", TRIES_PER_CASE, HOUR_S)
    now = datetime.now(UTC)
    for request_id in await here.board.named(number):
        record = await here.board.request(request_id)
        if record is None:
            continue
        kinds = [is_case_code(here.keyring, request_id, said, now, by_proxy=one) for one in (False, True)]
        if any(kinds):
            return OpenedCase(record, by_proxy=not kinds[0])
    raise LinliError(Code.CASE_CODE)


def _epoch(now: datetime) -> int:
    return int(now.timestamp() // EPOCH.total_seconds())


def _digits(keyring: Keyring, request_id: str, epoch: int, *, by_proxy: bool) -> str:
    mark = keyring.mark(MarkUse.PROXY_CASE_CODE if by_proxy else MarkUse.CASE_CODE, f"{request_id}\x1f{epoch}".encode())
    return f"{int(mark, 16) % 10**DIGITS:0{DIGITS}d}"


def _hashed(number: str) -> str:
    """Name a counter after a case number without writing the number down."""
    return hashlib.sha256(number.strip().encode()).hexdigest()[:24]
