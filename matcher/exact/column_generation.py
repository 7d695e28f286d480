"""Prices for visits and crews by column generation, and with every set of prices a bound that holds.

The master, a linear program over the routes known so far, gives prices; each crew is asked for routes that win more
than its own price; these go into the master, until nobody finds any. At any prices the sum of all prices of visits and
of the most that each crew could win is a bound (Lagrange): it is computed in integers from rounded prices, so it holds
whatever GLOP's numbers are, and whenever the work is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import import_module
from threading import local
from typing import Any

import numpy as np

from linli.matcher.exact.grounds import Crews
from linli.matcher.exact.pricing import Desk, Found, Route
from linli.matcher.kernels.layout import Longs

UNIT = 1 << 20
"""What one visit of weight 1 is worth in the integers that are computed with."""

TRUST = 0.6
"""How far prices move from the best known ones towards the master's: all the way they would swing to and fro.

Wentges, "Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming", 1997.
"""

SLACK = 1 << 6
"""A route must win more than this beyond its crew's price to be new: GLOP is no more exact."""

CLOSE = 100
"""Where what is found in a hurry promises less than one in so many beyond the master, it is time to look closely.
Sooner, a close look keeps more partial routes, at prices that are still far off."""

NEAR = UNIT // 50
"""So near to the master's value a bound is as good as it gets: it is rounded down to whole visits."""


@dataclass(frozen=True, slots=True)
class Priced:
    """The state of a column generation.

    Parameters
    ----------
    bound : int
        No plan is worth more, in `UNIT`.
    master : int
        The master's own value: below the bound, and no bound itself.
    visits : tuple of int
        The price of each visit at the bound, in `UNIT`.
    crews : tuple of int
        The most that one crew of each group could win at these prices.
    rounds, columns : int
        Masters solved, and routes in the last.
    closed : bool
        Whether the bound has met the master.
    """

    bound: int
    master: int
    visits: tuple[int, ...]
    crews: tuple[int, ...]
    rounds: int
    columns: int
    closed: bool = False


class Master:
    """The linear program over known routes: each visit at most once, each group as often as it has crews."""

    def __init__(self, groups: Sequence[Crews], weight: Longs) -> None:
        library: Any = import_module("ortools.linear_solver.pywraplp")
        self.weight = weight
        self.solver: Any = library.Solver.CreateSolver("GLOP")
        self.afresh: Any = library.MPSolverParameters()
        for name, value in (("INCREMENTALITY", "INCREMENTALITY_OFF"), ("PRESOLVE", "PRESOLVE_OFF")):
            self.afresh.SetIntegerParam(getattr(self.afresh, name), getattr(self.afresh, value))
        self.rows: list[Any] = [self.solver.Constraint(0.0, 1.0) for _ in weight]
        self.limits: list[Any] = [self.solver.Constraint(0.0, float(crews.size)) for crews in groups]
        self.solver.Objective().SetMaximization()
        self.known: set[tuple[int, Route]] = set()

    def add(self, group: int, route: Route) -> bool:
        """Add a route of a group; return whether it is new."""
        if (group, route) in self.known:
            return False
        self.known.add((group, route))
        column: Any = self.solver.NumVar(0.0, self.solver.infinity(), "")
        self.limits[group].SetCoefficient(column, 1.0)
        for visit in sorted(set(route.visits)):
            self.rows[visit].SetCoefficient(column, float(route.visits.count(visit)))
        self.solver.Objective().SetCoefficient(column, float(sum(self.weight[visit] for visit in route.visits)))
        return True

    def solve(self) -> tuple[int, Longs, Longs] | None:
        """Return the value, the visits' and the groups' prices in `UNIT`, none negative; None if GLOP fails."""
        # What is left of the last solution may lead GLOP astray: then once more from nothing, the program as it is.
        good = self.solver.OPTIMAL
        if self.solver.Solve() != good and self.solver.Solve(self.afresh) != good:
            return None
        value = round(self.solver.Objective().Value() * UNIT)
        return value, _duals(self.rows), _duals(self.limits)


