"""Tours: their times and costs, and the cheapest place for one more stop, each position tested in constant time."""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.layout import (
    AT,
    CAP,
    CLOSES,
    COST,
    COUNT,
    DONE,
    DUE,
    DURATION,
    DUTY,
    EXIT,
    FEE,
    FIRST,
    FIXED,
    FREE,
    HOME,
    HOP,
    IS_SOFT,
    ISSUED,
    LAST,
    LATE,
    LATENESS_WEIGHT,
    LATEST,
    LEAVE,
    LOAD,
    LOAD_COST,
    LOAD_UNIT,
    LOAD_WEIGHT,
    MEMO_COST,
    MEMO_POSITION,
    MEMO_VERSION,
    MOST,
    MOST_TRAVEL,
    MOST_WORK,
    MOVE_TOLERANCE,
    MOVE_WEIGHT,
    NEVER,
    ORIGIN,
    PLACE,
    PRICE,
    ROOM,
    SOFT,
    SPARE,
    TO,
    TOLD,
    TRAVEL_WEIGHT,
    VERSION,
    VISIT,
    WINDOW_FROM,
    WINDOW_TO,
    WORK,
    WORK_BEFORE,
    State,
    World,
)


@inner
def first_start(world: World, v: int, arrival: int, latest: int) -> int:
    """Return a visit's first start at or after arrival and no later than `latest`, or -1."""
    last = min(world.visits[v, LAST], latest)
    if arrival > last:
        return -1
    if arrival <= world.visits[v, FIRST]:
        return world.visits[v, FIRST] if world.visits[v, FIRST] <= last else -1
    if world.visits[v, WINDOW_TO] - world.visits[v, WINDOW_FROM] == 1:
        return arrival
    for w in range(world.visits[v, WINDOW_FROM], world.visits[v, WINDOW_TO]):
        if arrival <= world.windows[w, 1]:
            start = max(arrival, world.windows[w, 0])
            return start if start <= last else -1
    return -1


@inner
def last_start(world: World, v: int, limit: int) -> int:
    """Return a visit's last start at or before the limit, or -1.

    Of a single window nothing is read but the visit's own row, which is at hand; most visits have but one.
    """
    if world.visits[v, WINDOW_TO] - world.visits[v, WINDOW_FROM] == 1:
        return min(int(world.visits[v, LAST]), limit) if world.visits[v, FIRST] <= limit else -1
    for w in range(world.visits[v, WINDOW_TO] - 1, world.visits[v, WINDOW_FROM] - 1, -1):
        if world.windows[w, 0] <= limit:
            return min(int(world.windows[w, 1]), limit)
    return -1


@inner
def softness(world: World, v: int, start: int) -> int:
    """Return the price of a visit's start: lateness, and a noticeable move of what was told."""
    price = int(world.weights[LATENESS_WEIGHT]) * max(0, start - int(world.visits[v, DUE]))
    if start > world.visits[v, TOLD] + world.weights[MOVE_TOLERANCE]:
        price += world.weights[MOVE_WEIGHT]
    return price


@inner
def load_price(world: World, d: int, work: int) -> int:
    """Return the convex price of this much service on a duty, beside what the team has given in 28 days."""
    if world.weights[LOAD_WEIGHT] == 0:
        return 0
    area = 2 * int(world.duties[d, LOAD]) * work + work * work
    return int(world.weights[LOAD_WEIGHT]) * area // int(world.weights[LOAD_UNIT])


@inner
def schedule(world: World, state: State, d: int) -> bool:
    """Recompute a tour's times and sums from its stops; return whether they hold. If not, the caller undoes it."""
    n = state.books[d, COUNT]
    state.books[d, ISSUED] += 1
    state.books[d, VERSION] = state.books[d, ISSUED]
    if n > world.duties[d, MOST]:
        return False
    at, free = world.duties[d, ORIGIN], world.duties[d, LEAVE]
    travel, price, work, soft = 0, 0, world.duties[d, WORK_BEFORE], 0
    for k in range(n):
        v = state.rows[d, k, VISIT]
        hop = world.way[at, world.visits[v, PLACE]]
        state.rows[d, k, AT] = at
        state.rows[d, k, TO] = world.visits[v, PLACE]
        state.rows[d, k, FREE] = free
        state.rows[d, k, HOP] = hop
        leave = world.duties[d, DONE] if k == 0 and world.visits[v, FIXED] else free
        start = first_start(world, v, leave + hop, state.rows[d, k, CAP])
        if start < 0:
            return False
        travel += hop
        price += state.rows[d, k, FEE]
        if world.visits[v, SOFT]:
            soft = 1
            price += softness(world, v, start)
        work += world.visits[v, DURATION]
        free = start + world.visits[v, DURATION]
        at = world.visits[v, EXIT]
    hop = world.way[at, world.duties[d, HOME]] if at != world.duties[d, HOME] or n > 0 else 0
    if n > 0 and free + hop > world.duties[d, CLOSES]:
        return False
    spare = _spare(world, state, d, int(travel + hop))
    if work > world.duties[d, MOST_WORK] or spare < 0:
        return False
    state.rows[d, n, AT] = at
    state.rows[d, n, FREE] = free
    state.rows[d, n, HOP] = hop
    state.rows[d, n, VISIT] = -1
    state.rows[d, n, TO] = world.duties[d, HOME]
    _latest(world, state, d, n)
    state.books[d, WORK] = work
    state.books[d, ROOM] = min(state.books[d, ROOM], world.duties[d, MOST_WORK] - work)
    state.books[d, SPARE] = spare
    state.books[d, IS_SOFT] = soft
    state.books[d, LOAD_COST] = load_price(world, d, work)
    state.books[d, COST] = world.weights[TRAVEL_WEIGHT] * (travel + hop) + price + state.books[d, LOAD_COST]
    return True


