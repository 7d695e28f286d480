"""The best plan of a round and the proof that it is: tours priced by GLOP and packed by CP-SAT.

GLOP's prices of visits and crews say which tours could improve the plan; machine code looks for them among all tours.
Where none is left, the prices bound what any plan costs, and only tours that cost less beside their prices than the
plan costs beside the bound can be part of a better one. CP-SAT chooses among these.

Baldacci, Christofides, Mingozzi, "An exact algorithm for the vehicle routing problem based on the set partitioning
formulation", Mathematical Programming 115 (2008).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linli.matcher.engine_fault import EngineFaultError
from linli.matcher.exact.choices import Column, Rows
from linli.matcher.exact.chosen_tours import carry_out
from linli.matcher.exact.duty_groups import DutyGroups, alone_of
from linli.matcher.exact.leaving_out import costs_of_leaving_out
from linli.matcher.exact.listing import ANY_DEPTH, NO_ROOF, Listed, Lister
from linli.matcher.exact.meter import (
    COLUMNS_RELAXED_PER_WORK,
    PACKING,
    RELAXING,
    WORK_PER_COLUMN_PACKED,
    WORK_PER_EFFORT,
    Meter,
)
from linli.matcher.exact.packing import pack
from linli.matcher.exact.prices import Prices, find_prices
from linli.matcher.exact.proof import Proof
from linli.matcher.kernels import tour_sets_layout as kernel
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.tour_sets_layout import SCALE
from linli.matcher.timetable import Timetable

LARGEST = 1 << 50
"""Bound on all costs of leaving out together: kernels and CP-SAT compute in 64 bits and need room for parts."""

DEPTHS = 2, 4, ANY_DEPTH
"""Tours of few stops are priced first: they are quickly found, and with good prices fewer long ones are looked at."""

SINGLES = 4
"""The cheapest crews for each visit alone are in the first linear program."""

OF_A_GROUP, AT_ONCE = 8, 300
"""So many of a group's tours, and of all, the best first, join a linear program at once."""

FEW = 400
"""As many tours CP-SAT sorts out in some hundredths of a second; of more a better choice is looked for first."""

PACKED_MOST = 10_000
"""CP-SAT is not given more tours: it would take longer than any round has."""


def prove(timetable: Timetable, groups: DutyGroups, meter: Meter, seed: int) -> Proof:
    """Look for the best tours and for the proof that they are.

    Parameters
    ----------
    timetable : Timetable
        The present tours.
    groups : DutyGroups
        Whose tours there are to choose from.
    meter : Meter
        What may be spent.
    seed : int
        Of CP-SAT's random choices.

    Raises
    ------
    EngineFaultError
        If what was chosen cannot be made, or is no better.
    """
    if not groups.visits:
        return Proof(timetable, 0, proven=True)
    left_out = costs_of_leaving_out(timetable, groups)
    if sum(cost for cost in left_out if cost is not None) > LARGEST:
        return Proof(timetable, 0, proven=False)
    days = [day.limit for day in groups.days]
    prover = _Prover(timetable, groups, Rows(left_out, [len(mine) for mine in groups.duties], days), meter, seed)
    proven = prover.prove()
    if prover.chosen is None:
        return Proof(timetable, len(prover.columns), proven)
    found = carry_out(timetable, groups, prover.lister, prover.chosen)
    if found is None:
        return Proof(timetable, len(prover.columns), proven=False)
    if found.key() >= timetable.key():
        raise EngineFaultError("a choice that costs less is no better")
    return Proof(found, len(prover.columns), proven)


