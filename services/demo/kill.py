"""The demo kills its own dispatcher once, in the middle of the day, and measures how long Linli needs to go on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from linli.services.demo.tally import Tally

RECOVERY_MAX_S = 60.0
"""After so long without a new round the demo says that the dispatcher did not come back; usual is two seconds."""

_LOOK_S = 0.02

_IN_FLIGHT = timedelta(milliseconds=200)
"""A round that was in flight at the kill may still be appended; no process starts within this time."""


@dataclass(frozen=True, slots=True)
class Kill:
    """When the dispatcher was killed, and how long it took until a new round was committed."""

    pid: int
    at: datetime
    recovered_s: float | None


async def kill_and_wait(pid: Callable[[], int], tally: Tally, on_kill: Callable[[int], None]) -> Kill:
    """Kill the dispatcher with SIGKILL as soon as a round is committed, and wait for the first round after it.

    Parameters
    ----------
    pid
        Gives the dispatcher's process id.
    tally
        Learns of every round that is committed.
    on_kill
        Told which process was killed.
    """
    seen = len(tally.rounds)
    while len(tally.rounds) == seen:
        await asyncio.sleep(_LOOK_S)
    victim, at = pid(), datetime.now(UTC)
    os.kill(victim, signal.SIGKILL)
    on_kill(victim)
    deadline = asyncio.get_running_loop().time() + RECOVERY_MAX_S
    while asyncio.get_running_loop().time() < deadline:
        after = next((appended for appended, _ in tally.rounds if appended > at + _IN_FLIGHT), None)
        if after is not None:
            return Kill(victim, at, round((after - at).total_seconds(), 2))
        await asyncio.sleep(_LOOK_S)
    return Kill(victim, at, None)
