"""The best routes of one crew at given rewards: partial routes grown stop by stop, the beaten ones thrown away.

A route may come back to a visit it has forgotten: each visit remembers the few nearest to it alone, so that fewer
partial routes have to be kept. Such routes are worth at least as much as the best true one; what is concluded from them
is a bound. Baldacci, Mingozzi, Roberti, "New route relaxation and pricing strategies for the vehicle routing problem",
Operations Research 59 (2011).
"""

from __future__ import annotations

from typing import NamedTuple

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.layout import Ints, Longs

# Columns of partial routes: when the crew is free, the rewards so far, which visits are remembered (bits over the
# neighbours of the last one), the last visit, the partial route before, the next in the list of the same last visit,
# and whether it stands.
FREE, REWARD, MEMORY, LAST, BEFORE, NEXT, STANDS = 0, 1, 2, 3, 4, 5, 6
LABEL_COLUMNS = 8

HURRIED = 24
"""In a hurry a crew goes on to one of so many nearest visits."""

LATER, LESS = 300, 1 << 15
"""In a hurry a partial route is beaten by one that is at most so many seconds later and wins so little less."""

NOTHING = -(1 << 60)
"""Less than any route wins."""

IN_A_HURRY, STRICT = 0, 1
"""How `grow` throws partial routes away."""

DONE, FULL, PAUSED = 0, -1, -2
"""What `grow` returns: all were grown; there was no more room for partial routes, so only what `look_ahead` found is
known; or its work was spent, and it can be called again to go on."""

# Places in progress: partial routes made, the most that one of them wins, the next to lead on, the end of those with as
# many stops, how many stops these have, and the work spent: partial routes that were compared or gone on to.
MADE, BEST, UP, END, STOPS, SPENT = 0, 1, 2, 3, 4, 5
PROGRESS = 6


class Ground(NamedTuple):
    """What one crew sees, its visits numbered from 0 and its base after them.

    Parameters
    ----------
    way : array of int32, (visits + 1, visits + 1)
        Travel seconds.
    duration : array of int32, (visits,)
        Seconds of service.
    windows : array of int32, (windows, 2)
        Start windows cut so that the crew is home in time, those of a visit side by side.
    window_from : array of int32, (visits + 1,)
        Where the windows of a visit begin.
    near : array of int32, (visits, neighbours)
        Whom each visit remembers, itself first, -1 where there are no more.
    place : array of int32, (visits, visits)
        Where a visit stands among the neighbours of another, or -1.
    order : array of int32, (visits, visits)
        All visits by how far they are from each.
    most, step : int
        The crew's most stops, and the seconds of a bucket of `look_ahead`.

    Notes
    -----
    Times are seconds since the crew may set out.
    """

    way: Ints
    duration: Ints
    windows: Ints
    window_from: Ints
    near: Ints
    place: Ints
    order: Ints
    most: int
    step: int


class Ahead(NamedTuple):
    """What may still be won after beginning at a visit in a bucket of time, at most; each (visits, buckets).

    `best` goes on to `then`; `other` is the best that goes on to somebody else, or home. Room to work in, by visit:
    the first bucket in which anybody can begin there, what going there promises at most, and all visits by that; and
    what partial routes in a hurry have won by each bucket.
    """

    best: Longs
    then: Ints
    other: Longs
    first: Ints
    hope: Longs
    rank: Ints
    won: Longs


@inner
def first_start(ground: Ground, visit: int, arrival: int) -> int:
    """Return when service begins at the earliest, or -1."""
    for w in range(ground.window_from[visit], ground.window_from[visit + 1]):
        if arrival <= ground.windows[w, 1]:
            return max(arrival, int(ground.windows[w, 0]))
    return -1


