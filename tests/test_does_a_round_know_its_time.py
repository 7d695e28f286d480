"""The clock of the rounds: never back, never trusted before it was checked, never fooled by a jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linli.schemas.ground_facts import ClockFact
from linli.schemas.policy import Policy
from linli.streams.clock import Clock
from linli.streams.dispatch.adaptive_rounds import HEARTBEAT_MAX_S, HEARTBEAT_MIN_S, Pace, RoundClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NO_SKEW = timedelta(0)


class Machine:
    """A machine whose wall clock and passing of time the test sets."""

    def __init__(self) -> None:
        self.wall = NOON
        self.passed_s = 0.0

    def clock(self, last: datetime | None = None, rate: float = 1.0) -> RoundClock:
        """Give the clock of rounds on this machine."""
        shared = Clock(ClockFact(started=NOON, origin=NOON, rate=rate))
        return RoundClock(shared, last, wall=lambda: self.wall, passing=lambda: self.passed_s)

    def passes(self, seconds: float) -> None:
        """Let time pass, and the wall clock show it."""
        self.wall += timedelta(seconds=seconds)
        self.passed_s += seconds


def test_nothing_is_trusted_before_the_broker_has_spoken() -> None:
    """Tests that deadlines wait for the first append time, and not longer."""
    machine = Machine()
    clock = machine.clock()
    assert not clock.read().trusted
    clock.wrote(NOON, NO_SKEW)
    machine.passes(1)
    reading = clock.read()
    assert (reading.trusted, reading.now) == (True, NOON + timedelta(seconds=1))


def test_the_opening_round_shows_the_time_of_the_last() -> None:
    """Tests that a pause between two lives is not hidden by the round that opens the second."""
    last = NOON - timedelta(hours=3)
    assert Machine().clock(last).opening().now == last
    assert Machine().clock(None).opening().now == NOON


def test_time_never_goes_back() -> None:
    """Tests that a wall clock set back holds the time still."""
    machine = Machine()
    clock = machine.clock()
    clock.wrote(NOON + timedelta(seconds=30), NO_SKEW)
    machine.passes(3)
    assert clock.read().now == NOON + timedelta(seconds=30)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(seconds=6)])
def test_a_jump_is_not_believed_at_once(jump: timedelta) -> None:
    """Tests that a wall clock that moved without time passing fires nothing, and cannot drag the time ahead."""
    machine = Machine()
    clock = machine.clock()
    clock.wrote(NOON, NO_SKEW)
    machine.passes(1)
    machine.wall += jump
    reading = clock.read()
    assert not reading.trusted
    assert NOON <= reading.now <= NOON + timedelta(seconds=1)


def test_a_jump_that_the_broker_confirms_is_believed_then() -> None:
    """Tests that after a machine slept an hour the next append time makes its clock trusted again."""
    machine = Machine()
    clock = machine.clock()
    clock.wrote(NOON, NO_SKEW)
    machine.wall += timedelta(hours=1)
    clock.wrote(clock.read().now, NO_SKEW)
    machine.passes(1)
    reading = clock.read()
    assert (reading.trusted, reading.now) == (True, NOON + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize("skew_s", [6.0, -6.0, -3_600.0])
def test_a_clock_that_differs_from_the_brokers_fires_nothing(skew_s: float) -> None:
    """Tests that beyond five seconds of difference deadlines rest, and the earlier of the two times counts."""
    machine = Machine()
    clock = machine.clock()
    clock.wrote(NOON - timedelta(days=1), timedelta(seconds=skew_s))
    machine.passes(1)
    reading = clock.read()
    assert not reading.trusted
    assert reading.now == NOON + timedelta(seconds=1 + min(0.0, skew_s))


def test_the_pace_fits_the_grace_and_the_clock() -> None:
    """Tests that an idle dispatcher beats well within the grace, and that a very fast clock only widens the silence."""
    policy = Policy(down_grace_seconds=60)
    real = Pace.of(policy, Clock(ClockFact(started=NOON, origin=NOON, rate=1.0)))
    fast = Pace.of(policy, Clock(ClockFact(started=NOON, origin=NOON, rate=720.0)))
    assert (real.heartbeat_s, real.silence) == (20.0, timedelta(seconds=60))
    assert fast.heartbeat_s == HEARTBEAT_MIN_S
    assert fast.silence == timedelta(seconds=3 * HEARTBEAT_MIN_S * 720)
    slow = Pace.of(Policy(down_grace_seconds=3_600), Clock(ClockFact(started=NOON, origin=NOON, rate=1.0)))
    assert slow.heartbeat_s == HEARTBEAT_MAX_S


def test_down_time_counts_beyond_the_silence_only() -> None:
    """Tests that a gap within the silence is nothing, and one beyond it counts whole."""
    pace = Pace(20.0, timedelta(seconds=60))
    assert pace.down_seconds(None, NOON) == 0
    assert pace.down_seconds(NOON, NOON + timedelta(seconds=60)) == 0
    assert pace.down_seconds(NOON, NOON + timedelta(seconds=61)) == 61
