"""Chooses who is worth the way where leaving somebody out has a price: our objective serves whoever can be served.

The matcher plans for those who are wanted; whoever then costs more way than the prize is no longer wanted, whoever is
worth the way again is; and once more, with less of the plan changing every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from linli.matcher.checker import check
from linli.matcher.problem import Plan, Problem
from linli.matcher.solve import solve
from tests.bench.instances.budget import Budget
from tests.bench.instances.instance import Distance, Point
from tests.bench.instances.spare_vehicles import SHORT, needed

OPTIMISM = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.0, 1.0, 1.0)
"""Part of its way that a client must be worth to stay: neighbours of which all are dear share the way to them, and
those would go together."""


class Priced(Protocol):
    """What is asked of a client."""

    @property
    def point(self) -> Point:
        """Where it is."""
        ...

    @property
    def prize(self) -> float:
        """What leaving it out costs."""
        ...


@dataclass(frozen=True, slots=True)
class Prizes:
    """Clients with their prizes; the first is the depot."""

    clients: Sequence[Priced]
    distance: Distance

    def way(self, a: int, b: int) -> float:
        """Return the way between two clients."""
        return self.distance(self.clients[a].point, self.clients[b].point)

    def detour(self, a: int, b: int, c: int) -> float:
        """Return what going from `a` to `c` by `b` is longer."""
        return self.way(a, b) + self.way(b, c) - self.way(a, c)

    def cost(self, routes: list[list[int]]) -> float:
        """Return the way, and the prizes of whom nobody serves."""
        served = {number for route in routes for number in route}
        way = sum(self.way(a, b) for route in routes for a, b in zip([0, *route], [*route, 0], strict=True))
        return way + sum(one.prize for number, one in enumerate(self.clients) if number not in served)


def solve_prizes(problem: Problem, prizes: Prizes, budget: Budget) -> Plan:
    """Return the best plan met, by way and prizes.

    Raises
    ------
    AssertionError
        If the checker finds a broken rule.
    """
    few, plan = needed(problem, budget)
    wanted = {visit.id for visit in problem.visits}
    best, least = Plan(), float("inf")
    for number, optimism in enumerate(OPTIMISM):
        asked = replace(few, visits=tuple(visit for visit in problem.visits if visit.id in wanted))
        plan = solve(asked, plan, budget.part((1 - SHORT) / len(OPTIMISM)), number + 1).plan
        broken = check(asked, plan)
        if broken:
            raise AssertionError(f"a plan that breaks {broken[0].rule}")
        routes = [[_number(stop.visit) for stop in route.stops] for route in plan.routes]
        now = prizes.cost([worthwhile(prizes, route, 1.0) for route in routes])
        if now < least:
            best, least = _only(plan, {n for route in routes for n in worthwhile(prizes, route, 1.0)}), now
        kept = [worthwhile(prizes, route, optimism) for route in routes]
        wanted = {f"v-{n}" for n in (*(n for route in kept for n in route), *_worth_asking(prizes, kept, optimism))}
        plan = _only(plan, {n for route in kept for n in route})
    return best


def _number(visit: str) -> int:
    return int(visit.removeprefix("v-"))


def _only(plan: Plan, kept: set[int]) -> Plan:
    routes = (replace(r, stops=tuple(s for s in r.stops if _number(s.visit) in kept)) for r in plan.routes)
    return Plan(tuple(route for route in routes if route.stops))


def worthwhile(prizes: Prizes, route: list[int], optimism: float) -> list[int]:
    """Return a route without those whose detour, times `optimism`, costs more than their prize, the worst first."""
    kept = list(route)
    while kept:
        ways = [0, *kept, 0]
        loss, at = max(
            (optimism * prizes.detour(ways[k], ways[k + 1], ways[k + 2]) - prizes.clients[kept[k]].prize, k)
            for k in range(len(kept))
        )
        if loss <= 0:
            break
        del kept[at]
    whole = optimism * sum(prizes.way(a, b) for a, b in zip([0, *kept], [*kept, 0], strict=True))
    return kept if whole <= sum(prizes.clients[n].prize for n in kept) else []


def _worth_asking(prizes: Prizes, routes: list[list[int]], optimism: float) -> list[int]:
    """Return the clients left out whose cheapest detour, whatever the time, is less than their prize."""
    served = {number for route in routes for number in route}
    legs = [(a, b) for route in routes for a, b in zip([0, *route], [*route, 0], strict=True)]
    return [
        number
        for number in range(1, len(prizes.clients))
        if number not in served
        and optimism * min((prizes.detour(a, number, b) for a, b in legs), default=0.0) < prizes.clients[number].prize
    ]
