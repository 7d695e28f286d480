"""Of how many that are left out it is said why, and how long that may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from linli.matcher.reasons.explain import Over
from linli.matcher.reasons.no_room import Labels
from linli.schemas.errors import Code, LinliError
from linli.services.language import both

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

REASONS_PART = 0.7
"""Of the time that is left, how much goes to reasons before anything is proved: a reason is what was asked for, and a
proof only says more of it; but asked about hundreds, reasons took all of the time, and nothing was ever proved. What
proofs leave goes to reasons again."""

NO_END = 1 << 60
"""More labels than any time allows."""


class Allowed(NamedTuple):
    """The limits of explanations that have begun, as `linli.matcher.reasons.explain.explain_within` takes them."""

    labels: Labels
    turn: Callable[[], Over] | None = None


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
    clock
        Seconds since whenever; only grows.
    """

    most: int = EXPLAINED
    seconds: float | None = EXPLAIN_SECONDS
    clock: Callable[[], float] = time.monotonic

    def begin(self, *, proving: bool) -> Allowed:
        """Return the limits of what begins now; with `proving` part of the time is kept for proofs."""
        if self.seconds is None:
            return Allowed(Labels(PROOF_LABELS, PROOF_LABELS_EACH, parts=PROOF_PARTS) if proving else Labels(0))
        end, clock = self.clock() + self.seconds, self.clock
        if not proving:
            return Allowed(Labels(0, until=_after(end, clock)))

        def turn() -> Over:
            now = clock()
            return _after(now + REASONS_PART * (end - now), clock)

        return Allowed(Labels(NO_END, PROOF_LABELS_EACH, _after(end, clock), PROOF_PARTS), turn)


def _after(end: float, clock: Callable[[], float]) -> Over:
    return lambda: clock() >= end


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
