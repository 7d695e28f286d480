"""Somebody at a terminal: command after command, as a user types them, in one process that is loaded once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

TERMINAL = """
import contextlib, io, json, os, sys
from linli.services.cli import main
given = dict(os.environ)
for line in sys.stdin:
    asked = json.loads(line)
    os.environ.clear()
    os.environ.update(given | asked["environment"])
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run(asked["words"])
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""
"""Runs command after command in one process of its own: each in a fresh one would spend most of its time on loading."""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


class Terminal:
    """A terminal, for a Linli that lives in a folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        bare = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        self.environment = {**bare, "LINLI_STATE": str(folder), "LC_ALL": "C.UTF-8", **settings}
        self._terminal = subprocess.Popen(
            [sys.executable, "-c", TERMINAL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def run(self, *words: str, **environment: str) -> Said:
        """Run a command at the terminal."""
        assert self._terminal.stdin is not None
        assert self._terminal.stdout is not None
        self._terminal.stdin.write(json.dumps({"words": words, "environment": environment}) + "\n")
        self._terminal.stdin.flush()
        said = Said(*json.loads(self._terminal.stdout.readline()))
        assert "Traceback" not in said.stdout + said.stderr
        return said

    def ok(self, *words: str) -> str:
        """Run a command that must do, and return what it says."""
        done = self.run(*words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *words: str) -> Json:
        """Run a command that must do, and return the object it gives."""
        found: Json = json.loads(self.ok(*words, "--json"))
        return found

    def lines(self, *words: str) -> list[Json]:
        """Run a command that must do, and return the objects it gives, one a line."""
        return [json.loads(line) for line in self.ok(*words, "--json").splitlines()]

    def close(self) -> None:
        """Close it."""
        self._terminal.communicate()
