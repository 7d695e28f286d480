"""Trips: their times and loads, and the cheapest places for fetching and bringing one more thing."""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.layout import NEVER, Longs
from linli.matcher.kernels.trips_layout import (
    ANY_METRES,
    AT,
    CLOSES,
    COST,
    COUNT,
    END,
    FETCHED,
    FREE,
    HOP,
    ISSUED,
    LATE,
    LENGTH,
    MEMO_COST,
    MEMO_FETCH,
    MEMO_SERVE,
    MEMO_VERSION,
    METRES,
    MOST,
    MOST_METRES,
    MOST_WAY,
    OPENS,
    PLACE,
    START,
    TASK,
    TO,
    VERSION,
    WINDOW_FROM,
    WINDOW_TO,
    Ground,
    State,
)


@inner
def begins(ground: Ground, task: int, arrival: int) -> int:
    """Return the first moment from arrival on at which a task may begin, or -1."""
    for w in range(ground.tasks[task, WINDOW_FROM], ground.tasks[task, WINDOW_TO]):
        if arrival <= ground.windows[w, 1]:
            return max(arrival, int(ground.windows[w, 0]))
    return -1


@inner
def _last(ground: Ground, task: int, limit: int) -> int:
    """Return the last moment up to a limit at which a task may begin, or -1."""
    for w in range(ground.tasks[task, WINDOW_TO] - 1, ground.tasks[task, WINDOW_FROM] - 1, -1):
        if ground.windows[w, 0] <= limit:
            return min(int(ground.windows[w, 1]), limit)
    return -1


@inner
def schedule(ground: Ground, state: State, v: int) -> bool:
    """Recompute a trip's times, loads and sums from its tasks; return whether they hold, else the caller undoes it."""
    n = state.books[v, COUNT]
    state.books[v, ISSUED] += 1
    state.books[v, VERSION] = state.books[v, ISSUED]
    if n > ground.vehicles[v, MOST]:
        return False
    at, free, way = ground.vehicles[v, START], ground.vehicles[v, OPENS], 0
    for k in range(n):
        task = state.rows[v, k, TASK]
        to = ground.tasks[task, PLACE]
        hop = ground.way[at, to]
        state.rows[v, k, AT], state.rows[v, k, TO], state.rows[v, k, HOP] = at, to, hop
        state.rows[v, k, FREE] = free
        start = begins(ground, task, free + hop)
        if start < 0:
            return False
        way += hop
        free, at = start + ground.tasks[task, LENGTH], to
    hop = ground.way[at, ground.vehicles[v, END]] if n > 0 else 0
    if n > 0 and free + hop > ground.vehicles[v, CLOSES]:
        return False
    if way + hop > ground.vehicles[v, MOST_WAY]:
        return False
    state.rows[v, n, AT], state.rows[v, n, TO], state.rows[v, n, HOP] = at, ground.vehicles[v, END], hop
    state.rows[v, n, FREE], state.rows[v, n, TASK] = free, -1
    state.books[v, COST] = way + hop
    if not _is_near(ground, state, v):
        return False
    _look_back(ground, state, v)
    return _loaded(ground, state, v)


@inner
def _is_near(ground: Ground, state: State, v: int) -> bool:
    """Compute a trip's metres; return whether it has no more than it may. Who has no limit counts none."""
    most, n, metres = ground.vehicles[v, MOST_METRES], state.books[v, COUNT], 0
    if most >= ANY_METRES:
        return True
    for k in range(n + 1 if n > 0 else 0):
        metres += ground.metres[state.rows[v, k, AT], state.rows[v, k, TO]]
    state.books[v, METRES] = metres
    return bool(metres <= most)


@inner
def _look_back(ground: Ground, state: State, v: int) -> None:
    """Compute the latest arrivals."""
    n = state.books[v, COUNT]
    limit = ground.vehicles[v, CLOSES]
    state.rows[v, n, LATE] = limit
    for k in range(n - 1, -1, -1):
        task = state.rows[v, k, TASK]
        limit = _last(ground, task, limit - state.rows[v, k + 1, HOP] - ground.tasks[task, LENGTH])
        state.rows[v, k, LATE] = limit