@bare
def grow(
    ground: Ground,
    reward: Longs,
    ahead: Ahead,
    floor: int,
    labels: Longs,
    head: Ints,
    how: int,
    progress: Longs,
    work: int,
) -> int:
    """Grow partial routes that may win more than `floor`; return `DONE`, `FULL` or `PAUSED`.

    Parameters
    ----------
    ground, reward, ahead
        The crew's view, what each visit is worth, and what may still be won.
    floor : int
        Routes worth no more are not looked for, strictly not even those worth no more than the best so far; the best is
        `floor` where there is none.
    labels : array, (room, LABEL_COLUMNS)
        Filled with partial routes, each one stop longer than the one before it.
    head : array of int32, (visits,)
        Filled with the first partial route that ends at each visit.
    how : int
        `STRICT`: only what is beaten for certain is thrown away; `IN_A_HURRY`: more is, only the `HURRIED` nearest are
        gone to, and nobody looks ahead: better routes may be missed.
    progress : array, (PROGRESS,)
        Zeros at first; says how far it is, and where to go on.
    work : int
        May be spent now; what leading one partial route on takes may come on top.
    """
    stop, strict = progress[SPENT] + work, how == STRICT
    if progress[STOPS] == 0 and _set_out(ground, reward, ahead, floor, labels, head, strict, progress) == FULL:
        return FULL
    while progress[STOPS] < ground.most:
        end = progress[END]
        for label in range(progress[UP], end):
            if labels[label, STANDS] == 0 or (not strict and _is_outdone(ground, ahead, labels, label)):
                continue
            if progress[SPENT] >= stop:
                progress[UP] = label
                return PAUSED
            if _extend(ground, reward, ahead, labels, head, label, strict, progress) == FULL:
                return FULL
        if end == progress[MADE]:
            break
        progress[UP], progress[END] = end, progress[MADE]
        progress[STOPS] += 1
    return DONE


