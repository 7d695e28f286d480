"""Writes a file whole or not at all: beside its name first, then moved there, so that nobody reads half of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_FOR_ANYBODY: Final = 0o666
"""What anybody may read and write whom the process's own mask does not keep out."""

_FOR_ITS_OWNER: Final = 0o600


def write_whole(file: Path, content: bytes, *, private: bool = False, durable: bool = False) -> None:
    """Write a file; others find what was there before, or all of this.

    Two processes that write the same file at once do not meet: each has a name of its own beside it. A link stays, and
    what it leads to is written; a pipe or a device, beside which nothing can be moved into its place, is written to.

    Parameters
    ----------
    file
        Where.
    content
        All of it.
    private
        Whether its owner alone may read it.
    durable
        Whether to wait until a power cut cannot take it back: a few milliseconds. POSIX alone can.

    Raises
    ------
    OSError
        If the file cannot be written; what was there is as it was, and nothing is left beside it.
    """
    if file.exists() and not file.is_file():
        file.write_bytes(content)
        return
    file = file.resolve()
    half = file.with_name(f".{file.name}.{os.getpid()}")
    mode = _FOR_ITS_OWNER if private else _FOR_ANYBODY
    try:
        with open(half, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as writing:
            writing.write(content)
            if durable:
                writing.flush()
                os.fsync(writing.fileno())
        half.replace(file)
        if durable:
            _settle(file.parent)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def _settle(folder: Path) -> None:
    """Wait until a folder's names are on the disk: which file has a name now."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
