"""Opening a file by what it is, whatever it is called: a workbook, a table of text, or something that is neither."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from linli.schemas.errors import Code, LinliError
from linli.schemas.system_words import refused_by_system
from linli.services.sheets.cells import Table
from linli.services.sheets.faults import SheetError, beyond
from linli.services.sheets.limits import FILE_BYTES_MAX
from linli.services.sheets.text_table import TextTable
from linli.services.sheets.workbook import Workbook

STANDARD_INPUT: Final = "-"

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of the old office programs begin, and of the new ones when they have a password."""

LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream that an encrypted workbook lies in (MS-OFFCRYPTO, 2.3.4)."""

OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
"""How files of LibreOffice (.ods) begin: they are zip archives as well (OpenDocument 1.3, part 2, 3.3)."""

_TEXT_ONLY: Final = frozenset({".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened file: its tables, and the encoding of a text (empty for a workbook)."""

    name: str
    tables: Sequence[Table]
    encoding: str


@contextmanager
def local_file(name: str) -> Generator[Path]:
    """Give the path of a file that can be read twice; standard input is copied into one.

    Raises
    ------
    LinliError
        If it is not there, cannot be read, is empty or too large.
    """
    with tempfile.TemporaryDirectory(prefix="linli-") as folder:
        path = Path(name)
        if name == STANDARD_INPUT:
            path = Path(folder) / "input"
            path.write_bytes(sys.stdin.buffer.read(FILE_BYTES_MAX + 1))
        _look_at(path, name)
        yield path


def _look_at(path: Path, name: str) -> None:
    try:
        if path.is_dir():
            raise LinliError(Code.FILE_FORMAT, path=name)
        with path.open("rb") as file:
            file.read(1)
        size = path.stat().st_size
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=name) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=name, detail=refused_by_system(error)) from None
    if size > FILE_BYTES_MAX:
        raise beyond(name, "file_bytes", FILE_BYTES_MAX)
    if size == 0:
        raise LinliError(Code.NOTHING_TO_DO, path=name)


@contextmanager
def opened(path: Path, name: str, encoding: str | None = None, separator: str | None = None) -> Generator[Opened]:
    """Open a file as what its first bytes say it is.

    Raises
    ------
    SheetError
        If it is locked, of an old kind, a web page, damaged, or passes a limit.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(ZIP) and OPEN_DOCUMENT not in head[:120]:
        book = Workbook(path, name)
        try:
            yield Opened(name, book.sheets, "")
        finally:
            book.close()
        return
    _refuse_foreign(path, name, head)
    table = TextTable(path, name, encoding, separator)
    yield Opened(name, (table,), table.encoding)


def _refuse_foreign(path: Path, name: str, head: bytes) -> None:
    """Refuse what looks like a spreadsheet and is none that can be read here, and say what to do."""
    if head.startswith(OLE):
        locked = LOCKED in path.read_bytes()
        raise SheetError(Code.SHEET_LOCKED if locked else Code.SHEET_OLD, path=name)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")):
        raise SheetError(Code.SHEET_WEB_PAGE, path=name)
    if head.startswith((ZIP, b"%PDF")) or (path.suffix.lower() not in _TEXT_ONLY and _is_binary(head)):
        raise SheetError(Code.SHEET_KIND, path=name)


def _is_binary(head: bytes) -> bool:
    """Tell what is no text: control characters that no table has; UTF-16 shows itself by its mark."""
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return not marked and sum(byte < 9 or 13 < byte < 32 for byte in head) * 20 > len(head)
