"""What may be spent on an instance: deterministic units of work, or seconds of processor time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from linli.matcher.limits import Limits
from linli.services.solving.limits import UNITS_PER_SECOND

USUAL_UNITS_PER_SECOND = 150_000
"""Where seconds are the limit: what they are probably worth, to choose how many rounds an adaptor makes."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent.

    Parameters
    ----------
    units : int
        Of work; the answer repeats.
    seconds : float or None
        Of this process's time instead, which a busy machine distorts least; the answer then depends on the machine.
    """

    units: int
    seconds: float | None = None

    @property
    def work(self) -> int:
        """Units that may be spent, roughly where seconds are the limit."""
        return self.units if self.seconds is None else round(self.seconds * USUAL_UNITS_PER_SECOND)

    def part(self, share: float) -> Limits:
        """Return limits for a part of it that begins now."""
        if self.seconds is None:
            return Limits(max(1, int(self.units * share)))
        began, span = time.process_time(), max(1e-6, self.seconds * share)

        def gone() -> int:
            return min(1000, int(1000 * (time.process_time() - began) / span))

        return Limits(max(1, round(UNITS_PER_SECOND * span)), lambda: gone() >= 1000, gone)


class Watch:
    """Says what part of a budget of seconds is gone; of units nothing ever is, their rounds are counted."""

    def __init__(self, budget: Budget) -> None:
        self.seconds, self.began = budget.seconds, time.process_time()

    def gone(self) -> float:
        """Return the part that is gone."""
        return 0.0 if self.seconds is None else (time.process_time() - self.began) / self.seconds
