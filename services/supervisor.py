"""Keeps child processes alive: restarts what died, with back-off, and gives up loudly when that does not help."""

import asyncio
import shutil
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from typing_extensions import override

from linli.services.child import Child, ProcessSpec, exit_in_chinese, exit_in_words, log_tail

LOG_BYTES_MAX = 16 * 1024 * 1024
"""A log is set aside as ``NAME.1`` at this size: two such files per process hold an ordinary day, and fit any disk."""

LOG_CHECK_S = 5.0
"""How often the size of the logs is looked at: a process that writes 10 MB/s can overshoot by 50 MB."""


class EventKind(StrEnum):
    """What happened to a supervised process."""

    STARTED = "started"
    DIED = "died"
    RESTARTED = "restarted"
    GAVE_UP = "gave up"
    STOPPED = "stopped"


_KIND_CHINESE: Final = {
    EventKind.STARTED: "已启动",
    EventKind.DIED: "已中断",
    EventKind.RESTARTED: "已重新启动",
    EventKind.GAVE_UP: "多次中断，不再启动",
    EventKind.STOPPED: "已停止",
}


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """One thing that happened to a supervised process.

    Parameters
    ----------
    kind
        What happened.
    name
        The name of the process, from its `ProcessSpec`.
    pid
        Its process id; of the new process when it was started again.
    at
        When, by the wall clock (UTC).
    code
        The exit code, minus the signal's number for a signal; ``None`` for a process that runs.
    restarts
        How many times this process has been restarted so far.
    delay_s
        Seconds until it is started again; only for `EventKind.DIED`.
    """

    kind: EventKind
    name: str
    pid: int
    at: datetime
    code: int | None = None
    restarts: int = 0
    delay_s: float | None = None

    @override
    def __str__(self) -> str:
        cause = "" if self.code is None else f" ({exit_in_words(self.code)})"
        again = "" if self.delay_s is None else f"; starting it again in {self.delay_s:g} s"
        return f"{self.name} {self.kind}, pid {self.pid}{cause}{again}"

    def in_chinese(self) -> str:
        """Say the same in Chinese."""
        cause = "" if self.code is None else f"（{exit_in_chinese(self.code)}）"
        again = "" if self.delay_s is None else f"，{self.delay_s:g} 秒后重新启动"
        return f"{self.name} {_KIND_CHINESE[self.kind]}，进程号 {self.pid}{cause}{again}"


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """When and how often a dead process is started again.

    Parameters
    ----------
    first_delay_s
        Seconds before the first restart: long enough for a port to be free again, short against a recovery in five.
    factor
        Each further restart within the window waits this many times longer.
    longest_delay_s
        No wait is longer than this.
    restarts_max
        More deaths than this within the window, and it gives up: a fault that ten restarts did not cure needs a person.
    window_s
        The window, in seconds: ten deaths in five minutes are found even if each life lasts twenty seconds. A process
        that lived longer than the window starts with a clean sheet.
    """

    first_delay_s: float = 0.2
    factor: float = 2.0
    longest_delay_s: float = 5.0
    restarts_max: int = 10
    window_s: float = 300.0

    def delay_s(self, restarts_in_window: int) -> float:
        """Seconds to wait before the next restart."""
        return float(min(self.longest_delay_s, self.first_delay_s * self.factor**restarts_in_window))


class ProcessGaveUpError(RuntimeError):
    """A process died too often; the message names it, its last end and its log."""


class ProcessDiedEarlyError(RuntimeError):
    """A process ended before it was ready; the message names its end and the last lines of its log."""

    def __init__(self, spec: ProcessSpec, code: int) -> None:
        tail = log_tail(spec.log)
        super().__init__(f"{spec.name} ended at once ({exit_in_words(code)}). Its log, {spec.log}, ends:\n{tail}")


@dataclass(slots=True)
class _Slot:
    """A supervised process, its history and the task that watches it."""

    child: Child
    watcher: asyncio.Task[None] | None = None
    restarts: int = 0
    deaths: deque[float] = field(default_factory=deque[float])


