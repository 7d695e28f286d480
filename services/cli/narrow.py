"""A table with more columns than a terminal is wide: then every row stands by itself, one line for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

WORD: Final = 10
"""Characters of a longer word that a column must have at least: five Chinese ones, or a date; below that a line is
syllables."""

BETWEEN: Final = 2
"""Characters between two columns."""


def fits(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether a table can be read in so many characters: its first column whole, of the others every word."""
    columns = list(zip(headers, *rows, strict=True))
    first = max(cell_len(cell) for cell in columns[0])
    others = [max((min(cell_len(word), WORD) for cell in one for word in cell.split()), default=0) for one in columns]
    return first + sum(others[1:]) + BETWEEN * (len(columns) - 1) <= width


def stacked(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Write every row below the one before it, each cell after its header; what is empty is left out."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", overflow="fold", ratio=1)
    table.add_column(overflow="fold", ratio=2)
    for number, row in enumerate(rows):
        if number:
            table.add_row()
        for header, cell in zip(headers, row, strict=True):
            if cell:
                table.add_row(Text(header), Text(cell))
    return table
