"""Reading a file of orders or teams: every line becomes an event, or is returned with a reason. One reader for all."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from linli.schemas.dead_letters import Reason
from linli.schemas.errors import Both, Code, LinliError
from linli.services.sheets.bodies import body_of
from linli.services.sheets.cells import Cell, Row
from linli.services.sheets.columns import Column, Columns, Context, Draft, put
from linli.services.sheets.faults import SheetError
from linli.services.sheets.layout import Layout, layout_of, misspelt
from linli.services.sheets.limits import CELL_CHARS_MAX
from linli.services.sheets.mapping import NO_MAPPING, Mapping
from linli.services.sheets.notes import Note
from linli.services.sheets.opening import Opened, opened
from linli.services.sheets.sum_lines import adds_up
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.intake.strict_json import as_bytes
from linli.streams.word_flags import tells_of_danger, tells_of_harm

EXAMPLES: Final = ("示例", "EXAMPLE")
"""How the first cell of the template's own line begins; such a line is passed over."""

NAMED_MAX: Final = 12
"""Columns and sheets named in a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: where it stands, and what it is or why it is refused.

    Parameters
    ----------
    number
        Its row, from 1.
    body
        The event.
    refused
        Why there is none.
    notes
        What is to be said of it.
    sheet
        The sheet's name; empty for a file without sheets.
    cells
        Its cells as they were, under `InSheet.headers`.
    parts
        What is no part of the event, like the desk's own choice of a team.
    """

    number: int
    body: BaseModel | None = None
    refused: RefusedError | None = None
    notes: tuple[Note, ...] = ()
    sheet: str = ""
    cells: tuple[str, ...] = ()
    parts: dict[str, Any] = field(default_factory=dict[str, Any])

    def confirmed(self) -> Line:
        """Give the line as it may be sent: one that a person must confirm first is refused with what is suggested."""
        unsure = next((note for note in self.notes if note.confirm), None)
        if self.refused is not None or unsure is None:
            return self
        rule = f"confirm_{unsure.rule}:{unsure.detail}"
        return replace(self, body=None, refused=RefusedError(Reason.SCHEMA, unsure.column, rule))


@dataclass(frozen=True, slots=True)
class InSheet:
    """What was found in a sheet: its name, where its header is, the names of its columns, which are not read."""

    name: str
    header_row: int
    headers: tuple[str, ...]
    columns: tuple[tuple[int, Column], ...]
    unread: tuple[str, ...]


@dataclass
class SheetFile:
    """A file that was opened and whose headers were understood.

    Parameters
    ----------
    name, encoding
        What it is called; its encoding, empty for a workbook.
    sheets
        What is read.
    skipped
        Sheets that are not read, and why: ``hidden`` or ``other``.
    examples
        How many example lines were passed over so far.
    sums
        The lines passed over so far that add up others.
    """

    name: str
    encoding: str
    sheets: tuple[InSheet, ...]
    skipped: tuple[tuple[str, str], ...]
    columns: Columns
    mapping: Mapping
    examples: int = 0
    sums: list[Line] = field(default_factory=list[Line])
    _layouts: tuple[Layout, ...] = ()
    _seen: dict[bytes, tuple[str, bytes]] = field(default_factory=dict[bytes, tuple[str, bytes]])

    def lines(self, context: Context, *, number_lines: bool = False) -> Iterator[Line]:
        """Yield every line.

        Parameters
        ----------
        context
            What cells are read with.
        number_lines
            Whether an order without a number is called by its line: only where nothing is sent.
        """
        parts = {**context.day_parts, **self.mapping.day_parts}
        day_first = None if self.mapping.date_order is None else self.mapping.date_order == "dmy"
        context = replace(context, words=self.mapping.words(), day_parts=parts, day_first=day_first)
        for layout in self._layouts:
            there = replace(context, date_1904=layout.table.date_1904)
            for row in layout.rows():
                line = self._line(layout, row, there, number_lines)
                if line is not None:
                    yield line

    def _line(self, layout: Layout, row: Row, context: Context, number_lines: bool) -> Line | None:
        cells = layout.cells_of(row)
        if row.cells and row.cells[0].text.upper().startswith(EXAMPLES):
            self.examples += 1
            return None
        if not row.fault and all(cell.is_empty for _, cell in cells):
            return None
        line = Line(row.number, sheet=layout.table.name, cells=tuple(_shown(cell) for cell in row.cells))
        try:
            self._refuse_broken(layout, row)
            draft = self.columns.draft_of([*cells, *self._defaults(cells)], context)
            if self.columns.kind == "order":
                _hear(draft, layout, row)
            if number_lines and self.columns.kind == "order":
                draft.event.setdefault("source_id", f"{layout.table.name}#{row.number}".lstrip("#"))
            body = body_of(draft.event, self.columns.kind, self.columns.model)
            self._refuse_repeated(draft.event, line)
            return replace(line, body=body, notes=tuple(draft.notes), parts=draft.parts)
        except RefusedError as refused:
            if adds_up(row):
                self.sums.append(line)
                return None
            return replace(line, refused=refused)

    @staticmethod
    def _refuse_broken(layout: Layout, row: Row) -> None:
        if row.fault:
            raise RefusedError(Reason.SCHEMA, "", row.fault)
        many, wanted = len(row.cells), len(layout.headers)
        beyond = any(not cell.is_empty for cell in row.cells[wanted:])
        if (many < wanted and not layout.table.padded) or (beyond and not layout.table.padded):
            raise RefusedError(Reason.SCHEMA, "", f"{many}_cells_under_{wanted}_columns")

    def _defaults(self, cells: Sequence[tuple[Column, Cell]]) -> list[tuple[Column, Cell]]:
        """Give the values that hold for lines that say nothing themselves."""
        said = {column.name for column, cell in cells if not cell.is_empty}
        return [(self.columns.by_name[n], Cell(text)) for n, text in self.mapping.defaults.items() if n not in said]

    def _refuse_repeated(self, event: dict[str, object], line: Line) -> None:
        """Refuse a number that an earlier line of the file has: for the same order, or for another one."""
        number = str(event.get(self.columns.number, ""))
        key, content = _digest(number.encode()), _digest(as_bytes(event))
        earlier = self._seen.setdefault(key, (f"{line.sheet} {line.number}".strip(), content))
        if earlier[0] != f"{line.sheet} {line.number}".strip():
            rule = "repeats_line" if earlier[1] == content else "number_of_line"
            raise RefusedError(Reason.DUPLICATE_CONFLICT, self.columns.number, f"{rule}:{earlier[0]}")


