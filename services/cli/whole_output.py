"""A file that a command writes whole or not at all."""

from __future__ import annotations

from pathlib import Path

from linli.matcher.whole_file import write_whole
from linli.schemas.errors import Code, LinliError
from linli.schemas.system_words import refused_by_system
from linli.services.cli.out import Out


def write_output(file: Path, content: bytes) -> None:
    """Write a file.

    Raises
    ------
    LinliError
        If it cannot be written; what was there is as it was.
    """
    try:
        write_whole(file, content)
    except OSError as error:
        raise LinliError(Code.FILE_UNWRITABLE, path=file, detail=refused_by_system(error)) from None


def write_and_tell(file: Path, content: bytes, out: Out) -> None:
    """Write a file and say so.

    Raises
    ------
    LinliError
        If it cannot be written; what was there is as it was.
    """
    write_output(file, content)
    out.say(f"Written: {file}.", f"已写入 {file}。")
