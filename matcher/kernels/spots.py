"""Where one more visit can stand on a tour, and what that costs: positions tested in constant time."""

from __future__ import annotations

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.placing_layout import (
    AT,
    BASE,
    BEYOND,
    CLOSES,
    COUNT,
    DONE,
    DUE,
    DURATION,
    ENTRY,
    FIRST_SPAN,
    FIRST_WINDOW,
    HOP,
    IS_DUE,
    IS_SOFT,
    LATE,
    LATENESS_WEIGHT,
    LENGTH,
    LOAD,
    LOAD_COST,
    LOAD_UNIT,
    LOAD_WEIGHT,
    MAKES_NONE,
    MANY,
    MOST_STRETCH,
    MOVE_TOLERANCE,
    MOVE_WEIGHT,
    NOW,
    OPENS,
    PACE,
    PLACE,
    ROOM,
    SOFT,
    SPANS,
    START,
    STRETCH,
    TOLD,
    TRAVEL_WEIGHT,
    WAS_TOLD,
    WHERE,
    WIDEST,
    WINDOWS,
    WORK,
    Cells,
    Floats,
    Ground,
)
from linli.matcher.kernels.ways import least_seconds, line, over, seconds


@inner
def last_start(wanted: Longs) -> int:
    """Return the visit's last start."""
    return int(wanted[FIRST_SPAN + 2 * wanted[SPANS] - 1])


