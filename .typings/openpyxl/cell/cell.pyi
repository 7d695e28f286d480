"""Cells of a workbook that is written line by line."""

from datetime import datetime

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

class WriteOnlyCell:
    def __init__(
        self, ws: WriteOnlyWorksheet | None = ..., value: str | int | float | datetime | None = ...
    ) -> None: ...
    data_type: str
    number_format: str
    quotePrefix: bool
    font: Font
    fill: PatternFill
    alignment: Alignment
