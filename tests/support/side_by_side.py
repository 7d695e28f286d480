"""Run the files of tests in several processes beside each other, and report them as if one after the other.

Most tests wait: for a broker to start, for a fast clock, for another process. One after the other they leave a machine
idle for half of the time. So whoever runs the tests collects them once, forks workers that know them all, and gives out
errands: a file, or all the files that share a server which takes long to start.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

SHARED = ("house", "county", "told_ground", "struck_ground", "own_house")
"""The fixtures that start what takes long to start, once a run: whatever uses one stays with one worker.

In the order in which the errands are given out, those that last longest first.
"""


@dataclass(frozen=True)
class Errand:
    """What one worker runs without a break.

    Attributes
    ----------
    tests
        Their numbers, as they were collected.
    puts_away
        Whether everything that was started for them ends with them: a broker that nobody talks to any more still
        takes a twentieth of a processor, and a whole Linli a tenth.
    """

    tests: tuple[int, ...] = ()
    puts_away: bool = False


def errands(items: Sequence[pytest.Item]) -> list[Errand]:
    """Divide the tests, those that start servers before those that do not: what is left at the end is short."""
    files: dict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        files[str(item.path)].append(number)
    together: dict[tuple[int, str], list[int]] = defaultdict(list)
    for name, numbers in files.items():
        together[_place([items[number] for number in numbers], name)] += numbers
    places = sorted(together, key=lambda place: place[0])
    return [Errand(tuple(together[place]), puts_away=place[0] < len(SHARED)) for place in places]


def _place(items: Sequence[pytest.Item], name: str) -> tuple[int, str]:
    """Say when the tests of a file have their turn, and under which name they belong together."""
    asked: set[str] = {name for item in items for name in getattr(item, "fixturenames", ())}
    for rank, shared in enumerate(SHARED):
        if shared in asked:
            return rank, shared
    waits = any(item.get_closest_marker("broker") or item.get_closest_marker("browser") for item in items)
    return len(SHARED) + (0 if waits else 1), name


class Told:
    """In a worker: tells what happens to each test, as the terminal would be told."""

    def __init__(self, config: pytest.Config, line: Connection) -> None:
        self._config = config
        self._line = line

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Say which test begins."""
        self._line.send(("begins", nodeid, location))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Pass a report on."""
        self._line.send(("report", self._config.hook.pytest_report_to_serializable(config=self._config, report=report)))

    def pytest_runtest_logfinish(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Say which test is over."""
        self._line.send(("over", nodeid, location))

    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        """Pass a warning on, its message as text: not every warning can be sent."""
        if when != "runtest":
            return  # the parent heard of it when the tests were collected
        text, kind = str(warning_message.message), warning_message.category
        self._line.send(
            ("warning", (text, kind, warning_message.filename, warning_message.lineno), when, nodeid, location)
        )


def _work(session: pytest.Session, line: Connection) -> NoReturn:
    """Be a worker until there is no errand left, and never come back to what the parent was doing."""
    status = 1
    try:
        _own_the_output(session.config)
        session.config.pluginmanager.register(Told(session.config, line), "told")
        _run_errands(session, line)
        line.send(("goes",))
        status = 0
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever pressed Ctrl-C and the parent may both send one
        session._setupstate.teardown_exact(None)  # pyright: ignore[reportPrivateUsage]
    except BaseException:
        traceback.print_exc()  # nobody above may see it: there the parent's run would go on
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _own_the_output(config: pytest.Config) -> None:
    """Capture what tests print apart from the other workers, and leave the terminal to the parent."""
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    writer = config.get_terminal_writer()
    config.pluginmanager.unregister(name="terminalreporter")
    # pytest-timeout writes the stacks of a test that hangs to whatever stands under this name.
    config.pluginmanager.register(SimpleNamespace(_tw=writer), "terminalreporter")


def _run_errands(session: pytest.Session, line: Connection) -> None:
    """Run errand after errand; where servers stay, ask for the next before the last test, which then keeps them."""
    errand = _next_errand(line)
    while errand.tests:
        ahead = Errand()
        for place, number in enumerate(errand.tests, start=1):
            after = errand.tests[place : place + 1]
            if not after and not errand.puts_away:
                ahead = _next_errand(line)
                after = ahead.tests[:1]
            item, following = session.items[number], session.items[after[0]] if after else None
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail or session.shouldstop:
                return
        errand = _next_errand(line) if errand.puts_away else ahead


