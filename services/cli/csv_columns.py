"""Columns of a CSV: their names in English and Chinese, how a cell becomes a value and a row an event. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from linli.schemas.dead_letters import Reason
from linli.schemas.glossary import words
from linli.schemas.menu import ServiceMenu
from linli.streams.inbox_record import RefusedError

Convert = Callable[[str, "Context"], object]


class UnknownColumnsError(ValueError):
    """Columns that nobody knows or that stand twice, and those that are missing; the message names them."""

    def __init__(self, unknown: Sequence[str], missing: Sequence[str]) -> None:
        super().__init__(", ".join([*unknown, *missing]))
        self.unknown = tuple(unknown)
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Context:
    """What cells are read with: the zone of times that state none, and the menu whose names may be used."""

    zone: ZoneInfo
    menu: ServiceMenu


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name
        Its name; also what a refused line is told with.
    aliases
        Other names: Chinese ones, and some that hotline systems use.
    path
        Where its value goes in the event, in dots; ``0`` is the one element of a list.
    convert
        Makes the value of a cell's text.
    meaning
        For people, in English and Chinese.
    required
        Whether no event can be made without it.
    """

    name: str
    aliases: tuple[str, ...]
    path: str
    convert: Convert
    meaning: tuple[str, str]
    required: bool = False


class BadCellError(ValueError):
    """A cell that cannot be read; the message is the rule it breaks, never its content."""


def text(cell: str, _: Context) -> object:
    """Take a cell as it is."""
    return cell


def whole_number(cell: str, _: Context) -> object:
    """Read a whole number."""
    if not re.fullmatch(r"[0-9]{1,6}", cell):
        raise BadCellError("whole_number")
    return int(cell)


def decimal(cell: str, _: Context) -> object:
    """Read a decimal number."""
    if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,12})?", cell):
        raise BadCellError("decimal_number")
    return float(cell)


_YES: Final = frozenset({"yes", "y", "true", "1", "是", "有", "对", "√"})
_NO: Final = frozenset({"no", "n", "false", "0", "否", "无", "没有", "×"})


def yes_or_no(cell: str, _: Context) -> object:
    """Read yes or no."""
    if cell.casefold() in _YES:
        return True
    if cell.casefold() in _NO:
        return False
    raise BadCellError("yes_or_no")


_SLASHES: Final = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$")


def instant(cell: str, context: Context) -> object:
    """Read a time with its zone, or in the zone that was stated for the file."""
    try:
        moment = datetime.fromisoformat(_with_dashes(cell))
    except ValueError:
        raise BadCellError("date_and_time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=context.zone)).isoformat()


def _with_dashes(cell: str) -> str:
    """Write ``2026/3/26 9:00``, as spreadsheets do, as ISO 8601; anything else is left as it is."""
    slashes = _SLASHES.match(cell)
    if slashes is None:
        return cell
    year, month, day, hour, minute, second = (int(part or 0) for part in slashes.groups())
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def listed(cell: str, _: Context) -> object:
    """Read a list with semicolons."""
    return [part.strip() for part in re.split(r"[;；、]", cell) if part.strip()]


def word_from(glossary: str) -> Convert:
    """Make a reader of codes that also takes the words people read for them."""

    def convert(cell: str, _: Context) -> object:
        return _codes_by_word(glossary).get(cell.casefold(), cell)

    return convert


@lru_cache(maxsize=32)
def _codes_by_word(glossary: str) -> Mapping[str, str]:
    return {text.casefold(): code for code, both in words(glossary).items() for text in both}


@dataclass(frozen=True)
class Columns:
    """All columns of one kind of file.

    Parameters
    ----------
    kind
        The kind of event a row is.
    all
        Every column there is.
    """

    kind: str
    all: tuple[Column, ...]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {name: column for column in self.all for name in (column.name, *column.aliases)}

    def of_header(self, header: Sequence[str]) -> list[Column]:
        """Recognise the columns of a file.

        Raises
        ------
        UnknownColumnsError
            If one is not known, which may be a misspelt one, stands twice, or a required one is not there.
        """
        names = [name.strip() for name in header]
        unknown = [name for name in names if name not in self._by_name]
        found = [self._by_name[name] for name in names if name in self._by_name]
        doubled = [column.name for column in self.all if found.count(column) > 1]
        missing = [column.name for column in self.all if column.required and column not in found]
        if unknown or doubled or missing:
            raise UnknownColumnsError([*unknown, *doubled], missing)
        return found

    def nearest(self, name: str) -> str | None:
        """Give the known column that a name resembles most, if one does."""
        near = difflib.get_close_matches(name, list(self._by_name), n=1)
        return near[0] if near else None

    def of_path(self, path: str) -> str:
        """Give the column that a path in an event came from; the path itself if it came from none."""
        return next((column.name for column in self.all if column.path == path), path)


def event_of(columns: Sequence[Column], cells: Sequence[str], context: Context) -> dict[str, object]:
    """Make an event, as data, of a row; an empty cell is left out.

    Raises
    ------
    RefusedError
        ``schema`` with the column's name, if the row has too many cells or one of them cannot be read.
    """
    if len(cells) != len(columns):
        raise RefusedError(Reason.SCHEMA, "", f"{len(cells)}_cells_under_{len(columns)}_columns")
    event: dict[str, object] = {}
    for column, cell in zip(columns, (cell.strip() for cell in cells), strict=True):
        if not cell:
            continue
        try:
            _put(event, column.path.split("."), column.convert(cell, context))
        except BadCellError as error:
            raise RefusedError(Reason.SCHEMA, column.name, str(error)) from None
    return event


def _put(event: dict[str, object], path: Sequence[str], value: object) -> None:
    """Put a value at a path; the part ``0`` is the one element of a list."""
    here: Any = event
    for part, following in pairwise(path):
        here = here[0] if part == "0" else here.setdefault(part, [{}] if following == "0" else {})
    here[path[-1]] = value
