"""A county's own grids and villages, given as a sheet beside the one that names them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from linli.schemas.errors import Code, LinliError
from linli.schemas.places import District
from linli.services.cli.inbox_files import inbox_file
from linli.services.cli.refusals import in_words
from linli.services.cli.words import both
from linli.services.sheets.columns import Context
from linli.services.sheets.grid_columns import GRID_COLUMNS, district_of

OWN_DISTRICT: Final = "own"
"""The code of a district that is made of a sheet of places, unless one is given."""


def own_district(name: str, code: str | None, context: Context) -> District:
    """Make a district of a sheet of places; every line of it must be right, for orders are placed by it.

    Raises
    ------
    LinliError
        If the sheet cannot be read, one of its lines is wrong, or it has none.
    """
    with inbox_file(name, GRID_COLUMNS) as file:
        lines = list(file.lines(context))
    wrong = next((line for line in lines if line.refused is not None), None)
    if wrong is not None and wrong.refused is not None:
        detail = both("line {}: {}", "第 {} 行：{}").format(wrong.number, in_words(wrong.refused, GRID_COLUMNS))
        raise LinliError(Code.LIST, detail=f"{name}, {detail}")
    if not lines:
        raise LinliError(Code.NOTHING_TO_DO, path=name)
    return district_of(lines, code or OWN_DISTRICT, Path(name).stem, context.zone.key)
