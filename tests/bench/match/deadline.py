"""When a solver must be done: by the wall clock, or by the processor time that an idle machine would have given it.

On a busy machine the wall clock measures the neighbours. Processor time counts from the start of the process, with
all its threads: a budget of two seconds on two threads is four seconds of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

Clock = Literal["wall", "cpu"]

CLOSING_S = 0.15
"""Left for reading the answer out and ending the process."""

NO_HURRY_S = 600.0
"""For a solver that only knows the wall clock and stops by itself, where processor time counts."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A budget of seconds.

    Parameters
    ----------
    clock
        What is counted.
    seconds
        How many, per thread.
    threads
        That may run at the same time.
    began
        The monotonic clock when the process was asked for.
    """

    clock: Clock
    seconds: float
    threads: int
    began: float

    def left(self) -> float:
        """Return the seconds left, as if all threads were busy from now on."""
        if self.clock == "wall":
            return max(0.0, self.seconds - CLOSING_S - (time.monotonic() - self.began))
        return max(0.0, (self.threads * (self.seconds - CLOSING_S) - time.process_time()) / self.threads)

    def gone(self) -> float:
        """Return the part of the budget that is gone, closing left aside."""
        return 1.0 - self.left() / max(1e-9, self.seconds - CLOSING_S)

    def over(self) -> bool:
        """Say whether it is time to stop."""
        return self.left() <= 0.0

    def wall(self) -> float:
        """Return the limit for a solver that only knows the wall clock and would stop by itself."""
        return max(0.1, self.left()) if self.clock == "wall" else NO_HURRY_S
