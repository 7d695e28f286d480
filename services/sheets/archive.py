"""The archive that a workbook is: its parts, unpacked piece by piece within limits, their XML read without any trap."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from linli.services.sheets.faults import beyond, damaged
from linli.services.sheets.limits import PARTS_MAX, RATIO_COUNTS_FROM, RATIO_MAX, UNZIPPED_BYTES_MAX

PIECE: Final = 64 * 1024
"""Bytes unpacked at a time."""

_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What unpacking a damaged, cut, encrypted or strangely packed part raises."""


class Archive:
    """A zip archive whose sizes were looked at before anything is unpacked.

    Parameters
    ----------
    path
        The file.
    name
        What it is called in errors.

    Notes
    -----
    The sizes are those that the archive declares; `zipfile` never unpacks more of a part than that.

    Raises
    ------
    SheetError
        If it is no archive, is cut, or unpacks to more than the limits allow.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(path)
        except _UNREADABLE:
            raise damaged(name, "zip") from None
        self._parts = {info.filename: info for info in self._zip.infolist()}
        self._refuse_bombs()

    def _refuse_bombs(self) -> None:
        if len(self._zip.infolist()) > PARTS_MAX:
            raise beyond(self.name, "parts", PARTS_MAX)
        if sum(part.file_size for part in self._zip.infolist()) > UNZIPPED_BYTES_MAX:
            raise beyond(self.name, "unzipped_bytes", UNZIPPED_BYTES_MAX)
        for part in self._zip.infolist():
            large = part.file_size > RATIO_COUNTS_FROM
            if large and part.file_size > RATIO_MAX * max(part.compress_size, 1):
                raise beyond(self.name, "ratio", RATIO_MAX)

    def close(self) -> None:
        """Let the file go."""
        self._zip.close()

    def has(self, part: str) -> bool:
        """Tell whether a part is there."""
        return part in self._parts

    def size(self, part: str) -> int:
        """Give the unpacked size of a part in bytes."""
        return self._parts[part].file_size

    def pieces(self, part: str) -> Iterator[bytes]:
        """Unpack a part piece by piece.

        Raises
        ------
        SheetError
            If it is damaged.
        """
        try:
            with self._zip.open(self._parts[part]) as stream:
                while piece := stream.read(PIECE):
                    yield piece
        except _UNREADABLE:
            raise damaged(self.name, part_name(part)) from None

    def read(self, part: str, handler: ContentHandler) -> None:
        """Read the XML of a part to its end.

        Raises
        ------
        SheetError
            If it is damaged, no XML, or brings a document type or entities along, which no spreadsheet program writes.
        """
        with self.parser(part, handler) as parser:
            for piece in self.pieces(part):
                parser.feed(piece)
            parser.close()

    @contextmanager
    def parser(self, part: str, handler: ContentHandler) -> Generator[DefusedExpatParser]:
        """Give a parser for a part; what its XML does wrong becomes one clear error."""
        parser = DefusedExpatParser(forbid_dtd=True)
        parser.setContentHandler(handler)
        try:
            yield parser
        except DefusedXmlException:
            raise damaged(self.name, f"{part_name(part)}: DTD") from None
        except SAXParseException as error:
            raise damaged(self.name, f"{part_name(part)}: XML {error.getLineNumber()}") from None


def part_name(part: str) -> str:
    """Name a part in an error; a name that is not what such parts are called is a stranger's and is not repeated."""
    last = PurePosixPath(part).name
    return last if last.isascii() and len(last) <= 40 else "?"


def local(name: str) -> str:
    """Give the name of an element without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name
