"""Ruin: strings of neighbouring stops leave several tours around one place (Christiaens and Vanden Berghe 2020)."""

from __future__ import annotations

from linli.matcher.compiled import inner, kernel
from linli.matcher.kernels.columns import are_as_named
from linli.matcher.kernels.dice import below, roll
from linli.matcher.kernels.layout import (
    ABSENT,
    COST,
    COUNT,
    CURRENT,
    FIXED,
    RUINED,
    TOUCHED,
    VISIT,
    Notes,
    State,
    World,
)
from linli.matcher.kernels.steps import restore, touch
from linli.matcher.kernels.tours import move, schedule

LONGEST = 10
"""The longest string removed from one tour, as in the paper."""

REMOVED = 10
"""How many stops a step removes on average, as in the paper."""

WHOLE = 4
"""One step in so many may remove whole tours, where tours are short: on a small day only that leads out of a rut."""

ABSENT_CENTRE = 10
"""One step in so many is made around a visit without a place."""


@kernel
def ruin(world: World, state: State, notes: Notes) -> None:
    """Remove strings from tours near a random visit."""
    if not are_as_named(world, state, notes):
        return
    numbers = notes.numbers
    movable, absent = notes.movable.shape[0], numbers[ABSENT]
    average = max(1, (movable - absent) // state.books.shape[0])
    longest = LONGEST if below(numbers, WHOLE) == 0 else min(LONGEST, average)
    # The paper's number of strings, in hundredths so that integers do: uniform between 1 and 4 c / (1 + l) - 1.
    most = max(100, 400 * REMOVED // (1 + longest) - 100)
    strings = 1 + below(numbers, most) // 100
    if absent > 0 and below(numbers, ABSENT_CENTRE) == 0:
        centre = notes.absent[below(numbers, absent)]
    else:
        centre = notes.movable[below(numbers, movable)]
    for q in range(world.near.shape[1]):
        v = world.near[centre, q]
        if v < 0 or strings == 0:
            break
        d = int(state.where[v])
        if d >= 0 and not notes.mark[d] and not world.visits[v, FIXED]:
            touch(state, notes, d)
            if _remove_string(world, state, notes, d, v, longest):
                strings -= 1
    numbers[RUINED] = numbers[TOUCHED]


@inner
def _remove_string(world: World, state: State, notes: Notes, d: int, centre: int, longest: int) -> bool:
    """Remove a string of stops that holds `centre`, half of the time with a gap in it; committed stops stay."""
    numbers, n = notes.numbers, state.books[d, COUNT]
    length = 1 + below(numbers, min(longest, n))
    gap = 0
    if length < n and roll(numbers) & 1:
        gap = 1
        while length + gap < n and roll(numbers) & 1:
            gap += 1
    at = 0
    while state.rows[d, at, VISIT] != centre:
        at += 1
    total = length + gap
    lowest, highest = max(0, at - total + 1), min(at, n - total)
    begin = lowest + below(numbers, highest - lowest + 1)
    hole = begin + below(numbers, length + 1)
    if gap == 0:
        hole = n
    return _take(world, state, notes, d, begin, begin + total, hole, hole + gap)


@inner
def _take(world: World, state: State, notes: Notes, d: int, begin: int, end: int, hole: int, hole_end: int) -> bool:
    """Take stops from `begin` to `end` off a tour, but for those in the hole; return whether the rest holds."""
    numbers, n, kept = notes.numbers, state.books[d, COUNT], 0
    absent, current = numbers[ABSENT], numbers[CURRENT]
    for k in range(n):
        v = state.rows[d, k, VISIT]
        if begin <= k < end and not hole <= k < hole_end and not world.visits[v, FIXED]:
            notes.absent[numbers[ABSENT]] = v
            numbers[ABSENT] += 1
            numbers[CURRENT] += state.worth[v]
        else:
            move(state, d, k, kept)
            kept += 1
    state.books[d, COUNT] = kept
    numbers[CURRENT] -= state.books[d, COST]
    if schedule(world, state, d):
        numbers[CURRENT] += state.books[d, COST]
        for a in range(absent, numbers[ABSENT]):
            state.where[notes.absent[a]] = -1
            notes.old[notes.absent[a]] = 0
        return True
    # Leaving stops out can only hurt where the direct way is slower than the detour; such a tour stays as it is.
    restore(state, notes, numbers[TOUCHED] - 1)
    numbers[ABSENT], numbers[CURRENT] = absent, current
    return False
