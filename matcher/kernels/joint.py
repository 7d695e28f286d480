"""Earliest starts of visits of which some belong together, and what one more visit changes in them.

Who comes later holds up the other, and so whoever comes after that one on another way: starts are pushed back from node
to node until nothing moves. A trial notes what it pushed and is taken back.
"""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.joint_layout import (
    CLOSES,
    GAP,
    LENGTH,
    LOGGED,
    MATE,
    OPENS,
    WORST,
    Day,
    Notes,
    Ways,
)
from linli.matcher.kernels.layout import TICKS

NEVER = 1 << 50
"""Dearer than any plan: also what ways cost on which two wait for each other for ever."""


@inner
def hop(day: Day, a: int, b: int) -> int:
    """Return the way from one node to another."""
    return int(day.way[a, b])


@inner
def late(day: Day, visit: int, start: int) -> int:
    """Return how late a visit is."""
    return int(max(0, start - day.nodes[visit, CLOSES]))


@inner
def link(ways: Ways, visit: int, a: int) -> None:
    """Put a visit after a node."""
    b = ways.after[a]
    ways.after[a], ways.before[visit], ways.after[visit], ways.before[b] = visit, a, b, visit
    ways.carer[visit] = ways.carer[a]


@inner
def unlink(ways: Ways, visit: int) -> None:
    """Take a visit off its way."""
    a, b = ways.before[visit], ways.after[visit]
    ways.after[a], ways.before[b], ways.carer[visit], ways.start[visit] = b, a, -1, -1


@inner
def follows(day: Day, ways: Ways, visit: int, a: int) -> int:
    """Return when a visit begins at the earliest after a node, and after the other of two."""
    start = max(int(day.nodes[visit, OPENS]), int(ways.start[a] + day.nodes[a, LENGTH]) + hop(day, a, visit))
    mate = day.nodes[visit, MATE]
    if mate >= 0 and ways.carer[mate] >= 0:
        start = max(start, int(ways.start[mate] + day.nodes[visit, GAP]))
    return start


@inner
def push(day: Day, ways: Ways, notes: Notes, visit: int, start: int, limit: int) -> int:
    """Push a visit back, and whoever follows from it; return the price of lateness, `NEVER` from `limit` on.

    What was pushed stands in `Notes.log` from the entry on that was the next before.
    """
    numbers, waiting, visits = notes.numbers, notes.waiting, day.able.shape[0]
    price, worst, many = 0, int(numbers[WORST]), 1
    waiting[0, 0], waiting[0, 1] = visit, start
    while many > 0:
        many -= 1
        v = int(waiting[many, 0])
        to = max(waiting[many, 1], day.nodes[v, OPENS])
        if to <= ways.start[v]:
            continue
        numbers[TICKS] += 1
        more = late(day, v, to)
        price += more - late(day, v, int(ways.start[v]))
        worst = max(worst, more)
        notes.log[numbers[LOGGED], 0], notes.log[numbers[LOGGED], 1] = v, ways.start[v]
        numbers[LOGGED] += 1
        ways.start[v] = to
        if price + worst - numbers[WORST] >= limit or numbers[LOGGED] + 2 >= notes.log.shape[0]:
            return NEVER
        after, mate = int(ways.after[v]), day.nodes[v, MATE]
        if after < visits:
            waiting[many, 0], waiting[many, 1] = after, to + day.nodes[v, LENGTH] + hop(day, v, after)
            many += 1
        if mate >= 0 and ways.carer[mate] >= 0:
            waiting[many, 0], waiting[many, 1] = mate, to + day.nodes[mate, GAP]
            many += 1
    return int(price + worst - numbers[WORST])


@inner
def take_back(ways: Ways, notes: Notes, entry: int) -> None:
    """Bring back the starts pushed since the log had so many entries."""
    for x in range(notes.numbers[LOGGED] - 1, entry - 1, -1):
        ways.start[notes.log[x, 0]] = notes.log[x, 1]
    notes.numbers[LOGGED] = entry


@inner
def recount(day: Day, ways: Ways, notes: Notes) -> int:
    """Compute all starts anew and return what the ways cost, or `NEVER` where two wait for each other for ever."""
    numbers, visits, carers = notes.numbers, day.able.shape[0], day.able.shape[1]
    numbers[LOGGED], numbers[WORST], cost = 0, 0, 0
    for v in range(visits):
        ways.start[v] = -1
    for c in range(carers):
        a = visits + c
        while True:
            b = int(ways.after[a])
            cost += hop(day, a, b)
            if b >= visits:
                break
            start = follows(day, ways, b, a)
            if start > ways.start[b]:
                numbers[LOGGED] = 0
                numbers[WORST] = NEVER  # lateness is summed up below
                if push(day, ways, notes, b, start, NEVER) >= NEVER:
                    return NEVER
            a = b
    numbers[LOGGED], worst = 0, 0
    for v in range(visits):
        if ways.carer[v] >= 0:
            cost += late(day, v, int(ways.start[v]))
            worst = max(worst, late(day, v, int(ways.start[v])))
    numbers[WORST] = worst
    return cost + worst
