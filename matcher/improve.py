"""Ruin and recreate: take strings of neighbouring stops off their tours and insert everything anew.

After Christiaens and Vanden Berghe (2020), doi 10.1287/trsc.2019.0914: strings are removed from several tours around
one place, then the removed visits and those on no tour are inserted at their cheapest places in a varying order. What
was promised stays: a step that leaves a held visit without a place is undone.

Notes
-----
Plain Python, some hundreds of steps a second. A compiled search can take this module's place: it needs a timetable, a
meter, dice and a pool, and leaves the best timetable found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from linli.matcher.dice import Dice
from linli.matcher.duties import Fit
from linli.matcher.insertion import NEVER, best_in_tour
from linli.matcher.model import Model
from linli.matcher.pool import Meter, Pool
from linli.matcher.route import Timetable, Tour

NEIGHBOURS = 40
"""How many of a visit's nearest visits a step may move or place; farther ones hardly share a tour with it."""

NARROW, WIDE, RARELY = 3, 6, 4
"""From up to how many tours a ruin mostly removes stops, and from up to how many every so often.

Small steps are quick, and most progress on a large day comes from them; on a small day only large ones lead out of a
rut.
"""

LONGEST = 10
"""The longest string removed from one tour, as in the paper."""

CHEAP = 1_500
"""Seconds an unserved visit is priced at while the search explores: a low price lets routes get short first."""

DEAR = 20_000
"""Seconds an unserved visit is priced at in the end: more than any visit costs within a county's shift."""

CLASS_FACTOR = 4
"""How many visits of the next lower class of urgency one visit outweighs while searching; results compare exactly."""

MOST_CLASSES = 8
"""Up to how many classes the search tells apart; results are compared exactly."""

EXPLORE = 50
"""Per cent of the work spent at the low price."""

WARMTH = 1_000
"""Seconds by which a step may be worse at the start and still be kept; falls to nothing in the end."""

NEARLY = 10_000
"""Seconds by which a step may be worse for its tours still to be offered to OR-Tools."""

OVERLOOK = 400
"""About one in so many tests of a visit on a tour is left out: a little noise leads out of ruts."""

STEP_WORK = 20
"""Work units a step costs beside its insertion tests."""

Order = Callable[[int], int]


