"""The search: ruin, recreate, keep or undo, over the tours of one notes."""

from __future__ import annotations

from linli.matcher.compiled import bare
from linli.matcher.kernels.columns import are_as_named
from linli.matcher.kernels.dice import waiting
from linli.matcher.kernels.layout import (
    ABSENT,
    BEST,
    CURRENT,
    FAULTS,
    STEPS,
    TICKS,
    Notes,
    State,
    World,
)
from linli.matcher.kernels.recreate import recreate
from linli.matcher.kernels.ruin import ruin
from linli.matcher.kernels.steps import forget, keep_best, undo

STEP_TICKS = 60
"""What a step counts beside its tests."""

LOOK_AROUND = 2_000
"""Every so many steps all visits without a place are tried everywhere: what was overlooked by chance is found then."""


@bare
def search(world: World, state: State, notes: Notes, ticks: int, warmth: int) -> None:
    """Search until so many ticks were counted in all.

    Parameters
    ----------
    world, state, notes
        What is searched, and the search's notes.
    ticks : int
        Where `Notes.numbers[TICKS]` ends the search.
    warmth : int
        Mean of how much worse a step may be and still be kept.
    """
    numbers = notes.numbers
    if not are_as_named(world, state, notes):
        numbers[FAULTS] += 1
        numbers[TICKS] = ticks
        return
    if notes.movable.shape[0] == 0 or state.books.shape[0] == 0:
        numbers[TICKS] = ticks  # a part in which nothing can move
    while numbers[TICKS] < ticks:
        numbers[TICKS] += STEP_TICKS
        numbers[STEPS] += 1
        everywhere = numbers[STEPS] % LOOK_AROUND == 1
        absent, current = numbers[ABSENT], numbers[CURRENT]
        for a in range(absent):
            v = notes.absent[a]
            notes.saved_absent[a] = v
            notes.old[v] = 1
        ruin(world, state, notes)
        whole = recreate(world, state, notes, everywhere)
        if whole and numbers[CURRENT] < current + waiting(numbers, warmth):
            if numbers[CURRENT] < numbers[BEST]:
                numbers[BEST] = numbers[CURRENT]
                keep_best(state)
        else:
            undo(state, notes, absent, current)
        forget(notes)
