"""How a source of ways is asked: how much at once, and how long it is left alone after it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

BLOCK: Final = 50
"""Places on each side of one question: OSRM takes 100 coordinates by default, Valhalla 2,500 pairs."""

REST_S: Final = 60.0
"""After a failure a source is left alone so long: a round must not wait for a dead server again and again."""


class Rest:
    """Says whether a source that failed is still left alone.

    Parameters
    ----------
    clock
        Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until = float("-inf")

    @property
    def is_over(self) -> bool:
        """Whether the source may be asked."""
        return self._clock() >= self._until

    def begin(self) -> None:
        """Leave the source alone from now on, for `REST_S`."""
        self._until = self._clock() + REST_S
