"""Columns of a spreadsheet: their names in English and Chinese, how a cell becomes a value and a row an event. Pure."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from linli.schemas.dead_letters import Reason
from linli.schemas.menu import ServiceMenu
from linli.services.sheets.cells import EMPTY, Cell, plain
from linli.services.sheets.notes import Note
from linli.services.sheets.place_names import PlaceNames
from linli.streams.intake.inbox_record import RefusedError

SIMILAR: Final = 0.8
"""From this likeness on (`difflib` ratio) an unknown column is a known one, misspelt, unless that one is there too."""

_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_SIGNS: Final = re.compile(r"[\s*:：、,，.\-—_/]+")


class BadCellError(ValueError):
    """A cell that cannot be read; the message is the rule it breaks, never its content."""


def shipped_table(name: str) -> Mapping[str, object]:
    """Read one of the TOML files beside this module."""
    return tomllib.loads(files("linli.services.sheets").joinpath(name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _shipped_day_parts() -> Mapping[str, tuple[str, str]]:
    """Read ``day_parts.toml``."""
    table = cast(Mapping[str, list[str]], shipped_table("day_parts.toml"))
    return {part: (start, end) for part, (start, end) in table.items()}


@dataclass(frozen=True)
class Context:
    """What cells are read with.

    Parameters
    ----------
    zone
        The zone of times that state none.
    menu
        The menu whose names may be used.
    reference
        When the file is read: relative days ("tomorrow") count from it, unless a line says when it was ordered.
    places
        The district's place names; ``None`` where only codes are known.
    words
        A mapping's own words for values, by column and word.
    day_parts
        What parts of the day are called, and when they begin and end.
    day_first
        How 05.11.2026 is meant; ``None`` if nobody said, then it is refused.
    date_1904
        Whether the workbook's day numbers count from 1904.
    """

    zone: ZoneInfo
    menu: ServiceMenu
    reference: datetime
    places: PlaceNames | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    day_parts: Mapping[str, tuple[str, str]] = field(default_factory=_shipped_day_parts)
    day_first: bool | None = None
    date_1904: bool = False


Convert = Callable[[Cell, Context], object]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name
        Its name; also what a refused line is told with.
    path
        Where its value goes in the event, in dots; ``0`` is the one element of a list.
    convert
        Makes the value of a cell.
    meaning
        For people, in English and Chinese.
    required
        Whether no event can be made without it.
    part
        Whether its value is only a part of what goes to `path`; the kind's `Columns.finish` puts the parts together.
    personal
        Whether it may identify a person.
    """

    name: str
    path: str
    convert: Convert
    meaning: tuple[str, str]
    required: bool = False
    part: bool = False
    personal: bool = False


@dataclass(slots=True)
class Draft:
    """An event in the making: its data, the parts that are still to be put together, and what is to be said of it."""

    event: dict[str, object] = field(default_factory=dict[str, object])
    parts: dict[str, Any] = field(default_factory=dict[str, Any])
    notes: list[Note] = field(default_factory=list[Note])


Finish = Callable[[Draft, Context], None]


