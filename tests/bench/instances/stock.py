"""Counts technicians' tools and parts around the matcher, which knows them as skills, or not at all.

Whoever has no parts left for a visit is barred from it; a visit that nobody is left for is one for which its tools and
parts are fetched at the depot first. Then everything is planned again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import pairwise

from linli.matcher.checker import check
from linli.matcher.problem import EXCLUDED, Fetch, Pin, Plan, Problem, Visit
from linli.matcher.search.solve import solve
from tests.bench.instances.budget import Budget
from tests.bench.instances.instance import Instance, Point, euclid, place_of

ROUNDS = 24
"""How often everything is planned, parts counted in between."""

EXPLORING = 0.7
"""Part of the rounds in which each goes on from the last; the others go on from the best."""

FIRST = 0.3
"""Part of the budget for what is known from the start."""

ROUNDS_BY_DAY = 2
"""The same whenever something becomes known during the day."""


BARS_MOST = 3
"""Technicians barred from a visit before something is fetched for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file: depot, technician or request."""

    number: int
    point: Point
    opens: float
    closes: float
    service: float
    skills: tuple[str, ...]
    tools: tuple[str, ...]
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """The lines of a file by number; 0 is the depot. Judges plans by the file's own figures."""

    rows: dict[int, Row]

    def short(self, plan: Plan) -> dict[str, str]:
        """Return the visits of a plan for which their technician lacks tools or parts, with who that is."""
        found: dict[str, str] = {}
        for route in plan.routes:
            who = self.rows[int(route.team.removeprefix("t-"))]
            left, tools, been = list(who.parts), set(who.tools), False
            for stop in route.stops:
                one = self._visit(stop.visit)
                been = been or stop.fetch is not None
                if not been and (set(one.tools) - tools or any(a > b for a, b in zip(one.parts, left, strict=True))):
                    found[stop.visit] = route.team
                else:
                    left = [have - want for want, have in zip(one.parts, left, strict=True)]
        return found

    def _visit(self, name: str) -> Row:
        return self.rows[int(name.removeprefix("v-"))]

    def breaks(self, plan: Plan) -> list[str]:
        """Return every rule of the file that a plan breaks."""
        lacking = self.short(plan)
        found = [f"{len(lacking)} visits without tools or parts"] if lacking else []
        for route in plan.routes:
            who = self.rows[int(route.team.removeprefix("t-"))]
            stops = [(self._visit(stop.visit), stop.fetch is not None) for stop in route.stops]
            if any(set(one.skills) - set(who.skills) for one, _ in stops):
                found.append("a technician lacks a skill")
            if self._is_late(who, stops):
                found.append("a technician is late")
        return found

    def _is_late(self, who: Row, stops: list[tuple[Row, bool]]) -> bool:
        at, here = who.opens, who.point
        for one, fetched in stops:
            way = _through([here, *([self.rows[0].point] if fetched else []), one.point])
            at, here = max(at + way, one.opens), one.point
            if at > one.closes + 1e-6:
                return True
            at += one.service
        return at + euclid(here, who.point) > who.closes + 1e-6

    def way(self, plan: Plan) -> float:
        """Return how far all go, trips to the depot included."""
        total = 0.0
        for route in plan.routes:
            points = [self.rows[int(route.team.removeprefix("t-"))].point]
            for stop in route.stops:
                points += [self.rows[0].point] if stop.fetch is not None else []
                points.append(self._visit(stop.visit).point)
            total += _through([*points, points[0]])
        return total


def _through(points: list[Point]) -> float:
    return sum(euclid(a, b) for a, b in pairwise(points))