def _hear(draft: Draft, layout: Layout, row: Row) -> None:
    """Raise a warning also for words of danger or harm in columns that are not read: it may stand anywhere."""
    read = {index for index, _ in layout.places}
    for index, cell in enumerate(row.cells):
        if index in read or cell.number is not None:
            continue
        if tells_of_danger(cell.text):
            put(draft.event, "flags.danger_to_life", True)
        if tells_of_harm(cell.text, child=False):
            put(draft.event, "flags.suspected_harm", True)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=12).digest()


def _shown(cell: Cell) -> str:
    return cell.text[:CELL_CHARS_MAX]


@contextmanager
def read_sheets(
    path: Path, name: str, columns: Columns, mapping: Mapping = NO_MAPPING, optional: frozenset[str] = frozenset()
) -> Generator[SheetFile]:
    """Open a file and understand its headers; see `SheetFile`.

    Parameters
    ----------
    path, name
        The file, and what it is called in errors.
    columns
        What its columns may be.
    mapping
        How another system's export is read.
    optional
        Columns that need not be there although an order needs them.

    Raises
    ------
    LinliError
        If it cannot be opened, or no sheet has the columns that are needed.
    """
    with opened(path, name, mapping.encoding, mapping.separator) as file:
        tables = [table for table in file.tables if mapping.sheet is None or table.name == mapping.sheet]
        if not tables:
            titles = ", ".join(table.name for table in file.tables[:NAMED_MAX])
            raise SheetError(Code.SHEET_MISSING, path=name, sheet=mapping.sheet, sheets=titles)
        hidden = [table for table in tables if table.hidden and mapping.sheet is None]
        layouts = [layout_of(table, columns, mapping) for table in tables if table not in hidden]
        whole = [
            one
            for one in layouts
            if not _missing(one, columns, mapping, optional) and not one.doubled and not misspelt(one, columns)
        ]
        if not whole:
            raise _column_fault(file, layouts, columns, mapping, optional)
        yield SheetFile(
            name=name,
            encoding=file.encoding,
            sheets=tuple(_in_sheet(one) for one in whole),
            skipped=(
                *((table.name, "hidden") for table in hidden),
                *((one.table.name, "other") for one in layouts if one not in whole),
            ),
            columns=columns,
            mapping=mapping,
            _layouts=tuple(whole),
        )


def _in_sheet(layout: Layout) -> InSheet:
    return InSheet(layout.table.name, layout.header_row, layout.headers, layout.places, layout.unread)


def _missing(layout: Layout, columns: Columns, mapping: Mapping, optional: frozenset[str]) -> list[str]:
    given = [columns.by_name[name] for name in mapping.defaults]
    return [name for name in columns.missing([*layout.columns, *given]) if name not in optional]


def _column_fault(
    file: Opened, layouts: Sequence[Layout], columns: Columns, mapping: Mapping, optional: frozenset[str]
) -> LinliError:
    """Say what is wrong with the header of the sheet that comes nearest."""
    if not layouts or all(one.header_row == 0 for one in layouts):
        return LinliError(Code.NOTHING_TO_DO, path=file.name)
    best = max(layouts, key=lambda one: len(one.places))
    guesses = [f"{theirs} → {ours}?" for theirs, ours in misspelt(best, columns)]
    if guesses or best.doubled:
        return LinliError(
            Code.COLUMNS_UNKNOWN, path=file.name, columns=", ".join([*guesses, *best.doubled][:NAMED_MAX])
        )
    lacking = ", ".join(_named(name, columns) for name in _missing(best, columns, mapping, optional))
    # A header that is not understood is shown as it stands: it names columns. Where none was recognised there may be
    # no header at all, and what stands in the first line may be somebody's.
    strange = ", ".join(best.unread[:NAMED_MAX]) if best.places else ""
    columns_said = Both(f"{lacking}; not understood: {strange}", f"{lacking}；未识别：{strange}")
    return LinliError(Code.COLUMNS_MISSING, path=file.name, columns=columns_said if strange else lacking)


def _named(name: str, columns: Columns) -> str:
    """Name a column by our name and the usual Chinese one."""
    aliases = columns.aliases(columns.by_name[name])
    return f"{name} ({aliases[0]})" if aliases else name
