"""Insertion, compiled: where a visit goes at the least cost, among all crews that may reach it and no others.

What `linli.matcher.insertion.insertion` finds in plain Python, which stays the specification: the same place, the same
cost. Teams stand in a grid; cells are looked through outwards, and no farther than a place could still be cheaper.
"""

from __future__ import annotations

import numpy as np

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.boxes import holds
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.placing_layout import (
    ASKED_FROM,
    ASKED_UNTIL,
    ASKING,
    BARRED,
    BASE,
    BEYOND,
    CHEAPEST,
    CHOICE,
    CLOSES,
    COLUMNS,
    CONTINUITY,
    COSINE,
    COSINE_OF,
    COST,
    CREWS,
    DUTY,
    DUTY_FROM,
    ENDS,
    EVERY_TEAM,
    FARTHEST,
    FEE,
    FETCHING,
    FIRST_SPAN,
    HIGH,
    LATEST,
    LATITUDE,
    LEAD,
    LENGTH,
    LENGTH_STEP,
    LENGTHS,
    LIMIT_METRES,
    LIMIT_SECONDS,
    LOAD,
    LONGEST,
    LONGITUDE,
    LOOKED_AT,
    MAX_METRES,
    MAX_SECONDS,
    MOST_STRETCH,
    NOW,
    OPENS,
    PACE,
    POSITION,
    REGULAR,
    ROOM,
    ROWS,
    SHIFT_FROM,
    SHIFT_TO,
    SOUTH,
    SPANS,
    STRETCH,
    TRAVEL_WEIGHT,
    WEST,
    WHERE,
    WIDE,
    WIDEST,
    Able,
    Floats,
    Ground,
)
from linli.matcher.kernels.spots import alone, cheapest, last_start, may_stand
from linli.matcher.kernels.ways import apart, line, over
from linli.matcher.travel import EARTH_RADIUS_M, PI

PER_HOUR = 3_600_000
"""Seconds of a thousand hours; see `linli.matcher.objective.PER_HOUR`."""

SLACK = 4
"""Seconds by which bounds are loosened, for the rounding of three ways and of the bounds themselves."""

NARROW, FLAT = 0.5, 0.98
"""Radians up to which twice the sine of half an angle is at least `FLAT` of it; beyond, it is at least 2 / pi of it."""