class _Asked:
    """What was learned of a day: who is barred from what, and for what something is fetched."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.barred: dict[str, set[str]] = {}
        self.fetched: set[str] = set()
        self.depot = Fetch(place_of(stock.rows[0].point), 0)

    def as_asked(self, visit: Visit) -> Visit:
        """Return a visit with its bars, or fetched for: then nobody needs to have anything."""
        if visit.id in self.fetched:
            return replace(visit, needs=tuple(n for n in visit.needs if n.skill.startswith("skill")), fetch=self.depot)
        return replace(visit, barred_teams=tuple((team, EXCLUDED) for team in sorted(self.barred.get(visit.id, ()))))

    def plan(self, problem: Problem, plan: Plan, budget: Budget, share: float, rounds: int) -> Plan:
        """Plan and count in turn; return the best plan met, less those for whom there are no parts.

        The plan given still holds, for nobody who has not set out by now need have; it is the one to beat.
        """
        best, least = plan, (-len(plan.placed()), self.stock.way(plan))
        for number in range(rounds):
            if number >= EXPLORING * rounds:
                plan = best
                self._agree_with(best, fewer=number)
            asked = replace(problem, visits=tuple(map(self.as_asked, problem.visits)))
            plan = solve(asked, plan, budget.part(share / rounds), number + 1).plan
            broken = check(asked, plan)
            if broken:
                raise AssertionError(f"a plan that breaks {broken[0].rule}")
            lacking = self.stock.short(plan)
            sound = without(plan, lacking.keys())
            now = -len(sound.placed()), self.stock.way(sound)
            if now < least:
                best, least = sound, now
            unserved = {visit.id for visit in problem.visits} - plan.placed()
            for visit, team in lacking.items():
                bars = self.barred.setdefault(visit, set())
                bars.add(team)
                # Nobody has parts enough, as it seems.
                self.fetched |= {visit} if len(bars) >= BARS_MOST else set()
            # Whoever found no place one way may find one the other way.
            self.fetched ^= unserved
        self._agree_with(best)
        return best

    def _agree_with(self, plan: Plan, fewer: int | None = None) -> None:
        """Forget what was learned since a plan; with `fewer` a third of what it fetches shall be had without."""
        stops = {stop.visit: (route.team, stop.fetch is not None) for route in plan.routes for stop in route.stops}
        fetched = sorted(visit for visit, (_, has) in stops.items() if has)
        if fewer is not None:
            fetched = [visit for k, visit in enumerate(fetched) if k % 3 != fewer % 3]
        self.fetched = (self.fetched - stops.keys()) | set(fetched)
        for visit, (team, _) in stops.items():
            self.barred.get(visit, set[str]()).discard(team)


def without(plan: Plan, struck: Collection[str]) -> Plan:
    """Return a plan without some visits; the others keep their times."""
    kept = (replace(one, stops=tuple(s for s in one.stops if s.visit not in struck)) for one in plan.routes)
    return Plan(tuple(route for route in kept if route.stops))


def solve_stock(instance: Instance, stock: Stock, budget: Budget) -> Plan:
    """Return a plan for the whole day at once, or as its visits become known."""
    asked = _Asked(stock)
    if instance.released is None:
        return asked.plan(instance.problem, Plan(), budget, 1.0, ROUNDS)
    moments = sorted({0, *instance.released.values()})
    plan = Plan()
    for now in moments:
        first = now == moments[0]
        share, rounds = (FIRST, ROUNDS) if first else ((1 - FIRST) / (len(moments) - 1), ROUNDS_BY_DAY)
        plan = _known_at(instance, asked, plan, now, budget, share, rounds)
    return plan


def _known_at(
    instance: Instance, asked: _Asked, plan: Plan, now: int, budget: Budget, share: float, rounds: int
) -> Plan:
    """Plan for what is known by now; whoever has set out goes there."""
    released = instance.released or {}
    pins = set_out(instance.problem, asked.as_asked, plan, now)
    known = tuple(replace(v, pin=pins.get(v.id)) for v in instance.problem.visits if released.get(v.id, 0) <= now)
    return asked.plan(replace(instance.problem, now=now, visits=known), plan, budget, share, rounds)


def set_out(problem: Problem, asked: Callable[[Visit], Visit], plan: Plan, now: int) -> dict[str, Pin]:
    """Return who has set out for whom: as late as it goes, nobody knowing what will come."""
    visits = {visit.id: asked(visit) for visit in problem.visits}
    pins: dict[str, Pin] = {}
    for route in plan.routes:
        at = next(team.base for team in problem.teams if team.id == route.team)
        for stop in route.stops:
            visit = visits[stop.visit]
            first = visit.place if visit.fetch is None else visit.fetch.place
            begins = stop.start if stop.fetch is None else stop.fetch
            way, at = problem.travel.between(at, first)[0], visit.place
            if begins - way <= now:
                pins[stop.visit] = Pin(route.team, route.crew, stop.start)
    return pins
