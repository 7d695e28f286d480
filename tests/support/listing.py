"""Sets of visits as machine code lists them, for tests."""

from __future__ import annotations

import numpy as np

from linli.matcher.exact.choices import Column
from linli.matcher.exact.duty_groups import groups_of, may_be_listed
from linli.matcher.exact.listing import ANY_DEPTH, NO_ROOF, Listed, Lister
from linli.matcher.exact.meter import Meter
from linli.matcher.kernels.tour_sets_layout import OF, SET, SET_COST
from linli.matcher.search.world import arrays_of
from linli.matcher.table import pair_table
from linli.matcher.timetable import Timetable

PLENTY_OF_WORK = 10**9


def lister_of(timetable: Timetable, work: int = PLENTY_OF_WORK) -> Lister | None:
    """Return what lists the tours of a timetable; None where that is not tried, or where nothing may move."""
    model = timetable.model
    table = pair_table(model, [visit for visit in range(len(model.visits)) if not model.fixed[visit]])
    if not may_be_listed(timetable, table) or len(table.duty) == 0:
        return None
    arrays = arrays_of(timetable, table)
    groups = groups_of(timetable, table, arrays.world, arrays.begun)
    return None if groups is None else Lister(groups, Meter(work))


def all_sets(lister: Lister) -> Listed:
    """Return all sets at their costs, as far as the work goes."""
    groups = lister.groups
    return lister.look(np.zeros(len(groups.able), np.int64), [NO_ROOF] * len(groups.rows), ANY_DEPTH)


def columns_of(lister: Lister, listed: Listed) -> list[Column]:
    """Return the sets that are not empty as columns."""
    rows: list[list[int]] = listed.sets[:, [OF, SET, SET_COST]].tolist()
    return [lister.groups.column(*row) for row in rows if row[1]]
