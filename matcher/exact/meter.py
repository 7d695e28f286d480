"""What a proof may spend, and what its parts take of it: counted, for the matcher reads no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WORK_PER_EFFORT = 250_000
"""Work units to one unit of CP-SAT's deterministic time: either takes about two seconds on the machine measured."""

WAYS_PER_WORK = 1_000
"""Ways that partial tours are tried to be led on, to a unit of work."""

LOOK = 40
"""Work to look for tours once, beside the ways tried."""

RELAXING, COLUMNS_RELAXED_PER_WORK = 60, 3
"""Work for one linear program, and columns to each further unit."""

PACKING, WORK_PER_COLUMN_PACKED = 300, 2
"""Work to set CP-SAT up, and for each column."""

GROUPING, PAIRS_PER_WORK = 250, 4
"""Work to lay groups out, and visits with duties to each further unit."""


@dataclass(slots=True)
class Meter:
    """Counts deterministic work units against a limit; `until` ends it early."""

    limit: int
    spent: int = 0
    until: Callable[[], bool] | None = None

    def left(self) -> int:
        """Return what may still be spent."""
        if self.until is not None and self.until():
            return 0
        return max(0, self.limit - self.spent)
