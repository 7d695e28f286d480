"""Chooses who is worth the way where leaving somebody out has a price: the matcher's search, told other prices.

Our objective serves whoever can be served, so `linli.matcher.search.solve` cannot be asked. But its search knows for
every visit what leaving it out costs, and takes nobody in who is dearer: here that is the client's prize from the first
step to the last, and plans are compared by way and prizes together. The start is what insertion leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from typing_extensions import override

from linli.matcher.checker import check
from linli.matcher.insertion.repair import repair
from linli.matcher.kernels import layout
from linli.matcher.kernels.layout import Longs
from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem
from linli.matcher.search import annealing
from linli.matcher.search.world import timetable_of
from linli.matcher.table import pair_table
from tests.bench.instances.budget import Budget
from tests.bench.instances.spare_vehicles import SHORT, needed


def solve_prizes(problem: Problem, worths: Sequence[int], budget: Budget) -> Plan:
    """Return the best plan met, by way and prizes.

    Parameters
    ----------
    problem : Problem
        Everybody may be left out.
    worths : sequence of int
        For each visit what leaving it out costs, in seconds of way.
    budget : Budget
        What may be spent.

    Raises
    ------
    AssertionError
        If the checker finds a broken rule.
    """
    few, start = needed(problem, budget)
    plan = search_with_prizes(few, start, worths, budget.part(1 - SHORT), 1)
    broken = check(problem, plan)
    if broken:
        raise AssertionError(f"a plan that breaks {broken[0].rule}")
    return plan


def search_with_prizes(problem: Problem, plan: Plan, worths: Sequence[int], limits: Limits, seed: int) -> Plan:
    """Search on from a plan for less way and fewer prizes lost."""
    model = Model(problem)
    timetable, _ = repair(model, plan)
    table = pair_table(model, range(len(model.visits)))
    course = _Prized(timetable, table, limits, seed)
    course.worths = np.array(worths, dtype=np.int64)
    course.run()
    return timetable_of(timetable, course.arrays, course.best).plan()


class _Prized(annealing._Course):  # pyright: ignore[reportPrivateUsage]
    """A course on which a visit without a place always costs its prize."""

    worths: Longs

    @override
    def _worth(self, *, cheap: bool, crowded: bool) -> Longs:
        return self.worths

    @override
    def _key(self, tours: Longs) -> tuple[int, ...]:
        stops, _ = self._stops(tours)
        lost = int(self.worths.sum()) - int(self.worths[stops].sum())
        return (lost + int(tours[:, layout.TOUR_COST].sum()),)
