"""Mistakes of a problem file: a path and what is wrong there, as many as one can read at once."""

from __future__ import annotations

from collections.abc import Sequence

from linli.schemas.errors import Code, LinliError

FAULTS_SHOWN = 8
"""Mistakes named in one sentence; who has corrected these sees the next ones."""


def refuse(faults: Sequence[str]) -> None:
    """Do nothing where there is no fault.

    Raises
    ------
    LinliError
        With the first faults, where there are some.
    """
    if not faults:
        return
    shown = list(faults[:FAULTS_SHOWN])
    if len(faults) > FAULTS_SHOWN:
        shown.append(f"… +{len(faults) - FAULTS_SHOWN}")
    raise LinliError(Code.PROBLEM, detail="; ".join(shown))


def path_of(parts: Sequence[int | str]) -> str:
    """Write a path as one would in a program: ``jobs[3].skills[1]``."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
