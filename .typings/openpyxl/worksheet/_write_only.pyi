"""A sheet that is written line by line."""

from collections.abc import Sequence

from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.worksheet.datavalidation import DataValidation

class _Dimension:
    width: float
    hidden: bool

class _Dimensions:
    def __getitem__(self, key: str) -> _Dimension: ...

class WriteOnlyWorksheet:
    title: str
    sheet_state: str
    freeze_panes: str | None
    column_dimensions: _Dimensions
    def append(self, row: Sequence[WriteOnlyCell | str | int | float | None]) -> None: ...
    def add_data_validation(self, data_validation: DataValidation) -> None: ...
