"""Writing tables: a workbook, or one CSV per table. What looks like a formula is written so that it is none."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, Self, TextIO

from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from linli.schemas.errors import Code, LinliError
from linli.schemas.system_words import refused_by_system
from linli.services.sheets.cells import looks_like_formula
from linli.services.sheets.limits import CELL_CHARS_MAX

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | int | float | datetime | None
"""What a cell may hold; a moment is written as the wall clock shows it, without its zone."""

WIDEST: Final = 60
"""Letters of the widest column."""

_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_NO_FILE: Final = re.compile(r'[\\/:*?"<>|\s]+')
_NO_TITLE: Final = re.compile(r"[\[\]\\/*?:']+")

LISTS: Final = "_lists"
"""The hidden sheet with what can be chosen."""

OFFERED_ROWS: Final = 3_001
"""Rows in which lists are offered: as many as a plan takes."""

DATE_FORMAT: Final = "yyyy-mm-dd hh:mm"


class Choices(NamedTuple):
    """What can be chosen in a column, by its index from 0."""

    column: int
    options: tuple[str, ...]


class TableWriter(Protocol):
    """Takes the rows of one table."""

    def row(self, values: Sequence[Value]) -> None:
        """Write a row."""
        ...


class Book(Protocol):
    """Takes tables, one after the other."""

    def table(
        self, title: str, headers: Sequence[str], widths: Sequence[int] = (), choices: Sequence[Choices] = ()
    ) -> TableWriter:
        """Begin a table; ``choices`` are offered in a workbook, a CSV has no place for them."""
        ...


def seen(text: str) -> str:
    """Give a text without what nobody sees and no file can hold."""
    return _UNSEEN.sub("", text)[:CELL_CHARS_MAX]


@contextmanager
def writing(path: Path, *, overwrite: bool) -> Generator[Book]:
    """Write a workbook, a CSV with its siblings, or a folder of CSVs: as the path's ending says.

    Parameters
    ----------
    path
        ``….xlsx``; ``….csv``: the first table there, the others beside it; anything without an ending is a folder.
    overwrite
        Whether what is there may be replaced.

    Raises
    ------
    LinliError
        If the ending is none of these, something is there already, or it cannot be written. Nothing half is left.
    """
    _refuse_ending(path)
    kind = path.suffix.lower()
    try:
        with tempfile.TemporaryDirectory(prefix=".linli-", dir=_folder_for(path)) as folder:
            book = _XlsxBook() if kind == ".xlsx" else _CsvBook(Path(folder), path)
            with book:
                yield book
                made = book.finish(Path(folder))
            _refuse_existing([target for _, target in _targets(path, made)], overwrite)
            if kind == "":
                path.mkdir(parents=True, exist_ok=True)
            for source, target in _targets(path, made):
                os.replace(source, target)
    except OSError as error:
        raise LinliError(Code.FILE_UNWRITABLE, path=path, detail=refused_by_system(error)) from None


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Refuse early to write over a file: before minutes are spent on what cannot be kept.

    Raises
    ------
    LinliError
        If it is there and may not be replaced.
    """
    _refuse_existing([path] if path.suffix else [], overwrite)


def refuse_unwritable(path: Path, *, overwrite: bool) -> None:
    """Refuse early what `writing` would refuse after the work is done, as far as it can be known.

    Raises
    ------
    LinliError
        If the ending is not one of a sheet, the folder is not there, or the file is and may not be replaced.
    """
    _refuse_ending(path)
    try:
        _folder_for(path)
    except OSError as error:
        raise LinliError(Code.FILE_UNWRITABLE, path=path, detail=refused_by_system(error)) from None
    refuse_existing(path, overwrite=overwrite)


def _refuse_ending(path: Path) -> None:
    if path.suffix.lower() not in ("", ".xlsx", ".csv"):
        raise LinliError(Code.FILE_FORMAT, path=path)


def _folder_for(path: Path) -> Path:
    folder = path.parent
    if not folder.is_dir():
        raise FileNotFoundError(2, os.strerror(2))
    return folder


def _targets(path: Path, made: Sequence[Path]) -> list[tuple[Path, Path]]:
    if path.suffix.lower() == ".xlsx":
        return [(made[0], path)]
    return [(file, (path if path.suffix == "" else path.parent) / file.name) for file in made]


def _refuse_existing(targets: Sequence[Path], overwrite: bool) -> None:
    there = next((target for target in targets if target.exists()), None)
    if there is not None and not overwrite:
        raise LinliError(Code.FILE_EXISTS, path=there)


