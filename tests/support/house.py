"""Linli as its users run it: ``linli up`` in the foreground, and single commands, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from linli.services.running import Running, read_running
from linli.services.tether import tethered

READY_S = 240
"""The first start on a machine fetches the broker."""

COMMAND = (sys.executable, "-m", "linli.services.cli.main")


def environment(state: Path, **settings: str) -> dict[str, str]:
    """Give an environment with these settings and no others, in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    return {**kept, "LINLI_STATE": str(state), "LINLI_LANGUAGE": "en", **settings}


def linli(*words: str, env: dict[str, str], given: str | bytes = "") -> subprocess.CompletedProcess[str]:
    """Run one command to its end; ``given`` is its standard input."""
    data = given.encode() if isinstance(given, str) else given
    done = subprocess.run((*COMMAND, *words), input=data, capture_output=True, env=env, timeout=READY_S, check=False)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


class House:
    """A running ``linli up``. Use ``with``; it dies with the tests."""

    def __init__(self, state: Path, **settings: str) -> None:
        self.state = state
        self.env = environment(state, **settings)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> Running:
        """The record of who runs."""
        running = read_running(self.state)
        assert running is not None
        return running

    def linli(self, *words: str, given: str | bytes = "") -> subprocess.CompletedProcess[str]:
        """Run one command against this house."""
        return linli(*words, env=self.env, given=given)

    def json(self, *words: str, given: str | bytes = "") -> Any:
        """Run one command that must go well, and give its one JSON object."""
        done = self.linli(*words, "--json", given=given)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def __enter__(self) -> Self:
        self.state.mkdir(parents=True, exist_ok=True)
        with (self.state / "foreground.log").open("wb") as log:
            self._process = subprocess.Popen(tethered((*COMMAND, "up")), env=self.env, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self._process.poll() is None:
            running = read_running(self.state)
            if running is not None and running.ready:
                return self
            time.sleep(0.1)
        raise AssertionError((self.state / "foreground.log").read_text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> int:
        """Stop it as Ctrl-C does, and give the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self._process.wait(READY_S)
