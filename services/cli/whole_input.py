"""A file that a command reads whole, or standard input instead of it."""

from __future__ import annotations

import sys
from pathlib import Path

from linli.schemas.errors import Code, LinliError
from linli.schemas.system_words import refused_by_system


def read_bytes(name: str, most: int) -> bytes:
    """Read a file, or standard input for ``-``, of at most so many bytes.

    Raises
    ------
    LinliError
        If it cannot be read or is larger.
    """
    content = sys.stdin.buffer.read(most + 1) if name == "-" else _content(Path(name), most)
    if len(content) > most:
        raise LinliError(Code.FILE_UNREADABLE, path=name, detail=f"> {most // 1024**2} MB")
    return content


def _content(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=path) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=path, detail=refused_by_system(error)) from None
