"""Refused lines, given back in their own columns with the reason: a file to correct and give again."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

from linli.services.sheets.columns import header_words
from linli.services.sheets.reading import InSheet, Line
from linli.services.sheets.writing import Book, TableWriter, writing


class Returned:
    """Takes refused lines.

    Parameters
    ----------
    book
        Where they go; ``None`` if nobody wants them.
    sheets
        The sheets they come from; a table is begun for each that has any.
    language
        Of the header over the reasons.
    title
        What the tables are called; the sheet's name is added where there are several.
    """

    def __init__(
        self, book: Book | None, sheets: Sequence[InSheet], language: Literal["en", "zh"], title: str = ""
    ) -> None:
        self._book, self._title = book, title
        self._header = reason_header(language)
        self._sheets = {sheet.name: sheet for sheet in sheets}
        self._tables: dict[str, TableWriter] = {}
        self.count = 0

    @classmethod
    @contextmanager
    def to(cls, path: Path | None, sheets: Sequence[InSheet], language: Literal["en", "zh"]) -> Generator[Self]:
        """Write them to a file of their own; it may replace an earlier one, which held what was corrected since.

        Raises
        ------
        LinliError
            If it cannot be written.
        """
        if path is None:
            yield cls(None, sheets, language)
            return
        with writing(path, overwrite=True) as book:
            returned = cls(book, sheets, language)
            yield returned
            if not returned.count:
                book.table("-", [reason_header(language)])

    def add(self, line: Line, why: str) -> None:
        """Give one line back."""
        self.count += 1
        if self._book is None or (sheet := self._sheets.get(line.sheet)) is None:
            return
        if line.sheet not in self._tables:
            several = len(self._sheets) > 1
            name = f"{self._title} {line.sheet}".strip() if several or not self._title else self._title
            headers = [*sheet.headers, self._header]
            self._tables[line.sheet] = self._book.table(name or "1", headers)
        cells = [*line.cells, *[""] * (len(sheet.headers) - len(line.cells))][: len(sheet.headers)]
        for note in line.notes:
            for index, column in sheet.columns:
                if column.name == note.column and note.suggested is not None:
                    cells[index] = note.suggested
        self._tables[line.sheet].row([*cells, why])


def reason_header(language: Literal["en", "zh"]) -> str:
    """Give the header over the reasons; a column of that name is never read."""
    names = header_words()["ignored"]["reason"]
    return names[0] if language == "zh" else names[-1]