def _is_near(bound: int, value: int) -> bool:
    """Say whether a bound is as good as it gets: near the master's value, or the same in whole visits."""
    return bound - value <= NEAR or bound // UNIT == value // UNIT


def _duals(rows: Sequence[Any]) -> Longs:
    return np.array([max(0, round(row.dual_value() * UNIT)) for row in rows], dtype=np.int64)


@dataclass
class ColumnGeneration:
    """One run over one problem.

    Parameters
    ----------
    groups : sequence of Crews
        Who may go where.
    weight : array, (visits,)
        What each visit counts.
    is_over : callable
        Asked before every crew; whether to stop. The crews not yet asked then count for what they seem to win.
    threads : int
        That may look for routes at once.
    told : callable
        Told the state after every round.
    """

    groups: Sequence[Crews]
    weight: Longs
    is_over: Callable[[], bool] = lambda: False
    threads: int = 1
    told: Callable[[Priced], None] = lambda _: None
    _own: local = field(default_factory=local)

    def run(self, start: Iterable[tuple[int, Route]] = ()) -> Priced:
        """Go on until nobody finds a better route or it is over; `start` are routes known before, with their groups."""
        master = Master(self.groups, self.weight)
        for group, route in start:
            master.add(group, route)
        best, strict, trust, rounds = self._trivial(), False, 1.0, 0
        with ThreadPoolExecutor(self.threads) as threads:
            while not self.is_over() and (solved := master.solve()) is not None:
                rounds += 1
                value, visits, crews = solved
                centre = np.array(best.visits, dtype=np.int64)
                prices = np.minimum(self.weight * UNIT, np.rint(centre + trust * (visits - centre)).astype(np.int64))
                found = self._ask(threads, prices, crews, strict)
                new = sum(master.add(group, route) for group, one in enumerate(found) for route in one.routes)
                best = self._better(best, found, prices, strict, value, rounds, len(master.known))
                self.told(best)
                if (strict and trust == 1.0 and new == 0) or _is_near(best.bound, value):
                    return replace(best, closed=True)
                # In a hurry as long as that finds something; prices on the way to the master's may miss what is new.
                trust = TRUST if strict and new else 1.0
                strict = strict or new < len(self.groups) or self._sum(found, prices) - value < value // CLOSE
        return best

    def _ask(self, threads: ThreadPoolExecutor, prices: Longs, crews: Longs, strict: bool) -> list[Found]:
        """Ask every group for routes that win more than its crews' price."""
        reward = self.weight * UNIT - prices

        def ask(group: int) -> Found:
            if not hasattr(self._own, "desk"):
                self._own.desk = Desk()
            desk: Desk = self._own.desk
            return desk.price(self.groups[group], reward, int(crews[group]) + SLACK, strict, self.is_over)

        return list(threads.map(ask, range(len(self.groups))))

    def _trivial(self) -> Priced:
        """Return the bound that counts every visit which fits anywhere: each is worth its whole weight."""
        fits = np.zeros(len(self.weight), dtype=np.int64)
        for crews in self.groups:
            fits[crews.visits] = 1
        prices = fits * self.weight * UNIT
        return Priced(int(prices.sum()), 0, tuple(prices.tolist()), (0,) * len(self.groups), 0, 0)

    def _better(
        self, best: Priced, found: list[Found], prices: Longs, strict: bool, value: int, rounds: int, columns: int
    ) -> Priced:
        bound = self._sum(found, prices)
        if not strict or bound >= best.bound:
            return Priced(best.bound, value, best.visits, best.crews, rounds, columns)
        return Priced(bound, value, tuple(prices.tolist()), tuple(one.most for one in found), rounds, columns)

    def _sum(self, found: list[Found], prices: Longs) -> int:
        """Return the sum of all prices and of what all crews win; a bound where nothing was found in a hurry."""
        return int(prices.sum()) + sum(one.most * crews.size for one, crews in zip(found, self.groups, strict=True))