@inner
def load_price(prices: Longs, load: int, work: int) -> int:
    """Return the convex price of so much work of a team that has given so much."""
    if prices[LOAD_WEIGHT] == 0:
        return 0
    return int(prices[LOAD_WEIGHT] * (2 * load * work + work * work) // prices[LOAD_UNIT])


@inner
def softness(prices: Longs, due: int, told: int, start: int) -> int:
    """Return what a start costs: lateness, and a noticeable move of what was told."""
    price = int(prices[LATENESS_WEIGHT] * max(0, start - due))
    if start > told + prices[MOVE_TOLERANCE]:
        price += prices[MOVE_WEIGHT]
    return price


@inner
def first_start(wanted: Longs, arrival: int) -> int:
    """Return the visit's first start at or after arrival; `BEYOND` if there is none."""
    for w in range(wanted[SPANS]):
        if arrival <= wanted[FIRST_SPAN + 2 * w + 1]:
            return int(max(wanted[FIRST_SPAN + 2 * w], arrival))
    return BEYOND


@inner
def alone(ground: Ground, wanted: Longs, t: int, s: int, out: int, home: int, latest: int, fee: int) -> tuple[int, int]:
    """Return cost and position on a tour without a stop; position -1 if there is no place."""
    opens, closes, length = ground.shifts[s, OPENS], ground.shifts[s, CLOSES], wanted[LENGTH]
    if ground.teams[t, MAKES_NONE] != 0 or length > closes - opens:
        return BEYOND, -1
    start = first_start(wanted, max(opens, wanted[NOW]) + out)
    if start > latest or start + length + home > closes:
        return BEYOND, -1
    cost = fee + load_price(ground.prices, ground.teams[t, LOAD], length) + ground.prices[TRAVEL_WEIGHT] * (out + home)
    if wanted[IS_SOFT] != 0:
        cost += softness(ground.prices, wanted[IS_DUE], wanted[WAS_TOLD], start)
    return int(cost), 0


@inner
def cheapest(ground: Ground, wanted: Longs, b: int, load: int, latest: int, fee: int) -> tuple[int, int]:
    """Return cost and position of the cheapest feasible place on a tour; position -1 if there is none, -2: ask Python.

    Position by position: the crew, leaving the stop before, can start in a window and reach the stop after no later
    than that stop's latest arrival.
    """
    places, rows, books, prices = ground.places, ground.rows, ground.books, ground.prices
    length, v, best, position = wanted[LENGTH], wanted[WHERE], BEYOND, -1
    if length > books[b, ROOM]:
        return BEYOND, -1
    soft = books[b, SOFT] != 0 or wanted[IS_SOFT] != 0
    hi, lo = min(last_start(wanted), latest), wanted[FIRST_SPAN]
    base = fee + load_price(prices, load, books[b, WORK] + length) - books[b, LOAD_COST]
    for k in range(books[b, COUNT] + 1):
        free, late = max(rows[b, k, DONE], wanted[NOW]), rows[b, k, LATE]
        if free > hi:
            break
        if late < max(free, lo) + length:
            continue
        out, on = least_seconds(places, rows[b, k, AT], v), least_seconds(places, v, rows[b, k, ENTRY])
        if max(free + out, lo) + length + on > late or free + out > hi:
            continue
        if not soft and base + prices[TRAVEL_WEIGHT] * (out + on - rows[b, k, HOP]) >= best:
            continue
        out = seconds(places, rows[b, k, AT], v)
        start = first_start(wanted, free + out)
        if start > latest or start + length > late:
            continue
        on = seconds(places, v, rows[b, k, ENTRY])
        if start + length + on > late:
            continue
        added = base + prices[TRAVEL_WEIGHT] * (out + on - rows[b, k, HOP])
        if soft:
            if books[b, MANY] != 0:
                return BEYOND, -2
            added += _pushed(ground, wanted, b, k, start)
        if added < best:
            best, position = added, k
    return int(best), int(position)


@inner
def may_stand(ground: Ground, wanted: Longs, b: int, latest: int) -> bool:
    """Say whether there may be a place on a tour, as far as ways that take no longer than they must tell."""
    places, rows, length, v = ground.places, ground.rows, wanted[LENGTH], wanted[WHERE]
    if length > ground.books[b, ROOM]:
        return False
    hi, lo = min(last_start(wanted), latest), wanted[FIRST_SPAN]
    for k in range(ground.books[b, COUNT] + 1):
        free, late = max(rows[b, k, DONE], wanted[NOW]), rows[b, k, LATE]
        if free > hi:
            break
        if late < max(free, lo) + length:
            continue
        reached = max(free + least_seconds(places, rows[b, k, AT], v), lo)
        if reached <= hi and reached + length + least_seconds(places, v, rows[b, k, ENTRY]) <= late:
            return True
    return False


@inner
def _pushed(ground: Ground, wanted: Longs, b: int, position: int, start: int) -> int:
    """Return the price of the visit's own start and of every later start it pushes back."""
    rows, prices = ground.rows, ground.prices
    added = softness(prices, wanted[IS_DUE], wanted[WAS_TOLD], start) if wanted[IS_SOFT] != 0 else 0
    free, at = start + wanted[LENGTH], wanted[WHERE]
    for k in range(position, ground.books[b, COUNT]):
        arrival, pushed = free + seconds(ground.places, at, rows[b, k, ENTRY]), -1
        for w in range(rows[b, k, WINDOWS]):
            if arrival <= rows[b, k, FIRST_WINDOW + 2 * w + 1]:
                pushed = max(rows[b, k, FIRST_WINDOW + 2 * w], arrival)
                break
        due, told = rows[b, k, DUE], rows[b, k, TOLD]
        added += softness(prices, due, told, pushed) - softness(prices, due, told, rows[b, k, START])
        if pushed == rows[b, k, START]:
            break
        free, at = pushed + rows[b, k, DURATION], rows[b, k, PLACE]
    return added


@bare
def measure(ground: Ground, cells: Cells, t: int, b: int) -> None:
    """Note by how many seconds a detour from a tour may be shorter than the way from its base and back.

    Straight ways at the quickest pace, that of the grid, are a metric, and no way over the ground takes less. So
    adding a place costs at least twice the straight way from the base, less this: the straight ways from the base to
    two stops that follow each other, and the way over the ground between them.
    """
    most, base, rows, pace = 0, ground.teams[t, BASE], ground.rows, cells.grid[PACE]
    for k in range(ground.books[b, COUNT] + 1):
        straight = line(ground.places, base, rows[b, k, AT]) + line(ground.places, base, rows[b, k, ENTRY])
        most = max(most, int(straight * pace) + 1 + rows[b, k, HOP])
    ground.books[b, STRETCH] = most
    ground.teams[t, WIDEST] = max(ground.teams[t, WIDEST], most)
    ground.prices[MOST_STRETCH] = max(ground.prices[MOST_STRETCH], most)


@bare
def way(places: Floats, a: int, b: int, both: Longs) -> None:
    """Write seconds and metres from one place to another into an array of two."""
    both[0], both[1] = over(places, a, b, line(places, a, b))
