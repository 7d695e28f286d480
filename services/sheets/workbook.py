"""A workbook (.xlsx): which sheets it has, its table of texts, and which of its formats show a date.

Read by hand and not by `openpyxl`, see ``deploy/DECISIONS.md``: that reader shows merged cells only of workbooks that
it holds in memory, and refuses those whose styles it does not like, which office programs in China write.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from typing_extensions import override

from linli.schemas.errors import Code
from linli.services.sheets.archive import Archive, local
from linli.services.sheets.cells import Row
from linli.services.sheets.faults import SheetError, beyond, damaged
from linli.services.sheets.limits import CELL_CHARS_MAX, FORMATS_MAX, SHARED_TEXT_BYTES_MAX, SHEETS_MAX
from linli.services.sheets.sheet_rows import Shared, rows_of

BOOK: Final = "xl/workbook.xml"
LINKS: Final = "xl/_rels/workbook.xml.rels"
TEXTS: Final = "xl/sharedStrings.xml"
STYLES: Final = "xl/styles.xml"

DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the formats that show a date or time and need no definition (ECMA-376, 18.8.30; 27 to 58 are Chinese)."""

_NO_CODE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""What is shown as it stands in a format: quoted text, colours and conditions, escaped characters, padding."""


class Workbook:
    """An opened workbook.

    Raises
    ------
    SheetError
        If it is no workbook, is damaged, or passes a limit.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.archive = Archive(path, name)
        if not self.archive.has(BOOK):
            raise SheetError(Code.SHEET_KIND, path=name)
        book = _Book()
        self.archive.read(BOOK, book)
        links = _Links()
        if self.archive.has(LINKS):
            self.archive.read(LINKS, links)
        if len(book.sheets) > SHEETS_MAX:
            raise beyond(name, "sheets", SHEETS_MAX)
        self.shared = Shared(self._texts(), self._dated(), book.date_1904)
        self.sheets = [
            Sheet(self, title, hidden, part)
            for title, hidden, link in book.sheets
            if (part := links.targets.get(link, "")) and self.archive.has(part)
        ]
        if not self.sheets:
            raise damaged(name, "workbook.xml")

    def close(self) -> None:
        """Let the file go."""
        self.archive.close()

    def _texts(self) -> list[str]:
        if not self.archive.has(TEXTS):
            return []
        if self.archive.size(TEXTS) > SHARED_TEXT_BYTES_MAX:
            raise beyond(self.archive.name, "texts_bytes", SHARED_TEXT_BYTES_MAX)
        reader = _Texts()
        self.archive.read(TEXTS, reader)
        return reader.texts

    def _dated(self) -> list[bool]:
        if not self.archive.has(STYLES):
            return []
        reader = _Styles()
        self.archive.read(STYLES, reader)
        if len(reader.formats) > FORMATS_MAX:
            raise beyond(self.archive.name, "formats", FORMATS_MAX)
        return [number in DATE_FORMATS or shows_date(reader.codes.get(number, "")) for number in reader.formats]


class Sheet:
    """A sheet of a workbook; see `linli.services.sheets.cells.Table`."""

    padded = True

    def __init__(self, book: Workbook, name: str, hidden: bool, part: str) -> None:
        self.name, self.hidden = name, hidden
        self.date_1904 = book.shared.date_1904
        self._book, self._part = book, part

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold something."""
        return rows_of(self._book.archive, self._part, self._book.shared)


def shows_date(code: str) -> bool:
    """Tell whether a format shows a date or time: outside quotes a letter of year, month, day, hour or second."""
    return any(letter in "ymdhs" for letter in _NO_CODE.sub("", code).casefold().replace("general", ""))


class _Book(ContentHandler):
    """Reads ``workbook.xml``."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, bool, str]] = []
        self.date_1904 = False

    @override
    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        given = _attributes(attrs)
        if local(name) == "sheet":
            link = next((value for key, value in given.items() if local(key) == "id" and ":" in key), "")
            self.sheets.append((given.get("name", ""), given.get("state", "visible") != "visible", link))
        elif local(name) == "workbookPr":
            self.date_1904 = given.get("date1904", "0") in ("1", "true")


class _Links(ContentHandler):
    """Reads which part a sheet's link leads to; a target outside the workbook is none."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    @override
    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        given = _attributes(attrs)
        if local(name) == "Relationship" and given.get("TargetMode") != "External":
            target = given.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            self.targets[given.get("Id", "")] = whole


class _Texts(ContentHandler):
    """Reads the table of texts: plain ones, and those in several formats, without their reading aids (phonetics)."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._parts: list[str] | None = None
        self._aids = 0

    @override
    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        match local(name):
            case "si":
                self.texts.append("")
            case "t" if self.texts and not self._aids:
                self._parts = []
            case "rPh":
                self._aids += 1
            case _:
                pass

    @override
    def characters(self, content: str) -> None:
        if self._parts is not None:
            self._parts.append(content)

    @override
    def endElement(self, name: str) -> None:
        if local(name) == "t" and self._parts is not None:
            # One character more than allowed is kept, so that whoever reads the cell sees that it is too long.
            self.texts[-1] = (self.texts[-1] + "".join(self._parts))[: CELL_CHARS_MAX + 1]
            self._parts = None
        elif local(name) == "rPh":
            self._aids -= 1


class _Styles(ContentHandler):
    """Reads which number format each cell format has, and the codes of those that are defined here."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[int, str] = {}
        self.formats: list[int] = []
        self._cells = False

    @override
    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        given = _attributes(attrs)
        match local(name):
            case "numFmt":
                self.codes[whole(given.get("numFmtId", "0"))] = given.get("formatCode", "")
            case "cellXfs":
                self._cells = True
            case "xf" if self._cells:
                self.formats.append(whole(given.get("numFmtId", "0")))
            case _:
                pass

    @override
    def endElement(self, name: str) -> None:
        if local(name) == "cellXfs":
            self._cells = False


def whole(text: str) -> int:
    """Read a whole number of a workbook's own bookkeeping; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _attributes(attrs: AttributesImpl) -> dict[str, str]:
    """Give the attributes of an element."""
    return {str(name): str(value) for name, value in attrs.items()}