@bare
def find(ground: Ground, wanted: Longs, what: int, answers: Longs, able: Able) -> int:
    """Look for places for a visit.

    Parameters
    ----------
    ground : Ground
        The roster and its tours.
    wanted : array
        The visit.
    what : int
        `CHEAPEST`, `EVERY_TEAM` or `CHOICE`.
    answers : array, (teams, ANSWER_COLUMNS)
        Gets the places found: one row for the cheapest, or one for every team that has a place.
    able : Able
        The teams that hold what the visit needs.

    Returns
    -------
    int
        How many rows were written; for `CHOICE` the choice; -1 where only plain Python can say.
    """
    found, grid = 0, able.grid
    answers[0, COST], answers[0, DUTY] = BEYOND, BEYOND
    many, wide = int(grid[ROWS]), int(grid[COLUMNS])
    up, along = ground.places[wanted[WHERE], LATITUDE], ground.places[wanted[WHERE], LONGITUDE]
    y0, x0 = int(np.floor((up - grid[SOUTH]) / grid[HIGH])), int(np.floor((along - grid[WEST]) / grid[WIDE]))
    length = min(int(wanted[LENGTH]) // LENGTH_STEP, LENGTHS - 1)
    most = max(max(abs(y0), abs(many - 1 - y0)), max(abs(x0), abs(wide - 1 - x0)))
    for ring in range(most + 1):
        near = _at_least(grid, ground.places[wanted[WHERE], COSINE_OF], ring - 1)
        if _is_too_far(ground, able, wanted, near, what, answers):
            break
        for y in range(max(0, y0 - ring), min(many - 1, y0 + ring) + 1):
            step = 1 if abs(y - y0) == ring else 2 * ring
            x = x0 - ring
            while x <= x0 + ring:
                if 0 <= x < wide and (
                    what == CHOICE or many == 1 or holds(ground.cell_boxes, length, y * wide + x, up, along)
                ):
                    for c in range(able.cells[y * wide + x], able.cells[y * wide + x + 1]):
                        if what != CHOICE and not holds(ground.boxes, length, able.teams[c], up, along):
                            continue
                        more = _try(ground, able, wanted, what, near, c, found, answers)
                        if more < 0:
                            return -1
                        found = more
                x += step
    return found


@inner
def _is_too_far(ground: Ground, able: Able, wanted: Longs, near: float, what: int, answers: Longs) -> bool:
    """Say whether no team at least `near` seconds away may reach the visit, or be cheaper than what was found."""
    grid = able.grid
    if near > min(min(grid[FARTHEST], float(wanted[MAX_SECONDS])), (grid[LONGEST] - wanted[LENGTH]) / 2) + SLACK:
        return True
    return what == CHEAPEST and _at_best(ground, near, ground.prices[MOST_STRETCH]) > answers[0, COST]


@inner
def _at_best(ground: Ground, near: float, stretch: int) -> float:
    """Return what a place costs at least, on a tour of such a stretch from a base at least `near` seconds away."""
    return float(ground.prices[TRAVEL_WEIGHT] * (2 * near - stretch - SLACK))


@inner
def _is_beyond(wanted: Longs, near: float, reach: int) -> bool:
    """Say whether a visit at least `near` seconds from a base has no place on tours of such a reach.

    To go there from a stop and on to the next takes at least twice `near` less the tour's stretch, and a place has to
    be as long as that and the service.
    """
    return bool(2 * near + wanted[LENGTH] > reach + SLACK)


@inner
def _at_least(grid: Floats, cosine: float, cells: int) -> float:
    """Return the seconds that a way takes at least where so many whole cells lie between."""
    if cells <= 0:
        return 0.0
    up, side = cells * grid[HIGH], min(cells * grid[WIDE], PI)
    side *= min(grid[COSINE], cosine) * (FLAT if side < NARROW else 2.0 / PI)
    return float(min(up, side) * EARTH_RADIUS_M * grid[PACE])


@inner
def _try(ground: Ground, able: Able, wanted: Longs, what: int, near: float, c: int, found: int, answers: Longs) -> int:
    """Try one able team; return how many rows of answers there are now, or the choice, or -1 for plain Python."""
    t = able.teams[c]
    if what == CHEAPEST and _at_best(ground, near, ground.teams[t, WIDEST]) > answers[0, COST]:
        return found
    if not may_ask(ground, able, wanted, c, t):
        return found
    base, v = ground.teams[t, BASE], wanted[WHERE]
    least = apart(ground.places, base, v) * able.grid[PACE]
    if what == CHEAPEST and _at_best(ground, least, ground.teams[t, WIDEST]) > answers[0, COST]:
        return found
    first = first_shift(ground, wanted, t)
    ground.prices[LOOKED_AT] += 1
    if what != CHOICE and not _may_have_room(ground, able, wanted, c, t, first):
        return found
    straight = line(ground.places, base, v)
    out, road = over(ground.places, base, v, straight)
    if out > min(ground.teams[t, LIMIT_SECONDS], wanted[MAX_SECONDS]):
        return found
    if road > min(ground.teams[t, LIMIT_METRES], wanted[MAX_METRES]):
        return found
    if not reaches(ground, wanted, able.until[c, 0], t, first, out, out):
        return found
    if what == CHOICE:
        return found + choice(ground, able, wanted, c, t, first)
    row = 0
    if what == EVERY_TEAM:
        row = found
        answers[row, COST], answers[row, DUTY] = BEYOND, BEYOND
    done = _best_of_team(ground, able, wanted, c, t, first, out, straight * able.grid[PACE], answers, row)
    if done < 0:
        return -1
    return max(found, row + done)


@inner
def may_ask(ground: Ground, able: Able, wanted: Longs, c: int, t: int) -> bool:
    """Say whether the rules that look at neither way nor shift allow the pair."""
    if able.until[c, 0] < wanted[ENDS] or wanted[ASKED_FROM] <= ground.teams[t, ASKED_UNTIL]:
        return False
    allowed, barred = True, FIRST_SPAN + 2 * wanted[SPANS]
    for k in range(barred, barred + wanted[BARRED]):
        allowed = allowed and wanted[k] != t
    return allowed


@inner
def first_shift(ground: Ground, wanted: Longs, t: int) -> int:
    """Return the first shift that closes no earlier than the first window opens."""
    lo, hi = ground.teams[t, SHIFT_FROM], ground.teams[t, SHIFT_TO]
    while lo < hi:
        middle = (lo + hi) // 2
        if ground.shifts[middle, CLOSES] < wanted[FIRST_SPAN]:
            lo = middle + 1
        else:
            hi = middle
    return int(lo)


@inner
def reaches(ground: Ground, wanted: Longs, clear: int, t: int, first: int, out: int, home: int) -> bool:
    """Say whether a crew can go out from its base, serve in a window and be home again within some shift."""
    last = last_start(wanted)
    for s in range(first, ground.teams[t, SHIFT_TO]):
        opens, closes = ground.shifts[s, OPENS], ground.shifts[s, CLOSES]
        if opens > last:
            break
        start, end = max(opens, wanted[NOW]) + out, min(closes - home, clear) - wanted[LENGTH]
        for w in range(wanted[SPANS]):
            if max(wanted[FIRST_SPAN + 2 * w], start) <= min(wanted[FIRST_SPAN + 2 * w + 1], end):
                return True
    return False


@inner
def _may_have_room(ground: Ground, able: Able, wanted: Longs, c: int, t: int, first: int) -> bool:
    """Say whether any tour of a team may have a place, before any way is known; an empty one may."""
    last, teams = last_start(wanted), ground.teams
    for s in range(first, teams[t, SHIFT_TO]):
        if ground.shifts[s, OPENS] > last:
            break
        for crew in range(teams[t, CREWS]):
            b = int(ground.slot[teams[t, DUTY_FROM] + (s - teams[t, SHIFT_FROM]) * teams[t, CREWS] + crew])
            latest = min(ground.shifts[s, CLOSES], able.until[c, crew]) - wanted[LENGTH]
            if b < 0 or may_stand(ground, wanted, b, latest):
                return True
    return False


@inner
def choice(ground: Ground, able: Able, wanted: Longs, c: int, t: int, first: int) -> int:
    """Return how many minutes of start the team's crews leave, and one more for each window."""
    total, last = 0, last_start(wanted) + wanted[LEAD]
    for s in range(first, ground.teams[t, SHIFT_TO]):
        if ground.shifts[s, OPENS] > last:
            break
        earliest = max(ground.shifts[s, OPENS], wanted[NOW]) - wanted[LEAD]
        for crew in range(ground.teams[t, CREWS]):
            latest = min(ground.shifts[s, CLOSES], able.until[c, crew]) - wanted[LENGTH]
            for w in range(wanted[SPANS]):
                lo = max(wanted[FIRST_SPAN + 2 * w], earliest)
                hi = min(wanted[FIRST_SPAN + 2 * w + 1], latest)
                if lo <= hi:
                    total += 1 + (hi - lo) // 60
    return int(total)


@inner
def fee_of(ground: Ground, able: Able, wanted: Longs, c: int, t: int) -> int:
    """Return what a visit costs a team wherever it stands: asking, fetching, rare skills, another regular team."""
    fee = ground.teams[t, ASKING] + wanted[FETCHING] + (wanted[LENGTH] - wanted[LEAD]) * able.spared[c] // PER_HOUR
    if wanted[REGULAR] != -1 and wanted[REGULAR] != t:
        fee += ground.prices[CONTINUITY]
    return int(fee)


@inner
def keep_if_better(answers: Longs, row: int, cost: int, d: int, position: int, latest: int, fee: int) -> bool:
    """Write a place into a row of answers if it beats what stands there: by cost, then by the earlier crew."""
    best = answers[row, COST]
    if position < 0 or cost > best or (cost == best and d >= answers[row, DUTY]):
        return False
    answers[row, COST], answers[row, DUTY], answers[row, POSITION] = cost, d, position
    answers[row, LATEST], answers[row, FEE] = latest, fee
    return True


@inner
def _best_of_team(
    ground: Ground,
    able: Able,
    wanted: Longs,
    c: int,
    t: int,
    first: int,
    out: int,
    apart: float,
    answers: Longs,
    row: int,
) -> int:
    """Write the team's cheapest place into a row of answers if it beats what stands there.

    Returns 1 if it did, 0 if not, -1 if a stop has more windows than a row holds. `apart` is the least that a way from
    the base takes.
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
                if _at_best(ground, apart, ground.books[b, STRETCH]) > answers[row, COST]:
                    continue
                if _is_beyond(wanted, apart, ground.books[b, ROOM] + ground.books[b, STRETCH]):
                    continue
                cost, position = cheapest(ground, wanted, b, teams[t, LOAD], latest, fee)
                if position == -2:
                    return -1
            elif empty:
                # A second empty crew in the same shift offers nothing that the first does not.
                continue
            else:
                empty = True
                cost, position = alone(ground, wanted, t, s, out, out, latest, fee)
            if keep_if_better(answers, row, cost, d, position, latest, fee):
                done = 1
    return done
