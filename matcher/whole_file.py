"""Writes a file whole or not at all: beside its name first, then moved there, so that nobody reads half of it."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Write a file; others find what was there before, or all of this.

    Two processes that write the same file at once do not meet: each has a name of its own beside it.

    Raises
    ------
    OSError
        If the file cannot be written; what was there is as it was, and nothing is left beside it.
    """
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(file)
    except OSError:
        half.unlink(missing_ok=True)
        raise
