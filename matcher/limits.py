"""How much a round may spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be spent on a round.

    Parameters
    ----------
    work : int
        Deterministic units; one is a step of the search and keeps one thread busy for some eight microseconds. 0:
        insertion only.
    until : callable or None
        Says whether time is up, for callers who count in seconds: the matcher reads no clock. It is asked every few
        hundredths of a second of a search, and before every visit that is inserted after it. An answer that it cut
        short does not repeat.
    gone : callable or None
        Returns how much of the time is gone, per thousand, so that the search can save its last steps for the last of
        it. Without it the work alone tells how far the search is.
    threads : int
        How many threads may work. The answer does not depend on it unless `until` or `gone` is given.
    """

    work: int
    until: Callable[[], bool] | None = None
    gone: Callable[[], int] | None = None
    threads: int = 1
