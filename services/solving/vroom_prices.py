"""How many jobs any plan could serve, and what each is worth at that bound: an extension of the solution."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from linli.matcher.exact.bound import ServedBound, bound_served
from linli.matcher.problem import Plan, Problem
from linli.services.solving.vroom_tasks import SHIPMENT

Json = dict[str, Any]

PRICED_MAX = 5_000
"""Jobs whose price is written: as many as a district's largest day."""


def until(seconds: float) -> Callable[[], bool]:
    """Return what says when so much time is gone."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def bound_of(problem: Problem, plan: Plan, seconds: float, threads: int) -> ServedBound:
    """Bound what any plan could serve, within so many seconds; without a second more it is the simplest bound."""
    return bound_served(problem, plan, until(seconds), threads=threads)


def priced(bound: ServedBound, plan: Plan) -> Json:
    """Return the bound, and the price of every job that has one.

    Notes
    -----
    A price is in jobs: what serving this one costs in others at the bound. Near 1, somebody else must be left out for
    it; 0, there is room. Of what is left out the dearest is the hardest to serve, of what is served the cheapest makes
    the least room if it is given up.
    """
    placed = plan.placed()
    prices = [_one(visit, price, visit in placed) for visit, price in bound.prices[:PRICED_MAX]]
    return {"served": bound.served, "closed": bound.closed, "routes": bound.routes, "prices": prices}


def _one(visit: str, price: float, served: bool) -> Json:
    kind = "shipment" if visit.startswith(SHIPMENT) else "job"
    return {"id": int(visit.partition(":")[2]), "type": kind, "price": price, "served": served}
