"""Insertion over ways of any kind, compiled: a visit comes with the ways to it and from it, place by place.

What `linli.matcher.insertion.insertion` finds in plain Python, which stays the specification: the same place, the same
cost. Ways read from a table, or measured, are no metric, nor are those of a route that ends elsewhere than it begins;
so no team is passed over for where it stands: all that are able are looked at, position by position. Where a
formula or a whole table tells the ways, those that matter are looked up here: they are few of a row.
"""

from __future__ import annotations

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.placing import choice, fee_of, first_shift, keep_if_better, may_ask, reaches
from linli.matcher.kernels.placing_layout import (
    AT,
    BASE,
    BEYOND,
    CHOICE,
    CLOSES,
    COST,
    COUNT,
    CREWS,
    DONE,
    DUE,
    DURATION,
    DUTY,
    DUTY_FROM,
    ENTRY,
    EVERY_TEAM,
    FIRST_AT,
    FIRST_SPAN,
    FIRST_WINDOW,
    HOP,
    HOP_METRES,
    IS_DUE,
    IS_SOFT,
    LATE,
    LENGTH,
    LOAD,
    LOAD_COST,
    MANY,
    MOST_METRES,
    MOST_SECONDS,
    NOW,
    OPENS,
    ROOM,
    SHIFT_FROM,
    SHIFT_TO,
    SOFT,
    SPARE_METRES,
    SPARE_SECONDS,
    START,
    TOLD,
    TRAVEL_WEIGHT,
    WAS_TOLD,
    WHERE,
    WINDOWS,
    WITHIN,
    WITHIN_METRES,
    WORK,
    Able,
    Ground,
    Ways,
)
from linli.matcher.kernels.spots import alone, first_start, last_start, load_price, softness
from linli.matcher.kernels.ways import metres, seconds


@bare
def find(
    ground: Ground,
    able: Able,
    wanted: Longs,
    to: Longs,
    back: Longs,
    to_metres: Longs,
    back_metres: Longs,
    what: int,
    answers: Longs,
) -> int:
    """Look for places for a visit.

    Parameters
    ----------
    ground : Ground
        The roster and its tours; of it no boxes are read, and places only where `ways` are none.
    able : Able
        The teams that hold what the visit needs and are near enough.
    wanted : array
        The visit.
    to, back, to_metres, back_metres : array, (places,)
        The `Ways`; none of them has any length where the ground tells them.
    what : int
        `CHEAPEST`, `EVERY_TEAM` or `CHOICE`.
    answers : array, (teams, ANSWER_COLUMNS)
        Gets the places found: one row for the cheapest, or one for every team that has a place.

    Returns
    -------
    int
        How many rows were written; for `CHOICE` the choice; -1 where only plain Python can say.
    """
    found, ways = 0, Ways(to, back, to_metres, back_metres)
    answers[0, COST], answers[0, DUTY] = BEYOND, BEYOND
    for c in range(able.teams.shape[0]):
        t = able.teams[c]
        if not may_ask(ground, able, wanted, c, t):
            continue
        first, base = first_shift(ground, wanted, t), ground.teams[t, BASE]
        out, home = _to(ground, wanted, ways, base), _back(ground, wanted, ways, base)
        if not reaches(ground, wanted, able.until[c, 0], t, first, out, home):
            continue
        if what == CHOICE:
            found += choice(ground, able, wanted, c, t, first)
            continue
        row = 0
        if what == EVERY_TEAM:
            row = found
            answers[row, COST], answers[row, DUTY] = BEYOND, BEYOND
        done = _best_of_team(ground, able, wanted, ways, c, t, first, answers, row)
        if done < 0:
            return -1
        found = max(found, row + done)
    return found


@inner
def _best_of_team(
    ground: Ground, able: Able, wanted: Longs, ways: Ways, c: int, t: int, first: int, answers: Longs, row: int
) -> int:
    """Write the team's cheapest place into a row of answers if it beats what stands there.

    Returns 1 if it did, 0 if not, -1 if a stop has more windows than a row holds.
    """
    done, last, teams = 0, last_start(wanted), ground.teams
    fee = fee_of(ground, able, wanted, c, t)
    for s in range(first, teams[t, SHIFT_TO]):
        if ground.shifts[s, OPENS] > last:
            break
        empty = False
        for crew in range(teams[t, CREWS]):
            d = teams[t, DUTY_FROM] + (s - teams[t, SHIFT_FROM]) * teams[t, CREWS] + crew
            latest = min(ground.shifts[s, CLOSES], able.until[c, crew]) - wanted[LENGTH]
            b = int(ground.slot[d])
            if b >= 0:
                cost, position = _cheapest(ground, wanted, ways, b, teams[t, LOAD], latest, fee, answers[row, COST])
                if position == -2:
                    return -1
            elif empty:
                # A second empty crew in the same shift offers nothing that the first does not.
                continue
            else:
                empty = True
                cost, position = _alone(ground, wanted, ways, t, s, latest, fee)
            if keep_if_better(answers, row, cost, d, position, latest, fee):
                done = 1
    return done


@inner
def _alone(ground: Ground, wanted: Longs, ways: Ways, t: int, s: int, latest: int, fee: int) -> tuple[int, int]:
    """Return cost and position on a tour without a stop; position -1 if there is no place."""
    teams, base = ground.teams, ground.teams[t, BASE]
    out, home = _to(ground, wanted, ways, base), _back(ground, wanted, ways, base)
    if out + home > teams[t, MOST_SECONDS] - wanted[WITHIN]:
        return BEYOND, -1
    if teams[t, MOST_METRES] < BEYOND:
        road = _to_metres(ground, wanted, ways, base) + _back_metres(ground, wanted, ways, base)
        if road > teams[t, MOST_METRES] - wanted[WITHIN_METRES]:
            return BEYOND, -1
    return alone(ground, wanted, t, s, out, home, latest, fee)