@inner
def _set_out(
    ground: Ground,
    reward: Longs,
    ahead: Ahead,
    floor: int,
    labels: Longs,
    head: Ints,
    strict: bool,
    progress: Longs,
) -> int:
    """Make the partial routes of one stop; return `DONE` or `FULL`."""
    head[:] = -1
    ahead.won[:, :] = NOTHING
    visits = head.shape[0]
    progress[BEST] = floor
    for v in range(visits):
        start = first_start(ground, v, ground.way[visits, v])
        if (
            start < 0
            or reward[v] <= 0
            or (strict and reward[v] + ahead.best[v, start // ground.step] <= progress[BEST])
        ):
            continue
        if progress[MADE] == labels.shape[0]:
            return FULL
        if strict:
            _add(labels, head, 0, v, start + ground.duration[v], reward[v], 1, -1, progress)
        else:
            _add_in_a_hurry(ground, ahead, labels, v, start + ground.duration[v], reward[v], 1, -1, progress)
    progress[END], progress[STOPS] = progress[MADE], 1
    return DONE


@inner
def _extend(
    ground: Ground,
    reward: Longs,
    ahead: Ahead,
    labels: Longs,
    head: Ints,
    label: int,
    strict: bool,
    progress: Longs,
) -> int:
    """Lead a partial route on to every visit it may go to; return `DONE` or `FULL`."""
    v, free, won, memory = labels[label, LAST], labels[label, FREE], labels[label, REWARD], labels[label, MEMORY]
    visits = head.shape[0] if strict else min(HURRIED, head.shape[0])
    progress[SPENT] += visits
    for k in range(visits):
        u = ground.order[v, k]
        if reward[u] <= 0:
            continue
        at = ground.place[v, u]
        if at >= 0 and memory >> at & 1:
            continue
        start = first_start(ground, u, free + ground.way[v, u])
        if start < 0:
            continue
        if strict and won + reward[u] + _rest(ground, ahead, u, start, v) <= progress[BEST]:
            continue
        if progress[MADE] >= labels.shape[0]:
            return FULL
        kept = _remembered(ground, v, u, memory)
        done = int(start + ground.duration[u])
        if strict:
            _add(labels, head, progress[END], u, done, won + reward[u], kept, label, progress)
        else:
            _add_in_a_hurry(ground, ahead, labels, u, done, won + reward[u], kept, label, progress)
    return DONE


@inner
def _rest(ground: Ground, ahead: Ahead, visit: int, start: int, before: int) -> int:
    """Return what may still be won after beginning at a visit, going straight back left out."""
    bucket = start // ground.step
    return int(ahead.best[visit, bucket] if ahead.then[visit, bucket] != before else ahead.other[visit, bucket])


@inner
def _remembered(ground: Ground, v: int, u: int, memory: int) -> int:
    """Return what is still remembered at `u` of what was at `v`, and `u` itself."""
    kept, bit = 1, 0
    while memory >> bit:
        if memory >> bit & 1:
            at = ground.place[u, ground.near[v, bit]]
            if at >= 0:
                kept |= 1 << at
        bit += 1
    return kept


@inner
def _is_outdone(ground: Ground, ahead: Ahead, labels: Longs, label: int) -> bool:
    """Say whether another partial route in a hurry came to the same visit as early and won more."""
    bucket = min(labels[label, FREE] // ground.step, ahead.won.shape[1] - 1)
    return bool(ahead.won[labels[label, LAST], bucket] > labels[label, REWARD])


@inner
def _add_in_a_hurry(
    ground: Ground,
    ahead: Ahead,
    labels: Longs,
    visit: int,
    free: int,
    won: int,
    memory: int,
    before: int,
    progress: Longs,
) -> None:
    """Put a partial route in unless one that is hardly later wins hardly less; no other is looked at for that."""
    last, new = ahead.won.shape[1] - 1, progress[MADE]
    progress[SPENT] += 1
    if ahead.won[visit, min((free + LATER) // ground.step, last)] >= won - LESS:
        return
    for bucket in range(min(free // ground.step, last), last + 1):
        if ahead.won[visit, bucket] >= won:
            break
        ahead.won[visit, bucket] = won
    labels[new, FREE], labels[new, REWARD], labels[new, MEMORY] = free, won, memory
    labels[new, LAST], labels[new, BEFORE], labels[new, NEXT], labels[new, STANDS] = visit, before, -1, 1
    progress[BEST] = max(progress[BEST], won)
    progress[MADE] += 1


@inner
def _add(
    labels: Longs,
    head: Ints,
    level: int,
    visit: int,
    free: int,
    won: int,
    memory: int,
    before: int,
    progress: Longs,
) -> None:
    """Put a partial route into its visit's list, ordered by time, unless it is beaten.

    Those in the list have no more stops than the new one, so they beat it where they are as early, as rich, and
    remember nothing more. The new one throws out those it beats that have as many stops, from `level` on.
    """
    follows, other, compared, new = -1, head[visit], 0, progress[MADE]
    while other >= 0 and labels[other, FREE] <= free:
        compared += 1
        if labels[other, REWARD] >= won and labels[other, MEMORY] & ~memory == 0:
            progress[SPENT] += compared
            return
        follows = other
        other = labels[other, NEXT]
    other = head[visit] if follows < 0 else labels[follows, NEXT]
    labels[new, FREE], labels[new, REWARD], labels[new, MEMORY] = free, won, memory
    labels[new, LAST], labels[new, BEFORE], labels[new, NEXT], labels[new, STANDS] = visit, before, other, 1
    if follows < 0:
        head[visit] = new
    else:
        labels[follows, NEXT] = new
    previous = new
    while other >= 0:
        compared += 1
        if other >= level and labels[other, REWARD] <= won and memory & ~labels[other, MEMORY] == 0:
            labels[other, STANDS] = 0
            labels[previous, NEXT] = labels[other, NEXT]
        else:
            previous = other
        other = labels[other, NEXT]
    progress[BEST] = max(progress[BEST], won)
    progress[MADE] += 1
    progress[SPENT] += compared
