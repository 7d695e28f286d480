"""Named places where the dispatcher can be made to die, because chance rarely hits the dangerous instants."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from enum import StrEnum


class CrashPoint(StrEnum):
    """The places, in the order in which a dispatcher passes them."""

    AFTER_FENCE = "after_fence"
    DURING_RESTORE = "during_restore"
    AFTER_DECIDE = "after_decide"
    AFTER_BEGIN = "after_begin"
    AFTER_FIRST_SEND = "after_first_send"
    BEFORE_ROUND_RECORD = "before_round_record"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"


class CrashPlanError(ValueError):
    """The text names no crash point; the message says how one is written."""


@dataclass(slots=True)
class CrashPlan:
    """Where to die: at the ``nth`` passing of ``point``; without a point nowhere."""

    point: CrashPoint | None = None
    nth: int = 1
    _passed: int = field(default=0, init=False)

    def passing(self, point: CrashPoint) -> None:
        """Die here if this is the place and the time, by SIGKILL: no handler runs, nothing is flushed."""
        if point is not self.point:
            return
        self._passed += 1
        if self._passed == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)


def parse_crash_plan(text: str | None) -> CrashPlan:
    """Read ``POINT:N``; nothing given means nowhere.

    Raises
    ------
    CrashPlanError
        If the point is unknown or ``N`` is no positive number.
    """
    if not text:
        return CrashPlan()
    name, _, count = text.partition(":")
    if name not in set(CrashPoint):
        raise CrashPlanError(
            f"{name!r} is no crash point: write POINT:N, where POINT is one of {', '.join(CrashPoint)}"
        )
    if not (count.isascii() and count.isdigit() and int(count) > 0):
        raise CrashPlanError(f"{text!r} does not say at which passing: write {name}:N with N from 1")
    return CrashPlan(CrashPoint(name), int(count))
