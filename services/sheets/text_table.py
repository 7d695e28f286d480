"""A table as text (CSV, or with semicolons or tabs): its encoding and its separator found, its rows one by one."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from linli.schemas.errors import Code
from linli.services.sheets.cells import Cell, Row, looks_like_formula, stripped
from linli.services.sheets.faults import SheetError, beyond
from linli.services.sheets.limits import CELL_CHARS_MAX, COLUMNS_MAX, ROWS_MAX

PIECE: Final = 1024 * 1024

SEPARATORS: Final = ",;\t|，；"
"""Separators that are recognised: programs write the first four, hands and Chinese keyboards the others."""

FIRST_LINES: Final = 20
"""Lines looked at to find the separator."""

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_QUOTED_MAX: Final = 16 * CELL_CHARS_MAX
"""A quoted text as long as this is no text but a quotation mark that is never closed."""


class TextTable:
    """A table of text; see `linli.services.sheets.cells.Table`.

    Parameters
    ----------
    path
        The file.
    name
        What it is called in errors.
    encoding, separator
        Where they are known, for example from a mapping file.

    Raises
    ------
    SheetError
        If it is in no encoding that is known here.

    Notes
    -----
    UTF-8 with or without a mark, UTF-16 with a mark, else GB 18030, in that order. A line that is not in the file's
    encoding is returned and breaks no other. In a file of GB 18030, a line that would as well be good UTF-8 is
    returned too: of two readings none is guessed.
    """

    name = ""
    hidden = False
    padded = False
    date_1904 = False

    def __init__(self, path: Path, name: str, encoding: str | None = None, separator: str | None = None) -> None:
        self._path, self._name = path, name
        self.encoding = encoding or encoding_of(path, name)
        self._separator = separator or self._separator_of()

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        csv.field_size_limit(_QUOTED_MAX)
        with self._path.open(encoding=self.encoding, errors="surrogateescape", newline="") as file:
            reader = csv.reader(file, delimiter=self._separator, strict=True)
            while True:
                number = reader.line_num + 1
                try:
                    texts = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield Row(number, (), "quotes")
                    continue
                if reader.line_num > ROWS_MAX:
                    raise beyond(self._name, "rows", ROWS_MAX)
                if any(text.strip() for text in texts):
                    yield self._row(number, texts)

    def _row(self, number: int, texts: list[str]) -> Row:
        while len(texts) > COLUMNS_MAX and not texts[-1]:
            texts.pop()
        if len(texts) > COLUMNS_MAX:
            raise beyond(self._name, "columns", COLUMNS_MAX)
        return Row(number, tuple(_cell(text) for text in texts), self._fault_of(texts))

    def _fault_of(self, texts: list[str]) -> str:
        whole = "".join(texts)
        if whole.isascii():
            return ""
        if any("\udc80" <= letter <= "\udcff" for letter in whole):
            return "unreadable_text"
        return "mixed_encodings" if self.encoding == "gb18030" and _is_utf_8(whole) else ""

    def _separator_of(self) -> str:
        """Find the separator: the one that the first lines have most of, outside quotes."""
        with self._path.open(encoding=self.encoding, errors="replace", newline="") as file:
            head = "".join(line for line, _ in zip(io.StringIO(file.read(PIECE)), range(FIRST_LINES), strict=False))
        counts = dict.fromkeys(SEPARATORS, 0)
        quoted = False
        for letter in head:
            if letter == '"':
                quoted = not quoted
            elif not quoted and letter in counts:
                counts[letter] += 1
        return max(SEPARATORS, key=lambda one: (counts[one], -SEPARATORS.index(one)))


def encoding_of(path: Path, name: str) -> str:
    """Find a file's encoding.

    Raises
    ------
    SheetError
        If most of it can be read in none of those that are known.
    """
    with path.open("rb") as file:
        head = file.read(PIECE)
    for mark, encoding in _MARKS:
        if head.startswith(mark) and _is_whole(path, encoding):
            return encoding
    if head.count(0) * 50 > len(head):  # UTF-16 or 32 without a mark, or no text at all; a stray NUL is returned.
        raise SheetError(Code.FILE_ENCODING, path=name)
    broken = {encoding: _broken_lines(path, encoding) for encoding in ("utf-8", "gb18030")}
    best = min(broken, key=lambda encoding: broken[encoding])
    lines = head.count(b"\n") + 1
    if broken[best] * 2 > lines:
        raise SheetError(Code.FILE_ENCODING, path=name)
    return best


def _is_whole(path: Path, encoding: str) -> bool:
    """Tell whether a file whose mark names an encoding is in it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return encoding == "utf-8-sig"  # There, lines that are broken are returned one by one.
    return True


def _broken_lines(path: Path, encoding: str) -> int:
    """Count the lines that are not in an encoding; in both that are tried, a line ends with the same byte."""
    count = 0
    with path.open("rb") as file:
        for line in file:
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                count += 1
    return count


def _is_utf_8(text: str) -> bool:
    """Tell whether a text read as GB 18030 was written as UTF-8: by chance that hardly ever looks right."""
    try:
        again = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return False
    return not again.isascii()


def _cell(text: str) -> Cell:
    text = stripped(text)
    if text[:1] == "'" and looks_like_formula(text[1:]):
        text = text[1:]  # As we write a text that a spreadsheet would take for a formula.
    return Cell(text[:CELL_CHARS_MAX], fault="cell_too_long" if len(text) > CELL_CHARS_MAX else "")