class _Prover:
    """One attempt, and the best choice so far: None while that is the present one."""

    def __init__(self, timetable: Timetable, groups: DutyGroups, rows: Rows, meter: Meter, seed: int) -> None:
        self.groups = groups
        self.meter = meter
        self.seed = seed
        self.lister = Lister(groups, meter)
        self.rows = rows
        self.columns: dict[tuple[int, int], Column] = {}
        present = list(_present(timetable, groups))
        self.value = rows.value(present)
        self.chosen: list[Column] | None = None
        self._add(present)

    def prove(self) -> bool:
        """Improve the choice; return whether no choice is better than the one there is then."""
        if not self._begin():
            return False
        prices = self._priced()
        if prices is None:
            return False
        bound = prices.bound(self.rows, self.groups.rows[:, kernel.LOWEST].tolist())
        if self._closes(bound):
            return True
        tours = self._that_matter(prices, bound)
        if tours is None or len(tours) > FEW:
            # The present choice is far from the bound: a better one of the tours known leaves fewer that matter.
            self._pack(self._known_that_matter(prices, bound))
            if self._closes(bound):
                return True
            tours = self._that_matter(prices, bound)
        return tours is not None and self._pack(tours)

    def _closes(self, bound: int) -> bool:
        """Say whether a bound shows that no choice costs less: costs are whole seconds."""
        return (self.value - 1) * SCALE < bound

    def _room(self, bound: int) -> int:
        """Return below which reduced cost a tour has to be that is part of a better choice."""
        return (self.value - 1) * SCALE - bound + 1

    def _begin(self) -> bool:
        """Know the cheapest crews for each visit alone; return whether there was room for that."""
        groups = self.groups
        listed = self.lister.look(np.zeros(len(groups.able), np.int64), [NO_ROOF] * len(groups.rows), 1)
        sets = listed.sets
        alone = sets[:, kernel.SET] & ~groups.rows[sets[:, kernel.OF], kernel.WHOLE]
        sets, alone = sets[alone != 0], alone[alone != 0]
        bit = np.frexp(alone.astype(np.float64))[1].astype(np.int64) - 1  # one bit each
        visit = groups.able[groups.rows[sets[:, kernel.OF], kernel.ABLE_FROM] + bit, kernel.WHO]
        order = np.lexsort((sets[:, kernel.OF], sets[:, kernel.SET_COST], visit))
        self._add(self._columns_of(sets[order[_places(visit[order]) < SINGLES]]))
        return listed.whole

    def _priced(self) -> Prices | None:
        """Return prices at which no tour is worth more than it costs; None if they were not found in time."""
        for depth in DEPTHS:
            while True:
                prices = self._relax()
                if prices is None:
                    return None
                listed = self._look(prices, 0, depth)
                if not self._add(self._columns_of(self._best(listed.sets, prices))):
                    break
            if not listed.whole:
                return None
            if not listed.was_cut:
                return prices
        return None

    def _relax(self) -> Prices | None:
        """Return prices of the tours known; what GLOP takes no part of a tour of is a choice itself."""
        if self.meter.left() <= 0:
            return None
        self.meter.spent += RELAXING + len(self.columns) // COLUMNS_RELAXED_PER_WORK
        prices = find_prices(self.rows, list(self.columns.values()))
        if prices is not None and prices.taken is not None:
            self._choose(prices.taken)
        return prices

    def _look(self, prices: Prices, room: int, depth: int) -> Listed:
        """Return the tours that cost less beside their prices than `room`."""
        roofs = np.array(prices.groups, dtype=np.int64) + room
        return self.lister.look(self.groups.prices_by_pair(prices.visits, prices.limits), roofs, depth)

    def _best(self, sets: Longs, prices: Prices) -> Longs:
        """Return the sets by which most can be won, not too many of one group."""
        of = sets[:, kernel.OF]
        won = np.array(prices.groups, dtype=np.int64)[of] - sets[:, kernel.REDUCED]
        order = np.lexsort((sets[:, kernel.SET], -won, of))
        order = order[_places(of[order]) < OF_A_GROUP]
        return sets[order[np.argsort(-won[order], kind="stable")][:AT_ONCE]]

    def _columns_of(self, sets: Longs) -> list[Column]:
        whole: list[int] = self.groups.rows[:, kernel.WHOLE].tolist()
        rows: list[list[int]] = sets[:, [kernel.OF, kernel.SET, kernel.SET_COST]].tolist()
        return [self.groups.column(group, made, cost) for group, made, cost in rows if made != whole[group]]

    def _add(self, columns: Sequence[Column]) -> int:
        """Know more columns, or cheaper orders; return how many."""
        before = [self.columns.get((column.group, column.made)) for column in columns]
        new = [one for one, known in zip(columns, before, strict=True) if known is None or one.cost < known.cost]
        self.columns |= {(column.group, column.made): column for column in new}
        return len(new)

    def _that_matter(self, prices: Prices, bound: int) -> list[Column] | None:
        """Return the tours of which a better choice may be made; None if they are too many."""
        listed = self._look(prices, self._room(bound), ANY_DEPTH)
        return self._columns_of(listed.sets) if listed.whole and len(listed.sets) <= PACKED_MOST else None

    def _known_that_matter(self, prices: Prices, bound: int) -> list[Column]:
        """Return the tours known of which a better choice may be made."""
        price, room = self.groups.prices_by_pair(prices.visits, prices.limits).tolist(), self._room(bound)

        def reduced(column: Column) -> int:
            begin = int(self.groups.rows[column.group, kernel.ABLE_FROM])
            won = sum(price[begin + k] for k in column.rows)
            found: int = SCALE * column.cost - won - prices.groups[column.group]
            return found

        return [column for column in self.columns.values() if reduced(column) < room]

    def _pack(self, columns: Sequence[Column]) -> bool:
        """Have CP-SAT choose; return whether no choice of these columns is better than the best known then."""
        self.meter.spent += PACKING + WORK_PER_COLUMN_PACKED * len(columns)
        effort = self.meter.left() / WORK_PER_EFFORT
        if effort <= 0:
            return False
        packed = pack(self.rows, columns, self.value, effort, self.seed)
        self.meter.spent += round(packed.effort * WORK_PER_EFFORT)
        self._add(columns)
        if packed.chosen is not None:
            self._choose(packed.chosen)
        return packed.proven

    def _choose(self, columns: list[Column]) -> None:
        """Take a choice over if it is better; what GLOP takes whole may be off by its tolerance all the same."""
        value = self.rows.value(columns)
        if value < self.value and self.rows.hold(columns):
            self.value, self.chosen = value, columns


def _places(keys: Longs) -> Longs:
    """Return, of sorted keys, how many equal ones stand before each."""
    return np.arange(len(keys)) - np.searchsorted(keys, keys)


def _present(timetable: Timetable, groups: DutyGroups) -> list[Column]:
    """Return the present tours as columns; those that do nothing but what is agreed are none."""
    found, model = list[Column](), timetable.model
    for group, duties in enumerate(groups.duties):
        row = groups.rows[group]
        able: list[int] = groups.able[row[kernel.ABLE_FROM] : row[kernel.ABLE_TO], kernel.WHO].tolist()
        bits = {visit: 1 << k for k, visit in enumerate(able)}
        for tour in (timetable.tours[duty] for duty in duties):
            made, alone = sum(bits.get(visit, 0) for visit in tour.stops), alone_of(model, tour)
            if made != int(row[kernel.WHOLE]) and alone is not None:
                found.append(groups.column(group, made, tour.cost - alone.cost))
    return found
