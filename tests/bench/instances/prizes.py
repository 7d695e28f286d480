"""Chooses who is worth the way where leaving somebody out has a price: our objective serves whoever can be served.

The matcher plans for those who are wanted; whoever then costs more way than the prize is no longer wanted, whoever is
worth the way again is; and once more, with less of the plan changing every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from linli.matcher.checker import check
from linli.matcher.problem import Plan, Problem
from linli.matcher.solve import solve
from tests.bench.instances.budget import Budget
from tests.bench.instances.instance import Distance, Point
from tests.bench.instances.spare_vehicles import SHORT, needed

STRICTNESS = (0.7, 1.0, 1.3, 1.0, 1.2, 1.0, 1.1, 1.0, 1.05, 1.0)
"""By what a client's way is multiplied, round by round, before it is compared with the prize: first mildly, for
neighbours share the way to them; then in turn more strictly, which makes room for others, and as it is."""

STRETCH = 100
"""Clients in a row that are judged together at the most."""

ASKED = 0.8
"""Part of its prize that a client left out may cost, at its cheapest place, to be asked for again: it will be served,
whatever it costs."""


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
    for number, strictness in enumerate(STRICTNESS):
        asked = replace(few, visits=tuple(visit for visit in problem.visits if visit.id in wanted))
        plan = solve(asked, plan, budget.part((1 - SHORT) / len(STRICTNESS)), number + 1).plan
        broken = check(asked, plan)
        if broken:
            raise AssertionError(f"a plan that breaks {broken[0].rule}")
        routes = [[_number(stop.visit) for stop in route.stops] for route in plan.routes]
        now = prizes.cost([worthwhile(prizes, route, 1.0) for route in routes])
        if now < least:
            best, least = _only(plan, {n for route in routes for n in worthwhile(prizes, route, 1.0)}), now
        kept = [worthwhile(prizes, route, strictness) for route in routes]
        wanted = {f"v-{n}" for n in (*(n for route in kept for n in route), *_worth_asking(prizes, kept))}
        plan = _only(plan, {n for route in kept for n in route})
    return best


def _number(visit: str) -> int:
    return int(visit.removeprefix("v-"))


def _only(plan: Plan, kept: set[int]) -> Plan:
    routes = (replace(r, stops=tuple(s for s in r.stops if _number(s.visit) in kept)) for r in plan.routes)
    return Plan(tuple(route for route in routes if route.stops))


def worthwhile(prizes: Prizes, route: list[int], strictness: float) -> list[int]:
    """Return a route without those whose way, times `strictness`, costs more than their prizes.

    Neighbours are judged together, too: of all stretches of the route the worst goes first, till none is a loss.
    """
    kept = list(route)
    while kept:
        loss, begin, end = max(_losses(prizes, kept, strictness))
        if loss <= 0:
            break
        del kept[begin:end]
    return kept


def _losses(prizes: Prizes, route: list[int], strictness: float) -> Iterator[tuple[float, int, int]]:
    """Yield for each stretch of a route what going there costs more than it brings."""
    ways = [0, *route, 0]
    for begin in range(len(route)):
        long = brings = 0.0
        for end in range(begin + 1, min(len(route), begin + STRETCH) + 1):
            long += prizes.way(ways[end - 1], ways[end])
            brings += prizes.clients[ways[end]].prize
            detour = long + prizes.way(ways[end], ways[end + 1]) - prizes.way(ways[begin], ways[end + 1])
            yield strictness * detour - brings, begin, end


def _worth_asking(prizes: Prizes, routes: list[list[int]]) -> list[int]:
    """Return the clients left out whose cheapest detour, whatever the time, is well below their prize."""
    served = {number for route in routes for number in route}
    legs = [(a, b) for route in routes for a, b in zip([0, *route], [*route, 0], strict=True)]
    return [
        number
        for number in range(1, len(prizes.clients))
        if number not in served
        and min((prizes.detour(a, number, b) for a, b in legs), default=0.0) < ASKED * prizes.clients[number].prize
    ]
