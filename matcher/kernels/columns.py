"""How many columns the search's arrays have, told to the compiler: it reckons with fixed numbers then."""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.layout import (
    BOOK_COLUMNS,
    DUTY_COLUMNS,
    FIT_COLUMNS,
    MEMO_COLUMNS,
    ROW_COLUMNS,
    VISIT_COLUMNS,
    Notes,
    State,
    World,
)


@inner
def are_as_named(world: World, state: State, notes: Notes) -> bool:
    """Say whether all arrays have the columns that `layout` names.

    They always do. A kernel that asks first, and does nothing otherwise, is compiled for these very numbers: to find an
    element takes a shift instead of a product, and no register has to hold how long a row is.
    """
    if world.visits.shape[1] != VISIT_COLUMNS or world.fits.shape[1] != FIT_COLUMNS:
        return False
    if world.duties.shape[1] != DUTY_COLUMNS or world.windows.shape[1] != 2:
        return False
    if state.rows.shape[2] != ROW_COLUMNS or state.books.shape[1] != BOOK_COLUMNS:
        return False
    if notes.saved_rows.shape[2] != ROW_COLUMNS or notes.saved_books.shape[1] != BOOK_COLUMNS:
        return False
    return bool(state.memo.shape[1] == MEMO_COLUMNS)
