"""What each crew sees, for bounds: a problem cut into groups of equal duties, every rule about whole plans left out.

Whatever a plan may do, these routes may do: a bound for them holds for every plan that the checker accepts. Left out
are pairs that go together, what was promised, and how people walk with crews; all crews of a shift may do what the
first of them may.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linli.matcher.duties import Fit
from linli.matcher.kernels.layout import Ints, Longs
from linli.matcher.kernels.routes import Ground
from linli.matcher.model import Model

MEMORY = 10
"""How many neighbours a visit remembers: more make the bound tighter and its routes dearer."""

BUCKETS = 960
"""Into how many pieces a shift is cut when looking ahead: half a minute each in one of eight hours.

Whoever looks ahead is early by part of a piece at every stop, and partial routes that could be given up are kept for
that: for 54 teams with 600 visits pieces of two minutes took some forty times as long, looking ahead included. Finer
ones take longer to look than they spare.
"""

COARSE = 4
"""So many pieces are one where time is short, and in a hurry."""

FAR = 1 << 28
"""Seconds of a way that nobody takes: eight years, within the kernels' 32 bits."""


class Crews(NamedTuple):
    """Equal duties: whose, how many, their visits (by the model's number, in the ground's order), what they see."""

    team: int
    shift: int
    size: int
    visits: Longs
    ground: Ground


class Shift(NamedTuple):
    """A team's duties in one shift while they are gathered: the fits of visits, and whether work has begun."""

    fits: dict[int, Fit]
    begun: list[int]


def crews_of(model: Model) -> list[Crews]:
    """Return the groups of duties that have any visit to make, one for each team and shift; begun visits are no more.

    Where work has begun nobody is asked where it led the crew: it may be anywhere.
    """
    shifts: dict[tuple[int, int], Shift] = {}
    for visit in range(len(model.visits)):
        for fit in model.fits(visit):
            duty = model.duties[fit.duty]
            shift = shifts.setdefault((duty.team, duty.shift), Shift({}, []))
            if model.fact[visit]:
                shift.begun.append(visit)
            else:
                # In the order of duties: the lower a crew's number, the more it may do.
                shift.fits.setdefault(visit, fit)
    way = _shortest(model)
    return [_crews(model, way, shift) for _, shift in sorted(shifts.items()) if shift.fits]


def coarsely(crews: Crews) -> Crews:
    """Return the same crews, `COARSE` buckets as one."""
    return crews._replace(ground=crews.ground._replace(step=COARSE * crews.ground.step))


def _crews(model: Model, way: Longs, shift: Shift) -> Crews:
    visits = np.array(sorted(shift.fits), dtype=np.int64)
    duty = model.duties[shift.fits[int(visits[0])].duty]
    count = sum(model.duties[d].shift == duty.shift for d in model.duties_of_team[duty.team])
    # A committed start need not be reached from now on, only from the shift's opening.
    leaves = duty.opens if any(model.fixed[v] for v in shift.fits) else max(duty.opens, model.now)
    mine: list[int] = visits.tolist()
    places = [*(model.place[v] for v in mine), duty.base]
    seen: Ints = np.minimum(way[np.ix_(places, places)], FAR).astype(np.int32)
    if shift.begun:
        seen[-1] = 0
    spans, counts = list[tuple[int, int]](), [0]
    for k, v in enumerate(mine):
        home = duty.closes - model.duration[v] - int(seen[k, -1])
        spans += [(lo - leaves, min(hi, home) - leaves) for lo, hi in shift.fits[v].windows if lo <= min(hi, home)]
        counts.append(len(spans))
    near = _near(seen)
    ground = Ground(
        seen,
        np.array([model.duration[v] for v in mine], dtype=np.int32),
        np.array(spans, dtype=np.int32).reshape(-1, 2),
        np.array(counts, dtype=np.int32),
        near,
        _places(near),
        np.argsort(seen[:-1, :-1], axis=1, kind="stable").astype(np.int32),
        int(min(duty.most, len(visits))),
        max(1, -(-(duty.closes - leaves + 1) // BUCKETS)),
    )
    return Crews(duty.team, duty.shift, count, visits, ground)


def _shortest(model: Model) -> Longs:
    """Return the seconds between all places, detours over other places allowed: visits of no worth can be passed over.

    Floyd and Warshall's algorithm.
    """
    places = range(len(model.seconds_from(0)))
    way = np.array([model.seconds_from(place) for place in places], dtype=np.int64)
    for over in places:
        np.minimum(way, way[:, over, None] + way[None, over, :], out=way)
    return way


def _near(way: Ints) -> Ints:
    """Return for each visit the nearest ones to come back from, itself first."""
    back = (way + way.T)[:-1, :-1].copy()
    np.fill_diagonal(back, -1)
    near = np.full((len(back), MEMORY), -1, dtype=np.int32)
    found = np.argsort(back, axis=1, kind="stable")[:, :MEMORY]
    near[:, : found.shape[1]] = found
    return near


def _places(near: Ints) -> Ints:
    place = np.full((len(near), len(near)), -1, dtype=np.int32)
    for at in range(near.shape[1]):
        there = near[:, at] >= 0
        place[np.flatnonzero(there), near[there, at]] = at
    return place
