"""How many visits any plan could serve at most: a bound that holds whenever the work is stopped, offline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from linli.matcher import compiled
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem
from linli.matcher.table import learn

Told = Callable[["ServedBound"], None]


@dataclass(frozen=True, slots=True)
class ServedBound:
    """A bound and the prices that prove it.

    Parameters
    ----------
    served : int
        No plan that the checker accepts serves more.
    prices : tuple of (str, float)
        By id, what each visit is worth at the bound, in served visits: near 1 where others must wait for it, 0 where
        it takes nothing from anybody.
    closed : bool
        Whether it is as good as these routes allow; else more time may lower it.
    rounds, routes : int
        Rounds of prices, and routes known in the end.
    """

    served: int
    prices: tuple[tuple[str, float], ...]
    closed: bool
    rounds: int
    routes: int


def bound_served(
    problem: Problem,
    plan: Plan = Plan(),  # noqa: B008
    is_over: Callable[[], bool] = lambda: False,
    *,
    classes: int | None = None,
    threads: int = 1,
    told: Told = lambda _: None,
) -> ServedBound:
    """Bound the number of visits served, those of the most urgent `classes` alone if given.

    Parameters
    ----------
    problem : Problem
        What is to be planned.
    plan : Plan
        A plan of it: the better, the sooner the prices are good.
    is_over : callable
        Asked now and then whether to stop.
    classes : int or None
        How many classes of urgency are counted, from the most urgent; None for all.
    threads : int
        That may work.
    told : callable
        Told the bound so far after every round.

    Raises
    ------
    ProblemError
        If the problem is malformed.

    Notes
    -----
    Rules about whole plans are left out (pairs, promises, who of a team walks with which crew), a crew at work may be
    anywhere, and routes may come back to a visit they have forgotten: all of it can only raise the bound. Without the
    machine code that is made at set-up the bound is the number of visits that some team could make.
    """
    model = Model(problem)
    learn(model, range(len(model.visits)))
    counted = [classes is None or visit.urgency < classes for visit in model.visits]
    begun = sum(counted[v] and model.fact[v] for v in range(len(model.visits)))
    able = sum(counted[v] and not model.fact[v] and bool(model.fits(v)) for v in range(len(model.visits)))
    if not compiled.is_warm() or not able:
        return ServedBound(begun + able, (), not able, 0, 0)
    return _priced(model, plan, is_over, np.array(counted, dtype=np.int64), begun, threads, told)


def _priced(
    model: Model,
    plan: Plan,
    is_over: Callable[[], bool],
    weight: np.ndarray[tuple[int], np.dtype[np.int64]],
    begun: int,
    threads: int,
    told: Told,
) -> ServedBound:
    # OR-Tools takes long to import: only for those who ask.
    from linli.matcher.exact.column_generation import UNIT, ColumnGeneration, Priced
    from linli.matcher.exact.grounds import crews_of
    from linli.matcher.exact.pricing import routes_of

    def bound(priced: Priced) -> ServedBound:
        prices = tuple((v.id, round(p / UNIT, 3)) for v, p in zip(model.visits, priced.visits, strict=True))
        return ServedBound(begun + priced.bound // UNIT, prices, priced.closed, priced.rounds, priced.columns)

    groups = crews_of(model)
    run = ColumnGeneration(groups, weight, is_over, threads, lambda priced: told(bound(priced)))
    return bound(run.run(routes_of(model, groups, plan)))
