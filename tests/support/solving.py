"""The compiled search alone, for tests that ask what it does where all tours could be listed."""

from __future__ import annotations

from linli.matcher.limits import Limits
from linli.matcher.search.solve import search_for_better
from linli.matcher.table import pair_table
from linli.matcher.timetable import Timetable


def searched(timetable: Timetable, limits: Limits, seed: int) -> Timetable:
    """Return what the search makes of a timetable."""
    model = timetable.model
    table = pair_table(model, [visit for visit in range(len(model.visits)) if not model.fixed[visit]])
    return search_for_better(timetable, table, limits, seed).timetable
