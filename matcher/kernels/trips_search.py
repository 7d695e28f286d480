"""Ruin and recreate over trips: whole errands leave around one place, and come back where both ends are cheapest.

Removing and inserting both ends of a request by themselves is Ropke's and Pisinger's (2006, doi
10.1287/trsc.1050.0135), removing strings of neighbouring stops Christiaens' and Vanden Berghe's (2020).
"""

from __future__ import annotations

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.dice import below, roll, waiting
from linli.matcher.kernels.layout import (
    ABSENT,
    BEST,
    BLINK,
    CURRENT,
    FAULTS,
    NEVER,
    NUMBERS,
    RUINED,
    STEPS,
    TICKS,
    TOUCHED,
)
from linli.matcher.kernels.ordering import put_in_order
from linli.matcher.kernels.trips import cheapest, put, schedule
from linli.matcher.kernels.trips_layout import (
    BOOK_COLUMNS,
    COST,
    COUNT,
    FAR,
    KIND,
    MEMO_COST,
    MEMO_VERSION,
    RANK,
    ROW_COLUMNS,
    TASK,
    VERSION,
    WIDTH,
    Ground,
    Notes,
    State,
)

LOOK = NUMBERS
"""Where `Notes.numbers` counts looks for a place."""

LONGEST, REMOVED = 10, 10
"""The longest string of stops removed from one trip, and how many errands a step removes on average."""

ABSENT_CENTRE = 10
"""One step in so many is made around an errand without a place."""

BLINKS = 100
"""About one look at a vehicle in so many is left out."""

STEP_TICKS, TEST_TICKS = 60, 8
"""What a step counts beside its tests, and a test that is not answered from memory; one that is counts 1."""

LOOK_AROUND = 1_000
"""Every so many steps all errands without a place are tried everywhere."""

KEY = (1 << 30) - 1
ERRAND_BITS = 20
ERRAND_MASK = (1 << ERRAND_BITS) - 1


@bare
def search_trips(ground: Ground, state: State, notes: Notes, ticks: int, warmth: int) -> None:
    """Search until so many ticks were counted in all.

    Parameters
    ----------
    ground, state, notes
        What is searched, and the search's notes.
    ticks : int
        Where `Notes.numbers[TICKS]` ends the search.
    warmth : int
        Mean of how much worse a step may be and still be kept.
    """
    numbers = notes.numbers
    while numbers[TICKS] < ticks:
        numbers[TICKS] += STEP_TICKS
        numbers[STEPS] += 1
        everywhere = numbers[STEPS] % LOOK_AROUND == 1
        absent, current = numbers[ABSENT], numbers[CURRENT]
        for a in range(absent):
            e = notes.absent[a]
            notes.saved_absent[a] = e
            notes.old[e] = 1
        _ruin(ground, state, notes)
        _recreate(ground, state, notes, everywhere)
        if numbers[CURRENT] < current + waiting(numbers, warmth):
            if numbers[CURRENT] < numbers[BEST]:
                numbers[BEST] = numbers[CURRENT]
                _keep_best(state)
        else:
            _undo(state, notes, absent, current)
        for x in range(numbers[TOUCHED]):
            notes.mark[notes.touched[x]] = 0
        numbers[TOUCHED] = 0


@bare
def lay_out(ground: Ground, state: State, notes: Notes) -> None:
    """Compute everything from the tasks in `State.rows`, their number in `State.books`, and what errands are worth.

    Where a trip does not hold ``Notes.numbers[FAULTS]`` is not 0, and nothing must be searched.
    """
    numbers = notes.numbers
    numbers[ABSENT], numbers[CURRENT], numbers[FAULTS] = 0, 0, 0
    for e in range(state.where.shape[0]):
        state.where[e] = -1
    for v in range(state.books.shape[0]):
        for k in range(state.books[v, COUNT]):
            state.where[state.rows[v, k, TASK] >> 1] = v
        if not schedule(ground, state, v):
            numbers[FAULTS] += 1
        numbers[CURRENT] += state.books[v, COST]
    for e in range(state.where.shape[0]):
        if state.where[e] < 0:
            notes.absent[numbers[ABSENT]] = e
            numbers[ABSENT] += 1
            numbers[CURRENT] += state.worth[e]
    numbers[BEST] = numbers[CURRENT]
    _keep_best(state)


