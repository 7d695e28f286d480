"""How much a round may spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self

AHEAD: Final = 4
"""Where a clock ends a search it may do so many times the work of its limit, for that is but a guess at how much a
machine does in the time: on a quiet one, searches of two seconds spent it after one and a half."""


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

    def most_work(self) -> int:
        """Return the units after which a search ends at the latest: what is allowed, or more where a clock ends it."""
        return self.work * self._times()

    def not_beyond(self, units: int) -> Self:
        """Return the limits of a search that is over after so many units, whatever time is left."""
        return replace(self, work=min(self.work, max(1, units // self._times())))

    def _times(self) -> int:
        return 1 if self.gone is None else AHEAD