@inner
def _spare(world: World, state: State, d: int, travel: int) -> int:
    """Return how many seconds a crew may still be on the way; `NEVER` without a limit, below 0 where it is broken."""
    left = int(world.duties[d, MOST_TRAVEL])
    if left >= NEVER:
        return NEVER
    for k in range(state.books[d, COUNT]):
        left -= int(world.within[state.rows[d, k, VISIT]])
    return left - travel


@inner
def _latest(world: World, state: State, d: int, n: int) -> None:
    """Compute the latest arrivals, and the longest service there is room for."""
    limit = world.duties[d, CLOSES]
    state.rows[d, n, LATE] = limit
    room = limit - state.rows[d, n, FREE]
    for k in range(n - 1, -1, -1):
        v = state.rows[d, k, VISIT]
        limit = min(limit - state.rows[d, k + 1, HOP] - world.visits[v, DURATION], state.rows[d, k, CAP])
        limit = last_start(world, v, limit)
        state.rows[d, k, LATE] = limit
        room = max(room, limit - state.rows[d, k, FREE])
    state.books[d, ROOM] = room if n < world.duties[d, MOST] else -1


@inner
def cheapest(world: World, state: State, v: int, fit: int) -> None:
    """Note in `State.memo` the cheapest feasible place of a visit on a duty; position -1 if there is none.

    Where the time on the way is limited, a place must not cost more than what is left of it allows, lateness included.
    """
    d = world.fits[fit, DUTY]
    duration, entry, leaves = world.visits[v, DURATION], world.visits[v, PLACE], world.visits[v, EXIT]
    latest = world.fits[fit, LATEST]
    lo, hi = world.visits[v, FIRST], min(world.visits[v, LAST], latest)
    several = world.visits[v, WINDOW_TO] - world.visits[v, WINDOW_FROM] > 1
    soft = state.books[d, IS_SOFT] or world.visits[v, SOFT]
    price = world.weights[TRAVEL_WEIGHT]
    best, position = NEVER, -1
    if state.books[d, SPARE] < NEVER:
        best = _dearest(world, state, v, d)
    for k in range(state.books[d, COUNT] + 1):
        free, late = state.rows[d, k, FREE], state.rows[d, k, LATE]
        if free > hi:
            break
        if late < lo + duration:
            continue
        out = world.back[entry, state.rows[d, k, AT]]
        on = world.way[leaves, state.rows[d, k, TO]]
        start = max(free + out, lo)
        if several:
            start = first_start(world, v, start, latest)
            if start < 0:
                continue
        if start > hi or start + duration + on > late:
            continue
        added = price * (out + on - state.rows[d, k, HOP])
        if soft:
            added += _pushed(world, state, d, k, v, start)
        if added < best:
            best, position = added, k
    if position >= 0:
        work = state.books[d, WORK] + duration
        best += world.fits[fit, PRICE] + load_price(world, d, work) - state.books[d, LOAD_COST]
    state.memo[fit, MEMO_VERSION] = state.books[d, VERSION]
    state.memo[fit, MEMO_COST] = min(best, NEVER) if position >= 0 else NEVER
    state.memo[fit, MEMO_POSITION] = position


@inner
def _dearest(world: World, state: State, v: int, d: int) -> int:
    """Return what a place must cost less than, so that the crew is on the way no longer than it may."""
    spare = state.books[d, SPARE] - world.within[v]
    return int(min(NEVER, world.weights[TRAVEL_WEIGHT] * spare + min(1, world.weights[TRAVEL_WEIGHT])))


@inner
def _pushed(world: World, state: State, d: int, position: int, v: int, start: int) -> int:
    """Return the price of the visit's own start and of every later start it pushes back."""
    added = softness(world, v, start) if world.visits[v, SOFT] else 0
    free, at = start + world.visits[v, DURATION], world.visits[v, EXIT]
    for k in range(position, state.books[d, COUNT]):
        other = state.rows[d, k, VISIT]
        arrival = free + world.way[at, world.visits[other, PLACE]]
        pushed = first_start(world, other, arrival, state.rows[d, k, CAP])
        before = state.rows[d, k + 1, FREE] - world.visits[other, DURATION]
        if world.visits[other, SOFT]:
            added += softness(world, other, pushed) - softness(world, other, before)
        if pushed == before:
            break
        free, at = pushed + world.visits[other, DURATION], world.visits[other, EXIT]
    return added


@inner
def put(world: World, state: State, fit: int, position: int, v: int) -> bool:
    """Insert a stop and reschedule; return whether the tour holds."""
    d = world.fits[fit, DUTY]
    n = state.books[d, COUNT]
    for k in range(n, position, -1):
        move(state, d, k - 1, k)
    state.rows[d, position, VISIT] = v
    state.rows[d, position, CAP] = world.fits[fit, LATEST]
    state.rows[d, position, FEE] = world.fits[fit, PRICE]
    state.books[d, COUNT] = n + 1
    state.where[v] = d
    return schedule(world, state, d)


@inner
def move(state: State, d: int, position: int, to: int) -> None:
    """Write the stop at one position to another; times are for `schedule`."""
    state.rows[d, to, VISIT] = state.rows[d, position, VISIT]
    state.rows[d, to, CAP] = state.rows[d, position, CAP]
    state.rows[d, to, FEE] = state.rows[d, position, FEE]
