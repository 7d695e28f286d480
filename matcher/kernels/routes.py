"""The best routes of one crew at given rewards: partial routes grown stop by stop, the beaten ones thrown away.

A route may come back to a visit it has forgotten: each visit remembers the few nearest to it alone, so that fewer
partial routes have to be kept. Such routes are worth at least as much as the best true one; what is concluded from them
is a bound. Baldacci, Mingozzi, Roberti, "New route relaxation and pricing strategies for the vehicle routing problem",
Operations Research 59 (2011).
"""

from __future__ import annotations

from typing import NamedTuple

from linli.matcher.compiled import inner, kernel
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
    the first bucket in which anybody can begin there, what going there promises at most, and all visits by that.
    """

    best: Longs
    then: Ints
    other: Longs
    first: Ints
    hope: Longs
    rank: Ints


@inner
def first_start(ground: Ground, visit: int, arrival: int) -> int:
    """Return when service begins at the earliest, or -1."""
    for w in range(ground.window_from[visit], ground.window_from[visit + 1]):
        if arrival <= ground.windows[w, 1]:
            return max(arrival, int(ground.windows[w, 0]))
    return -1


@kernel
def look_ahead(ground: Ground, reward: Longs, ahead: Ahead) -> int:
    """Fill in what may still be won from everywhere, routes that go back and forth left out; return the most of all.

    A bucket is reckoned from its beginning, so every entry holds for all later times, too. Entries before anybody can
    begin stay 0 and are never asked for.
    """
    buckets = ahead.best.shape[1]
    soonest = _begin_looking(ground, ahead)
    for k in range(buckets - 1, -1, -1):
        # Where a stop takes less than a bucket, the bucket leads to itself: once more for every stop a route can have.
        for _ in range(ground.most):
            again = False
            _rank(ground, reward, ahead, k + soonest)
            for v in range(ahead.best.shape[0]):
                if k >= ahead.first[v] and latest(ground, v) >= k * ground.step:
                    again |= _look_from(ground, reward, ahead, v, k)
            if not again:
                break
    top = 0
    for v in range(ahead.best.shape[0]):
        start = first_start(ground, v, ground.way[ahead.best.shape[0], v])
        if start >= 0:
            top = max(top, reward[v] + ahead.best[v, start // ground.step])
    return top


@inner
def _begin_looking(ground: Ground, ahead: Ahead) -> int:
    """Clear what was seen; return after how many buckets a crew can begin at the next visit at the soonest."""
    visits, buckets = ahead.best.shape
    shortest = int(ground.duration[0])
    for v in range(visits):
        shortest = min(shortest, int(ground.duration[v]))
        start = first_start(ground, v, ground.way[visits, v])
        ahead.first[v] = start // ground.step if start >= 0 else buckets
        ahead.rank[v] = v
        for k in range(buckets):
            ahead.best[v, k] = 0
            ahead.then[v, k] = -1
            ahead.other[v, k] = 0
    return shortest // ground.step


@inner
def _rank(ground: Ground, reward: Longs, ahead: Ahead, bucket: int) -> None:
    """Order the visits by what going there promises from a bucket on, at most.

    From bucket to bucket little changes, so each moves up by itself (insertion sort).
    """
    for x in range(ahead.rank.shape[0]):
        u = ahead.rank[x]
        at = max(bucket, int(ahead.first[u]))
        hope = 0
        if at < ahead.best.shape[1] and latest(ground, u) >= bucket * ground.step and reward[u] > 0:
            hope = reward[u] + ahead.best[u, at]
        ahead.hope[u] = hope
        place = x
        while place > 0 and ahead.hope[ahead.rank[place - 1]] < hope:
            ahead.rank[place] = ahead.rank[place - 1]
            place -= 1
        ahead.rank[place] = u


@inner
def latest(ground: Ground, visit: int) -> int:
    """Return the latest start at a visit, or -1."""
    last = ground.window_from[visit + 1]
    return int(ground.windows[last - 1, 1]) if last > ground.window_from[visit] else -1


@inner
def _look_from(ground: Ground, reward: Longs, ahead: Ahead, v: int, k: int) -> bool:
    """Look ahead from a visit in a bucket, most promising first; return whether a bucket led to itself and changed."""
    again = False
    free = k * ground.step + ground.duration[v]
    for x in range(ahead.rank.shape[0]):
        u = ahead.rank[x]
        if ahead.hope[u] <= ahead.other[v, k]:
            break  # nobody further on promises more
        if u == v:
            continue
        start = first_start(ground, u, free + ground.way[v, u])
        if start < 0:
            continue
        bucket = start // ground.step
        value = reward[u] + (ahead.best[u, bucket] if ahead.then[u, bucket] != v else ahead.other[u, bucket])
        changed = False
        if ahead.then[v, k] == u:
            changed = value > ahead.best[v, k]
            ahead.best[v, k] = max(value, ahead.best[v, k])
        elif value > ahead.best[v, k]:
            ahead.other[v, k] = ahead.best[v, k]
            ahead.best[v, k] = value
            ahead.then[v, k] = u
            changed = True
        elif value > ahead.other[v, k]:
            ahead.other[v, k] = value
            changed = True
        again |= changed and bucket == k
    return again


@kernel
def grow(
    ground: Ground,
    reward: Longs,
    ahead: Ahead,
    floor: int,
    labels: Longs,
    head: Ints,
    strict: bool,
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
    strict : bool
        Whether to throw away only what is beaten for certain; else more is, only the `HURRIED` nearest are gone to, and
        nobody looks ahead: better routes may be missed.
    progress : array, (PROGRESS,)
        Zeros at first; says how far it is, and where to go on.
    work : int
        May be spent now; what leading one partial route on takes may come on top.
    """
    stop = progress[SPENT] + work
    if progress[STOPS] == 0 and _set_out(ground, reward, ahead, floor, labels, head, strict, progress) == FULL:
        return FULL
    while progress[STOPS] < ground.most:
        end = progress[END]
        for label in range(progress[UP], end):
            if labels[label, STANDS] == 0:
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
        _add(labels, head, 0, v, start + ground.duration[v], reward[v], 1, -1, strict, progress)
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
        _add(labels, head, progress[END], u, done, won + reward[u], kept, label, strict, progress)
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
def _add(
    labels: Longs,
    head: Ints,
    level: int,
    visit: int,
    free: int,
    won: int,
    memory: int,
    before: int,
    strict: bool,
    progress: Longs,
) -> None:
    """Put a partial route into its visit's list, ordered by time, unless it is beaten.

    Those in the list have no more stops than the new one, so they beat it where they are as early, as rich, and
    remember nothing more. The new one throws out those it beats that have as many stops, from `level` on.
    """
    later, less = (0, 0) if strict else (LATER, LESS)
    follows, other, compared, new = -1, head[visit], 0, progress[MADE]
    while other >= 0 and labels[other, FREE] <= free + later:
        compared += 1
        if labels[other, REWARD] >= won - less and (not strict or labels[other, MEMORY] & ~memory == 0):
            progress[SPENT] += compared
            return
        if labels[other, FREE] <= free:
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
        beaten = labels[other, REWARD] <= won and (not strict or memory & ~labels[other, MEMORY] == 0)
        if other >= level and beaten:
            labels[other, STANDS] = 0
            labels[previous, NEXT] = labels[other, NEXT]
        else:
            previous = other
        other = labels[other, NEXT]
    progress[BEST] = max(progress[BEST], won)
    progress[MADE] += 1
    progress[SPENT] += compared
