"""Door codes: four digits that the visitor says and the resident knows, made from the assignment and never stored."""

from __future__ import annotations

import hmac
from typing import Final

from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.mark_uses import MarkUse

DIGITS: Final = 4
"""Short enough to be remembered and said at a door by anybody. One stranger in ten thousand guesses it: it tells
visitors from swindlers at a door, and is no password for anything else."""


def door_code(assignment_id: str, keyring: Keyring) -> str:
    """Give the code of an assignment: the same wherever the master key is, unknown wherever it is not.

    Parameters
    ----------
    assignment_id
        Another team, or the same team after another offer, has another assignment and so another code.
    keyring
        Holds the master key.

    Returns
    -------
    str
        Four digits, leading zeros included.
    """
    # 128 bits modulo 10,000: no code is more frequent than another by more than one in 10**34.
    return f"{int(keyring.mark(MarkUse.DOOR_CODE, assignment_id.encode()), 16) % 10**DIGITS:0{DIGITS}d}"


def is_door_code(said: str, assignment_id: str, keyring: Keyring) -> bool:
    """Tell whether what was said at the door is the code; how long it takes tells nothing about the digits."""
    return hmac.compare_digest(said.strip().encode(), door_code(assignment_id, keyring).encode())