class Search:
    """One run of ruin and recreate over a timetable, which it changes in place.

    Parameters
    ----------
    timetable : Timetable
        The start.
    meter : Meter
        Work spent and allowed.
    dice : Dice
        Random numbers.
    pool : Pool
        Takes the tours of all steps that were not much worse.
    """

    def __init__(self, timetable: Timetable, meter: Meter, dice: Dice, pool: Pool) -> None:
        self.model: Model = timetable.model
        self.now = timetable
        self.meter = meter
        self.dice = dice
        self.pool = pool
        self.steps = 0
        self._nearby: dict[int, list[int]] = {}
        self._saved: dict[int, Tour] = {}
        self._fit_on: dict[int, dict[int, Fit]] = {}
        self._movable = [v for v in range(len(self.model.visits)) if self.model.fits(v) and not self.model.fixed[v]]
        self._absent = [v for v in self._movable if timetable.where[v] < 0]
        self._rank = [self._outweighs(visit) for visit in range(len(self.model.visits))]

    def _outweighs(self, visit: int) -> int:
        """Return how many visits of the least urgent class a visit outweighs; held ones stand above all classes."""
        above = self.model.classes - 1 - self.model.visits[visit].urgency
        return int(CLASS_FACTOR ** (MOST_CLASSES if self.model.held[visit] else min(above, MOST_CLASSES - 1)))

    def run(self) -> Timetable:
        """Search until the work is spent; return the best timetable met, the start included."""
        begin, budget = self.meter.spent, max(1, self.meter.left())
        best, best_key = self.now.copy(), self.now.key()
        if not self._movable:
            return best
        for tour in self.now.tours:
            self.pool.see(tour)
        cost = self.now.cost()
        while self.meter.left() > 0:
            done = 100 * (self.meter.spent - begin) // budget
            price = DEAR if done >= EXPLORE or not self._absent else CHEAP
            kept, cost = self._step(cost, price, WARMTH * (100 - done) // 100)
            if kept:
                key = self.now.key()
                if key < best_key:
                    best, best_key = self.now.copy(), key
        return best

    def _step(self, cost: int, price: int, warmth: int) -> tuple[bool, int]:
        """Ruin, recreate, and keep the outcome or undo it; return whether it was kept and the cost of all tours."""
        self.steps += 1
        self.meter.spent += STEP_WORK
        near = self._near(self._centre())
        before = [v for v in near if self.now.where[v] < 0]
        removed = self._ruin(near)
        left = self._recreate(removed, before)
        change = sum(self.now.tours[duty].cost - tour.cost for duty, tour in self._saved.items())
        loss = price * (sum(self._rank[v] for v in left) - sum(self._rank[v] for v in before))
        dropped = any(self.model.held[v] for v in left if v in removed)
        keep = not dropped and change + loss < self.dice.below(warmth + 1) + 1
        if not dropped and change + loss < NEARLY:
            for duty in self._saved:
                self.pool.see(self.now.tours[duty])
        if keep:
            self._absent = sorted(set(self._absent).difference(before).union(left))
            cost += change
        else:
            self._undo()
        self._saved = {}
        return keep, cost

    def _undo(self) -> None:
        for duty in self._saved:
            for visit in self.now.tours[duty].stops:
                self.now.where[visit] = -1
        for duty, tour in self._saved.items():
            self.now.tours[duty] = tour
            for visit in tour.stops:
                self.now.where[visit] = duty

    def _own(self, duty: int) -> Tour:
        """Return the duty's tour to be changed, the old one put aside for undoing."""
        tour = self.now.tours[duty]
        if duty not in self._saved:
            self._saved[duty] = tour
            tour = self.now.tours[duty] = tour.copy()
        return tour

    def _near(self, visit: int) -> list[int]:
        """Return the movable visits nearest to one, itself first."""
        known = self._nearby.get(visit)
        if known is None:
            way, place = self.model.seconds_from(self.model.place[visit]), self.model.place
            order = sorted(self._movable, key=lambda other: (other != visit, way[place[other]], other))
            known = self._nearby[visit] = order[:NEIGHBOURS]
        return known

    def _centre(self) -> int:
        """Return the visit to ruin around, one without a place more often than its share."""
        among = self._absent if self._absent and self.dice.below(10) == 0 else self._movable
        return among[self.dice.below(len(among))]

    def _ruin(self, near: list[int]) -> set[int]:
        """Remove strings from the tours that serve visits near by; return the visits removed."""
        tours = self.dice.below(WIDE if self.dice.below(RARELY) == 0 else NARROW) + 1
        removed: set[int] = set()
        ruined: set[int] = set()
        for visit in near:
            duty = self.now.where[visit]
            if duty < 0 or duty in ruined:
                continue
            if len(ruined) == tours:
                break
            ruined.add(duty)
            removed |= self._remove_string(duty, visit)
        return removed

    def _remove_string(self, duty: int, visit: int) -> set[int]:
        """Remove a random string of stops that holds the visit; committed stops stay."""
        stops = self.now.tours[duty].stops
        length = self.dice.below(min(LONGEST, len(stops))) + 1
        at = stops.index(visit)
        first, last = max(0, at - length + 1), min(at, len(stops) - length)
        begin = first + self.dice.below(last - first + 1)
        gone = [v for v in stops[begin : begin + length] if not self.model.fixed[v]]
        tour = self._own(duty)
        if not tour.take_all(gone):
            self.now.tours[duty] = self._saved.pop(duty)
            return set()
        for v in gone:
            self.now.where[v] = -1
        return set(gone)

    def _order(self) -> Order:
        """Return one of several sort keys for recreating."""
        model, roll = self.model, self.dice.below(100)
        if roll < 40:
            salt = self.dice.next()
            return lambda v: (v * 0x9E3779B97F4A7C15 ^ salt) * 0xBF58476D1CE4E5B9 >> 17 & 0xFFFFFFFF
        if roll < 60:
            return lambda v: sum(hi - lo for lo, hi in model.visits[v].windows)
        if roll < 75:
            return lambda v: model.duration[v]
        if roll < 90:
            return lambda v: len(model.fits(v))
        return lambda v: -model.duration[v]

    def _recreate(self, removed: set[int], before: list[int]) -> list[int]:
        """Insert the removed visits anywhere, those that had no place on changed tours; return those left over."""
        model, key = self.model, self._order()
        order = sorted((*removed, *before), key=lambda v: (not model.held[v], model.visits[v].urgency, key(v), v))
        left: list[int] = []
        for visit in order:
            spot = self._best(visit, anywhere=visit in removed)
            if spot is None:
                left.append(visit)
                continue
            fit, position = spot
            tour = self._own(fit.duty)
            tour.put(position, visit, fit)
            self.now.where[visit] = fit.duty
        return left

    def _candidates(self, visit: int, *, anywhere: bool) -> Iterable[Fit]:
        """Return where to try a visit; one that was on no tour before can only have found room where tours changed."""
        if anywhere:
            return self.model.fits(visit)
        known = self._fit_on.get(visit)
        if known is None:
            known = self._fit_on[visit] = {fit.duty: fit for fit in self.model.fits(visit)}
        return [known[duty] for duty in self._saved if duty in known]

    def _best(self, visit: int, *, anywhere: bool) -> tuple[Fit, int] | None:
        """Return the cheapest place, now and then overlooking a tour for variety."""
        best, bound = None, NEVER
        tours, duration = self.now.tours, self.model.duration[visit]
        overlook = self.dice.below(OVERLOOK)
        for fit in self._candidates(visit, anywhere=anywhere):
            tour = tours[fit.duty]
            if duration > tour.room:
                continue
            overlook -= 1
            if overlook == 0:
                continue
            known = tour.memo.get(visit)
            if known is None:
                self.meter.spent += 1
                known = tour.memo[visit] = best_in_tour(tour, visit, fit)
            if known[0] < bound:
                bound, best = known[0], (fit, known[1])
        return best