@inner
def _loaded(ground: Ground, state: State, v: int) -> bool:
    """Compute what is aboard; return whether it is never too much."""
    n, holds = state.books[v, COUNT], True
    for d in range(ground.capacity.shape[1]):
        load = 0
        for k in range(n):
            task = state.rows[v, k, TASK]
            if task & 1 and ground.errands[task >> 1, FETCHED] == 0:
                load += ground.brought[task >> 1, d]
        state.load[v, 0, d] = load
        for k in range(n):
            task = state.rows[v, k, TASK]
            if task & 1:
                load += ground.taken[task >> 1, d] - ground.brought[task >> 1, d]
            else:
                load += ground.brought[task >> 1, d]
            state.load[v, k + 1, d] = load
        peak = 0
        for k in range(n, -1, -1):
            peak = max(peak, state.load[v, k, d])
            state.peak[v, k, d] = peak
        holds = holds and peak <= ground.capacity[v, d]
    return holds


@inner
def _bears(ground: Ground, v: int, loads: Longs, amount: Longs) -> bool:
    """Say whether a vehicle bears so much more."""
    bears = True
    for d in range(ground.capacity.shape[1]):
        bears = bears and loads[d] + amount[d] <= ground.capacity[v, d]
    return bears


@inner
def cheapest(ground: Ground, state: State, e: int, v: int) -> None:
    """Note in `State.memo` the cheapest places of an errand on a trip; `NEVER` if there are none."""
    state.memo[e, v, MEMO_VERSION] = state.books[v, VERSION]
    state.memo[e, v, MEMO_COST] = NEVER
    more = 1 + ground.errands[e, FETCHED]
    if state.books[v, COUNT] + more > ground.vehicles[v, MOST]:
        return
    if ground.errands[e, FETCHED] == 0:
        _cheapest_alone(ground, state, e, v)
    else:
        _cheapest_pair(ground, state, e, v)
    # Where the cheapest place costs more than the way still allowed, every place does.
    if state.books[v, COST] + state.memo[e, v, MEMO_COST] > ground.vehicles[v, MOST_WAY]:
        state.memo[e, v, MEMO_COST] = NEVER


@inner
def _cheapest_alone(ground: Ground, state: State, e: int, v: int) -> None:
    """Find the cheapest place of an errand for which nothing is fetched."""
    task = 2 * e + 1
    here, length = ground.tasks[task, PLACE], ground.tasks[task, LENGTH]
    for k in range(state.books[v, COUNT] + 1):
        if not _bears(ground, v, state.load[v, k], ground.brought[e]):
            break  # what is aboard from the start is aboard up to here
        start = begins(ground, task, state.rows[v, k, FREE] + ground.way[state.rows[v, k, AT], here])
        if start < 0:
            break
        on = ground.way[here, state.rows[v, k, TO]]
        if start + length + on > state.rows[v, k, LATE] or not _bears(ground, v, state.peak[v, k], ground.taken[e]):
            continue
        added = ground.way[state.rows[v, k, AT], here] + on - state.rows[v, k, HOP]
        _offer(ground, state, e, v, added, k, k)


@inner
def _offer(ground: Ground, state: State, e: int, v: int, added: int, fetch: int, serve: int) -> None:
    """Note a place if it is cheaper than the one noted, and not too far where metres are limited."""
    if added >= state.memo[e, v, MEMO_COST]:
        return
    most = ground.vehicles[v, MOST_METRES]
    if most >= ANY_METRES or state.books[v, METRES] + _farther(ground, state, e, v, fetch, serve) <= most:
        state.memo[e, v, MEMO_COST] = added
        state.memo[e, v, MEMO_FETCH], state.memo[e, v, MEMO_SERVE] = fetch, serve


