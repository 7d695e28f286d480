"""What is answered about reports."""

from __future__ import annotations

from linli.schemas.base import Instant
from linli.services.gateway.answers import Answer


class ReportColumn(Answer):
    """A column of a report: what programs know it by, and its headers."""

    name: str
    en: str
    zh: str


class ReportView(Answer):
    """A report as of a moment, for a period (null: as the report itself says). Rows hold codes and plain values."""

    report: str
    district: str
    at: Instant
    start: Instant | None
    end: Instant | None
    columns: tuple[ReportColumn, ...]
    rows: tuple[dict[str, str | int | float | bool | None], ...]
