"""Dispatcher processes for tests: started, watched by a real supervisor, killed, paused, asked how far they are."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from linli.schemas.topics import COMMANDS
from linli.services.child import Child, ProcessSpec, log_tail
from linli.services.supervisor import RestartPolicy, Supervisor
from linli.streams.dispatch.ledger import last_round, read_last_round
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import open_reader

PATIENT = RestartPolicy(first_delay_s=0.05, longest_delay_s=0.5, restarts_max=1_000)
"""Faults come thick here: no back-off worth the name, no giving up."""

SETTLE_S = 60.0
"""How long a dispatcher may take to read everything after the last fault; it takes about three seconds."""

_LOOK_S = 0.1

STRUCK_S = 10.0
"""How long a signal may take to strike; it takes a millisecond."""


class Dispatchers:
    """Makes dispatcher processes of one partition.

    Parameters
    ----------
    address
        How to reach Kafka.
    slot
        The partition.
    folder
        For state and logs.
    work
        Units of the optimizer; few, because faults and not plans are tested.
    settings
        Further settings of the processes.
    """

    def __init__(self, address: KafkaAddress, slot: int, folder: Path, work: int = 200, **settings: str) -> None:
        self.address = address
        self.slot = slot
        self._folder = folder
        self._work = work
        self._settings = settings
        self._numbers = itertools.count(1)

    def spec(self, crash_at: str | None = None) -> ProcessSpec:
        """Say what to run, with a log file of its own."""
        environment = {
            "LINLI_KAFKA": self.address.bootstrap,
            "LINLI_STATE": str(self._folder / "state"),
            "LINLI_MODE": "auto",
            "LINLI_SOLVER_WORK": str(self._work),
            "LINLI_ROUND_IDLE_MS": "100",
            **self._settings,
        }
        if crash_at is not None:
            environment["LINLI_CRASH_AT"] = crash_at
        return ProcessSpec(
            name=f"dispatcher-{self.slot}",
            argv=(sys.executable, "-m", "linli.services.dispatcher", "--slot", str(self.slot)),
            log=self._folder / f"dispatcher-{self.slot}-{next(self._numbers)}.log",
            env=environment,
            tethered=True,
        )

    async def launch(self, crash_at: str | None = None) -> Child:
        """Start a process that nobody watches."""
        return await Child.launch(self.spec(crash_at))

    async def supervised(self) -> Supervisor:
        """Start a process that is started again whenever it ends."""
        supervisor = Supervisor(policy=PATIENT)
        await supervisor.start(self.spec())
        return supervisor

    async def round(self) -> int:
        """Give the number of the last committed round."""
        last = await last_round(self.address, self.slot)
        return last.number if last else 0

    async def progress(self, rounds: int = 1) -> None:
        """Wait until so many more rounds are committed."""
        target = await self.round() + rounds
        await self._until(lambda number, _: number >= target, f"round {target}")

    async def settled(self) -> None:
        """Wait until everything that is in ``commands`` now has been read."""
        async with open_reader(self.address) as reader:
            [span] = await reader.spans(COMMANDS.name, [self.slot])
        await self._until(lambda _, position: position >= span.end, f"offset {span.end}")

    async def _until(self, reached: Callable[[int, int], bool], what: str) -> None:
        try:
            async with asyncio.timeout(SETTLE_S), open_reader(self.address) as reader:
                while True:
                    last = await read_last_round(reader, self.slot)
                    if last is not None and reached(last.number, last.next_offset):
                        return
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise AssertionError(f"{what} was not reached in {SETTLE_S:g} s; {self._last_words()}") from None

    def _last_words(self) -> str:
        logs = sorted(self._folder.glob(f"dispatcher-{self.slot}-*.log"), key=lambda log: log.stat().st_mtime)
        return log_tail(logs[-1]) if logs else "there is no log"


def strike(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process of ours, and make sure that it struck: a fault that did not strike proves nothing."""
    os.kill(pid, number)
    deadline = time.monotonic() + STRUCK_S
    while not _has_struck(pid, number):
        assert time.monotonic() < deadline, f"{number.name} did not strike process {pid}"
        time.sleep(0.001)


def _has_struck(pid: int, number: signal.Signals) -> bool:
    """Say whether the process is dead after SIGKILL, stopped after SIGSTOP, and not stopped after SIGCONT."""
    try:
        status = str(psutil.Process(pid).status())
    except psutil.NoSuchProcess:
        return number is not signal.SIGSTOP
    if number is signal.SIGKILL:
        return status == str(psutil.STATUS_ZOMBIE)
    return (status == str(psutil.STATUS_STOPPED)) is (number is signal.SIGSTOP)
