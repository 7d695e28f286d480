"""When a round is due and which time it shows: a clock that never goes back and is checked against the broker's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from linli.schemas.policy import Policy
from linli.streams.clock import Clock

SKEW_MAX: Final = timedelta(seconds=5)
"""More between the broker's clock and ours, or between our clock and the passing of time, and no deadline fires."""

HEARTBEAT_SHARE: Final = 3
"""An idle dispatcher writes a round this often within the grace of the policy, so that idle is not taken for down."""

HEARTBEAT_MIN_S: Final = 0.5
"""Not more often than this in real time, however fast the clock runs."""

HEARTBEAT_MAX_S: Final = 30.0
"""Not more rarely than this in real time: the watchers of the rounds want a sign of life."""

GATHER_S: Final = 0.02
"""Under load a round waits this long for more commands: a transaction costs as much, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the clock.

    Parameters
    ----------
    now
        Decision time for a round; never before that of the round before.
    trusted
        Whether deadlines may fire by it.
    """

    now: datetime
    trusted: bool


class RoundClock:
    """Gives every round its time.

    Parameters
    ----------
    clock
        The shared clock.
    last
        Decision time of the last round of the ledger; ``None`` before the first.
    wall, passing
        The machine's wall clock, and seconds that pass whatever the wall clock says.

    Notes
    -----
    Nothing is trusted until the broker's append time of a round has been seen. A wall clock that jumps is noticed at
    once, because time did not pass (``time.monotonic``); whether it jumped to or from the right time is told by the
    next append time. While nothing is trusted the earlier of the possible times is taken, because time that was once
    recorded cannot be taken back.
    """

    def __init__(
        self,
        clock: Clock,
        last: datetime | None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._last = last
        self._wall, self._passing = wall, passing
        self._skew: timedelta | None = None
        self._real, self._passed = wall(), passing()

    @property
    def skew(self) -> timedelta:
        """Broker's clock minus ours, as last measured."""
        return self._skew or timedelta(0)

    @property
    def trusted(self) -> bool:
        """Whether the broker's clock was last seen to agree with ours."""
        return self._skew is not None and abs(self._skew) <= SKEW_MAX

    def opening(self) -> Reading:
        """Give the time of the opening round: that of the last one, so that the pause between stays visible."""
        return Reading(self._last or self._clock.at(self._wall()), trusted=False)

    def read(self) -> Reading:
        """Look at the clock."""
        real = self._wall()
        expected = self._real + timedelta(seconds=self._passing() - self._passed)
        jumped = abs(real - expected) > SKEW_MAX
        if jumped:
            real = min(real, expected)
        if not self.trusted:
            real = min(real, real + self.skew)
        now = self._clock.at(real)
        return Reading(max(now, self._last) if self._last else now, trusted=self.trusted and not jumped)

    def wrote(self, now: datetime, skew: timedelta) -> None:
        """Take note of a committed round: its time, and what its append time said of our clock."""
        self._last = now
        self._skew = skew
        self._real, self._passed = self._wall(), self._passing()


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an idle dispatcher writes a round, and how long a silence must be to mean that it was down.

    Parameters
    ----------
    heartbeat_s
        Real seconds between rounds while idle.
    silence
        Decision time between two rounds from which on the service counts as having been down.
    """

    heartbeat_s: float
    silence: timedelta

    @classmethod
    def of(cls, policy: Policy, clock: Clock) -> Pace:
        """Derive both from the policy's grace; under a very fast clock the heartbeat decides."""
        grace = timedelta(seconds=policy.down_grace_seconds)
        share_s = clock.real_span(grace).total_seconds() / HEARTBEAT_SHARE
        heartbeat_s = min(max(share_s, HEARTBEAT_MIN_S), HEARTBEAT_MAX_S)
        return cls(heartbeat_s, max(grace, HEARTBEAT_SHARE * heartbeat_s * timedelta(seconds=clock.fact.rate)))

    def down_seconds(self, last: datetime | None, now: datetime) -> int:
        """Give how long the service was down between two rounds, in whole seconds of decision time."""
        silent = now - last if last else timedelta(0)
        return int(silent.total_seconds()) if silent > self.silence else 0
