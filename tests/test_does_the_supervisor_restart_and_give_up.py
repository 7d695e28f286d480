"""Does the supervisor bring back what died, wait longer each time, and give up when that does not help."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from linli.services.child import ProcessSpec
from linli.services.supervisor import (
    EventKind,
    ProcessDiedEarlyError,
    ProcessEvent,
    ProcessGaveUpError,
    RestartPolicy,
    Supervisor,
    set_aside,
)

HANG_S = 60
"""No test takes a tenth of this; it only keeps a broken one from holding up the run."""


def python(name: str, code: str, log: Path, **rest: object) -> ProcessSpec:
    """Describe a child that runs a line of Python."""
    return ProcessSpec(name=name, argv=(sys.executable, "-u", "-c", code), log=log / f"{name}.log", **rest)  # type: ignore[arg-type]


SLEEP = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(600)"


async def until(log: Path, words: str) -> None:
    """Wait until a log holds the words."""
    async with asyncio.timeout(HANG_S):
        while not log.exists() or words not in log.read_text():
            await asyncio.sleep(0.02)


class Diary:
    """Keeps what a supervisor says and lets a test wait for it."""

    def __init__(self) -> None:
        self.events: list[ProcessEvent] = []
        self._news = asyncio.Event()

    def note(self, event: ProcessEvent) -> None:
        """Keep an event."""
        self.events.append(event)
        self._news.set()

    async def until(self, kind: EventKind, count: int = 1) -> ProcessEvent:
        """Wait for the n-th event of a kind."""
        async with asyncio.timeout(HANG_S):
            while len(found := [event for event in self.events if event.kind is kind]) < count:
                self._news.clear()
                await self._news.wait()
        return found[count - 1]


async def test_is_a_killed_process_started_again(tmp_path: Path) -> None:
    """Tests that a process killed by SIGKILL comes back under a new id, and that all of it is told."""
    diary = Diary()
    supervisor = Supervisor(on_event=diary.note)
    await supervisor.start(python("sleeper", SLEEP, tmp_path))
    first = supervisor.pid("sleeper")
    os.kill(first, signal.SIGKILL)
    again = await diary.until(EventKind.RESTARTED)
    died = await diary.until(EventKind.DIED)
    assert (died.pid, died.code, died.restarts) == (first, -signal.SIGKILL, 0)
    assert (again.pid, again.restarts) == (supervisor.pid("sleeper"), 1)
    assert again.pid != first
    assert again.at >= died.at
    assert "SIGKILL" in str(died)
    await supervisor.stop()
    assert not psutil.pid_exists(again.pid)


async def test_does_it_wait_longer_and_give_up(tmp_path: Path) -> None:
    """Tests that a process that keeps dying is restarted with growing delays, then no more, and its last words told."""
    diary = Diary()
    policy = RestartPolicy(first_delay_s=0.01, factor=2.0, longest_delay_s=0.03, restarts_max=4, window_s=HANG_S)
    supervisor = Supervisor(policy=policy, on_event=diary.note)
    await supervisor.start(python("faller", "raise SystemExit('no luck')", tmp_path))
    with pytest.raises(ProcessGaveUpError, match=r"faller died 5 times .* exit code 1") as gave_up:
        async with asyncio.timeout(HANG_S):
            await supervisor.wait()
    assert "no luck" in str(gave_up.value)
    assert [event.delay_s for event in diary.events if event.kind is EventKind.DIED] == [0.01, 0.02, 0.03, 0.03]
    assert diary.events[-1].kind is EventKind.GAVE_UP
    await supervisor.stop()


async def test_are_they_stopped_in_reverse_and_firmly(tmp_path: Path) -> None:
    """Tests that processes stop last first, by SIGTERM, and that one deaf to it is killed after its limit."""
    diary = Diary()
    supervisor = Supervisor(on_event=diary.note)
    await supervisor.start(python("first", SLEEP, tmp_path))
    await supervisor.start(python("deaf", STUBBORN, tmp_path, stop_timeout_s=0.2))
    await until(tmp_path / "deaf.log", "deaf")
    await supervisor.stop()
    stopped = [(event.name, event.code) for event in diary.events if event.kind is EventKind.STOPPED]
    assert stopped == [("deaf", -signal.SIGKILL), ("first", -signal.SIGTERM)]
    await supervisor.wait()


async def test_is_an_early_death_an_error(tmp_path: Path) -> None:
    """Tests that a process that ends before it is ready is an error with its last words, and is not supervised."""
    supervisor = Supervisor()

    async def never() -> None:
        await asyncio.Event().wait()

    with pytest.raises(ProcessDiedEarlyError, match="no luck"):
        await supervisor.start(python("faller", "raise SystemExit('no luck')", tmp_path), never)
    assert supervisor.pids == {}
    await supervisor.stop()


async def test_does_a_cancelled_start_leave_nothing(tmp_path: Path) -> None:
    """Tests that a start that is cancelled, however early, leaves no process behind."""
    supervisor = Supervisor()

    async def never() -> None:
        await asyncio.Event().wait()

    for delay_s in (0.0, 0.001, 0.01, 0.1):
        start = asyncio.create_task(supervisor.start(python("sleeper", SLEEP, tmp_path), never))
        await asyncio.sleep(delay_s)
        start.cancel()
        await asyncio.wait((start,))
        assert start.cancelled()
    own = psutil.Process().children(recursive=True)
    assert [child for child in own if SLEEP in child.cmdline()] == []
    await supervisor.stop()


async def test_does_a_failing_listener_end_it(tmp_path: Path) -> None:
    """Tests that an error in the callback is not swallowed: it is what waiting for the supervisor raises."""

    def fail_on_death(event: ProcessEvent) -> None:
        if event.kind is EventKind.DIED:
            raise LookupError("the listener is broken")

    supervisor = Supervisor(on_event=fail_on_death)
    await supervisor.start(python("faller", "pass", tmp_path))
    with pytest.raises(LookupError, match="the listener is broken"):
        async with asyncio.timeout(HANG_S):
            await supervisor.wait()
    await supervisor.stop()


TETHERED = """
import asyncio, sys
from pathlib import Path
from linli.services.child import Child, ProcessSpec
async def main():
    argv = (sys.executable, "-c", "import time; time.sleep(600)")
    spec = ProcessSpec("child", argv, Path(sys.argv[1]), tethered=True)
    print((await Child.launch(spec)).pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


def test_does_a_tethered_child_die_with_its_parent(tmp_path: Path) -> None:
    """Tests that a tethered child ends when its parent is killed by SIGKILL."""
    parent = subprocess.Popen([sys.executable, "-c", TETHERED, tmp_path / "log"], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    gone, alive = psutil.wait_procs([child], timeout=HANG_S)
    assert (len(gone), alive) == (1, [])


def test_is_a_full_log_set_aside(tmp_path: Path) -> None:
    """Tests that a log over its limit moves aside whole while its writer goes on, and one within its limit stays."""
    log = tmp_path / "log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        set_aside(log, 100)
        assert not log.with_name("log.1").exists()
        writer.write(b"y")
        set_aside(log, 100)
        writer.write(b"later")
    assert log.with_name("log.1").read_bytes() == b"x" * 100 + b"y"
    assert log.read_bytes() == b"later"
