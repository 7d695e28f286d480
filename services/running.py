"""Who runs here: the record that ``linli up`` keeps in the state folder and every other command reads."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psutil
from pydantic import AwareDatetime, BaseModel, ConfigDict

from linli.matcher.whole_file import write_whole

FILE: Final = "running.json"
"""Name of the record in the state folder."""

PID_FILE: Final = "up.pid"
"""The process id of ``linli up`` alone, for those who expect such a file."""

SAME_START_S: Final = 1.0
"""Two start times that differ by less are the same: psutil computes them from a clock with ticks."""


class RunningProcess(BaseModel):
    """One process under ``linli up``.

    Parameters
    ----------
    name
        Its name.
    pid, started
        Its process id, and when that process started (seconds since the epoch): process ids are used again.
    address
        Where it listens, if it does.
    log
        Its log file.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    pid: int
    started: float
    address: str | None = None
    log: str | None = None

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return is_alive(self.pid, self.started)


class Running(BaseModel):
    """Everything that ``linli up`` started, and where Kafka and Redis are.

    Notes
    -----
    ``redis`` may hold a password: the file is readable by its owner alone and the address is never printed.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    started: float
    since: AwareDatetime
    ready: bool
    kafka: str
    redis: str
    cluster: str
    versions: dict[str, str]
    processes: tuple[RunningProcess, ...]

    @property
    def alive(self) -> bool:
        """Whether the ``linli up`` that wrote this still runs."""
        return is_alive(self.pid, self.started)


def is_alive(pid: int, started: float) -> bool:
    """Tell whether a process runs that has this id and began at this time."""
    try:
        process = psutil.Process(pid)
        same = abs(float(process.create_time()) - started) < SAME_START_S
        return same and str(process.status()) != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def started_at(pid: int) -> float:
    """Give when a process started, in seconds since the epoch; 0.0 if it has ended."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def read_running(state: Path) -> Running | None:
    """Read the record, whether or not what it names still runs; ``None`` if there is none."""
    try:
        return Running.model_validate_json((state / FILE).read_bytes())
    except FileNotFoundError:
        return None


def write_running(state: Path, running: Running) -> None:
    """Write the record whole or not at all."""
    write_whole(state / FILE, running.model_dump_json(indent=1).encode(), private=True)
    (state / PID_FILE).write_text(f"{running.pid}\n", encoding="utf-8")


def forget_running(state: Path) -> None:
    """Remove the record; harmless when there is none."""
    for name in (FILE, PID_FILE):
        (state / name).unlink(missing_ok=True)
