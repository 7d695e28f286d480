"""A day of visits some of which two carers make together: who goes where, and when the two begin, in one search.

Nobody is bound to a start. From the order of all ways the earliest starts follow, and they are the best for a price on
ways and lateness, so the search moves orders alone. The desk has no use for it: there a start is promised before a
round begins (`linli.matcher.joined`). It plans days on which everything is still open.

Weak spots: all must be made, nobody is left out; carers have no hours; one thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linli.matcher.dice import Dice
from linli.matcher.kernels import joint_layout, layout
from linli.matcher.kernels.joint import NEVER
from linli.matcher.kernels.joint_layout import Day, Notes, Ways
from linli.matcher.kernels.joint_search import begin_joint, search_joint
from linli.matcher.kernels.layout import Longs
from linli.matcher.limits import Limits

TICKS_PER_WORK = 400
"""Ticks of the kernels to a unit of work, so that a unit stays some eight microseconds of one thread."""

CHUNK = 200_000
"""Ticks between two looks at the caller's clock."""

WARM, COOL, COOLING = 200, 8, 991
"""Per thousand of what a visit costs on average by which a step may be worse, at the start and in the end; and what is
left of it after each hundredth, in 1024ths."""

LOG = 3
"""How often each visit may be pushed back in one trial, on average. Two who wait for each other push for ever, and most
of the time went into finding that out: with 64, a step on a day of 260 visits took five times as long."""


@dataclass(frozen=True, slots=True)
class JointVisit:
    """One visit by one carer.

    Parameters
    ----------
    place, length : int
        Row of the table of ways, and what it lasts.
    opens, closes : int
        When it may begin, and from when on it is late.
    able : frozenset of int
        The numbers of the carers who may make it.
    mate : int
        The number of the other of two, made by another carer; -1 where there is none.
    gap : int
        By how much it begins after the mate at the least; negative if it may begin before.
    """

    place: int
    length: int
    opens: int
    closes: int
    able: frozenset[int]
    mate: int = -1
    gap: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class JointDay:
    """A day: its visits, where each carer's way begins and ends, and all ways. Way, lateness, the worst cost."""

    visits: tuple[JointVisit, ...]
    bases: tuple[int, ...]
    ways: Longs


Orders = tuple[tuple[int, ...], ...]
"""Each carer's visits in order."""


def plan_joint(day: JointDay, limits: Limits, seed: int) -> Orders | None:
    """Search for the best orders within limits; None where somebody finds no place.

    Parameters
    ----------
    day : JointDay
        The day.
    limits : Limits
        Work or time.
    seed : int
        Of the random numbers.
    """
    arrays, ways = _day_of(day), _no_ways(day)
    kept, best = _no_ways(day), _no_ways(day)
    notes = _notes(day, Dice(seed).below(1 << 30) + 1)
    begin_joint(arrays, ways, kept, best, notes)
    for _ in range(20):
        if notes.numbers[layout.BEST] < NEVER:
            break
        ways = _no_ways(day)
        begin_joint(arrays, ways, kept, best, notes)
    if notes.numbers[layout.BEST] >= NEVER:
        return None
    allowed = limits.most_work() * TICKS_PER_WORK
    while notes.numbers[layout.TICKS] < allowed and not (limits.until is not None and limits.until()):
        done = _done(limits, int(notes.numbers[layout.TICKS]), allowed)
        ticks = min(allowed, int(notes.numbers[layout.TICKS]) + min(CHUNK, max(1, allowed // 100)))
        search_joint(
            arrays, ways, kept, best, notes, ticks, _warmth(done, int(notes.numbers[layout.BEST]), len(day.visits))
        )
    return _orders(day, best)


def _done(limits: Limits, ticks: int, allowed: int) -> int:
    spent = 1000 * ticks // max(1, allowed)
    return min(1000, spent if limits.gone is None else max(spent, limits.gone()))


def _warmth(done: int, cost: int, visits: int) -> int:
    part = WARM << 10
    for _ in range(done // 10):
        part = part * COOLING >> 10
    return max(1, max(COOL, part >> 10) * cost // (1000 * visits))


def _day_of(day: JointDay) -> Day:
    many, carers = len(day.visits), len(day.bases)
    nodes = np.zeros((many + carers, joint_layout.NODE_COLUMNS), np.int64)
    able = np.zeros((many, carers), np.bool_)
    for v, one in enumerate(day.visits):
        nodes[v] = one.place, one.length, one.opens, one.closes, one.mate, one.gap
        able[v, sorted(one.able)] = True
    nodes[many:, joint_layout.PLACE] = day.bases
    nodes[many:, joint_layout.MATE] = -1
    at, places = nodes[:, joint_layout.PLACE], nodes[:many, joint_layout.PLACE]
    near = np.argsort(day.ways[np.ix_(places, places)] + day.ways[np.ix_(places, places)].T, axis=1, kind="stable")
    return Day(np.ascontiguousarray(day.ways[np.ix_(at, at)], dtype=np.int64), nodes, able, near.astype(np.int32))


def _no_ways(day: JointDay) -> Ways:
    """Return ways on which nobody is visited."""
    many, carers = len(day.visits), len(day.bases)
    nodes = np.arange(many + carers, dtype=np.int64)
    carer, start = np.full(many + carers, -1, np.int64), np.full(many + carers, -1, np.int64)
    carer[many:], start[many:] = np.arange(carers), 0
    return Ways(nodes.copy(), nodes.copy(), carer, start)


def _notes(day: JointDay, seed: int) -> Notes:
    many, carers = len(day.visits), len(day.bases)
    numbers = np.zeros(joint_layout.JOINT_NUMBERS, np.int64)
    numbers[layout.DICE] = seed
    return Notes(
        np.zeros(many, np.int64),
        np.zeros(many, np.int64),
        np.zeros(carers, np.int64),
        np.zeros((2 * LOG * many + 2, 2), np.int64),
        np.zeros((LOG * many + 2, 2), np.int64),
        np.zeros((carers, 2), np.int64),
        np.zeros((carers, 2), np.int64),
        numbers,
    )


def _orders(day: JointDay, ways: Ways) -> Orders:
    many, found = len(day.visits), list[tuple[int, ...]]()
    after: list[int] = ways.after.tolist()
    for carer in range(len(day.bases)):
        order, at = list[int](), after[many + carer]
        while at < many:
            order.append(at)
            at = after[at]
        found.append(tuple(order))
    return tuple(found)
