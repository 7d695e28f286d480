"""Whose tours there are to choose from: groups of equal duties, and the visits that may go on each, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from linli.matcher.duties import NO_LIMIT
from linli.matcher.exact.choices import Column
from linli.matcher.kernels import layout
from linli.matcher.kernels import tour_sets_layout as kernel
from linli.matcher.kernels.layout import Ints, Longs, World
from linli.matcher.kernels.tour_sets import shortest
from linli.matcher.model import Model
from linli.matcher.route import Tour, soft_price
from linli.matcher.table import PairTable
from linli.matcher.timetable import Timetable

VISITS_MOST = 62
"""On one duty: a set of them is a number of 64 bits."""

PAIRS_MOST = 5_000
"""Visits with duties: a county's round has 1,800 at most. Where there are far more nothing is proved in time."""


class SharedDay(NamedTuple):
    """A day's limit on several duties.

    Parameters
    ----------
    groups : frozenset of int
        The groups of these duties.
    by_work : bool
        Whether seconds of service are limited, else visits.
    limit : int
        What is left beside what has begun or is agreed.
    """

    groups: frozenset[int]
    by_work: bool
    limit: int


class DutyGroups(NamedTuple):
    """The groups.

    Parameters
    ----------
    world : World
        The problem as arrays.
    least : array
        Ways with detours, see `tour_sets.shortest`.
    rows, able : array
        As the kernel takes them.
    duties : tuple of tuple of int
        Each group's duties; more than one where crews are equal and nothing they do is agreed.
    visits : tuple of int
        The visits that may move and fit somewhere, ascending.
    row_of : tuple of tuple of int
        For each group, by its bits, where the visit stands among `visits`; -1 where it does not move.
    days : tuple of SharedDay
        Limits over several groups.
    duration : array
        Seconds of service by `visits`.
    """

    world: World
    least: Ints
    rows: Longs
    able: Ints
    duties: tuple[tuple[int, ...], ...]
    visits: tuple[int, ...]
    row_of: tuple[tuple[int, ...], ...]
    days: tuple[SharedDay, ...]
    duration: tuple[int, ...]

    def column(self, group: int, made: int, cost: int) -> Column:
        """Return the column of a set."""
        rows = self.row_of[group]
        visits = tuple(rows[k] for k in range(made.bit_length()) if made >> k & 1 and rows[k] >= 0)
        shares = tuple((k, self._share(day, visits)) for k, day in enumerate(self.days) if group in day.groups)
        return Column(group, made, visits, shares, cost)

    def _share(self, day: SharedDay, visits: tuple[int, ...]) -> int:
        return sum(self.duration[visit] for visit in visits) if day.by_work else len(visits)

    def prices_by_pair(self, visits: list[int], days: list[int]) -> Longs:
        """Return what making a visit takes off a tour's reduced cost, by the rows of `able`."""
        price, begin = np.zeros(len(self.able), np.int64), 0
        of_visit = np.array([*visits, 0], dtype=np.int64)
        for group, rows in enumerate(self.row_of):
            mine = price[begin : begin + len(rows)]
            mine += of_visit[list(rows)]
            for day, price_of_day in zip(self.days, days, strict=True):
                if price_of_day and group in day.groups:
                    mine += [price_of_day * self._share(day, (visit,)) if visit >= 0 else 0 for visit in rows]
            begin += len(rows)
        return price


def may_be_listed(timetable: Timetable, table: PairTable) -> bool:
    """Say whether all that the rules allow can be said by groups: nothing has a choice that has begun or is agreed.

    Parameters
    ----------
    timetable : Timetable
        The present tours.
    table : PairTable
        Where the visits that may move fit.

    Notes
    -----
    What the pair rules refuse is not listed: see `too_strict`.
    """
    model = timetable.model
    if len(table.duty) > PAIRS_MOST or np.bincount(table.duty).max(initial=0) > VISITS_MOST:
        return False
    on: list[int] = table.duty.tolist()
    if any(model.duties[duty].most_metres < NO_LIMIT for duty in set(on)):
        return False
    if not all(_has_no_choice(timetable, v) for v, is_fixed in enumerate(model.fixed) if is_fixed):
        return False
    known = set(zip(table.visit.tolist(), table.duty.tolist(), strict=True))
    return all(model.fixed[v] or d < 0 or (v, d) in known for v, d in enumerate(timetable.where))


def _has_no_choice(timetable: Timetable, visit: int) -> bool:
    """Say whether a visit that does not move stands where alone it may."""
    model, pin = timetable.model, timetable.model.visits[visit].pin
    if timetable.where[visit] < 0:
        return not model.fits(visit)
    team = model.teams[model.duties[timetable.where[visit]].team]
    return pin is not None and (pin.crew is not None or team.crews == 1)


