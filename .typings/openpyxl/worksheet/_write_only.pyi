"""A sheet that is written line by line."""

from collections.abc import Sequence

from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.worksheet.datavalidation import DataValidation

class _Dimension:
    width: float
    hidden: bool

class _Dimensions:
    def __getitem__(self, key: str) -> _Dimension: ...

class _Validations:
    def append(self, dv: DataValidation) -> None: ...

class WriteOnlyWorksheet:
    title: str
    sheet_state: str
    freeze_panes: str | None
    column_dimensions: _Dimensions
    data_validations: _Validations
    def append(self, row: Sequence[WriteOnlyCell | str | int | float | None]) -> None: ...
