"""Searches for days of home care where two belong together: the matcher plans, the starts of two are moved around it.

The matcher knows two visits that belong together only by windows: neither begins before a given second, and whoever
comes later is late. From the order of all ways the earliest starts follow with which all belong together, and they are
given to the next round; but a few pairs are moved. What has become better, or only a little worse, is the next start;
the best plan by the file's own objective is kept.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from linli.matcher.checker import check
from linli.matcher.problem import EXCLUDED, Plan, Problem, Visit
from linli.matcher.search.solve import solve
from tests.bench.instances.budget import Budget, Watch
from tests.bench.instances.care_day import CareDay, Carer, Order, Pair, breaks, cost, earliest, late
from tests.bench.instances.instance import Scale

SPANS = (10.0, 25.0, 50.0, 100.0)
"""Units of the file by which a pair is moved at the most, one of them by lot."""

LED = 0.5
"""How often pairs are moved by planning one leg of each alone, and how often those are all of one carer."""

HURRIES = (0.0, 40.0, 80.0, 150.0)
"""Units of the file, one by lot, by which a leg planned alone counts as late before it is: prices have one slope."""

WAITING = 0.3
"""How often one of two may wait for the other without a price."""

REACH = 100.0
"""Units of the file after its start by which a visit of two must have begun; plans that need it all are bad ones."""

ROUNDS_MOST, ROUNDS_LEAST = 1_000, 6
WORK_PER_VISIT = 120
"""A round has at least so much work for every visit, if there are rounds enough."""

STALE = 60
"""Rounds without a better plan after which everything begins anew, until four fifths of the budget are gone."""

PATIENCE = 20
"""Per thousand by which a plan may be worse than the last at the start, to be gone on from; nothing in the end."""


def order_of(plan: Plan) -> Order:
    """Return every carer's visits in order."""
    return [(route.team, [stop.visit for stop in route.stops]) for route in plan.routes]


def starts_of(plan: Plan, scale: Scale) -> dict[str, float]:
    """Return when each visit begins by the plan, in the file's units."""
    return {stop.visit: stop.start / scale.seconds for route in plan.routes for stop in route.stops}


@dataclass(frozen=True, slots=True)
class _Found:
    """A plan, the starts with which two belong together, and its cost; infinite where a rule is broken."""

    plan: Plan
    starts: dict[str, float]
    cost: float


