"""What it costs to leave a visit out, so that the cheaper choice of tours is the one with the better vector."""

from __future__ import annotations

import numpy as np

from linli.matcher.exact.duty_groups import DutyGroups
from linli.matcher.kernels import layout
from linli.matcher.timetable import Timetable


def costs_of_leaving_out(timetable: Timetable, groups: DutyGroups) -> list[int | None]:
    """Return it for every visit of `DutyGroups.visits`; None where it must be made.

    Where all are made now a better choice makes all. Else one visit of a level outweighs all visits of lower levels and
    every cost together; held ones come first, and those that have a place keep one.
    """
    model, where = timetable.model, timetable.where
    if all(where[visit] >= 0 for visit in groups.visits):
        return [None] * len(groups.visits)
    ranks = [0 if model.held[visit] else 1 + model.level[visit] for visit in groups.visits]
    cost, below = dict[int, int](), dearest(groups)
    for rank in sorted(set(ranks), reverse=True):
        cost[rank] = below
        below += ranks.count(rank) * below
    holds = [model.held[visit] and where[visit] >= 0 for visit in groups.visits]
    return [None if keeps else cost[rank] for keeps, rank in zip(holds, ranks, strict=True)]


def dearest(groups: DutyGroups) -> int:
    """Return more than any two choices differ in cost: every visit by itself, as far, as late and as dear as can be."""
    world, weights = groups.world, groups.world.weights
    visits = world.visits[list(groups.visits)].astype(np.int64)
    far = 2 * int(world.way.max(initial=0)) * int(weights[layout.TRAVEL_WEIGHT])
    late = np.maximum(0, visits[:, layout.LAST] - visits[:, layout.DUE]).sum() * int(weights[layout.LATENESS_WEIGHT])
    moved, fee = int(weights[layout.MOVE_WEIGHT]), int(world.fits[:, layout.PRICE].max(initial=0))
    work = int(world.visits[:, layout.DURATION].sum()) + int(world.duties[:, layout.WORK_BEFORE].max(initial=0))
    load = 2 * int(world.duties[:, layout.LOAD].max(initial=0)) + work
    loaded = int(weights[layout.LOAD_WEIGHT]) * load * work // int(weights[layout.LOAD_UNIT])
    return 1 + len(groups.row_of) * far + len(visits) * (far + moved + fee) + int(late) + loaded
