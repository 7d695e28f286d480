"""Orders that come one by one before the day, each answered at once, beside the plan of somebody who knew them all.

A round is what the dispatcher's is: the new visit and those without a place are sought beside the last plan, whoever
has a place is promised it and never dropped again, and the search makes the tours shorter for the next one. Teams are
asked late, so until the day everything promised may still move within its window.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace

from linli.matcher.checker import check
from linli.matcher.insertion.insertion import cheapest_teams
from linli.matcher.insertion.repair import repair
from linli.matcher.memory import Memory
from linli.matcher.model import Model
from linli.matcher.objective import evaluate
from linli.matcher.problem import Pin, Plan, Problem, Visit
from linli.matcher.rounds.crowding import Crowding
from linli.matcher.search.solve import Limits, solve
from tests.bench.match import solver_vroom
from tests.bench.match.deadline import NO_HURRY_S, Deadline
from tests.bench.match.schedule import plan_of


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How orders come and are answered.

    Parameters
    ----------
    seed : int
        Of their order, and of the search.
    work : int
        Deterministic units of a round.
    price : int or None
        Seconds that a visit may add to the plan; one that adds more waits, and is looked at again in every round. At
        the end whoever waits is taken at any price.
    crowded : int
        Percent of the day's hours that must be taken before the price holds.
    frozen : int
        Percent of the orders whose team is asked as soon as they are promised, and stays: as on the day itself.
    """

    seed: int = 1
    work: int = 1_000
    price: int | None = None
    crowded: int = 0
    frozen: int = 0


@dataclass(frozen=True, slots=True)
class Came:
    """What became of a day: who was served, at what cost and travel, how many had to wait for their promise."""

    served: int
    seconds: int
    travel: int
    waited: int
    broken: int
    placed: frozenset[str] = frozenset()


def arrive(problem: Problem, arrivals: Arrivals) -> Came:
    """Let the visits of a day come one by one.

    Raises
    ------
    AssertionError
        If the checker refuses the plan, or a promise was broken.
    """
    dice = random.Random(arrivals.seed)
    coming = list(problem.visits)
    dice.shuffle(coming)
    round_ = _Rounds(problem, arrivals)
    for visit in coming:
        round_.take(visit)
    return round_.end()


class _Rounds:
    """The rounds of one day: what is promised, what waits, and the plan."""

    def __init__(self, problem: Problem, arrivals: Arrivals) -> None:
        self.problem, self.arrivals = problem, arrivals
        self.memory = Memory(problem.travel, problem.weights)
        self.promised: list[Visit] = []
        self.waiting: list[Visit] = []
        self.waited: set[str] = set()
        self.plan = Plan()
        self.number = 0
        dice = random.Random(f"frozen/{arrivals.seed}")
        self.frozen = {one.id for one in problem.visits if dice.randrange(100) < arrivals.frozen}

    def take(self, visit: Visit) -> None:
        """Answer one more order, and look again at those that wait."""
        self.waiting.append(visit)
        self._plan([one for one in self.waiting if self._is_cheap(one)], self.arrivals.work)
        self.waited |= {one.id for one in self.waiting}

    def end(self) -> Came:
        """Take at any price whoever still waits, and count."""
        self._plan(self.waiting, 10 * self.arrivals.work)
        whole = replace(self.problem, visits=tuple(self.promised + self.waiting))
        assert check(whole, self.plan) == []
        placed = self.plan.placed()
        broken = sum(one.id not in placed for one in self.promised)
        assert broken == 0
        worth = evaluate(whole, self.plan)
        return Came(len(placed), worth.cost, worth.terms.travel, len(self.waited & placed), broken, placed)

    def _plan(self, admitted: list[Visit], work: int) -> None:
        self.number += 1
        seed = 1_000 * self.arrivals.seed + self.number
        known = replace(self.problem, visits=(*self.promised, *admitted), memory=self.memory)
        self.plan = solve(known, self.plan, Limits(work), seed).plan
        placed = self.plan.placed()
        pins = self._pins()
        self.promised += [replace(one, promised=True, pin=pins.get(one.id)) for one in admitted if one.id in placed]
        self.waiting = [one for one in self.waiting if one.id not in placed]

    def _pins(self) -> dict[str, Pin]:
        """Return where the orders stand whose teams are asked at once."""
        return {
            stop.visit: Pin(route.team, route.crew, stop.start)
            for route in self.plan.routes
            for stop in route.stops
            if stop.visit in self.frozen
        }

    def _is_cheap(self, visit: Visit) -> bool:
        price = self.arrivals.price
        if price is None:
            return True
        known = replace(self.problem, visits=(*self.promised, visit), memory=self.memory)
        if self.arrivals.crowded:
            timetable, _ = repair(Model(known), self.plan)
            if Crowding(timetable).of(len(self.promised)) < self.arrivals.crowded:
                return True
        found = cheapest_teams(known, self.plan, visit.id, 1)
        return bool(found) and found[0].cost <= price


def all_known(problem: Problem, work: int, level: int, seed: int = 1) -> dict[str, tuple[int, int]]:
    """Return who is served at what cost where everything is known: by Linli's own long search, and by VROOM."""
    ours = solve(problem, Plan(), Limits(work), seed).plan
    return {"linli": _worth(problem, ours), "vroom": _vroom(problem, level)}


def _vroom(problem: Problem, level: int) -> tuple[int, int]:
    orders = solver_vroom.solve(problem, Deadline("wall", NO_HURRY_S, 1, time.monotonic()), f"x{level}")
    return _worth(problem, plan_of(problem, orders))


def _worth(problem: Problem, plan: Plan) -> tuple[int, int]:
    assert check(problem, plan) == []
    return len(plan.placed()), evaluate(problem, plan).cost
