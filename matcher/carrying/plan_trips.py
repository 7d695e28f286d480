"""The course of a search for trips: what leaving an errand out costs, and how warm it is, from first step to last."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linli.matcher.carrying.check_trips import faults_of_trips
from linli.matcher.carrying.errands import Errands, Trips, way_of
from linli.matcher.carrying.ground_of import ground_of, notes_of, state_of, trips_of
from linli.matcher.dice import Dice
from linli.matcher.kernels import layout, trips_layout
from linli.matcher.kernels.layout import NEVER, Longs
from linli.matcher.kernels.trips_search import lay_out, search_trips
from linli.matcher.limits import Limits

TICKS_PER_WORK = 200
"""Ticks of the kernels to a unit of work, as in the matcher's search."""

EASY = 15
"""Per thousand without a place up to which all can probably be served."""

WORTH_MOST = 1 << 60
"""All errands together are worth no more: the kernels count in 64 bits with a sign."""

CHUNK = 200_000
"""Ticks between two looks at the caller's clock."""

EPOCHS = 40
"""How often the price of leaving out is set anew."""

WARM, COOL = 40, 1
"""Per cent of the mean way to a task by which a step may on average be worse, at the start and in the end."""

CHEAP, EXPLORE = 3, 800
"""Where not all can be served: how many times its mean way an errand is worth, until so much is done, per thousand."""


class Planned(NamedTuple):
    """The best trips met, steps and work."""

    trips: Trips
    steps: int
    work: int


def dear_worths(counts: list[int], dearest: int) -> list[int]:
    """Return what an errand of each level is worth: more than all of lower levels and every way, as far as it fits.

    Parameters
    ----------
    counts : list of int
        How many errands there are at each level, the highest first.
    dearest : int
        More than all ways together.
    """
    most, below, found = WORTH_MOST // (1 + sum(counts)), 0, [0] * len(counts)
    for level in range(len(counts) - 1, -1, -1):
        found[level] = min(most, dearest + below)
        below += counts[level] * found[level]
    return found


def value_of(problem: Errands, trips: Trips) -> tuple[int, ...]:
    """Return what trips are worth, the better ones less: errands run at each level, then seconds of way."""
    served = [0] * (1 + max((one.level for one in problem.errands), default=0))
    for trip in trips.values():
        for done in trip:
            served[problem.errands[done.errand].level] -= not done.fetching
    return (*served, sum(way_of(problem, vehicle, trip) for vehicle, trip in trips.items()))


def plan_trips(problem: Errands, trips: Trips, limits: Limits, seed: int) -> Planned:
    """Search for better trips.

    Parameters
    ----------
    problem : Errands
        What is to be done.
    trips : Trips
        The start; may be empty.
    limits : Limits
        Work and time; one thread works.
    seed : int
        Of the random numbers.

    Returns
    -------
    Planned
        Never worse than the start, and the same for the same input, seed and work.

    Raises
    ------
    AssertionError
        If a trip breaks a rule: then a kernel was wrong.
    """
    if not problem.errands or not problem.vehicles or limits.work <= 0:
        return Planned(trips, 0, 0)
    course = _Course(problem, trips, limits, seed)
    course.run()
    faults = faults_of_trips(problem, course.best)
    if faults:
        raise AssertionError(f"a trip that breaks a rule: {faults[0]}")
    return Planned(course.best, course.number(layout.STEPS), course.number(layout.TICKS) // TICKS_PER_WORK)


class _Course:
    """One run over one problem."""

    def __init__(self, problem: Errands, trips: Trips, limits: Limits, seed: int) -> None:
        self.problem, self.limits = problem, limits
        self.ground = ground_of(problem, min(one.opens for one in problem.vehicles))
        self.level = np.array([one.level for one in problem.errands], dtype=np.int64)
        many = len(problem.errands)
        far = int(self.ground.errands[:, trips_layout.FAR].max()) + int(problem.ways.max())
        self.dear = dear_worths(np.bincount(self.level).tolist(), 1 + 2 * many * far)
        self.best, self.best_value = trips, value_of(problem, trips)
        self.allowed = limits.most_work() * TICKS_PER_WORK
        self.state = state_of(self.ground, trips if self._has_room(trips) else {}, self._worth(0, 1))
        self.notes = notes_of(self.ground, self.state, Dice(seed).below(1 << 30) + 1)

    def _has_room(self, trips: Trips) -> bool:
        """Say whether no trip is longer than the arrays' rows; a search that cannot hold its start goes without."""
        most = int(self.ground.vehicles[:, trips_layout.MOST].max(initial=0))
        return all(len(trip) <= most for trip in trips.values())

    def number(self, place: int) -> int:
        """Return one of the search's numbers."""
        return int(self.notes.numbers[place])

    def run(self) -> None:
        """Search until work or time is spent."""
        lay_out(self.ground, self.state, self.notes)
        if self.number(layout.FAULTS):
            self.state = state_of(self.ground, {}, self.state.worth)
            lay_out(self.ground, self.state, self.notes)
        easy = True
        for epoch in range(EPOCHS):
            until = 1000 * (epoch + 1) // EPOCHS
            self._search(until)
            self._keep()
            if self._is_over():
                return
            if epoch == 1:
                easy = 1000 * self.number(layout.ABSENT) <= EASY * len(self.level)
            self.state.worth[:] = self._worth(CHEAP if not easy and until < EXPLORE else 0, self._mean_way())
            lay_out(self.ground, self.state, self.notes)

    def _search(self, until: int) -> None:
        """Search until so much is done, per thousand."""
        target = self.allowed * until // 1000
        while self.number(layout.TICKS) < target and not self._is_over():
            if self.limits.gone is not None and self.limits.gone() >= until:
                return
            ticks = min(target, self.number(layout.TICKS) + CHUNK)
            search_trips(self.ground, self.state, self.notes, ticks, self._warmth())

    def _is_over(self) -> bool:
        return self.limits.until is not None and self.limits.until()

    def _warmth(self) -> int:
        """Return how warm the search is: it falls by the same factor in equal times."""
        spent = 1000 * self.number(layout.TICKS) // max(1, self.allowed)
        done = min(1000, spent if self.limits.gone is None else max(spent, self.limits.gone()))
        hundredths = (WARM * 100) << 10
        for _ in range(done // 10):
            hundredths = hundredths * COOLING >> 10
        return max(1, self._mean_way() * max(COOL * 100, hundredths >> 10) // 10_000)

    def _mean_way(self) -> int:
        """Return the mean way to a task on the present trips."""
        books = self.state.books
        tasks = int(books[:, trips_layout.COUNT].sum()) + int((books[:, trips_layout.COUNT] > 0).sum())
        return int(books[:, trips_layout.COST].sum()) // max(1, tasks)

    def _worth(self, cheap: int, mean: int) -> Longs:
        """Return what leaving each errand out costs: more than any way, or so many times the mean way."""
        if not cheap:
            return np.array(self.dear, dtype=np.int64)[self.level]
        top = int(self.level.max())
        tasks = 1 + self.ground.errands[:, trips_layout.FETCHED]
        worth: Longs = np.minimum(NEVER, cheap * mean * tasks * 4 ** np.minimum(top - self.level, 8))
        return worth

    def _keep(self) -> None:
        """Keep the best trips met if they are better than those before."""
        trips = trips_of(self.problem, self.state.best)
        value = value_of(self.problem, trips)
        if value < self.best_value:
            self.best, self.best_value = trips, value


COOLING = 987
"""In 1024ths, what is left of the warmth after each hundredth: it brings 40 down to 1."""
