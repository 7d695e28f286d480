"""Which plans are still rough: made in haste while commands waited, to be improved when nothing else is to be done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

POLISH_AFTER_S: Final = 0.1
"""So long without a command and the dispatcher improves a plan: long enough not to stand in the way of a burst."""


class RoughPlans:
    """Districts whose plan changed since the optimizer last had its full work, the longest waiting first.

    Notes
    -----
    It is not written down: after a restart a plan stays as it is until its district changes again.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, None] = {}

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self._waiting)

    def changed(self, districts: Iterable[str]) -> None:
        """Note districts whose plan was made in haste."""
        self._waiting.update(dict.fromkeys(districts))

    def take(self) -> str | None:
        """Give the district whose turn it is, and forget it."""
        district = next(iter(self._waiting), None)
        if district is not None:
            del self._waiting[district]
        return district
