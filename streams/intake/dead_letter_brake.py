"""Notices when far more records are refused than usual: a sender changed its format, or somebody sends rubbish.

It does not stop anything: a record that is refused is kept, a record that waits is a person who waits.
"""

from __future__ import annotations

from collections import deque
from typing import Final

IN_A_ROW: Final = 20
"""So many refused one after the other are no chance when one in fifty is usual."""

WINDOW: Final = 200
"""Records looked back at: two busy hours of a county."""

SHARE: Final = 0.2
"""Share of refused ones in a full window from which on somebody should look; ten times the usual."""


class DeadLetterBrake:
    """Counts outcomes and says when an alarm is due; once, and again only after things were well in between."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._in_a_row = 0
        self._alarmed = False

    def note(self, *, dead: bool) -> bool:
        """Take note of an outcome; return whether an alarm is due now."""
        self._last.append(dead)
        self._in_a_row = self._in_a_row + 1 if dead else 0
        crowded = len(self._last) == WINDOW and self.share > SHARE
        alarm = crowded or self._in_a_row >= IN_A_ROW
        due, self._alarmed = alarm and not self._alarmed, alarm
        return due

    @property
    def in_a_row(self) -> int:
        """How many were refused one after the other, up to now."""
        return self._in_a_row

    @property
    def share(self) -> float:
        """Share of refused ones among the last `WINDOW`."""
        return sum(self._last) / len(self._last) if self._last else 0.0
