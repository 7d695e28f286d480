"""A report as made: rows of codes and values, and the same for people, for programs, and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from linli.schemas.base import in_utc
from linli.schemas.glossary import Tongue
from linli.services.reports.periods import ZONE, period_of
from linli.services.reports.registry import REPORTS, report_named
from linli.services.reports.report import Asked, Cell, County, Report, Row
from linli.services.sheets.writing import Value, csv_bytes
from linli.streams.ledger_tables import LedgerTables


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report that was made.

    Parameters
    ----------
    name, report
        Which.
    asked
        What was asked.
    rows
        Its rows, in the order of the columns.
    map
        GeoJSON, of a report that has a map.
    """

    name: str
    report: Report
    asked: Asked
    rows: tuple[Row, ...]
    map: Mapping[str, object] | None

    def title(self, tongue: Tongue) -> str:
        """Say what it is called."""
        entry = REPORTS[self.name]
        return entry.chinese if tongue == "zh" else entry.english

    def about(self, tongue: Tongue) -> str:
        """Say what it counts."""
        return self.report.about.zh if tongue == "zh" else self.report.about.en

    def headers(self, tongue: Tongue) -> list[str]:
        """Give the headers in a language."""
        return [column.header(tongue) for column in self.report.columns]

    def spoken(self, tongue: Tongue) -> list[list[Value]]:
        """Give the rows as people read them."""
        return [[self._said(number, cell, tongue) for number, cell in enumerate(row)] for row in self.rows]

    def csv(self, tongue: Tongue) -> bytes:
        """Write it as CSV that spreadsheets open."""
        return csv_bytes(self.headers(tongue), self.spoken(tongue))

    def data(self) -> dict[str, object]:
        """Give it for a program."""
        columns = self.report.columns
        return {
            "report": self.name,
            "district": self.asked.county.district.code,
            "at": self.asked.now,
            "start": self.asked.period.start,
            "end": self.asked.period.end,
            "columns": [{"name": one.name, "en": one.english, "zh": one.chinese} for one in columns],
            "rows": [dict(zip((one.name for one in columns), map(_plain, row), strict=True)) for row in self.rows],
        }

    def _said(self, number: int, cell: Cell, tongue: Tongue) -> Value:
        say = self.report.columns[number].say
        if say is not None and cell is not None:
            return say(cell, tongue, self.asked.county)
        if isinstance(cell, bool):
            return {"zh": ("否", "是"), "en": ("no", "yes")}[tongue][cell]
        return cell.astimezone(ZONE) if isinstance(cell, datetime) else cell


def _plain(cell: Cell) -> str | int | float | bool | None:
    """Give a cell as JSON knows it: a moment is text, in UTC."""
    return in_utc(cell).isoformat().replace("+00:00", "Z") if isinstance(cell, datetime) else cell


async def make_report(
    name: str, given: Mapping[str, str], tables: LedgerTables, partition: int, county: County, now: datetime
) -> MadeReport:
    """Read what a report needs and make it.

    Parameters
    ----------
    name
        Which report.
    given
        Its parameters as people say them.
    tables
        What was read of the ledger so far; it reads on.
    partition
        The partition of the county's district.
    county
        The county; only what belongs to its district is counted.
    now
        The time of the district.

    Raises
    ------
    KeyError
        If there is no such report.
    linli.services.reports.periods.WrongPeriodError
        If it cannot be asked with these parameters.
    Exception
        Whatever `linli.streams.ledger_tables.LedgerTables.read` raises.
    """
    report = report_named(name)
    asked = Asked(now, county, period_of(given, report.takes))
    read = await tables.read(partition, report.reads, county.district.code)
    rows = tuple(report.rows(read, asked))
    return MadeReport(name, report, asked, rows, report.geojson(read, asked) if report.geojson is not None else None)