@inner
def _keep_best(state: State) -> None:
    """Note the present trips as the best met."""
    for v in range(state.books.shape[0]):
        state.best[v, 0] = state.books[v, COUNT]
        for k in range(state.books[v, COUNT]):
            state.best[v, k + 1] = state.rows[v, k, TASK]


@inner
def _touch(state: State, notes: Notes, v: int) -> None:
    """Put a trip aside unless that was done in this step."""
    if notes.mark[v]:
        return
    x = notes.numbers[TOUCHED]
    notes.numbers[TOUCHED] = x + 1
    notes.touched[x], notes.mark[v] = v, 1
    for c in range(BOOK_COLUMNS):
        notes.saved_books[x, c] = state.books[v, c]
    for k in range(state.books[v, COUNT] + 1):
        for c in range(ROW_COLUMNS):
            notes.saved_rows[x, k, c] = state.rows[v, k, c]
        for d in range(state.load.shape[2]):
            notes.saved_load[x, k, d] = state.load[v, k, d]
            notes.saved_peak[x, k, d] = state.peak[v, k, d]


@inner
def _restore(state: State, notes: Notes, x: int) -> None:
    """Bring back the trip put aside as number `x`, version included; no version is ever given twice."""
    v = notes.touched[x]
    for c in range(VERSION + 1):
        state.books[v, c] = notes.saved_books[x, c]
    for k in range(state.books[v, COUNT] + 1):
        for c in range(ROW_COLUMNS):
            state.rows[v, k, c] = notes.saved_rows[x, k, c]
        for d in range(state.load.shape[2]):
            state.load[v, k, d] = notes.saved_load[x, k, d]
            state.peak[v, k, d] = notes.saved_peak[x, k, d]


@inner
def _undo(state: State, notes: Notes, absent: int, current: int) -> None:
    """Bring back all touched trips and the errands that had no place, `absent` in number."""
    for x in range(notes.numbers[TOUCHED]):
        _restore(state, notes, x)
    for x in range(notes.numbers[TOUCHED]):
        v = notes.touched[x]
        for k in range(state.books[v, COUNT]):
            state.where[state.rows[v, k, TASK] >> 1] = v
    for a in range(absent):
        notes.absent[a] = notes.saved_absent[a]
        state.where[notes.absent[a]] = -1
    notes.numbers[ABSENT], notes.numbers[CURRENT] = absent, current


