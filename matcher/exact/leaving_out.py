"""What it costs to leave a visit out, so that the cheaper choice of tours is the one with the better vector."""

from __future__ import annotations

import numpy as np

from linli.matcher.exact.duty_groups import DutyGroups
from linli.matcher.kernels import layout
from linli.matcher.kernels.layout import Ints, World
from linli.matcher.timetable import Timetable


def costs_of_leaving_out(timetable: Timetable, groups: DutyGroups) -> list[int | None]:
    """Return it for every visit of `DutyGroups.visits`; None where it must be made.

    Where all are made now a better choice makes all. Else one held visit outweighs all visits of every level, one
    visit of a level all of lower levels, held or not, and one visit every cost; those held that have a place keep one.
    """
    model, where = timetable.model, timetable.where
    if all(where[visit] >= 0 for visit in groups.visits):
        return [None] * len(groups.visits)
    levels = [model.level[visit] for visit in groups.visits]
    cost, below = dict[int, int](), dearest(groups.world, groups.world.visits[list(groups.visits)], len(groups.row_of))
    for level in sorted(set(levels), reverse=True):
        cost[level] = below
        below += levels.count(level) * below
    held = [model.held[visit] for visit in groups.visits]
    keeps = [is_held and where[visit] >= 0 for is_held, visit in zip(held, groups.visits, strict=True)]
    return [
        None if keep else cost[level] + is_held * below
        for keep, is_held, level in zip(keeps, held, levels, strict=True)
    ]


def dearest(world: World, visits: Ints, tours: int) -> int:
    """Return more than any two plans differ in cost: every visit by itself, as far, as late and as dear as can be.

    Parameters
    ----------
    world : World
        The problem.
    visits : array of int32, (visits, columns)
        Those of `World.visits` that may be made or not.
    tours : int
        How many tours there may be beside that, each of which may end far from where it began.
    """
    weights, many = world.weights, len(visits)
    if many == 0:
        return 1
    # A visit adds two ways at the most, and where ways are no metric it may save one.
    far = 3 * int(world.way.max(initial=0)) * int(weights[layout.TRAVEL_WEIGHT])
    last = visits[:, layout.LAST].astype(np.int64)
    late = np.maximum(0, last - visits[:, layout.DUE]).sum() * int(weights[layout.LATENESS_WEIGHT])
    moved, fee = int(weights[layout.MOVE_WEIGHT]), int(world.fits[:, layout.PRICE].max(initial=0))
    agreed = world.visits[world.visits[:, layout.FIXED] != 0, layout.DURATION].sum(dtype=np.int64)
    work = int(visits[:, layout.DURATION].sum(dtype=np.int64)) + int(agreed)
    load = 2 * int(world.duties[:, layout.LOAD].max(initial=0)) + work
    loaded = int(weights[layout.LOAD_WEIGHT]) * load * work // int(weights[layout.LOAD_UNIT])
    return 1 + tours * far + many * (far + moved + fee) + int(late) + loaded
