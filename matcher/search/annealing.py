"""The search's course: what an unserved visit is worth and how warm it is, from the first step to the last.

Parts of the problem are searched side by side; after a while they are joined and cut anew. In the first phase an
unserved visit is cheap, so that tours get short; then it is dear, and the room won is filled. Where nearly everything
can be served it is dear throughout, and where the first phase leaves few, those few grow dearer in it already.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from linli.matcher.dice import Dice
from linli.matcher.exact.leaving_out import dearest
from linli.matcher.kernels import layout
from linli.matcher.kernels.carve import bring_back
from linli.matcher.kernels.layout import Longs, Notes, State, World
from linli.matcher.kernels.search import search
from linli.matcher.limits import Limits
from linli.matcher.search.carving import carve, settle
from linli.matcher.search.left_out import able_teams, lengths, nearest_bases, rarities, remotenesses
from linli.matcher.search.parts import Cutter, Share
from linli.matcher.search.pressure import Pressure
from linli.matcher.search.reserve import Reserve
from linli.matcher.search.side_by_side import SideBySide
from linli.matcher.search.world import arrays_of, stops_of, timetable_of
from linli.matcher.table import PairTable
from linli.matcher.timetable import Timetable

EPOCHS, EPOCHS_UNCUT = 80, 40
"""How often the teams are cut anew, where there is work enough, and how often a single part begins anew. On overloaded
days 20, 40 and 80 in turn served more and drove less; on tight ones 80 find room for all sooner than 40."""

EPOCH_TICKS_LEAST = 60_000
"""A shorter epoch, some milliseconds, would be mostly cutting."""

CHEAP, DEAR = 1_500, 100_000
"""Seconds an unserved visit of the lowest level is priced at in the first phase, and at least in the end."""

EXPLORE = 800
"""Per thousand of the work spent at the low price."""

EXPLORE_FEW = 650
"""The same where at most `FEW` are unserved: the last of them find room only while it is warm enough to make some."""

EASY = 15
"""Per thousand unserved up to which all can probably be served."""

LEVEL_FACTOR, LEVELS_MOST = 4, 8
"""How many visits of the next lower level one outweighs in the first phase, and for how many levels."""

WORTH_MOST = 1 << 61
"""All visits together must be worth no more: the kernels count in 64 bits with a sign."""

HELD = 1 << 40
"""Worth of a held visit: more than all others together."""

WARM, COOL = 1_000, 10
"""Seconds by which a step may on average be worse, at the start and in the end."""

COOLING = 978
"""In 1024ths, what is left of the warmth after each hundredth of the work: it brings 1,000 down to 10."""

FEW = 40
"""Per thousand unserved up to which the search insists on those, for room may yet be found for them. Only
where more are unserved are rarity, length and remoteness priced: there somebody has to be left out."""

INSISTENCE = 1_000
"""Seconds by which a visit becomes dearer with each epoch that it begins without a place, where all can be served: so
the hard one pushes an easy one out, which finds another place (Nagata and Braysy 2009 count such failures, too)."""

TICKS_PER_WORK = 200
"""Ticks of the kernels to a unit of work, so that a unit stays some eight microseconds of one thread."""

CHUNK = 500_000
"""Ticks between two looks at the caller's clock, over all threads: some twenty milliseconds."""


class Searched(NamedTuple):
    """What the search led to: the best timetable met, its steps and the work spent."""

    timetable: Timetable
    steps: int
    work: int