@inner
def _farther(ground: Ground, state: State, e: int, v: int, fetch: int, serve: int) -> int:
    """Return the metres that an errand adds to a trip, fetched and served before the stops of these positions."""
    metres, there = ground.metres, ground.tasks[2 * e + 1, PLACE]
    at, to = state.rows[v, serve, AT], state.rows[v, serve, TO]
    added = metres[there, to] - (metres[at, to] if state.books[v, COUNT] > 0 else 0)
    if ground.errands[e, FETCHED] == 0:
        return int(added + metres[at, there])
    here = ground.tasks[2 * e, PLACE]
    if fetch == serve:
        return int(added + metres[at, here] + metres[here, there])
    before, after = state.rows[v, fetch, AT], state.rows[v, fetch, TO]
    added += metres[at, there] + metres[before, here] + metres[here, after] - metres[before, after]
    return int(added)


@inner
def _cheapest_pair(ground: Ground, state: State, e: int, v: int) -> None:
    """Find the cheapest places of fetching and bringing: for every place of the one, all of the other after it."""
    task = 2 * e
    here = ground.tasks[task, PLACE]
    there = ground.tasks[task + 1, PLACE]
    for i in range(state.books[v, COUNT] + 1):
        at = state.rows[v, i, AT]
        start = begins(ground, task, state.rows[v, i, FREE] + ground.way[at, here])
        if start < 0:
            break
        if not _bears(ground, v, state.load[v, i], ground.brought[e]):
            continue
        free = start + ground.tasks[task, LENGTH]
        out = int(ground.way[at, here])
        begun = begins(ground, task + 1, free + ground.way[here, there])
        if begun < 0:
            break
        on = ground.way[there, state.rows[v, i, TO]]
        in_time = begun + ground.tasks[task + 1, LENGTH] + on <= state.rows[v, i, LATE]
        if in_time and _bears(ground, v, state.peak[v, i], ground.taken[e]):
            _offer(ground, state, e, v, out + ground.way[here, there] + on - state.rows[v, i, HOP], i, i)
        _bring_later(ground, state, e, v, i, free, out)


@inner
def _bring_later(ground: Ground, state: State, e: int, v: int, i: int, free: int, out: int) -> None:
    """Offer the places of bringing what was fetched before stop `i` and is then free at `free`."""
    task = 2 * e + 1
    at, there = ground.tasks[task - 1, PLACE], ground.tasks[task, PLACE]
    detour = out - state.rows[v, i, HOP]
    for k in range(i, state.books[v, COUNT]):
        way = int(ground.way[at, state.rows[v, k, TO]])
        if k == i:
            detour += way
        if free + way > state.rows[v, k, LATE] or not _bears(ground, v, state.load[v, k + 1], ground.brought[e]):
            break
        stop = state.rows[v, k, TASK]
        free = begins(ground, stop, free + way) + ground.tasks[stop, LENGTH]
        at = state.rows[v, k, TO]
        begun = begins(ground, task, free + int(ground.way[at, there]))
        if begun < 0:
            break
        on = ground.way[there, state.rows[v, k + 1, TO]]
        if begun + ground.tasks[task, LENGTH] + on > state.rows[v, k + 1, LATE]:
            continue
        if _bears(ground, v, state.peak[v, k + 1], ground.taken[e]):
            _offer(ground, state, e, v, detour + ground.way[at, there] + on - state.rows[v, k + 1, HOP], i, k + 1)


@inner
def put(ground: Ground, state: State, e: int, v: int) -> bool:
    """Place an errand where memory has it and reschedule; return whether the trip holds."""
    fetch, serve = state.memo[e, v, MEMO_FETCH], state.memo[e, v, MEMO_SERVE]
    more = 1 + ground.errands[e, FETCHED]
    for k in range(state.books[v, COUNT] - 1, serve - 1, -1):
        state.rows[v, k + more, TASK] = state.rows[v, k, TASK]
    state.rows[v, serve + more - 1, TASK] = 2 * e + 1
    if more > 1:
        for k in range(serve - 1, fetch - 1, -1):
            state.rows[v, k + 1, TASK] = state.rows[v, k, TASK]
        state.rows[v, fetch, TASK] = 2 * e
    state.books[v, COUNT] += more
    state.where[e] = v
    return schedule(ground, state, v)
