"""Where a team can make one more visit, as a box of parallels and meridians: most teams are passed over by a glance.

A visit stands between two places of a tour, or between a base and itself, and both ways together take no longer than
the time that is free there. So it lies in an ellipse around both places, and a box around all of a team's ellipses
holds whatever the team can still do. Full tours have small boxes, however far they lead.
"""

from __future__ import annotations

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.placing_layout import (
    AT,
    BASE,
    BEYOND,
    CLOSES,
    COSINE_OF,
    COUNT,
    CREWS,
    DONE,
    DUTY_FROM,
    ENTRY,
    LATE,
    LATITUDE,
    LEAST_LATITUDE,
    LEAST_LONGITUDE,
    LENGTH_STEP,
    LENGTHS,
    LIMIT_SECONDS,
    LONGITUDE,
    MOST_LATITUDE,
    MOST_LONGITUDE,
    OPENS,
    PACE,
    SHIFT_FROM,
    SHIFT_TO,
    Cells,
    Floats,
    Ground,
)
from linli.matcher.kernels.ways import NARROW, apart
from linli.matcher.travel import EARTH_RADIUS_M

SLACK = 4
"""Seconds by which free times are lengthened, for the rounding of ways."""

FLAT = 0.98
"""Up to `NARROW`, twice the sine of half an angle is at least so much of it."""

POLAR = 0.1
"""Where a cosine of a latitude may be smaller, nothing is said about meridians."""

WORLD = 9.0
"""Radians beyond any place."""


@bare
def enclose_all(ground: Ground, cells: Cells) -> None:
    """Note the boxes of all teams and cells."""
    pace = cells.grid[PACE]
    for t in range(ground.teams.shape[0]):
        _enclose(ground, pace, t)
    for c in range(cells.begins.shape[0] - 1):
        _join(ground, cells, c)


@bare
def enclose(ground: Ground, cells: Cells, t: int) -> None:
    """Note a team's boxes, and those of its cell, after one of its tours changed."""
    _enclose(ground, cells.grid[PACE], t)
    _join(ground, cells, cells.cell[t])


@inner
def _enclose(ground: Ground, pace: float, t: int) -> None:
    teams, base = ground.teams, ground.teams[t, BASE]
    _clear(ground.boxes, t)
    for s in range(teams[t, SHIFT_FROM], teams[t, SHIFT_TO]):
        for crew in range(teams[t, CREWS]):
            b = ground.slot[teams[t, DUTY_FROM] + (s - teams[t, SHIFT_FROM]) * teams[t, CREWS] + crew]
            if b < 0:
                _widen(ground, pace, t, base, base, ground.shifts[s, CLOSES] - ground.shifts[s, OPENS])
                continue
            for k in range(ground.books[b, COUNT] + 1):
                row = ground.rows[b, k]
                _widen(ground, pace, t, row[AT], row[ENTRY], row[LATE] - row[DONE])
    if teams[t, LIMIT_SECONDS] < BEYOND:
        _narrow(ground, pace, t)


@inner
def _clear(boxes: Floats, at: int) -> None:
    """Make boxes empty."""
    for n in range(LENGTHS):
        boxes[n, at, LEAST_LATITUDE], boxes[n, at, MOST_LATITUDE] = WORLD, -WORLD
        boxes[n, at, LEAST_LONGITUDE], boxes[n, at, MOST_LONGITUDE] = WORLD, -WORLD


@inner
def _widen(ground: Ground, pace: float, t: int, one: int, other: int, free: int) -> None:
    """Widen a team's boxes by the ellipse around two places between which so many seconds are free."""
    places, least = ground.places, apart(ground.places, one, other) * pace
    up, along = places[one, LATITUDE] + places[other, LATITUDE], places[one, LONGITUDE] + places[other, LONGITUDE]
    cosine = min(places[one, COSINE_OF], places[other, COSINE_OF])
    for n in range(LENGTHS):
        spare = free - n * LENGTH_STEP + SLACK
        if spare < least:
            break
        high, wide = _size(spare, pace, cosine)
        box = ground.boxes[n, t]
        box[LEAST_LATITUDE] = min(box[LEAST_LATITUDE], up / 2.0 - high)
        box[MOST_LATITUDE] = max(box[MOST_LATITUDE], up / 2.0 + high)
        box[LEAST_LONGITUDE] = min(box[LEAST_LONGITUDE], along / 2.0 - wide)
        box[MOST_LONGITUDE] = max(box[MOST_LONGITUDE], along / 2.0 + wide)


@inner
def _size(spare: int, pace: float, cosine: float) -> tuple[float, float]:
    """Return how far from the middle of two places a third can lie, in radians of latitude and of longitude.

    A way is no shorter than its difference in latitude, nor than that in longitude times the smaller cosine. On the way
    the cosine falls by no more than the latitude changes.
    """
    high = spare / (2.0 * pace * EARTH_RADIUS_M)
    smallest = FLAT * (cosine - 2.0 * high)
    if smallest < POLAR or 2.0 * high > NARROW * smallest:
        return high, WORLD
    return high, high / smallest


@inner
def _narrow(ground: Ground, pace: float, t: int) -> None:
    """Cut a team's boxes to how far it goes from its base."""
    base = ground.teams[t, BASE]
    up, along = ground.places[base, LATITUDE], ground.places[base, LONGITUDE]
    high, wide = _size(2 * (ground.teams[t, LIMIT_SECONDS] + SLACK), pace, ground.places[base, COSINE_OF])
    for n in range(LENGTHS):
        box = ground.boxes[n, t]
        box[LEAST_LATITUDE] = max(box[LEAST_LATITUDE], up - high)
        box[MOST_LATITUDE] = min(box[MOST_LATITUDE], up + high)
        box[LEAST_LONGITUDE] = max(box[LEAST_LONGITUDE], along - wide)
        box[MOST_LONGITUDE] = min(box[MOST_LONGITUDE], along + wide)


@inner
def _join(ground: Ground, cells: Cells, c: int) -> None:
    """Note the boxes of a cell: around those of its teams."""
    _clear(ground.cell_boxes, c)
    for k in range(cells.begins[c], cells.begins[c + 1]):
        for n in range(LENGTHS):
            box, one = ground.cell_boxes[n, c], ground.boxes[n, cells.teams[k]]
            box[LEAST_LATITUDE] = min(box[LEAST_LATITUDE], one[LEAST_LATITUDE])
            box[MOST_LATITUDE] = max(box[MOST_LATITUDE], one[MOST_LATITUDE])
            box[LEAST_LONGITUDE] = min(box[LEAST_LONGITUDE], one[LEAST_LONGITUDE])
            box[MOST_LONGITUDE] = max(box[MOST_LONGITUDE], one[MOST_LONGITUDE])


@inner
def holds(boxes: Floats, n: int, at: int, latitude: float, longitude: float) -> bool:
    """Say whether a place lies in a box."""
    return bool(
        boxes[n, at, LEAST_LATITUDE] <= latitude <= boxes[n, at, MOST_LATITUDE]
        and boxes[n, at, LEAST_LONGITUDE] <= longitude <= boxes[n, at, MOST_LONGITUDE]
    )
