"""Waiting for a fact: looked for again and again, never slept for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 60.0
"""How long anything may take that usually takes a second, on a machine that does other things as well."""

_LOOK_S = 0.05


def eventually(look: Callable[[], T | None], what: str, patience_s: float = PATIENCE_S) -> T:
    """Look until something is there.

    Raises
    ------
    AssertionError
        If it does not come; the message says what was waited for.
    """
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(_LOOK_S)
    raise AssertionError(f"waited in vain for {what}")
