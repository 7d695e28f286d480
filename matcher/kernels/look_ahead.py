"""What a crew may still win from everywhere, at most: a table that tells which partial routes can be given up."""

from __future__ import annotations

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.routes import Ahead, Ground, first_start


@bare
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
