"""What a step changes and how it is undone: tours are put aside before they are touched."""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.layout import (
    ABSENT,
    BOOK_COLUMNS,
    COST,
    COUNT,
    CURRENT,
    FIRST_STOP,
    ROW_COLUMNS,
    STOPS,
    TOUCHED,
    TOUR_COST,
    VERSION,
    VISIT,
    Notes,
    State,
)


@inner
def touch(state: State, notes: Notes, d: int) -> None:
    """Put a tour aside unless that was done in this step."""
    if notes.mark[d]:
        return
    x = notes.numbers[TOUCHED]
    notes.numbers[TOUCHED] = x + 1
    notes.touched[x] = d
    notes.mark[d] = 1
    for c in range(BOOK_COLUMNS):
        notes.saved_books[x, c] = state.books[d, c]
    for k in range(state.books[d, COUNT] + 2):
        for c in range(ROW_COLUMNS):
            notes.saved_rows[x, k, c] = state.rows[d, k, c]


@inner
def restore(state: State, notes: Notes, x: int) -> None:
    """Bring back the tour put aside as number `x`; what is known of it by version holds again."""
    d = notes.touched[x]
    for c in range(VERSION + 1):
        state.books[d, c] = notes.saved_books[x, c]
    for c in range(VERSION + 2, BOOK_COLUMNS):  # all but ISSUED: a version is never given twice
        state.books[d, c] = notes.saved_books[x, c]
    for k in range(state.books[d, COUNT] + 2):
        for c in range(ROW_COLUMNS):
            state.rows[d, k, c] = notes.saved_rows[x, k, c]


@inner
def undo(state: State, notes: Notes, absent: int, current: int) -> None:
    """Bring back all touched tours and the visits that had no place, `absent` in number."""
    for x in range(notes.numbers[TOUCHED]):
        restore(state, notes, x)
    for x in range(notes.numbers[TOUCHED]):
        d = notes.touched[x]
        for k in range(state.books[d, COUNT]):
            state.where[state.rows[d, k, VISIT]] = d
    for a in range(absent):
        notes.absent[a] = notes.saved_absent[a]
        state.where[notes.absent[a]] = -1
    notes.numbers[ABSENT] = absent
    notes.numbers[CURRENT] = current


@inner
def forget(notes: Notes) -> None:
    """End a step: nothing is put aside any more."""
    for x in range(notes.numbers[TOUCHED]):
        notes.mark[notes.touched[x]] = 0
    notes.numbers[TOUCHED] = 0


@inner
def keep_best(state: State) -> None:
    """Note the present tours as the best met."""
    for d in range(state.books.shape[0]):
        n = state.books[d, COUNT]
        state.best[d, STOPS] = n
        state.best[d, TOUR_COST] = state.books[d, COST]
        for k in range(n):
            state.best[d, k + FIRST_STOP] = state.rows[d, k, VISIT]


@inner
def value(state: State, notes: Notes) -> int:
    """Return what a search lowers: the cost of the tours and the worth of visits without a place."""
    total = 0
    for d in range(state.books.shape[0]):
        total += int(state.books[d, COST])
    for a in range(notes.numbers[ABSENT]):
        total += int(state.worth[notes.absent[a]])
    return total
