"""What a command says: tables and sentences for people, or JSON for programs, never both on the same stream."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from linli.services.cli.words import both

if TYPE_CHECKING:
    from rich.console import Console

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Times are shown in the time of the districts; all of China keeps this one."""

FILE_WIDTH: Final = 160
"""Characters of a line where no terminal says how wide it is: a table in a file need not be folded as on a screen."""


@dataclass(slots=True)
class Out:
    """Where a command's words go.

    Parameters
    ----------
    as_json
        Whether standard output is for a program: one JSON object, or one a line. Sentences then go to standard error.
    """

    as_json: bool = False
    _consoles: dict[bool, Any] = field(default_factory=dict[bool, Any])

    def say(self, english: str, chinese: str) -> None:
        """Say a sentence."""
        self.console.print(both(english, chinese), markup=False, highlight=False, soft_wrap=True)

    def warn(self, english: str, chinese: str) -> None:
        """Say on standard error what went wrong, so that it is seen although the output is kept."""
        sys.stderr.write(both(english, chinese) + "\n")

    def note(self, english: str, chinese: str) -> None:
        """Say what is being done where it takes its time: to whoever sits there, never into a file or a pipe."""
        if sys.stderr.isatty():
            sys.stderr.write(both(english, chinese) + "\n")

    def show(self, renderable: object) -> None:
        """Show something of rich's to a person; a program is spared it."""
        if not self.as_json:
            self.console.print(renderable, highlight=False)

    def data(self, content: object) -> None:
        """Write one JSON object for a program; a person is spared it."""
        if self.as_json:
            sys.stdout.write(json.dumps(content, ensure_ascii=False, default=_plain) + "\n")
            sys.stdout.flush()

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
        """Show a table to a person; an empty one is not shown."""
        from rich.table import Table
        from rich.text import Text

        if self.as_json or not rows:
            return
        table = Table(
            title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", show_header=any(headers)
        )
        for number, header in enumerate(headers):
            # Ids stand first, and an id that is broken over two lines cannot be copied.
            table.add_column(header, overflow="fold", no_wrap=number == 0)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(table, highlight=False)

    def wide_table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table of many columns to a person; row by row where the terminal is too narrow for it."""
        from linli.services.cli.narrow import fits, stacked

        if self.as_json or not rows or fits(headers, rows, self.console.width):
            self.table(headers, rows)
        else:
            self.console.print(stacked(headers, rows), highlight=False)

    @property
    def console(self) -> Console:
        """The console for people."""
        from rich.console import Console

        if self.as_json not in self._consoles:
            stream = sys.stderr if self.as_json else sys.stdout
            width = None if stream.isatty() or "COLUMNS" in os.environ else FILE_WIDTH
            self._consoles[self.as_json] = Console(stderr=self.as_json, width=width)
        console: Console = self._consoles[self.as_json]
        return console


def clock(moment: datetime | None) -> str:
    """Write an instant as a person at the desk reads it."""
    return "" if moment is None else moment.astimezone(ZONE).strftime("%m-%d %H:%M")


def _plain(value: object) -> object:
    """Turn what JSON does not know into text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