class _Search:
    """One search over one day."""

    def __init__(self, day: CareDay, problem: Problem, scale: Scale, budget: Budget, share: float) -> None:
        self.day, self.problem, self.scale = day, problem, scale
        self.budget, self.share = budget, share
        self.dice = random.Random(1)
        held = [carer.skills for carer in day.carers.values()]
        self.able = {name: sum(one.skill in skills for skills in held) for name, one in day.services.items()}
        self.paired = {name for pair in day.pairs for name in (pair.first, pair.second)}
        self.patient = False
        self.rounds = 0
        self.best = _Found(Plan(), {}, float("inf"))

    def first(self) -> _Found:
        """Return the best of three plans: one leg of all planned alone, begun early, or halfway through the windows."""
        alone = self._led(_Found(Plan(), {}, float("inf")), list(self.day.pairs))
        tries = [alone.starts, {}, {}]
        for pair in self.day.pairs:
            one = self.day.services[pair.first]
            for starts, at in zip(tries[1:], (one.opens, (one.opens + one.closes) / 2), strict=True):
                starts[pair.first], starts[pair.second] = at, at + pair.least
        return min((self.planned(alone.plan, starts) for starts in tries), key=lambda one: one.cost)

    def anew(self) -> _Found:
        """Return a plan from starts drawn by lot within the windows."""
        starts: dict[str, float] = {}
        for pair in self.day.pairs:
            one = self.day.services[pair.first]
            starts[pair.first] = one.opens + self.dice.random() * max(0.0, one.closes - one.opens)
            starts[pair.second] = starts[pair.first] + pair.least
        return self.planned(Plan(), starts)

    def better(self, now: _Found) -> _Found:
        """Give a few pairs other starts and plan once more."""
        if self.dice.random() < LED:
            now = self._led(now, self._of_a_carer(now) if self.dice.random() < LED else self._moved(now))
            return self.planned(now.plan, now.starts)
        starts = dict(now.starts)
        for pair in self._moved(now):
            one = self.day.services[pair.first]
            at, span = starts.get(pair.first, one.opens), self.dice.choice(SPANS)
            at = one.opens if self.dice.random() < 0.2 else max(one.opens, at + span * (2 * self.dice.random() - 1.3))
            starts[pair.first], starts[pair.second] = at, at + pair.least
        return self.planned(now.plan, starts)

    def _led(self, now: _Found, pairs: list[Pair]) -> _Found:
        """Plan some pairs by one leg alone, the one for which fewer are able; the other is to follow it."""
        lead: dict[str, Pair] = {}
        followers: set[str] = set()
        for pair in pairs:
            legs = sorted((pair.first, pair.second), key=lambda leg: (self.able[leg], self.dice.random()))
            lead[legs[0]] = pair
            followers.add(legs[1])
        bound = {name: at for name, at in now.starts.items() if name not in lead}
        barred, hurry = self._kept_apart(now.plan), self.scale.time(self.dice.choice(HURRIES))
        visits = tuple(
            self._leading(visit, hurry) if visit.id in lead else self._visit(visit, bound, barred, float("inf"))
            for visit in self.problem.visits
            if visit.id not in followers
        )
        plan = self._solved(replace(self.problem, visits=visits), now.plan)
        starts, told = dict(now.starts), starts_of(plan, self.scale)
        for leg, pair in lead.items():
            at = told.get(leg, self.day.services[leg].opens) - (0.0 if leg == pair.first else pair.least)
            starts[pair.first] = max(at, self.day.services[pair.first].opens)
            starts[pair.second] = starts[pair.first] + pair.least
        return _Found(plan, starts, float("inf"))

    def _leading(self, visit: Visit, hurry: int) -> Visit:
        """Return a leg that is planned alone: late earlier than it is, for it will make another late, too."""
        return visit if visit.due is None else replace(visit, due=max(visit.windows[0][0], visit.due - hurry))

    def _of_a_carer(self, now: _Found) -> list[Pair]:
        """Draw a carer and return the pairs of which this one is one."""
        mine = [{stop.visit for stop in route.stops} for route in now.plan.routes]
        served = self.dice.choice(mine or [set()])
        found = [pair for pair in self.day.pairs if served & {pair.first, pair.second}]
        return found or self._moved(now)

    def _moved(self, now: _Found) -> list[Pair]:
        """Draw a pair and some of those nearest to it in time."""
        pairs = list(self.day.pairs)
        one = self.dice.choice(pairs)
        at = now.starts.get(one.first, 0.0)
        pairs.sort(key=lambda pair: abs(now.starts.get(pair.first, 0.0) - at) * (0.5 + self.dice.random()))
        return pairs[: self.dice.randint(1, max(2, len(pairs) // 6))]

    def planned(self, plan: Plan, starts: dict[str, float]) -> _Found:
        """Plan once more from a plan on, all pairs bound to their starts."""
        barred, worst = self._kept_apart(plan), self._lateness_allowed(starts)
        self.patient = self.dice.random() < WAITING
        visits = tuple(self._visit(visit, starts, barred, worst) for visit in self.problem.visits)
        return self._judged(self._solved(replace(self.problem, visits=visits), plan), starts)

    def _solved(self, problem: Problem, plan: Plan) -> Plan:
        self.rounds += 1
        plan = solve(problem, plan, self.budget.part(self.share), self.rounds).plan
        broken = check(problem, plan)
        if broken:
            raise AssertionError(f"a plan that breaks {broken[0].rule}")
        return plan

    def _lateness_allowed(self, starts: dict[str, float]) -> float:
        """Return how late a visit may begin: now and then less than the worst of the plan."""
        worst = max(late(self.day, starts), default=0.0)
        return worst * self.dice.choice((0.8, 0.9, 1.0)) if worst > 0 and self.dice.random() < 0.3 else float("inf")

    def _visit(
        self, visit: Visit, starts: dict[str, float], barred: dict[str, list[tuple[str, str]]], worst: float
    ) -> Visit:
        """Return a visit of two with its start and its bars, another with how late it may be."""
        opens, closes = visit.windows[0]
        if visit.id in self.paired:
            opens = max(opens, min(closes, self.scale.time(starts[visit.id]) - 1))
            closes = min(closes, opens + self.scale.time(REACH))
            # Late is who comes later than the other, which makes both late; or waiting costs nothing, as in the file.
            due = max(opens, self.scale.time(self.day.services[visit.id].closes)) if self.patient else opens
            return replace(visit, windows=((opens, closes),), due=due, barred_teams=tuple(barred.get(visit.id, ())))
        if worst < float("inf"):
            closes = max(opens, min(closes, self.scale.time(self.day.services[visit.id].closes + worst)))
        return replace(visit, windows=((opens, closes),))

    def _kept_apart(self, plan: Plan) -> dict[str, list[tuple[str, str]]]:
        """Share out by lot who could be either of two, for nobody can be both; who is one now may go on."""
        goes = {stop.visit: route.team for route in plan.routes for stop in route.stops}
        found: dict[str, list[tuple[str, str]]] = {}
        for pair in self.day.pairs:
            legs = pair.first, pair.second
            able = [{name for name, carer in self.day.carers.items() if self._can(carer, leg)} for leg in legs]
            mine, both = [able[0] - able[1], able[1] - able[0]], sorted(able[0] & able[1])
            now = goes.get(legs[0]), goes.get(legs[1])
            self.dice.shuffle(both)
            both.sort(key=lambda name: name not in now)
            for name in both:
                side = now.index(name) if name in now and now[0] != now[1] else self.dice.randrange(2)
                # Whichever of two has nobody yet comes first.
                side = 1 - side if mine[side] and not mine[1 - side] else side
                mine[side].add(name)
            for side in (0, 1):
                found[legs[side]] = [(name, EXCLUDED) for name in both if name not in mine[side]]
        return found

    def _can(self, carer: Carer, leg: str) -> bool:
        return self.day.services[leg].skill in carer.skills

    def _judged(self, plan: Plan, before: dict[str, float]) -> _Found:
        """Return a plan with the starts with which two belong together; remember it if it is the best so far."""
        order = order_of(plan)
        starts = earliest(self.day, order, starts_of(plan, self.scale))
        if starts is None:
            return _Found(plan, before, float("inf"))
        sound = not breaks(self.day, order, starts)
        found = _Found(plan, {**before, **starts}, cost(self.day, order, starts) if sound else float("inf"))
        self.best = min(self.best, found, key=lambda one: one.cost)
        return found


def solve_pairs(day: CareDay, problem: Problem, scale: Scale, budget: Budget) -> Plan:
    """Return the best plan found within a budget; its order counts, its starts are computed from it."""
    if not day.pairs:
        return solve(problem, Plan(), budget.part(1.0), 1).plan
    watch = Watch(budget)
    rounds = max(ROUNDS_LEAST, min(ROUNDS_MOST, budget.work // (WORK_PER_VISIT * len(problem.visits))))
    search = _Search(day, problem, scale, budget, 1 / rounds)
    now, since = search.first(), 0
    for number in range(rounds):
        if watch.gone() >= 1 or search.rounds >= rounds:
            break
        found, least = search.better(now), search.best.cost
        done = max(number / rounds, watch.gone())
        if now.cost == float("inf") or found.cost < now.cost * (1 + PATIENCE / 1000 * (1 - done)):
            now = found
        since = 0 if found.cost < least else since + 1
        if since >= STALE and done < 0.8:
            now, since = search.anew(), 0
        elif number % 25 == 24 and search.best.cost < float("inf") and (since < STALE // 2 or done >= 0.8):
            now = search.best
    return search.best.plan