class Supervisor:
    """Runs child processes in the order they were started and stops them in reverse.

    Parameters
    ----------
    policy
        When and how often a dead process is started again.
    on_event
        Called for everything that happens to a process. It must be quick; what it raises ends the supervision (`wait`).

    Notes
    -----
    Everything runs on the event loop that `start` was called from. A log is set aside by copying and emptying it,
    because the child holds it open: lines written between the two steps are lost.
    """

    def __init__(
        self, *, policy: RestartPolicy | None = None, on_event: Callable[[ProcessEvent], None] | None = None
    ) -> None:
        self._policy = policy or RestartPolicy()
        self._on_event = on_event
        self._slots: dict[str, _Slot] = {}
        self._failure: BaseException | None = None
        self._ended = asyncio.Event()
        self._log_keeper: asyncio.Task[None] | None = None

    async def start(self, spec: ProcessSpec, ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Start a process, wait until it is ready, and watch it from then on.

        Parameters
        ----------
        spec
            What to run.
        ready
            Returns when the process does its work; it decides itself how long to wait. ``None``: ready at once.

        Raises
        ------
        ProcessDiedEarlyError
            If it ended before it was ready; it is then not watched.
        OSError
            If it could not be started at all.
        """
        if spec.name in self._slots:
            raise ValueError(f"a process named {spec.name} is already supervised")
        child = await Child.launch(spec)
        if ready is not None:
            await _until_ready(child, ready)
        slot = self._slots[spec.name] = _Slot(child)
        self._say(EventKind.STARTED, slot)
        slot.watcher = asyncio.create_task(self._watch(slot), name=f"watch {spec.name}")
        if self._log_keeper is None:
            self._log_keeper = asyncio.create_task(self._keep_logs_small(), name="keep logs small")

    def pid(self, name: str) -> int:
        """Give the process id a name has now (while it is being restarted: the one it had).

        Raises
        ------
        KeyError
            If no process of that name is supervised.
        """
        return self._slots[name].child.pid

    @property
    def pids(self) -> dict[str, int]:
        """The process id of every supervised process, in start order."""
        return {name: slot.child.pid for name, slot in self._slots.items()}

    async def wait(self) -> None:
        """Wait until everything was stopped.

        Raises
        ------
        ProcessGaveUpError
            As soon as a process has died too often; the others still run until `stop`.
        """
        await self._ended.wait()
        if self._failure is not None:
            raise self._failure

    async def stop(self) -> None:
        """Stop every process, the last started first; harmless when repeated."""
        if self._log_keeper is not None:
            await _cancel(self._log_keeper)
            self._log_keeper = None
        for name in reversed(list(self._slots)):
            await self.stop_one(name)
        self._ended.set()

    async def stop_one(self, name: str) -> None:
        """Stop one process and watch it no longer.

        Raises
        ------
        KeyError
            If no process of that name is supervised.
        """
        slot = self._slots.pop(name)
        if slot.watcher is not None:
            await _cancel(slot.watcher)
        if slot.child.code is None:
            await slot.child.stop()
        self._say(EventKind.STOPPED, slot)

    async def _watch(self, slot: _Slot) -> None:
        try:
            while True:
                await slot.child.wait()
                await self._restart(slot)
        except Exception as error:
            self._failure = self._failure or error
            self._ended.set()
            raise

    async def _restart(self, slot: _Slot) -> None:
        now = asyncio.get_running_loop().time()
        while slot.deaths and slot.deaths[0] < now - self._policy.window_s:
            slot.deaths.popleft()
        if len(slot.deaths) >= self._policy.restarts_max:
            self._say(EventKind.GAVE_UP, slot)
            raise ProcessGaveUpError(self._last_words(slot))
        delay_s = self._policy.delay_s(len(slot.deaths))
        slot.deaths.append(now)
        self._say(EventKind.DIED, slot, delay_s)
        await asyncio.sleep(delay_s)
        slot.child = await Child.launch(slot.child.spec)
        slot.restarts += 1
        self._say(EventKind.RESTARTED, slot)

    def _last_words(self, slot: _Slot) -> str:
        spec, code = slot.child.spec, slot.child.code
        return (
            f"{spec.name} died {len(slot.deaths) + 1} times within {self._policy.window_s:g} s, the last time with "
            f"{exit_in_words(code or 0)}, and is not started again. Its log, {spec.log}, ends:\n{log_tail(spec.log)}"
        )

    def _say(self, kind: EventKind, slot: _Slot, delay_s: float | None = None) -> None:
        if self._on_event is not None:
            child = slot.child
            at = datetime.now(UTC)
            self._on_event(ProcessEvent(kind, child.spec.name, child.pid, at, child.code, slot.restarts, delay_s))

    async def _keep_logs_small(self) -> None:
        while True:
            await asyncio.sleep(LOG_CHECK_S)
            for slot in self._slots.values():
                set_aside(slot.child.spec.log, LOG_BYTES_MAX)


def set_aside(log: Path, bytes_max: int) -> None:
    """Move the content of a log that outgrew its limit to ``NAME.1``, leaving the file open in its writer's hands."""
    if log.exists() and log.stat().st_size > bytes_max:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        with log.open("r+b") as file:
            file.truncate(0)


async def _until_ready(child: Child, ready: Callable[[], Awaitable[None]]) -> None:
    """Wait until the child is ready or dead; a child that never gets ready is stopped."""
    readiness = asyncio.ensure_future(ready())
    end = asyncio.create_task(child.wait())
    try:
        await asyncio.wait((readiness, end), return_when=asyncio.FIRST_COMPLETED)
        if end.done():
            raise ProcessDiedEarlyError(child.spec, end.result())
        readiness.result()
    except BaseException:
        await child.stop()
        raise
    finally:
        for task in (readiness, end):
            task.cancel()


async def _cancel(task: asyncio.Task[None]) -> None:
    """End a task of our own and wait until it is gone; a failure of its own was kept already."""
    task.cancel()
    await asyncio.wait((task,))
