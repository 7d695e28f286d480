"""How often a robot may speak: twenty messages a minute and robot, then several things in one message."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

MINUTE_S: Final = 60.0

MESSAGES_MAX: Final = 20
"""Messages a minute and robot, as WeCom and DingTalk publish; a robot that is faster is silenced for ten minutes."""

SINGLES_MAX: Final = 12
"""So many of them may be about one thing each; the rest is kept for digests."""

DIGEST_EVERY_S: Final = 10.0
"""A digest gathers for so long; with the singles it stays within the twenty."""


@dataclass(slots=True)
class RobotPace:
    """What one robot said in the last minute; times in real seconds of a clock that never goes back."""

    _said: deque[float] = field(default_factory=deque[float])

    def singles(self, now: float) -> int:
        """Say how many messages about one thing each may be sent now."""
        self._drop(now)
        return max(0, SINGLES_MAX - len(self._said))

    def digest_at(self, now: float) -> float:
        """Say from when on a digest may be sent."""
        self._drop(now)
        if len(self._said) >= MESSAGES_MAX:
            return self._said[len(self._said) - MESSAGES_MAX] + MINUTE_S
        return self._said[-1] + DIGEST_EVERY_S if self._said else now

    def note(self, now: float) -> None:
        """Note that a message is sent."""
        self._said.append(now)

    def _drop(self, now: float) -> None:
        while self._said and self._said[0] <= now - MINUTE_S:
            self._said.popleft()


def digests(lines: list[str], bytes_max: int) -> list[tuple[str, int]]:
    """Put lines into as few messages as possible, in order.

    Returns
    -------
    list of (str, int)
        Each message, and how many of the lines it holds; a line that is longer than a message gets one of its own.
    """
    found: list[tuple[str, int]] = []
    for line in lines:
        if found and len(found[-1][0].encode()) + len(line.encode()) + 1 <= bytes_max:
            text, count = found[-1]
            found[-1] = (f"{text}\n{line}", count + 1)
        else:
            found.append((line, 1))
    return found
