"""Of how many that are left out it is said why, and how long that may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from linli.matcher.reasons.no_room import Labels
from linli.schemas.errors import Code, LinliError
from linli.services.language import both
from linli.services.solving.limits import wall_clock

EXPLAINED = 60
"""Unassigned jobs and shipments that are explained unless somebody asks for more or fewer: a screenful or two."""

EXPLAIN_SECONDS = 5.0
"""Longest time for all of it unless somebody says another: enough for the reasons of `EXPLAINED` with 54 vehicles and
600 jobs, and with 150 and 2,500, and for most proofs; and no longer than one waits beside a search of 2 seconds."""

PROOF_LABELS = 100_000
"""Labels that may be looked at to prove changes the smallest where no clock may decide."""

PROOF_PARTS = (8, 1)
"""Every proof gets an eighth of what it may have before any gets more: of 40 on overloaded days of 54 teams most end
within it, and what is looked at twice is no more than that."""

PROOF_LABELS_EACH = 20_000
"""Labels for one change: a tenth of a second of machine code, by which time may be overrun; hardly any proof that needs
more than half of it ends at all (`tests/bench/bench_explaining.py`)."""

NO_END = 1 << 60
"""More labels than any time allows."""


@dataclass(frozen=True, slots=True)
class Explaining:
    """What may be spent on explanations.

    Parameters
    ----------
    most
        How many are explained, the most urgent first.
    seconds
        For all of them, proofs included; None where no clock may decide: then all are explained, and proofs are limited
        by labels, so that the answer is the same everywhere.
    """

    most: int = EXPLAINED
    seconds: float | None = EXPLAIN_SECONDS

    def labels(self) -> Labels:
        """Return the limits of what begins now."""
        most = PROOF_LABELS if self.seconds is None else NO_END
        return Labels(most, PROOF_LABELS_EACH, self._until(), PROOF_PARTS)

    def no_labels(self) -> Labels:
        """Return the same where nothing is to be proved that takes work."""
        return Labels(0, until=self._until())

    def _until(self) -> Callable[[], bool]:
        if self.seconds is None:
            return lambda: False
        gone = wall_clock(self.seconds)
        return lambda: gone() >= 1.0


def explaining_of(most: int | None, seconds: float | None, work: int | None) -> Explaining:
    """Return what a person allowed: seconds only where the search itself may be limited by a clock.

    Raises
    ------
    LinliError
        If seconds are given beside deterministic work.
    """
    if seconds is not None and work is not None:
        english = "give --explain-seconds or --work, not both: with --work the answer is the same everywhere"
        chinese = "--explain-seconds 与 --work 只能给出其一：使用 --work 时结果处处相同"
        raise LinliError(Code.USAGE, detail=both(english, chinese))
    allowed = EXPLAIN_SECONDS if seconds is None else seconds
    return Explaining(EXPLAINED if most is None else most, None if work is not None else allowed)