def _next_errand(line: Connection) -> Errand:
    line.send(("wants",))
    errand: Errand = line.recv()
    return errand


@dataclass
class Worker:
    """A worker as the parent sees it: its process, its line, and what it said of files that are not yet over."""

    pid: int
    line: Connection
    running: str = "no test yet"
    gone: bool = False
    said: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])


class SideBySide:
    """Plugin of the parent: forks the workers, gives out errands and lets pytest report file by file.

    Parameters
    ----------
    workers
        How many at most.

    Notes
    -----
    A worker that dies ends the run, which is then red. Fixtures of the whole session start once in each worker that
    asks for them. pytest-xdist would collect all tests once in every worker, 20 s of a processor each time.
    """

    def __init__(self, workers: int) -> None:
        self._count = workers
        self._left: Counter[str] = Counter()
        self._waiting: deque[Errand] = deque()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run all tests, or leave it to pytest where there is nothing to divide."""
        given = errands(session.items)
        if session.testsfailed or session.config.option.collectonly or len(given) < 2:
            return None
        self._waiting = deque(given)
        self._left = Counter(_file(item.nodeid) for item in session.items)
        session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # one for all workers
        workers: list[Worker] = []
        try:
            for _ in range(min(self._count, len(given))):
                workers.append(_forked(session, workers))
            self._serve(session, workers)
        finally:
            _end(workers)
        if self._left.total():
            _stop(session, f"tests were not run: {sorted(self._left.elements())}")
            raise session.Failed(session.shouldfail)
        return True

    def _serve(self, session: pytest.Session, workers: Sequence[Worker]) -> None:
        """Listen to all workers until every one has gone."""
        while present := {worker.line: worker for worker in workers if not worker.gone}:
            for line in wait(present):
                self._listen(session, present[line])  # type: ignore[index]
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
                if session.shouldstop:
                    raise session.Interrupted(session.shouldstop)

    def _listen(self, session: pytest.Session, worker: Worker) -> None:
        """Take one message."""
        try:
            kind, *what = worker.line.recv()
        except (EOFError, ConnectionResetError):
            _say(worker)
            _stop(session, f"a worker died in {worker.running}")
            return
        if kind == "wants":
            worker.line.send(self._waiting.popleft() if self._waiting else Errand())
        elif kind == "goes":
            worker.gone = True
            _say(worker)  # of the file that was not ended, where one failure is enough
        else:
            self._note(session.config, worker, kind, what)

    def _note(self, config: pytest.Config, worker: Worker, kind: str, what: Sequence[Any]) -> None:
        """Keep what a worker says of a test until the test's file is over."""
        hook = config.hook
        if kind == "begins":
            worker.running = what[0]
            worker.said.append(lambda: hook.pytest_runtest_logstart(nodeid=what[0], location=what[1]))
        elif kind == "report":
            report = hook.pytest_report_from_serializable(config=config, data=what[0])
            worker.said.append(lambda: hook.pytest_runtest_logreport(report=report))
        elif kind == "warning":
            message, when, nodeid, location = what
            hook.pytest_warning_recorded.call_historic(
                kwargs={
                    "warning_message": warnings.WarningMessage(*message),
                    "when": when,
                    "nodeid": nodeid,
                    "location": location,
                }
            )
        else:
            worker.said.append(lambda: hook.pytest_runtest_logfinish(nodeid=what[0], location=what[1]))
            self._left[_file(what[0])] -= 1
            if not self._left[_file(what[0])]:
                _say(worker)


def _stop(session: pytest.Session, why: str) -> None:
    """End the run red, and let pytest say why at the end."""
    session.shouldfail = why


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _say(worker: Worker) -> None:
    """Tell pytest what a worker said of a file."""
    for call in worker.said:
        call()
    worker.said.clear()


def _forked(session: pytest.Session, others: Iterable[Worker]) -> Worker:
    """Start a worker. Nothing but this thread may run: a fork copies no other."""
    here, there = Pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        here.close()
        for other in others:
            other.line.close()  # else the line would stay open when the parent dies
        _work(session, there)
    there.close()
    return Worker(pid, here)


def _end(workers: Iterable[Worker]) -> None:
    """Interrupt whoever still works, as Ctrl-C does, and wait until all have put their servers away."""
    for worker in workers:
        if not worker.gone:
            os.kill(worker.pid, signal.SIGINT)
    for worker in workers:
        os.waitpid(worker.pid, 0)
