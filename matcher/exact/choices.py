"""What is chosen from: tours as columns, and the rows that say how many of them go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """A tour as a choice.

    Parameters
    ----------
    group : int
        Whose duties take it.
    made : int
        The visits as bits of that group.
    visits : tuple of int
        The rows of the visits that may move.
    shares : tuple of (int, int)
        The rows of limits of a day, and how much it takes of each.
    cost : int
        What it costs beside what is agreed on the duty.
    """

    group: int
    made: int
    visits: tuple[int, ...]
    shares: tuple[tuple[int, int], ...]
    cost: int

    @property
    def rows(self) -> list[int]:
        """Which of the group's rows of `DutyGroups.able` it makes, ascending."""
        return [k for k in range(self.made.bit_length()) if self.made >> k & 1]


class Rows(NamedTuple):
    """What a choice has to keep, and what it costs to leave a visit out.

    Parameters
    ----------
    left_out : sequence of int or None
        Of each visit, None where it must be made.
    sizes : sequence of int
        How many columns each group takes at most.
    limits : sequence of int
        How much all columns together may take of each limit of a day.
    """

    left_out: Sequence[int | None]
    sizes: Sequence[int]
    limits: Sequence[int]

    def hold(self, chosen: Iterable[Column]) -> bool:
        """Say whether a choice keeps every row."""
        columns = list(chosen)
        made = Counter(visit for column in columns for visit in column.visits)
        taken = Counter(column.group for column in columns)
        shares = Counter[int]()
        for column in columns:
            for limit, share in column.shares:
                shares[limit] += share
        return (
            all(made[visit] == 1 or (made[visit] == 0 and cost is not None) for visit, cost in enumerate(self.left_out))
            and all(taken[group] <= size for group, size in enumerate(self.sizes))
            and all(shares[limit] <= most for limit, most in enumerate(self.limits))
        )

    def value(self, chosen: Iterable[Column]) -> int:
        """Return what a choice costs, those left out included."""
        columns = list(chosen)
        made = {visit for column in columns for visit in column.visits}
        missed = sum(cost for visit, cost in enumerate(self.left_out) if cost is not None and visit not in made)
        return missed + sum(column.cost for column in columns)