@dataclass(frozen=True)
class Columns:
    """All columns of one kind of file.

    Parameters
    ----------
    kind
        The kind of event a row is.
    all
        Every column there is.
    finish
        Puts the parts of a row together.
    needs
        What no event can be made without: of each group one alternative, of each alternative every column.
    model
        What a row is, where it is no event of the inbox.
    number
        The column that names a row; no two may have the same.
    """

    kind: str
    all: tuple[Column, ...]
    finish: Finish
    needs: tuple[tuple[tuple[str, ...], ...], ...]
    model: type[BaseModel] | None = None
    number: str = ""

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Columns by our own name."""
        return {column.name: column for column in self.all}

    @cached_property
    def _by_words(self) -> Mapping[str, tuple[Column, int]]:
        found: dict[str, tuple[Column, int]] = {}
        for key in (whole_key, header_key):
            for column in self.all:
                for rank, text in enumerate((column.name, *self.aliases(column))):
                    found.setdefault(key(text), (column, rank))
        return found

    def aliases(self, column: Column) -> tuple[str, ...]:
        """Give the other names of a column."""
        return tuple(header_words()[self.kind].get(column.name, ()))

    def of_header(self, text: str) -> tuple[Column, int] | None:
        """Give the column that a header names, and how far down the list of its names that is.

        What stands in brackets tells two columns apart where we have a name with it: minutes and metres.
        """
        return self._by_words.get(whole_key(text)) or self._by_words.get(header_key(text))

    def missing(self, found: Sequence[Column]) -> list[str]:
        """Name the columns without which no event can be made, the usual alternative of each."""
        names = {column.name for column in found}
        return [
            name
            for group in self.needs
            if not any(names.issuperset(alternative) for alternative in group)
            for name in group[0]
            if name not in names
        ]

    def nearest(self, text: str) -> Column | None:
        """Give the column that a name resembles so much that it is probably meant."""
        near = difflib.get_close_matches(header_key(text), list(self._by_words), n=1, cutoff=SIMILAR)
        return self._by_words[near[0]][0] if near else None

    def of_path(self, path: str) -> str:
        """Give the column that a path in an event came from; the path itself if it came from none."""
        exact = next((one.name for one in self.all if path in (one.path, one.name)), None)
        around = (c.name for c in self.all if path and (c.path.startswith(f"{path}.") or path.startswith(f"{c.path}.")))
        return exact or next(around, path)

    def shown(self, name: str, language: Literal["en", "zh"]) -> str:
        """Give a column's name as people read it: in Chinese the usual header, else our own name."""
        column = self.by_name.get(name)
        usual = self.aliases(column) if column is not None and language == "zh" else ()
        return usual[0] if usual else name

    def draft_of(self, found: Sequence[tuple[Column, Cell]], context: Context) -> Draft:
        """Make an event, as data, of a row; an empty cell is left out.

        Raises
        ------
        RefusedError
            ``schema`` with the column's name, if one of them cannot be read.
        """
        draft = Draft()
        for column, cell in found:
            if cell.is_empty:
                continue
            value = self._value(column, cell, context)
            if column.part:
                draft.parts[column.name] = value
            else:
                put(draft.event, column.path, value)
        self.finish(draft, context)
        return draft

    @staticmethod
    def _value(column: Column, cell: Cell, context: Context) -> object:
        if cell.fault:
            raise RefusedError(Reason.SCHEMA, column.name, cell.fault)
        words = context.words.get(column.name)
        said = words.get(plain(cell.text)) if words else None
        try:
            return column.convert(Cell(said) if said is not None else cell, context)
        except BadCellError as error:
            raise RefusedError(Reason.SCHEMA, column.name, str(error)) from None


def put(event: dict[str, object], path: str, value: object) -> None:
    """Put a value at a path; the part ``0`` is the one element of a list."""
    steps = path.split(".")
    here: Any = event
    for part, following in pairwise(steps):
        here = here[0] if part == "0" else here.setdefault(part, [{}] if following == "0" else {})
    here[steps[-1]] = value


def header_key(text: str) -> str:
    """Give a header as it is compared: without brackets, signs and blanks, half-width, lower case."""
    return _SIGNS.sub("", _BRACKETS.sub("", plain(text))) or whole_key(text)


def whole_key(text: str) -> str:
    """Give the same with what stands in brackets."""
    return _SIGNS.sub("", plain(text))


@lru_cache(maxsize=1)
def header_words() -> Mapping[str, Mapping[str, list[str]]]:
    """Read ``header_words.toml``."""
    return cast(Mapping[str, Mapping[str, list[str]]], shipped_table("header_words.toml"))


def is_ignored(text: str) -> bool:
    """Tell whether a header is one of our own that is never read."""
    return any(header_key(text) == header_key(word) for words in header_words()["ignored"].values() for word in words)


def cell_of(cells: Sequence[Cell], index: int) -> Cell:
    """Give a cell of a row; an empty one beyond its end."""
    return cells[index] if index < len(cells) else EMPTY
