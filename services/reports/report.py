"""What a report is: what it reads, its columns, the periods it can be asked for, and what makes its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from linli.schemas.errors import Both
from linli.schemas.glossary import Tongue
from linli.schemas.menu import ServiceMenu
from linli.schemas.places import District
from linli.schemas.policy import Policy
from linli.schemas.topics import Topic
from linli.services.reports.periods import Parameter, Period
from linli.streams.ledger_tables import Tables

Cell = str | int | float | bool | datetime | None
"""What a cell holds: a code or a plain value, never a sentence."""

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class County:
    """What the county has said of itself: its places, its menu, how it wants to be served."""

    district: District
    menu: ServiceMenu
    policy: Policy


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: as of when, of which county, for which period."""

    now: datetime
    county: County
    period: Period


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Parameters
    ----------
    name
        What programs know it by.
    english, chinese
        Its header.
    say
        How a person reads its values, in a language; as they are where null.
    """

    name: str
    english: str
    chinese: str
    say: Callable[[Cell, Tongue, County], str] | None = None

    def header(self, tongue: Tongue) -> str:
        """Give the header in a language."""
        return self.chinese if tongue == "zh" else self.english


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Parameters
    ----------
    about
        What it counts, from what, and what it does not know; shown wherever it is.
    reads
        The topics of the ledger that it needs.
    columns
        Its columns.
    rows
        Makes the rows: pure, and the same for the same tables and question.
    takes
        The parameters that it can be asked with; of the district it always is.
    geojson
        Makes a map of it, where it has one. It says in which coordinates.
    """

    about: Both
    reads: tuple[Topic, ...]
    columns: tuple[Column, ...]
    rows: Callable[[Tables, Asked], Iterable[Row]]
    takes: frozenset[Parameter] = frozenset()
    geojson: Callable[[Tables, Asked], Mapping[str, object]] | None = None