@inner
def _ruin(ground: Ground, state: State, notes: Notes) -> None:
    """Remove strings from trips near a random task."""
    numbers, many = notes.numbers, state.where.shape[0]
    average = max(1, 2 * (many - numbers[ABSENT]) // state.books.shape[0])
    longest = LONGEST if below(numbers, 4) == 0 else min(LONGEST, max(3, average))
    strings = 1 + below(numbers, max(100, 400 * REMOVED // (1 + longest) - 100)) // 100
    if numbers[ABSENT] > 0 and below(numbers, ABSENT_CENTRE) == 0:
        centre = notes.absent[below(numbers, numbers[ABSENT])]
    else:
        centre = below(numbers, many)
    task = 2 * centre + (roll(numbers) & 1)
    for q in range(ground.near.shape[1]):
        t = ground.near[task, q]
        if t < 0 or strings == 0:
            break
        v = int(state.where[t >> 1])
        if v >= 0 and not notes.mark[v]:
            _touch(state, notes, v)
            if _remove_string(ground, state, notes, v, t, longest):
                strings -= 1
    numbers[RUINED] = numbers[TOUCHED]


@inner
def _remove_string(ground: Ground, state: State, notes: Notes, v: int, centre: int, longest: int) -> bool:
    """Remove the errands of a string of stops around one, half of the time with a gap in it."""
    numbers, n = notes.numbers, state.books[v, COUNT]
    length = 1 + below(numbers, min(longest, n))
    gap = 0
    if length < n and roll(numbers) & 1:
        gap = 1
        while length + gap < n and roll(numbers) & 1:
            gap += 1
    at = 0
    while state.rows[v, at, TASK] != centre:
        at += 1
    total = length + gap
    lowest, highest = max(0, at - total + 1), min(at, n - total)
    begin = lowest + below(numbers, highest - lowest + 1)
    hole = begin + below(numbers, length + 1) if gap else n
    absent, current = numbers[ABSENT], numbers[CURRENT]
    for k in range(begin, begin + total):
        e = state.rows[v, k, TASK] >> 1
        if not hole <= k < hole + gap and state.where[e] == v:
            state.where[e] = -1
            notes.old[e] = 0
            notes.absent[numbers[ABSENT]] = e
            numbers[ABSENT] += 1
            numbers[CURRENT] += state.worth[e]
    return _close_ranks(ground, state, notes, v, absent, current)


@inner
def _close_ranks(ground: Ground, state: State, notes: Notes, v: int, absent: int, current: int) -> bool:
    """Take the tasks of errands without a place off a trip; return whether the rest holds, else bring all back."""
    numbers, kept = notes.numbers, 0
    for k in range(state.books[v, COUNT]):
        task = state.rows[v, k, TASK]
        if state.where[task >> 1] == v:
            state.rows[v, kept, TASK] = task
            kept += 1
    numbers[CURRENT] -= state.books[v, COST]
    state.books[v, COUNT] = kept
    if schedule(ground, state, v):
        numbers[CURRENT] += state.books[v, COST]
        return True
    # Leaving stops out can only hurt where the direct way is slower than the detour; such a trip stays as it is.
    _restore(state, notes, numbers[TOUCHED] - 1)
    for a in range(absent, numbers[ABSENT]):
        state.where[notes.absent[a]] = v
    numbers[ABSENT], numbers[CURRENT] = absent, current
    return False


@inner
def _recreate(ground: Ground, state: State, notes: Notes, everywhere: bool) -> None:
    """Insert what has no place, each where it is cheapest, in an order that varies."""
    many, left = _sort(ground, notes), 0
    for a in range(many):
        e = notes.order[a] & ERRAND_MASK
        v = _best(ground, state, notes, e, notes.old[e] == 1 and not everywhere)
        if v >= 0 and state.memo[e, v, MEMO_COST] < state.worth[e]:
            _touch(state, notes, v)
            before = state.books[v, COST]
            put(ground, state, e, v)
            notes.numbers[CURRENT] += state.books[v, COST] - before - state.worth[e]
        else:
            notes.absent[left] = e
            left += 1
    notes.numbers[ABSENT] = left


@inner
def _sort(ground: Ground, notes: Notes) -> int:
    """Put the errands without a place in an order: by level, then by one of several keys; return their number."""
    numbers, many = notes.numbers, int(notes.numbers[ABSENT])
    which = below(numbers, 100)
    for a in range(many):
        e = notes.absent[a]
        if which < 45:
            key = roll(numbers) & KEY
        elif which < 65:
            key = ground.errands[e, WIDTH]
        elif which < 85:
            key = KEY - ground.errands[e, FAR]
        else:
            key = ground.errands[e, FAR]
        key = min(max(key, 0), KEY)
        key = (ground.errands[e, RANK] << 50) | (key << ERRAND_BITS) | e
        put_in_order(notes.order, a, key)
    return many


@inner
def _best(ground: Ground, state: State, notes: Notes, e: int, ruined: bool) -> int:
    """Return the vehicle with the cheapest place for an errand, of all or of those ruined in this step, or -1."""
    numbers, best, found = notes.numbers, NEVER, -1
    numbers[LOOK] += 1
    for x in range(numbers[RUINED] if ruined else state.books.shape[0]):
        v = notes.touched[x] if ruined else x
        if not ground.able[e, v]:
            continue
        if state.books[v, COUNT] == 0:
            if notes.seen[ground.vehicles[v, KIND]] == numbers[LOOK]:
                continue
            notes.seen[ground.vehicles[v, KIND]] = numbers[LOOK]
        numbers[BLINK] -= 1
        if numbers[BLINK] < 0:
            numbers[BLINK] = below(numbers, 2 * BLINKS)
            continue
        numbers[TICKS] += 1
        if state.memo[e, v, MEMO_VERSION] != state.books[v, VERSION]:
            numbers[TICKS] += TEST_TICKS + state.books[v, COUNT]
            cheapest(ground, state, e, v)
        if state.memo[e, v, MEMO_COST] < best:
            best, found = state.memo[e, v, MEMO_COST], v
    return found
