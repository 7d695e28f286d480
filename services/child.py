"""One child process: launched with its own log file, stopped politely and then firmly."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from linli.services.tether import tethered

STOP_TIMEOUT_S = 20.0
"""Seconds between SIGTERM and SIGKILL: a broker closes its files in 1 to 3 s, a busy one on two cores in about 10."""

TAIL_BYTES = 4096
"""How much of a log's end is read to say why a process died: about forty lines."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to run, and how.

    Parameters
    ----------
    name
        The name people see, unique within one supervisor.
    argv
        The program and its arguments.
    log
        The file that standard output and standard error are appended to.
    env
        Variables added to this process's own environment.
    cwd
        Working folder; ``None`` for this process's own.
    stop_timeout_s
        Seconds between SIGTERM and SIGKILL.
    tethered
        Whether the child is killed when this process is killed (Linux only, see `linli.services.tether`).
    keep_open
        Descriptors that the child inherits, for example a lock that must be held as long as it lives.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cwd: Path | None = None
    stop_timeout_s: float = STOP_TIMEOUT_S
    tethered: bool = False
    keep_open: tuple[int, ...] = ()


class Child:
    """A process that was started from a `ProcessSpec`."""

    def __init__(self, spec: ProcessSpec, process: asyncio.subprocess.Process) -> None:
        self.spec = spec
        self._process = process

    @classmethod
    async def launch(cls, spec: ProcessSpec) -> "Child":
        """Start the process, in a session of its own so that a Ctrl-C at the terminal reaches only its parent.

        Raises
        ------
        OSError
            If the program, its folder or its log file cannot be opened.
        """
        argv = tethered(spec.argv) if spec.tethered else spec.argv
        with spec.log.open("ab") as log:
            starting = asyncio.ensure_future(
                asyncio.create_subprocess_exec(
                    *argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=asyncio.subprocess.STDOUT,
                    cwd=spec.cwd,
                    env={**os.environ, **spec.env},
                    pass_fds=spec.keep_open,
                    start_new_session=True,
                )
            )
            try:
                return cls(spec, await asyncio.shield(starting))
            except asyncio.CancelledError:
                # Whoever waited is being stopped; a process that is half started must not be forgotten for that.
                (await starting).kill()
                raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code; minus the signal's number if a signal ended it; ``None`` while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for the end and give the exit code, as `code` does."""
        return await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; a process that has ended already is left in peace."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self) -> int:
        """End the process: SIGTERM, then SIGKILL to it and its own children after the limit.

        Returns
        -------
        int
            The exit code, as `code` does.
        """
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(self.spec.stop_timeout_s):
                return await self.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            return await self.wait()


def exit_in_words(code: int) -> str:
    """Say an exit code in words: ``exit code 70`` or ``SIGKILL``."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def exit_in_chinese(code: int) -> str:
    """Say an exit code in Chinese."""
    return f"退出码 {code}" if code >= 0 else signal.Signals(-code).name


def log_tail(path: Path, lines: int = 5) -> str:
    """Give the last lines of a log file, or an empty string if there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(0, os.SEEK_END)
        log.seek(max(0, log.tell() - TAIL_BYTES))
        text = log.read().decode("utf-8", errors="replace")
    return "\n".join(text.strip().splitlines()[-lines:])