def anneal(timetable: Timetable, table: PairTable, limits: Limits, seed: int) -> Searched:
    """Search for better tours.

    Parameters
    ----------
    timetable : Timetable
        The start.
    table : PairTable
        Where the visits that may move fit.
    limits : Limits
        Work, time and threads.
    seed : int
        Of the random numbers.

    Returns
    -------
    Searched
        Never worse than the start.
    """
    course = _Course(timetable, table, limits, seed)
    if len(course.cutter.movable) > 0:
        course.run()
    found = timetable_of(timetable, course.arrays, course.best)
    return Searched(min(found, timetable, key=lambda one: one.key()), course.steps, course.ticks // TICKS_PER_WORK)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part under search."""

    share: Share
    world: World
    state: State
    notes: Notes

    def search(self, ticks: int, warmth: int) -> None:
        """Search on until so many ticks were counted."""
        search(self.world, self.state, self.notes, ticks, warmth)

    def number(self, place: int) -> int:
        return int(self.notes.numbers[place])


class _Course:
    """One run of the search over one problem."""

    def __init__(self, timetable: Timetable, table: PairTable, limits: Limits, seed: int) -> None:
        model = timetable.model
        self.arrays = arrays_of(timetable, table)
        self.reserve = Reserve(timetable, limits)
        self.limits = self.reserve.limits()
        self.dice = Dice(seed)
        self.allowed = limits.most_work() * TICKS_PER_WORK
        self.ticks = self.steps = 0
        self.level = np.array(model.level, dtype=np.int64)
        self.held = np.array(model.held, dtype=np.bool_)
        self.levels = model.levels
        self.model, self.days = model, model.days
        team_of_duty = np.array([duty.team for duty in model.duties], dtype=np.int64)
        self.cutter = Cutter(self.arrays.world, team_of_duty)
        self.left_out = self._prices_of_leaving_out(team_of_duty)
        beyond = dearest(self.arrays.world, self.arrays.world.visits, 0) + int(self.left_out.sum())
        self.dear = worths(np.bincount(self.level, minlength=model.levels).tolist(), beyond)
        self.most = self.arrays.world.duties[:, layout.MOST].copy()
        self.missed = np.zeros(len(self.level), np.int64)
        self.pressure = Pressure(len(self.level))
        self.present = self.arrays.tours.copy()
        self.best = self.present.copy()
        self.best_key: tuple[int, ...] | None = None

    def _prices_of_leaving_out(self, team_of_duty: Longs) -> Longs:
        """Return what leaving each visit out costs where it matters whom."""
        world, wanted, weights = self.arrays.world, self.cutter.movable, self.model.weights
        found = rarities(able_teams(world, team_of_duty), wanted, weights.rarity)
        found += lengths(np.array(self.model.duration, dtype=np.int64), wanted, weights.length)
        width = world.visits[:, layout.WIDTH]
        return found + remotenesses(nearest_bases(world), width, wanted, weights.remoteness)

    def run(self) -> None:
        """Search until work or time is spent."""
        easy, epoch, until = self._unserved(self._where()) <= EASY, 0, 0
        with SideBySide(self.limits.threads) as threads:
            while until < 1000:
                where = self._where()
                unserved = self._unserved(where)
                self.reserve.keep(unserved * len(self.cutter.movable) // 1000)
                if epoch == 2:
                    easy = unserved <= EASY
                if unserved <= FEW:
                    self.missed += where < 0
                done = self._done()
                behind = until < done
                until = self._next_cut(until)
                cheap = epoch >= 2 and not easy and done < (EXPLORE_FEW if unserved <= FEW else EXPLORE)
                if cheap:
                    self.pressure.grow(where < 0, unserved, behind=behind)
                self._allot()
                shares = self.cutter.cut(where, self.dice)
                parts = threads.map(partial(self._open, self._worth(cheap=cheap, crowded=unserved > FEW)), shares)
                if any(part.number(layout.FAULTS) for part in parts):
                    return
                self._run_epoch(threads, parts, until, warmth_at(done))
                self._join(parts)
                del parts  # else two epochs' arrays are in memory while the next parts are carved
                if self._is_over():
                    return
                epoch += 1

    def _next_cut(self, until: int) -> int:
        """Return how much of work or time is spent when the teams are cut anew, per thousand."""
        wanted = EPOCHS_UNCUT if self.cutter.count == 1 else EPOCHS
        epochs = max(4, min(wanted, self.allowed // EPOCH_TICKS_LEAST))
        return min(1000, until - (-1000 // epochs))

    def _unserved(self, where: Longs) -> int:
        """Return how many of the visits that may move have no duty, per thousand."""
        return -(-1000 * int((where[self.cutter.movable] < 0).sum()) // len(self.cutter.movable))

    def _allot(self) -> None:
        """Give what is left of every shared day to one of its duties: together they never exceed it."""
        for first, group in self.days.items():
            if first != group[0]:
                continue
            lucky = group[self.dice.below(len(group))]
            team = self.model.teams[self.model.duties[first].team]
            visits, work = self._used(group)
            for d in group:
                row = self.arrays.world.duties[d]
                if team.max_visits_per_day is not None:
                    left = team.max_visits_per_day - sum(visits.values()) if d == lucky else 0
                    row[layout.MOST] = min(int(self.most[d]), visits[d] + max(0, left) - self.arrays.begun.get(d, 0))
                if team.max_work_per_day is not None:
                    left = team.max_work_per_day - sum(work.values()) if d == lucky else 0
                    row[layout.MOST_WORK] = work[d] + max(0, left)

    def _used(self, group: list[int]) -> tuple[dict[int, int], dict[int, int]]:
        """Return how many stops some duties have now, begun ones included, and how much service they give."""
        stops = {d: stops_of(self.present, d) for d in group}
        begun = self.arrays.begun
        before = {d: int(self.arrays.world.duties[d, layout.WORK_BEFORE]) for d in group}
        visits = {d: len(stops[d]) + begun.get(d, 0) for d in group}
        return visits, {d: before[d] + sum(self.model.duration[v] for v in stops[d]) for d in group}

    def _open(self, worth: Longs, share: Share) -> _Part:
        world = carve(self.arrays.world, share.duties, share.visits)
        state, notes = settle(world, self.present, share.duties, share.visits, worth, share.seed)
        return _Part(share, world, state, notes)

    def _done(self) -> int:
        """Return how much of work or time is spent, per thousand."""
        spent = 1000 * self.ticks // max(1, self.allowed)
        return min(1000, spent if self.limits.gone is None else max(spent, self.limits.gone()))

    def _is_over(self) -> bool:
        return self._done() >= 1000 or (self.limits.until is not None and self.limits.until())

    def _run_epoch(self, threads: SideBySide, parts: list[_Part], until: int, warmth: int) -> None:
        """Let every part search until so much of work or time is spent, a chunk at a time."""
        share = max(1, (self.allowed * until // 1000 - self.ticks) // len(parts))
        chunk = max(1, CHUNK * max(1, self.limits.threads) // len(parts))
        targets = (*range(chunk, share, chunk), share)
        if self.limits.gone is not None and 1 < len(parts) <= self.limits.threads:
            threads.map(partial(self._run_part, targets, until, warmth), parts)
            return
        for target in targets:
            threads.map(partial(_Part.search, ticks=target, warmth=warmth), parts)
            if self.limits.until is not None and self.limits.until():
                return
            if self.limits.gone is not None and self.limits.gone() >= until:
                return

    def _run_part(self, targets: tuple[int, ...], until: int, warmth: int, part: _Part) -> None:
        """Let one part search until so much time is spent: by the clock, none waits for another, a slower one."""
        for target in targets:
            part.search(target, warmth)
            if self.limits.gone is not None and self.limits.gone() >= until:
                return

    def _join(self, parts: list[_Part]) -> None:
        """Take the parts' outcome over: the best tours of all, or the present ones if they are better."""
        best = self.present.copy()
        for part in parts:
            self.ticks += part.number(layout.TICKS)
            self.steps += part.number(layout.STEPS)
            bring_back(part.state, part.share.duties, part.share.visits, self.present, best)
        for tours in (best, self.present):
            key = self._key(tours)
            if self.best_key is None or key < self.best_key:
                self.best, self.best_key = tours.copy(), key

    def _stops(self, tours: Longs) -> tuple[Longs, Longs]:
        """Return all stops on tours and their duties."""
        columns = np.arange(tours.shape[1] - layout.FIRST_STOP, dtype=np.int64)
        duty, place = np.nonzero(columns < tours[:, layout.STOPS, None])
        return tours[duty, layout.FIRST_STOP + place], duty

    def _where(self) -> Longs:
        """Return each visit's duty, or -1."""
        where = np.full(len(self.level), -1, np.int64)
        stops, duty = self._stops(self.present)
        where[stops] = duty
        return where

    def _key(self, tours: Longs) -> tuple[int, ...]:
        """Return what tours are worth, the better ones less: held visits, then each level, then the cost."""
        stops, _ = self._stops(tours)
        served = np.bincount(self.level[stops], minlength=self.levels)
        return -int(self.held[stops].sum()), *(-served).tolist(), int(tours[:, layout.TOUR_COST].sum())

    def _worth(self, *, cheap: bool, crowded: bool) -> Longs:
        """Return what leaving each visit without a place costs in this phase; `crowded`: whether it matters whom."""
        more = self.left_out if crowded else 0
        if not cheap:
            dear = np.array(self.dear)[self.level] + INSISTENCE * self.missed + more
            return np.where(self.held, WORTH_MOST // (1 + len(self.held)), dear)
        used = np.flatnonzero(np.bincount(self.level, minlength=self.levels))
        above = np.minimum(len(used) - 1 - np.searchsorted(used, self.level), LEVELS_MOST - 1)
        return np.where(self.held, HELD, (CHEAP + self.pressure.price) * LEVEL_FACTOR**above + more)


def worths(counts: list[int], dearest: int) -> list[int]:
    """Return what a visit of each level is worth, so that the greater sum is the better vector.

    Parameters
    ----------
    counts : list of int
        How many visits there are at each level, the highest first.
    dearest : int
        More than all that a plan can cost.

    Returns
    -------
    list of int
        One visit of a level is worth more than all visits of lower levels and every cost together. Where such numbers
        do not fit, for some hundred visits from about the seventh level on, one visit outweighs only so many of the
        next lower level as do fit. Plans are compared by the vector itself all the same.
    """
    room = WORTH_MOST // (1 + sum(counts))
    exact, below, found = max(DEAR, dearest), 0, [0] * len(counts)
    for level in range(len(counts) - 1, -1, -1):
        found[level] = exact + below
        below += counts[level] * found[level]
    if max(found, default=0) <= room:
        return found
    used = [level for level, count in enumerate(counts) if count]
    factor = 2
    while DEAR * (factor + 1) ** (len(used) - 1) <= room:
        factor += 1
    higher = {level: len(used) - 1 - k for k, level in enumerate(used)}
    return [min(room, DEAR * factor ** higher.get(level, 0)) for level in range(len(counts))]


def warmth_at(done: int) -> int:
    """Return how warm the search is when so much is done, per thousand: it falls by the same factor in equal times.

    Staying warm longer on overloaded days was tried: as many are served after ten seconds, by ways 4 % longer, and
    fewer after two.
    """
    warmth = WARM << 10
    for _ in range(done // 10):
        warmth = warmth * COOLING >> 10
    return max(COOL, warmth >> 10)
