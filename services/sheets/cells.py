"""A cell as a spreadsheet or a CSV has it, and a row of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol


class Cell(NamedTuple):
    """One cell.

    Parameters
    ----------
    text
        What it says; of a number its shortest exact form.
    number
        The number, if the spreadsheet keeps it as one.
    dated
        Whether that number is shown as a date or time.
    fault
        Why it cannot be read, as the name of a rule; empty if it can.
    """

    text: str
    number: float | None = None
    dated: bool = False
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not self.text and not self.fault


EMPTY: Final = Cell("")


class Row(NamedTuple):
    """A row: its number in the sheet from 1, its cells, and why all of it cannot be read."""

    number: int
    cells: tuple[Cell, ...]
    fault: str = ""


class Table(Protocol):
    """A sheet, or a whole CSV."""

    @property
    def name(self) -> str:
        """What the sheet is called; empty for a CSV."""
        ...

    @property
    def hidden(self) -> bool:
        """Whether whoever made it does not want it to be seen."""
        ...

    @property
    def padded(self) -> bool:
        """Whether a row shorter than the header is simply empty at its end, as in every spreadsheet."""
        ...

    @property
    def date_1904(self) -> bool:
        """Whether day numbers count from 1904, as old Macintosh workbooks do."""
        ...

    def rows(self) -> Iterator[Row]:
        """Yield the rows one by one; those that hold nothing at all may be left out."""
        ...


_EDGES: Final = " \t\r\n\f\v\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
"""Blanks of all sorts that copying from a chat or a web page leaves around a text; nobody sees them."""

_BLANKS: Final = re.compile(r"\s+")


def stripped(text: str) -> str:
    """Give a text without the blanks around it, seen and unseen."""
    return text.strip(_EDGES)


def plain(text: str) -> str:
    """Give a text for reading numbers, dates and words in it: half-width, lower case, blanks single."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip(_EDGES)


def of_number(number: float) -> str:
    """Write a number as it is kept: whole ones without a point."""
    return str(int(number)) if number == int(number) and abs(number) < 1e16 else repr(number)


FORMULA_SIGNS: Final = "=+-@\t\r|%"
"""What a formula, or a command that old spreadsheets run, begins with."""

_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula; a plain number it may."""
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return first != "" and first in FORMULA_SIGNS and not _NUMBER.fullmatch(text.strip())
