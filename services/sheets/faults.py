"""What is wrong with a whole file, as errors for people; single cells and lines have rules instead."""

from __future__ import annotations

from linli.schemas.errors import Code, LinliError


class SheetError(LinliError):
    """A file that cannot be read as a spreadsheet."""


def beyond(path: str, limit: str, most: int) -> SheetError:
    """Say that a limit is passed: which, and how much may be."""
    return SheetError(Code.SHEET_LIMIT, path=path, limit=limit, most=f"{most:,}")


def damaged(path: str, what: str) -> SheetError:
    """Say that a file is not whole, or not what it says it is."""
    return SheetError(Code.SHEET_DAMAGED, path=path, detail=what)
