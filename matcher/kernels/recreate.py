"""Recreate: visits without a place are inserted at their cheapest places, in an order that varies."""

from __future__ import annotations

from linli.matcher.compiled import inner, kernel
from linli.matcher.kernels.columns import are_as_named
from linli.matcher.kernels.dice import below, roll
from linli.matcher.kernels.layout import (
    ABSENT,
    BLINK,
    COST,
    CURRENT,
    DURATION,
    FIRST,
    FIT_FROM,
    FIT_TO,
    HELD,
    MEMO_COST,
    MEMO_POSITION,
    MEMO_VERSION,
    NEVER,
    ON,
    RANK,
    ROOM,
    RUINED,
    TICKS,
    VERSION,
    WIDTH,
    Longs,
    Notes,
    State,
    World,
)
from linli.matcher.kernels.steps import touch
from linli.matcher.kernels.tours import cheapest, put

BLINKS = 100
"""About one test of a visit on a tour in so many is left out: a little noise leads out of ruts (1 % in the paper)."""

TEST_TICKS = 6
"""What a test counts that is not answered from memory; one that is counts 1."""

KEY = (1 << 24) - 1
"""Largest sort key within a rank: any number of seconds up to half a year."""

VISIT_BITS = 24
"""A visit's number takes so many low bits of what is sorted."""

VISIT_MASK = (1 << VISIT_BITS) - 1


@kernel
def recreate(world: World, state: State, notes: Notes, everywhere: bool) -> bool:
    """Insert what has no place; return whether no held visit lost its own.

    A visit that had none before the step is tried on the ruined tours alone, for elsewhere nothing changed, but for an
    occasional look `everywhere`.
    """
    if not are_as_named(world, state, notes):
        return False
    many, left, whole = _sort(world, notes), 0, True
    for a in range(many):
        v = notes.order[a] & VISIT_MASK
        old = notes.old[v] == 1
        fit = _best_on_ruined(world, state, notes, v) if old and not everywhere else _best(world, state, notes, v)
        if fit >= 0 and state.memo[fit, MEMO_COST] < state.worth[v]:
            _insert(world, state, notes, v, fit)
        else:
            notes.absent[left] = v
            left += 1
            whole = whole and (old or world.visits[v, HELD] == 0)
    notes.numbers[ABSENT] = left
    return whole


@inner
def _sort(world: World, notes: Notes) -> int:
    """Put the visits without a place in an order: by rank, then by one of several keys; return their number."""
    numbers, many = notes.numbers, int(notes.numbers[ABSENT])
    which = below(numbers, 100)
    for a in range(many):
        v = notes.absent[a]
        if which < 35:
            key = roll(numbers) & KEY
        elif which < 55:
            key = world.visits[v, WIDTH]
        elif which < 65:
            key = KEY - world.visits[v, DURATION]
        elif which < 80:
            key = world.visits[v, DURATION]
        elif which < 90:
            key = world.visits[v, FIRST]
        else:
            key = world.visits[v, FIT_TO] - world.visits[v, FIT_FROM]
        key = min(max(key, 0), KEY)
        notes.order[a] = (world.visits[v, RANK] << 48) | (key << VISIT_BITS) | v
    _shell_sort(notes.order, many)
    return many


@inner
def _shell_sort(keys: Longs, many: int) -> None:
    """Sort the first `many` keys (Shell 1959): short, in place, and quick enough for the few dozen there are."""
    gap = 1
    while gap < many // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, many):
            key, j = keys[i], i
            while j >= gap and keys[j - gap] > key:
                keys[j] = keys[j - gap]
                j -= gap
            keys[j] = key
        gap //= 3


@inner
def _cost(world: World, state: State, notes: Notes, v: int, fit: int, blink: int) -> tuple[int, int, int]:
    """Return what inserting a visit on a duty costs, the tests until one is left out, and what was counted.

    From memory where the tour is as it was. Whoever calls it holds both counts in registers: written to memory at every
    test they would be waited for at the next.
    """
    d = state.memo[fit, ON]
    if world.visits[v, DURATION] > state.books[d, ROOM]:
        return NEVER, blink, 0
    if blink == 0:
        return NEVER, below(notes.numbers, 2 * BLINKS), 0
    ticks = 1
    if state.memo[fit, MEMO_VERSION] != state.books[d, VERSION]:
        ticks += TEST_TICKS
        cheapest(world, state, v, fit)
    return int(state.memo[fit, MEMO_COST]), blink - 1, ticks


@inner
def _best(world: World, state: State, notes: Notes, v: int) -> int:
    """Return the fit with the cheapest place for a visit, or -1."""
    best, found, blink, counted = NEVER, -1, int(notes.numbers[BLINK]), 0
    for fit in range(world.visits[v, FIT_FROM], world.visits[v, FIT_TO]):
        cost, blink, ticks = _cost(world, state, notes, v, fit, blink)
        counted += ticks
        if cost < best:
            best, found = cost, fit
    notes.numbers[BLINK] = blink
    notes.numbers[TICKS] += counted
    return found


@inner
def _best_on_ruined(world: World, state: State, notes: Notes, v: int) -> int:
    """Return the fit with the cheapest place on the tours ruined in this step, or -1."""
    best, found, blink, counted = NEVER, -1, int(notes.numbers[BLINK]), 0
    for x in range(notes.numbers[RUINED]):
        fit = world.slot[v, notes.touched[x]]
        if fit >= 0:
            cost, blink, ticks = _cost(world, state, notes, v, fit, blink)
            counted += ticks
            if cost < best:
                best, found = cost, fit
    notes.numbers[BLINK] = blink
    notes.numbers[TICKS] += counted
    return found


@inner
def _insert(world: World, state: State, notes: Notes, v: int, fit: int) -> None:
    """Place a visit where memory has it."""
    numbers, d = notes.numbers, state.memo[fit, ON]
    touch(state, notes, d)
    before = state.books[d, COST]
    put(world, state, fit, state.memo[fit, MEMO_POSITION], v)
    numbers[CURRENT] += state.books[d, COST] - before - state.worth[v]
