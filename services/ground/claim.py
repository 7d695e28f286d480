"""One server at a time on one state folder, and a record of who it is."""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from linli.matcher.whole_file import write_whole
from linli.schemas.system_words import refused_by_system
from linli.services.ground.errors import GroundError
from linli.services.language import both

ORPHAN_TIMEOUT_S = 20.0
"""How long a server that outlived its owner may take to close its files before it is killed."""

POLL_S = 0.05
"""How often the end of such a server is looked for."""


@dataclass(frozen=True, slots=True)
class _Process:
    """A process as it can be recognised later: ids are reused, start times are not."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "_Process":
        return cls(pid, psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """Give the process if it still lives."""
        try:
            process = psutil.Process(self.pid)
            alive = abs(process.create_time() - self.started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if alive else None


def usable_folder(folder: Path, setting: str = "LINLI_STATE") -> Path:
    """Make a folder, private to its owner, and try to write in it.

    Parameters
    ----------
    folder
        The folder.
    setting
        The setting that chooses another.

    Raises
    ------
    GroundError
        If it cannot be made or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise GroundError(
            both(
                f"The folder {folder} cannot be written: {refused_by_system(error).en}.",
                f"无法写入文件夹 {folder}：{refused_by_system(error).zh}。",
            ),
            both(f"Choose another with {setting}.", f"请用 {setting} 另选一个。"),
        ) from error
    return folder


class FolderClaim:
    """The exclusive right to run a server on a folder.

    The lock belongs to an open file that the server inherits, so it holds exactly as long as the owner *or* the server
    lives, however either of them ends.
    """

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self.descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> "FolderClaim":
        """Claim a folder; a server whose owner was killed is stopped first.

        Raises
        ------
        GroundError
            If the folder cannot be written or another process uses it.
        """
        usable_folder(folder)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _locked(descriptor):
            _end_orphan(folder)
            if not _locked_soon(descriptor):
                os.close(descriptor)
                raise GroundError(
                    both(
                        f"The folder {folder} is in use by another running Linli.",
                        f"文件夹 {folder} 正被另一个运行中的邻里使用。",
                    ),
                    both(
                        "Stop that one, or choose another with LINLI_STATE.",
                        "请先停止它，或用 LINLI_STATE 另选一个文件夹。",
                    ),
                )
        return cls(folder, descriptor)

    def record(self, pid: int) -> None:
        """Write down which server now runs here, and for whom."""
        text = json.dumps({"server": asdict(_Process.of(pid)), "owner": asdict(_Process.of(os.getpid()))})
        write_whole(self.folder / "running.json", text.encode())

    def release(self) -> None:
        """Give the folder back; harmless when repeated."""
        if self.descriptor >= 0:
            (self.folder / "running.json").unlink(missing_ok=True)
            os.close(self.descriptor)
            self.descriptor = -1


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked_soon(descriptor: int) -> bool:
    """Try for a moment longer: a killed process lets go of its files a little after it is gone from the list."""
    for _ in range(20):
        if _locked(descriptor):
            return True
        time.sleep(POLL_S)
    return False


def _end_orphan(folder: Path) -> None:
    """Stop the recorded server if the process that owned it is dead."""
    record = folder / "running.json"
    if not record.exists():
        return
    known = json.loads(record.read_text(encoding="utf-8"))
    server, owner = _Process(**known["server"]).find(), _Process(**known["owner"]).find()
    if server is None or owner is not None:
        return
    server.terminate()
    try:
        server.wait(ORPHAN_TIMEOUT_S)
    except psutil.TimeoutExpired:
        server.kill()
        server.wait(ORPHAN_TIMEOUT_S)