def groups_of(timetable: Timetable, table: PairTable, world: World, begun: Mapping[int, int]) -> DutyGroups | None:
    """Return the groups; None where what has begun or is agreed does not hold by itself.

    Parameters
    ----------
    timetable : Timetable
        The present tours.
    table : PairTable
        Where the visits that may move fit; `may_be_listed`.
    world : World
        The same as arrays.
    begun : mapping of int to int
        By duty, how many begun visits stand at the head of its tour.
    """
    model, gathered = timetable.model, _Gathered(timetable, world, begun)
    for duties in _equal(timetable, table):
        if not gathered.add(duties):
            return None
    days = tuple(_days(timetable, gathered.duties))
    if any(day.limit < 0 for day in days):
        return None
    least = np.empty_like(world.way)
    shortest(world.way, least)
    visits: list[int] = np.unique(table.visit).tolist()
    number = {visit: k for k, visit in enumerate(visits)}
    return DutyGroups(
        world,
        least,
        np.array(gathered.rows, dtype=np.int64).reshape(-1, kernel.GROUP_COLUMNS),
        np.array([one for able in gathered.able for one in able], dtype=np.int32).reshape(-1, kernel.ABLE_COLUMNS),
        tuple(gathered.duties),
        tuple(visits),
        tuple(tuple(number.get(visit, -1) for visit, *_ in able) for able in gathered.able),
        days,
        tuple(model.duration[visit] for visit in visits),
    )


def _equal(timetable: Timetable, table: PairTable) -> Iterator[tuple[int, ...]]:
    """Yield the duties on which a visit that may move fits, those of equal crews together."""
    model, order = timetable.model, np.argsort(table.duty, kind="stable")
    found, begins = np.unique(table.duty[order], return_index=True)
    duties: list[int] = found.tolist()
    fits = np.stack((table.visit, table.latest, table.price), axis=1)[order]
    alike: dict[tuple[int, int, int, bytes], list[int]] = {}
    for duty, mine in zip(duties, np.split(fits, begins[1:]), strict=True):
        on = model.duties[duty]
        own = duty if any(model.fixed[visit] for visit in timetable.tours[duty].stops) else -1
        alike.setdefault((on.team, on.shift, own, mine.tobytes()), []).append(duty)
    yield from map(tuple, alike.values())


class _Gathered:
    """Groups while they are gathered: their rows, and of each the visits with their rows of `World.fits`."""

    def __init__(self, timetable: Timetable, world: World, begun: Mapping[int, int]) -> None:
        self.timetable = timetable
        self.begun = begun
        self.rows = list[list[int]]()
        self.able = list[list[tuple[int, int, int, int]]]()
        self.duties = list[tuple[int, ...]]()
        self._end = 0
        many = world.visits[:, layout.FIT_TO] - world.visits[:, layout.FIT_FROM]
        self._visit_of: list[int] = np.repeat(np.arange(len(many)), many).tolist()
        duty = world.fits[:, layout.DUTY]
        self._order = np.argsort(duty, kind="stable")
        self._begins: list[int] = np.searchsorted(duty[self._order], np.arange(len(world.duties) + 1)).tolist()

    def add(self, duties: tuple[int, ...]) -> bool:
        """Add a group of duties; return whether that is possible."""
        model, duty = self.timetable.model, duties[0]
        begun, tour = self.begun.get(duty, 0), self.timetable.tours[duty]
        rows: list[int] = self._order[self._begins[duty] : self._begins[duty + 1]].tolist()
        able = [(not model.fixed[v], v, row) for row, v in ((row, self._visit_of[row]) for row in rows)]
        able = sorted(one for one in able if not model.fact[one[1]])
        agreed = sum(not moves for moves, _, _ in able)
        alone = alone_of(model, tour)
        if alone is None or any(not model.fact[v] for v in tour.stops[:begun]) or len(able) > VISITS_MOST:
            return False
        if len(alone.stops) != begun + agreed:
            return False
        begin, self._end, bits = self._end, self._end + len(able), (1 << agreed) - 1
        cost = alone.cost - _cost_until(model, alone, begun)
        self.rows.append([duty, begin, self._end, bits, bits, int(begun > 0), cost, 0, 0])
        self.able.append([(visit, row, 0, 0) for _, visit, row in able])
        self.duties.append(duties)
        return True


def alone_of(model: Model, tour: Tour) -> Tour | None:
    """Return a tour with nothing but what has begun or is agreed; None if that does not hold by itself."""
    alone = tour.copy()
    return alone if alone.take_all([visit for visit in tour.stops if not model.fixed[visit]]) else None


def _cost_until(model: Model, tour: Tour, stops: int) -> int:
    """Return what the first stops of a tour cost, load aside."""
    soft = sum(soft_price(model, v, at) for v, at in zip(tour.stops[:stops], tour.start[:stops], strict=True))
    return soft + sum(tour.hops[:stops]) * model.weights.travel + sum(tour.prices[:stops])


def _days(timetable: Timetable, duties: list[tuple[int, ...]]) -> Iterator[SharedDay]:
    """Yield the limits of every day that duties share."""
    model = timetable.model
    for first, shared in model.days.items():
        groups = frozenset(group for group, mine in enumerate(duties) if mine[0] in shared)
        if first != shared[0] or not groups:
            continue
        team = model.teams[model.duties[first].team]
        stays = [visit for duty in shared for visit in timetable.tours[duty].stops if model.fixed[visit]]
        if team.max_visits_per_day is not None:
            yield SharedDay(groups, by_work=False, limit=team.max_visits_per_day - len(stays))
        if team.max_work_per_day is not None:
            work = sum(model.duration[visit] for visit in stays)
            yield SharedDay(groups, by_work=True, limit=team.max_work_per_day - work)