@inner
def _cheapest(
    ground: Ground, wanted: Longs, ways: Ways, b: int, load: int, latest: int, fee: int, bound: int
) -> tuple[int, int]:
    """Return cost and position of the cheapest feasible place on a tour; position -1 if there is none, -2: ask Python.

    Position by position: the crew, leaving the stop before, can start in a window and reach the stop after no later
    than that stop's latest arrival. What costs more than `bound` is none.
    """
    rows, books, prices = ground.rows, ground.books, ground.prices
    length, best, position = wanted[LENGTH], bound + 1, -1
    if length > books[b, ROOM]:
        return BEYOND, -1
    soft = books[b, SOFT] != 0 or wanted[IS_SOFT] != 0
    hi, lo = min(last_start(wanted), latest), wanted[FIRST_SPAN]
    base = fee + load_price(prices, load, books[b, WORK] + length) - books[b, LOAD_COST]
    spare, spare_metres = books[b, SPARE_SECONDS] - wanted[WITHIN], books[b, SPARE_METRES] - wanted[WITHIN_METRES]
    for k in range(books[b, COUNT] + 1):
        free, late = max(rows[b, k, DONE], wanted[NOW]), rows[b, k, LATE]
        if free > hi:
            break
        if late < max(free, lo) + length:
            continue
        out, on = _to(ground, wanted, ways, rows[b, k, AT]), _back(ground, wanted, ways, rows[b, k, ENTRY])
        more = out + on - rows[b, k, HOP]
        added = base + prices[TRAVEL_WEIGHT] * more
        if more > spare or (added >= best and not soft):
            continue
        if books[b, SPARE_METRES] < BEYOND:
            road = _to_metres(ground, wanted, ways, rows[b, k, AT]) - rows[b, k, HOP_METRES]
            if road + _back_metres(ground, wanted, ways, rows[b, k, ENTRY]) > spare_metres:
                continue
        start = first_start(wanted, free + out)
        if start > latest or start + length + on > late:
            continue
        if soft:
            if books[b, MANY] != 0:
                return BEYOND, -2
            added += _pushed(ground, wanted, ways, b, k, start)
        if added < best:
            best, position = added, k
    return int(best), int(position)


@inner
def _pushed(ground: Ground, wanted: Longs, ways: Ways, b: int, position: int, start: int) -> int:
    """Return the price of the visit's own start and of every later start it pushes back."""
    rows, prices = ground.rows, ground.prices
    added = softness(prices, wanted[IS_DUE], wanted[WAS_TOLD], start) if wanted[IS_SOFT] != 0 else 0
    arrival = start + wanted[LENGTH] + _back(ground, wanted, ways, rows[b, position, ENTRY])
    for k in range(position, ground.books[b, COUNT]):
        pushed = arrival
        for w in range(rows[b, k, WINDOWS]):
            if arrival <= rows[b, k, FIRST_WINDOW + 2 * w + 1]:
                pushed = max(rows[b, k, FIRST_WINDOW + 2 * w], arrival)
                break
        due, told = rows[b, k, DUE], rows[b, k, TOLD]
        added += softness(prices, due, told, pushed) - softness(prices, due, told, rows[b, k, START])
        if pushed == rows[b, k, START]:
            break
        arrival = pushed + rows[b, k, DURATION] + rows[b, k + 1, HOP]
    return added


@inner
def _to(ground: Ground, wanted: Longs, ways: Ways, place: int) -> int:
    """Return seconds from a place to where the visit begins."""
    if ways.to.shape[0] > 0:
        return int(ways.to[place])
    return _seconds(ground, int(ground.left[place]), int(ground.reached[wanted[FIRST_AT]]))


@inner
def _back(ground: Ground, wanted: Longs, ways: Ways, place: int) -> int:
    """Return seconds from the visit to a place."""
    if ways.back.shape[0] > 0:
        return int(ways.back[place])
    return _seconds(ground, int(ground.left[wanted[WHERE]]), int(ground.reached[place]))


@inner
def _seconds(ground: Ground, a: int, b: int) -> int:
    if a < 0 or b < 0:
        return 0
    return int(ground.seconds[a, b]) if ground.seconds.shape[0] > 0 else seconds(ground.places, a, b)


@inner
def _to_metres(ground: Ground, wanted: Longs, ways: Ways, place: int) -> int:
    """Return metres from a place to where the visit begins."""
    if ways.to_metres.shape[0] > 0:
        return int(ways.to_metres[place])
    return _metres(ground, int(ground.left[place]), int(ground.reached[wanted[FIRST_AT]]))


@inner
def _back_metres(ground: Ground, wanted: Longs, ways: Ways, place: int) -> int:
    """Return metres from the visit to a place."""
    if ways.back_metres.shape[0] > 0:
        return int(ways.back_metres[place])
    return _metres(ground, int(ground.left[wanted[WHERE]]), int(ground.reached[place]))


@inner
def _metres(ground: Ground, a: int, b: int) -> int:
    if a < 0 or b < 0:
        return 0
    return int(ground.metres[a, b]) if ground.metres.shape[0] > 0 else metres(ground.places, a, b)
