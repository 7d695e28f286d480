"""The rows of a workbook's sheet, one after the other, with merged cells filled in; the sheet is never held whole."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from typing_extensions import override

from linli.services.sheets.archive import Archive, local
from linli.services.sheets.cells import EMPTY, Cell, Row, of_number, stripped
from linli.services.sheets.faults import beyond, damaged
from linli.services.sheets.limits import CELL_CHARS_MAX, COLUMNS_MAX, FILLED_MAX, MERGES_MAX, ROWS_MAX

_MERGE: Final = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]{0,200}?ref=[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"
)
"""A merged range in the XML; a text of a cell cannot look like one, because its angle brackets are written out."""

_OVERLAP: Final = 400
"""Bytes kept from piece to piece, more than the longest match."""

_HEX: Final = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
"""How a workbook writes a character that XML cannot hold."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all sheets of a workbook share: texts, which cell formats show a date, and where day numbers begin."""

    texts: list[str]
    dated: list[bool]
    date_1904: bool


@dataclass(slots=True)
class _Merge:
    """A merged range that is spread: its corners, and what its first cell says once that was read."""

    top: int
    left: int
    bottom: int
    right: int
    value: Cell = EMPTY


def rows_of(archive: Archive, part: str, shared: Shared) -> Iterator[Row]:
    """Yield the rows of a sheet that hold something.

    Raises
    ------
    SheetError
        If the sheet is damaged or passes a limit.
    """
    merges = deque(sorted(_merges(archive, part), key=lambda one: one.top))
    active: list[_Merge] = []
    handler = _Rows(shared, archive.name)
    with archive.parser(part, handler) as parser:
        for piece in archive.pieces(part):
            parser.feed(piece)
            yield from (_filled(row, merges, active) for row in handler.taken())
        parser.close()
        yield from (_filled(row, merges, active) for row in handler.taken())


def _filled(row: Row, waiting: deque[_Merge], active: list[_Merge]) -> Row:
    """Spread merged cells over a row: every cell of the range says what its first one says."""
    while waiting and waiting[0].top <= row.number:
        active.append(waiting.popleft())
    active[:] = [one for one in active if one.bottom >= row.number]
    if not active:
        return row
    cells = list(row.cells)
    for one in active:
        if one.top == row.number and one.left < len(cells):
            one.value = cells[one.left]
        if not one.value.is_empty:
            cells += [EMPTY] * (one.right + 1 - len(cells))
            cells[one.left : one.right + 1] = [one.value] * (one.right + 1 - one.left)
    return row._replace(cells=tuple(cells))


def _merges(archive: Archive, part: str) -> list[_Merge]:
    """Find the merged ranges, which stand behind all rows; those that span too much are a page's title or frame."""
    found: list[_Merge] = []
    rest = b""
    for piece in archive.pieces(part):
        text = rest + piece
        last = 0
        for match in _MERGE.finditer(text):
            last = match.end()
            left, top, right, bottom = match.groups()
            one = _Merge(int(top), _column(left), int(bottom), _column(right))
            if one.bottom - one.top < FILLED_MAX and one.right < COLUMNS_MAX and one.left <= one.right:
                found.append(one)
        if len(found) > MERGES_MAX:
            raise beyond(archive.name, "merges", MERGES_MAX)
        rest = text[max(last, len(text) - _OVERLAP) :]
    return found


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _column(letters: bytes) -> int:
    """Give the number of a column, from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


class _Rows(ContentHandler):
    """Collects rows as their XML comes in."""

    def __init__(self, shared: Shared, name: str) -> None:
        super().__init__()
        self._shared, self._name = shared, name
        self._done: list[Row] = []
        self._count = self._number = 0
        self._cells: list[Cell] = []
        self._column = -1
        self._type, self._style, self._formula = "", "", False
        self._text: list[str] | None = None
        self._value = ""
        self._aids = 0

    def taken(self) -> list[Row]:
        """Give the rows finished since the last time."""
        done, self._done = self._done, []
        return done

    @override
    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        match local(name):
            case "c":
                self._begin_cell(attrs)
            case "v" | "t" if not self._aids:
                self._text = []
            case "f":
                self._formula = True
            case "rPh":
                self._aids += 1
            case "row":
                self._begin_row(attrs)
            case _:
                pass

    @override
    def characters(self, content: str) -> None:
        if self._text is not None:
            self._text.append(content)

    @override
    def endElement(self, name: str) -> None:
        match local(name):
            case "v" | "t" if self._text is not None:
                self._value = (self._value + "".join(self._text))[: CELL_CHARS_MAX + 1]
                self._text = None
            case "c":
                self._end_cell()
            case "rPh":
                self._aids -= 1
            case "row":
                self._end_row()
            case _:
                pass

    def _begin_row(self, attrs: AttributesImpl) -> None:
        given = str(attrs.get("r") or "")
        self._number = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else self._number + 1
        self._cells, self._column = [], -1
        self._count += 1
        if self._count > ROWS_MAX:
            raise beyond(self._name, "rows", ROWS_MAX)

    def _end_row(self) -> None:
        if any(not cell.is_empty for cell in self._cells):
            self._done.append(Row(self._number, tuple(self._cells)))

    def _begin_cell(self, attrs: AttributesImpl) -> None:
        place = str(attrs.get("r") or "")
        letters = place.rstrip("0123456789").encode()
        self._column = _column(letters) if letters.isalpha() and letters.isupper() else self._column + 1
        self._type = str(attrs.get("t") or "n")
        self._style = str(attrs.get("s") or "")
        self._formula, self._value = False, ""

    def _end_cell(self) -> None:
        if not 0 <= self._column < COLUMNS_MAX:
            if self._value:
                raise beyond(self._name, "columns", COLUMNS_MAX)
            return
        cell = self._cell()
        if not cell.is_empty:
            self._cells += [EMPTY] * (self._column + 1 - len(self._cells))
            self._cells[self._column] = cell

    def _cell(self) -> Cell:
        value = self._value
        if self._type == "e":
            return Cell("", fault="error_value")
        if not value:
            return Cell("", fault="formula_without_value") if self._formula else EMPTY
        if self._type == "s":
            value = self._shared_text(value)
        elif self._type == "n":
            return self._number_cell(value)
        elif self._type == "d":
            return Cell(value)
        text = stripped(_HEX.sub(_character, value))
        return Cell(text[:CELL_CHARS_MAX], fault="cell_too_long" if len(text) > CELL_CHARS_MAX else "")

    def _shared_text(self, value: str) -> str:
        index = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
        if not 0 <= index < len(self._shared.texts):
            raise damaged(self._name, "sharedStrings.xml")
        return self._shared.texts[index]

    def _number_cell(self, value: str) -> Cell:
        try:
            number = float(value)
        except ValueError:
            return Cell("", fault="error_value")
        if number != number or number in (float("inf"), float("-inf")):
            return Cell("", fault="error_value")
        style = int(self._style) if self._style.isascii() and self._style.isdigit() and len(self._style) < 7 else -1
        dated = 0 <= style < len(self._shared.dated) and self._shared.dated[style]
        return Cell(of_number(number), number, dated)
