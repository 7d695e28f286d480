"""Every good tour seen: what OR-Tools may choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from linli.matcher.route import Tour

EFFORT_PER_SQUARE = 1e-8
"""GLOP's measured cost in CP-SAT's units per column squared: 10,000 columns take about one."""


def columns_for(effort: float) -> int:
    """Return how many columns can be priced for half of an effort."""
    return 50 + int((effort / 2 / EFFORT_PER_SQUARE) ** 0.5)


class Column(NamedTuple):
    """A tour as a choice: its duty, its stops in the best order known, and its cost."""

    duty: int
    stops: tuple[int, ...]
    cost: int


@dataclass(slots=True)
class Meter:
    """Counts deterministic work units against a limit; `until` ends it early."""

    limit: int
    spent: int = 0
    until: Callable[[], bool] | None = None

    def left(self) -> int:
        """Return what may still be spent."""
        if self.until is not None and self.until():
            return 0
        return max(0, self.limit - self.spent)


class Pool:
    """Columns by duty and set of stops, each kept at its cheapest order.

    Parameters
    ----------
    most : int
        How many columns are kept at most; later ones are only let in where they improve a known one.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._columns: dict[tuple[int, frozenset[int]], Column] = {}

    def __len__(self) -> int:
        return len(self._columns)

    def add(self, column: Column, *, always: bool = False) -> None:
        """Add a column, or improve the one that serves the same visits on the same duty; a full pool takes no new one.

        Parameters
        ----------
        column : Column
            The column.
        always : bool
            Whether to take it even into a full pool.
        """
        key = column.duty, frozenset(column.stops)
        known = self._columns.get(key)
        if known is None and not always and len(self._columns) >= self.most:
            return
        if known is None or (column.cost, column.stops) < (known.cost, known.stops):
            self._columns[key] = column

    def see(self, tour: Tour, *, always: bool = False) -> None:
        """Add a tour that has stops."""
        if tour.stops:
            self.add(Column(tour.duty, tuple(tour.stops), tour.cost), always=always)

    def columns(self) -> list[Column]:
        """Return all columns in a fixed order."""
        return sorted(self._columns.values())
