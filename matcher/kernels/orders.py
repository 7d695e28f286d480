"""Whether crews can make all their visits in some order, compiled: sets of visits made, one stop after another.

What `linli.matcher.reasons.no_room` does in plain Python, which stays the specification: the same answer, the same
labels.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.layout import Longs

# Columns of duties, and of visits.
OPENS, CLOSES, MOST, DUE = 0, 1, 2, 3
DURATION, LEAST, FIXED, FACT, HOME = 0, 1, 2, 3, 4

# Columns of labels: the set of visits made (bits), where the crew is, when it is free.
MADE, PLACE, FREE = 0, 1, 2
LABEL_COLUMNS = 3

NO, YES, SPENT = 0, 1, -1

BEYOND: Final = 1 << 60
"""Farther than any way."""

SCATTER: Final = -7046029254386353131
"""Spreads neighbouring numbers over a table: 2 to the 64th over the golden ratio."""

MANY: Final = 60
"""So many visits go into one set's bits."""


class Crews(NamedTuple):
    """Duties that share visits, in the order of time, and these visits; see `linli.matcher.reasons.no_room`.

    Parameters
    ----------
    ways, shortest : array, (visits + 1, visits + 1)
        Seconds from place to place, the base first; directly, and by any detour.
    duties : array, (duties, 4)
        Opening, closing, most stops, and the visits that no later duty could make.
    visits : array, (visits, 5)
        Service, service and shortest way to it, whether the start is fixed, whether it has begun, the way home.
    urgent : array, (duties, visits)
        The visits that no later duty could make, begun ones left out, by their last start on the duty; then -1.
    span_from : array, (duties, visits + 1)
        Where a visit's windows on a duty begin.
    spans : array, (windows, 2)
        First and last start.
    now : int
        Before it nobody sets out to a visit whose start is not fixed.
    """

    ways: Longs
    shortest: Longs
    duties: Longs
    visits: Longs
    urgent: Longs
    span_from: Longs
    spans: Longs
    now: int


class Desk(NamedTuple):
    """Working memory: labels and sets, each in two rows that take turns, and tables to find them again.

    Parameters
    ----------
    labels : array, (2, labels + 1, LABEL_COLUMNS)
        The stop before, and this one.
    sets : array, (2, labels + 1, LABEL_COLUMNS)
        What can have been made by a duty's end.
    table : array, (2, slots, 2)
        For labels and sets: the number of what stands in a slot, and when it was put there. Slots are a power of two.
    turns : array, (1,)
        How many times something began to be put there.
    used : array, (1,)
        Gets how many labels the last answer took.
    """

    labels: Longs
    sets: Longs
    table: Longs
    turns: Longs
    used: Longs


@bare
def shorten(ways: Longs) -> None:
    """Replace ways by the shortest by any detour (Floyd and Warshall)."""
    for k in range(ways.shape[0]):
        for i in range(ways.shape[0]):
            for j in range(ways.shape[0]):
                ways[i, j] = min(ways[i, j], ways[i, k] + ways[k, j])


@bare
def can_make_all(crews: Crews, most: int, desk: Desk) -> int:
    """Return whether every visit can be made, `SPENT` if that took more than `most` labels."""
    sets, used, turn = 1, 0, desk.turns[0] + 1
    desk.sets[0, 0, MADE] = 0
    for d in range(crews.duties.shape[0]):
        sets, used, turn = _after(crews, d, sets, used, most, turn, desk)
        desk.turns[0], desk.used[0] = turn, used
        if sets <= 0:
            return sets
    return YES


@inner
def _put(kept: Longs, table: Longs, turn: int, count: int, made: int, place: int, free: int) -> int:
    """Keep a label unless one of the same set and place is as early; return how many there are now."""
    last = table.shape[0] - 1
    slot = ((made * 64 + place) * SCATTER >> 20) & last
    while table[slot, 1] == turn:
        known = table[slot, 0]
        if kept[known, MADE] == made and kept[known, PLACE] == place:
            kept[known, FREE] = min(kept[known, FREE], free)
            return count
        slot = (slot + 1) & last
    table[slot, 0], table[slot, 1] = count, turn
    kept[count, MADE], kept[count, PLACE], kept[count, FREE] = made, place, free
    return count + 1


@inner
def _after(crews: Crews, d: int, before: int, used: int, most: int, turn: int, desk: Desk) -> tuple[int, int, int]:
    """Return how many sets can have been made by a duty's end, the labels used so far, and the next turn."""
    here, done, first = d % 2, 0, turn
    used += before
    if used > most:
        return SPENT, most + 1, turn
    for k in range(before):
        desk.labels[0, k, MADE], desk.labels[0, k, PLACE] = desk.sets[here, k, MADE], 0
        desk.labels[0, k, FREE] = crews.duties[d, OPENS]
    due, closes, side, many, stops = crews.duties[d, DUE], crews.duties[d, CLOSES], 0, before, 0
    while many > 0:
        turn += 1
        more = 0
        for k in range(many):
            made, place, free = desk.labels[side, k, MADE], desk.labels[side, k, PLACE], desk.labels[side, k, FREE]
            if made & due == due and free + crews.ways[place, 0] <= closes:
                done = _put(desk.sets[1 - here], desk.table[1], first, done, made, 0, 0)
            if stops < crews.duties[d, MOST] and _may_go_on(crews, d, made, place, free):
                more = _go_on(crews, d, made, place, free, turn, more, most - used, desk, 1 - side)
                if more < 0:
                    return SPENT, most + 1, turn
        used += more
        side, many, stops = 1 - side, more, stops + 1
    return done, used, turn + 1


@inner
def _may_go_on(crews: Crews, d: int, made: int, place: int, free: int) -> bool:
    """Say whether all that is due by the end of a duty may still be made, for all that is asked here.

    Whatever must begin by some time begins one after another, and all but the last of it is over by then.
    """
    needed, longest, home, late = free, 0, BEYOND, max(free, crews.now)
    for k in range(crews.urgent.shape[1]):
        i = crews.urgent[d, k]
        if i < 0:
            break
        if (made >> i) & 1 == 1:
            continue
        last = crews.spans[crews.span_from[d, i + 1] - 1, 1]
        leave = free if crews.visits[i, FIXED] != 0 else late
        needed += crews.visits[i, LEAST]
        longest = max(longest, crews.visits[i, DURATION])
        home = min(home, crews.visits[i, HOME])
        if leave + crews.shortest[place, i + 1] > last or needed - longest > last:
            return False
    return bool(needed + (0 if home == BEYOND else home) <= crews.duties[d, CLOSES])


@inner
def _go_on(
    crews: Crews, d: int, made: int, place: int, free: int, turn: int, count: int, most: int, desk: Desk, side: int
) -> int:
    """Note every way to make one more visit; return how many labels there are now, -1 if they are too many."""
    late = max(free, crews.now)
    for i in range(crews.visits.shape[0]):
        if (made >> i) & 1 == 1:
            continue
        leave = free if crews.visits[i, FIXED] != 0 else late
        for w in range(crews.span_from[d, i], crews.span_from[d, i + 1]):
            start = max(crews.spans[w, 0], leave + crews.ways[place, i + 1])
            if crews.visits[i, FACT] != 0:
                start = crews.spans[w, 0]
            if start <= crews.spans[w, 1]:
                after, then = made | (1 << i), start + crews.visits[i, DURATION]
                count = _put(desk.labels[side], desk.table[0], turn, count, after, i + 1, then)
                if count > most:
                    return -1
                break
    return count