class _XlsxBook:
    """A workbook that is written row by row; the rows lie in temporary files, not in memory."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._titles: set[str] = set()
        self._choices: list[tuple[WriteOnlyWorksheet, Choices]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def table(
        self, title: str, headers: Sequence[str], widths: Sequence[int] = (), choices: Sequence[Choices] = ()
    ) -> TableWriter:
        name = _NO_TITLE.sub(" ", seen(title))[:28] or "-"
        while name.casefold() in self._titles:
            name = f"{name[:26]} {len(self._titles) + 1}"
        self._titles.add(name.casefold())
        sheet = self._book.create_sheet(name)
        for number, header in enumerate(headers, start=1):
            width = widths[number - 1] if number <= len(widths) else max(8, 2 * len(header) + 2)
            sheet.column_dimensions[get_column_letter(number)].width = min(width, WIDEST)
        sheet.freeze_panes = "A2"
        sheet.append([_header(sheet, header) for header in headers])
        self._choices += [(sheet, one) for one in choices]
        return _XlsxTable(sheet)

    def finish(self, folder: Path) -> list[Path]:
        self._offer()
        made = folder / "book.xlsx"
        self._book.save(made)
        return [made]

    def _offer(self) -> None:
        """Write the lists that can be chosen from to a hidden sheet, a column each, and point to them."""
        if not self._choices:
            return
        lists = self._book.create_sheet(LISTS)
        lists.sheet_state = "hidden"
        for number, (sheet, one) in enumerate(self._choices, start=1):
            letter, column = get_column_letter(number), get_column_letter(one.column + 1)
            allowed = DataValidation(
                type="list",
                formula1=f"'{LISTS}'!${letter}$1:${letter}${len(one.options)}",
                allow_blank=True,
                showErrorMessage=True,
            )
            allowed.errorStyle = "warning"  # A county's own word may be right; reading it decides.
            allowed.add(f"{column}2:{column}{OFFERED_ROWS}")
            sheet.data_validations.append(allowed)
        longest = max(len(one.options) for _, one in self._choices)
        for row in range(longest):
            options = (one.options[row] if row < len(one.options) else "" for _, one in self._choices)
            lists.append([text_cell(lists, option) if option else None for option in options])


def _header(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = text_cell(sheet, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDEBF7")
    return cell


def text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """Make a cell of text that is text whatever it begins with, also when somebody edits it."""
    shown = seen(text)
    cell = WriteOnlyCell(sheet, shown)
    cell.data_type = "s"
    cell.quotePrefix = looks_like_formula(shown)
    cell.alignment = Alignment(wrap_text="\n" in shown or len(shown) > 30, vertical="top")
    return cell


class _XlsxTable:
    def __init__(self, sheet: WriteOnlyWorksheet) -> None:
        self._sheet = sheet

    def row(self, values: Sequence[Value]) -> None:
        self._sheet.append([self._cell(value) for value in values])

    def _cell(self, value: Value) -> WriteOnlyCell | None:
        match value:
            case None | "":
                return None
            case str():
                return text_cell(self._sheet, value)
            case datetime():
                cell = WriteOnlyCell(self._sheet, value.replace(tzinfo=None))
                cell.number_format = DATE_FORMAT
                cell.alignment = Alignment(vertical="top")
                return cell
            case _:
                cell = WriteOnlyCell(self._sheet, value)
                cell.alignment = Alignment(vertical="top")
                return cell


class _CsvBook:
    """One CSV per table, in UTF-8 with the mark by which spreadsheets know it."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder, self._path = folder, path
        self._made: list[Path] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def table(
        self, title: str, headers: Sequence[str], widths: Sequence[int] = (), choices: Sequence[Choices] = ()
    ) -> TableWriter:
        safe = _NO_FILE.sub("-", seen(title)).strip("-.") or "table"
        stem = self._path.stem
        name = safe if self._path.suffix == "" else stem if not self._made else f"{stem}-{safe}"
        path = self._folder / f"{name}.csv"
        if path in self._made:
            path = self._folder / f"{name}-{len(self._made) + 1}.csv"
        self._made.append(path)
        file: TextIO = self._open.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
        table = _CsvTable(csv.writer(file).writerow)
        table.row(headers)
        return table

    def finish(self, folder: Path) -> list[Path]:
        self._open.close()
        return self._made


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Write one table as CSV in memory: in UTF-8 with the mark by which spreadsheets know it, without formulas."""
    text = io.StringIO(newline="")
    table = _CsvTable(csv.writer(text).writerow)
    for row in (headers, *rows):
        table.row(row)
    return text.getvalue().encode("utf-8-sig")


class _CsvTable:
    def __init__(self, write: Callable[[list[str | int | float]], object]) -> None:
        self._write = write

    def row(self, values: Sequence[Value]) -> None:
        self._write([_csv_value(value) for value in values])


def _csv_value(value: Value) -> str | int | float:
    match value:
        case None:
            return ""
        case str():
            shown = seen(value)
            # An apostrophe before it makes every spreadsheet show it as text; our reader takes it off again.
            return f"'{shown}" if looks_like_formula(shown) else shown
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case _:
            return value
