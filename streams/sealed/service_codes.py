"""Service codes: four digits that only the resident is told and says when the help was given (核销码).

The door code runs the other way: the visitor says it, the resident compares, so every team knows it beforehand and it
proves nothing to us. A service code is never shown to a team; whoever gives it right was told it by the resident, or by
somebody at the desk who reads the resident's codes out, and every try is counted.
"""

from __future__ import annotations

import hmac
from typing import Final

from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.mark_uses import MarkUse

DIGITS: Final = 4
"""As short as the door code; a guess is stopped by the count of tries, see `linli.schemas.service.CODE_TRIES`."""


def service_code(assignment_id: str, keyring: Keyring) -> str:
    """Give the service code of an assignment, for the eyes of the resident and whoever tells them."""
    return f"{int(keyring.mark(MarkUse.SERVICE_CODE, assignment_id.encode()), 16) % 10**DIGITS:0{DIGITS}d}"


def is_service_code(said: str, assignment_id: str, keyring: Keyring) -> bool:
    """Tell whether it is the code; how long it takes tells nothing about the digits."""
    return hmac.compare_digest(said.strip().encode(), service_code(assignment_id, keyring).encode())
