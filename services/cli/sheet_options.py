"""The options by which a sheet is read: a mapping file, one sheet of several, values that hold for every line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from linli.schemas.errors import Code, LinliError
from linli.services.cli.words import both
from linli.services.sheets.columns import Columns
from linli.services.sheets.mapping import NO_MAPPING, Mapping, load_mapping


def mapping_of(file: Path | None, columns: Columns, sheet: str | None, given: Sequence[str] = ()) -> Mapping:
    """Put the options together.

    Parameters
    ----------
    file
        The mapping file, if there is one.
    columns
        Of the kind of sheet that is read.
    sheet
        The sheet's name, if only one is to be read.
    given
        ``COLUMN=VALUE``, by our name of a column or any other.

    Raises
    ------
    LinliError
        If the file cannot be used, or a column is none.
    """
    mapping = NO_MAPPING if file is None else load_mapping(file, columns)
    defaults = dict(mapping.defaults)
    for one in given:
        name, equals, value = one.partition("=")
        found = columns.of_header(name)
        if not equals or found is None:
            raise LinliError(
                Code.USAGE,
                detail=both(
                    f"--set {one}: write COLUMN=VALUE, like consent=yes", f"--set {one}：写作 列名=值，如 本人同意=是"
                ),
            )
        defaults[found[0].name] = value
    changes = {"defaults": defaults} if sheet is None else {"defaults": defaults, "sheet": sheet}
    return mapping.model_copy(update=changes)
