"""Removes machine code that nobody needs any more: that of earlier sources, unless a process still runs with it.

Whoever uses a folder of machine code holds a shared lock on a file in it, to the end of the process. Where there are no
such locks (Windows) an open file does the same: its folder cannot be renamed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import IO, Final

IN_USE: Final = "in-use"
"""The file that users of a folder hold."""

_held: dict[Path, IO[str]] = {}


def hold(folder: Path) -> None:
    """Say that this process uses a folder of machine code; it is made if it is not there.

    Where this process may not write there, none of its kind may remove anything there either.
    """
    if folder in _held:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _held[folder] = (folder / IN_USE).open("a")
    except OSError:
        return
    _lock(_held[folder], alone=False)


def remove_outdated(current: Path) -> list[Path]:
    """Remove every other folder of machine code beside the current one that no process uses; return which.

    Parameters
    ----------
    current : Path
        The folder that is needed; those beside it are told by the same beginning of their names.
    """
    beginning = current.name.partition("-")[0]
    others = [one for one in sorted(current.parent.glob(f"{beginning}-*")) if one.is_dir() and one != current]
    return [folder for folder in others if _remove(folder)]


def _remove(folder: Path) -> bool:
    """Remove a folder unless it is in use; under another name first, so that nobody finds half of it."""
    doomed = folder.with_name(f"outdated-{folder.name}")
    try:
        with (folder / IN_USE).open("a") as handle:
            if not _lock(handle, alone=True):
                return False
        folder.rename(doomed)
    except OSError:
        return False
    shutil.rmtree(doomed, ignore_errors=True)
    return True


def _lock(handle: IO[str], *, alone: bool) -> bool:
    """Lock a file for this process alone or with others; return whether that worked."""
    if sys.platform == "win32":
        return True
    try:
        import fcntl
    except ModuleNotFoundError:  # Where only what Windows has is to be used, as there.
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
