"""Where a sheet's header is and what its columns mean: titles above it are passed over, names are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from linli.services.sheets.cells import Cell, Row, Table
from linli.services.sheets.columns import Column, Columns, cell_of, header_key, is_ignored
from linli.services.sheets.limits import HEADER_ROWS_MAX
from linli.services.sheets.mapping import Mapping


@dataclass(frozen=True, slots=True)
class Layout:
    """What a sheet's header says.

    Parameters
    ----------
    table
        The sheet.
    header_row
        Number of its row; 0 if there is none.
    headers
        Its texts.
    places
        Which column stands where: its index in the row, and the column.
    unread
        Names of columns that are not read.
    doubled
        Names of columns that stand twice.
    """

    table: Table
    header_row: int
    headers: tuple[str, ...]
    places: tuple[tuple[int, Column], ...]
    unread: tuple[str, ...]
    doubled: tuple[str, ...]

    @property
    def columns(self) -> list[Column]:
        """The columns that are there."""
        return [column for _, column in self.places]

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header."""
        return (row for row in self.table.rows() if row.number > self.header_row)

    def cells_of(self, row: Row) -> list[tuple[Column, Cell]]:
        """Give the cells of a row with their columns."""
        return [(column, cell_of(row.cells, index)) for index, column in self.places]


def layout_of(table: Table, columns: Columns, mapping: Mapping) -> Layout:
    """Find a sheet's header: the row of the first ones that names most columns, or the one that the mapping names."""
    best: Layout | None = None
    for row in _candidates(table, mapping):
        found = _layout(table, row, columns, mapping)
        if best is None or len(found.places) > len(best.places):
            best = found
    return best or Layout(table, 0, (), (), (), ())


def _candidates(table: Table, mapping: Mapping) -> Iterable[Row]:
    rows = table.rows()
    if mapping.header_row is None:
        return islice(rows, HEADER_ROWS_MAX)
    return islice((row for row in rows if row.number >= (mapping.header_row or 0)), 1)


def _layout(table: Table, row: Row, columns: Columns, mapping: Mapping) -> Layout:
    headers = tuple(cell.text for cell in row.cells)
    mapped = {header_key(theirs): ours for theirs, ours in mapping.columns.items()}
    ignored = {header_key(text) for text in mapping.ignore}
    named: dict[str, list[tuple[int, int]]] = {}
    strange: list[str] = []
    for index, text in enumerate(headers):
        if not text or header_key(text) in ignored or is_ignored(text):
            continue
        ours = mapped.get(header_key(text))
        found = (columns.by_name[ours], -1) if ours is not None else columns.of_header(text)
        if found is None:
            strange.append(text)
        else:
            named.setdefault(found[0].name, []).append((found[1], index))
    return _chosen(table, row.number, headers, columns, named, strange)


def _chosen(
    table: Table,
    number: int,
    headers: tuple[str, ...],
    columns: Columns,
    named: dict[str, list[tuple[int, int]]],
    strange: list[str],
) -> Layout:
    """Settle for one place per column: the one whose name stands first in our list of names."""
    places: list[tuple[int, Column]] = []
    doubled: list[str] = []
    for name, found in named.items():
        ranked = sorted(found)
        places.append((ranked[0][1], columns.by_name[name]))
        # A merged header fills its neighbours with the same text; a second name for the same thing is no mistake.
        doubled += [headers[index] for rank, index in ranked[1:] if rank == ranked[0][0] and not table.padded]
        strange += [headers[index] for rank, index in ranked[1:] if rank != ranked[0][0]]
    return Layout(
        table,
        number,
        headers,
        tuple(sorted(places, key=lambda place: place[0])),
        tuple(dict.fromkeys(strange)),
        tuple(dict.fromkeys(doubled)),
    )


def misspelt(layout: Layout, columns: Columns) -> list[tuple[str, str]]:
    """Find names that are probably ours, with the name that was meant: alike one of ours that is not there itself."""
    there = {column.name for column in layout.columns}
    near = ((text, columns.nearest(text)) for text in layout.unread)
    return [(text, column.name) for text, column in near if column is not None and column.name not in there]
