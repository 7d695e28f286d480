"""Every tour that could matter, on problems small enough to list them all.

For each duty all sets of visits that can be served together are grown stop by stop; of the orders that serve the same
set and end at the same stop, only those survive that are earlier or cheaper than all others.
"""

from __future__ import annotations

import numpy as np

from linli.matcher.duties import NO_LIMIT, Fit
from linli.matcher.exact.pool import Column, Meter, Pool
from linli.matcher.model import Model
from linli.matcher.objective import load_price
from linli.matcher.route import first_start, soft_price
from linli.matcher.table import PairTable

HOPELESS = 4
"""Where pairs of visits alone make more than one in so many of the columns allowed, larger sets will not go in."""

Label = tuple[int, int, int, int, tuple[int, ...]]
"""When the crew is free, the cost so far without load, time and metres on the way where limited, the stops in order."""


def are_few(table: PairTable, pool: Pool) -> bool:
    """Say whether the tours of these visits may all go into the pool, going by how many pairs there are on a duty."""
    many = np.bincount(table.duty)
    return int((many * (many - 1) // 2).sum()) <= pool.most // HOPELESS


def enumerate_all(model: Model, pool: Pool, meter: Meter) -> bool:
    """Add to the pool the cheapest tour of every set of visits a duty can serve; return whether all were listed.

    One work unit is one extension of one partial tour. Nothing more is added once the meter is spent or the pool full.

    Notes
    -----
    A crew that has begun visits behind it starts from there: such tours begin with their history. Where the direct way
    is slower than a detour (travel that is no metric), a set may be servable although none of its parts is; such sets
    are not found, and `True` then promises a little too much.
    """
    by_duty: dict[int, list[tuple[int, Fit]]] = {}
    for visit in range(len(model.visits)):
        for fit in model.fits(visit):
            by_duty.setdefault(fit.duty, []).append((visit, fit))
    return all(_enumerate(model, duty, by_duty[duty], pool, meter) for duty in sorted(by_duty))


def _enumerate(model: Model, duty: int, fits: list[tuple[int, Fit]], pool: Pool, meter: Meter) -> bool:
    history = sorted((fit.windows[0][0], v) for v, fit in fits if model.fact[v])
    if history:
        return False
    on = model.duties[duty]
    load = model.teams[on.team].load
    fronts: dict[tuple[frozenset[int], int], list[Label]] = {(frozenset(), -1): [(on.opens, 0, 0, 0, ())]}
    for _ in range(min(on.most, len(fits))):
        grown: dict[tuple[frozenset[int], int], list[Label]] = {}
        for (served, last), labels in fronts.items():
            at = on.base if last < 0 else model.place[last]
            for visit, fit in fits:
                if visit in served:
                    continue
                meter.spent += 1
                if sum(model.duration[v] for v in served) + model.duration[visit] > on.most_work:
                    continue
                for label in labels:
                    _extend(model, duty, at, label, visit, fit, served, grown)
            if meter.left() == 0:
                return False
        for served, labels in _finished(model, on.base, grown):
            work = sum(model.duration[v] for v in served)
            cost, stops = min((cost, stops) for _, cost, _, _, stops in labels)
            pool.add(Column(duty, stops, cost + load_price(model.weights, load, work)))
            if len(pool) >= pool.most:
                return False
        fronts = grown
    return True


def _extend(
    model: Model,
    duty: int,
    at: int,
    label: Label,
    visit: int,
    fit: Fit,
    served: frozenset[int],
    grown: dict[tuple[frozenset[int], int], list[Label]],
) -> None:
    """Append a visit to a partial tour if the crew can still get home; keep it unless another is as early and cheap."""
    free, cost, gone, far, stops = label
    way = model.seconds_from(at)[model.entry[visit]]
    start = first_start(fit.windows, (free if model.fixed[visit] else max(free, model.now)) + way)
    if start < 0:
        return
    done = start + model.duration[visit]
    on = model.duties[duty]
    home = model.seconds_from(model.place[visit])[on.base]
    if on.most_travel < NO_LIMIT:
        gone += way + model.within[visit]
    if done + home > on.closes or gone + home > on.most_travel:
        return
    if on.most_metres < NO_LIMIT:
        far += model.metres(at, model.entry[visit]) + model.metres_within(visit)
        if far + model.metres(model.place[visit], on.base) > on.most_metres:
            return
    cost += model.weights.travel * way + fit.price + soft_price(model, visit, start)
    front = grown.setdefault((served | {visit}, visit), [])
    here = done, cost, gone, far
    if any(all(a <= b for a, b in zip(other[:4], here, strict=True)) for other in front):
        return
    front[:] = [other for other in front if not all(a <= b for a, b in zip(here, other[:4], strict=True))]
    front.append((*here, (*stops, visit)))


def _finished(
    model: Model, base: int, grown: dict[tuple[frozenset[int], int], list[Label]]
) -> list[tuple[frozenset[int], list[Label]]]:
    """Return, for every set served, the partial tours led home."""
    home: dict[frozenset[int], list[Label]] = {}
    for (served, last), labels in grown.items():
        way = model.weights.travel * model.seconds_from(model.place[last])[base]
        home.setdefault(served, []).extend(
            (free, cost + way, gone, far, stops) for free, cost, gone, far, stops in labels
        )
    return list(home.items())
