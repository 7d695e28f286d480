"""The compiled search for an order in which crews can make all their visits: how it is asked.

Which of both answers, this or the plain Python of `linli.matcher.reasons.no_room`, changes how long it takes and
nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from linli.matcher.insertion import compiled_insertion
from linli.matcher.problem import Window

if TYPE_CHECKING:
    from linli.matcher.model import Model


class Step(NamedTuple):
    """A visit that one crew may make: its bit in sets of visits, where it stands among the places, and when it may be.

    `least` is its service and the shortest way to it from anywhere: what it takes at the least; `home` the shortest way
    from it to the base.
    """

    bit: int
    at: int
    windows: tuple[Window, ...]
    duration: int
    least: int
    home: int
    fixed: bool
    fact: bool


class Crews(Protocol):
    """What is asked about; see `linli.matcher.reasons.no_room`."""

    model: Model
    duties: Sequence[int]
    due: list[int]
    ways: list[list[int]]
    steps: list[list[Step]]

    def urgent(self, k: int) -> list[Step]:
        """Return what no later duty could make, by the last start."""
        ...


class Desks:
    """Working memory of one thread, made when it is first needed, larger when more is asked for."""

    def __init__(self) -> None:
        self._desk: Any = None

    def desk(self, labels: int) -> Any:
        """Return a desk for so many labels."""
        from linli.matcher.kernels.orders import LABEL_COLUMNS, Desk

        if self._desk is None or self._desk.labels.shape[1] < labels + 1:
            slots = 1 << (2 * labels + 2).bit_length()
            rows = np.empty((2, labels + 1, LABEL_COLUMNS), np.int64)
            table, turns, used = np.zeros((2, slots, 2), np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64)
            self._desk = Desk(rows, np.empty_like(rows), table, turns, used)
        return self._desk


def can_make_all(crews: Crews, most: int, desks: Desks) -> tuple[bool | None, int] | None:
    """Say what `can_make_all_plainly` says; None where plain Python has to look.

    Parameters
    ----------
    crews
        Who, and what.
    most
        Labels that may be looked at.
    desks
        Working memory.
    """
    visits = len(crews.ways) - 1
    if most < 1 or not compiled_insertion.is_loaded():
        return None
    from linli.matcher.kernels import orders

    if visits > orders.MANY:
        return None
    desk = desks.desk(most)
    found = orders.can_make_all(_numbers(crews, visits), most, desk)
    return (None if found == orders.SPENT else bool(found)), int(desk.used[0])


def _numbers(crews: Crews, visits: int) -> Any:
    """Return the crews as the kernel reads them."""
    from linli.matcher.kernels import orders

    model = crews.model
    rows, marks = list[int](), np.zeros((visits, 5), np.int64)
    spans, urgent = list[tuple[int, int]](), np.full((len(crews.duties), visits), -1, np.int64)
    for k, steps in enumerate(crews.steps):
        mine = {step.at: step for step in steps}
        for at in range(1, visits + 1):
            rows.append(len(spans))
            if at in mine:
                one = mine[at]
                spans += one.windows
                marks[at - 1] = one.duration, one.least, one.fixed, one.fact, one.home
        rows.append(len(spans))
        due = crews.urgent(k)
        urgent[k, : len(due)] = [one.at - 1 for one in due]
    ways = np.array(crews.ways, dtype=np.int64)
    shortest = ways.copy()
    orders.shorten(shortest)
    on = [model.duties[duty] for duty in crews.duties]
    return orders.Crews(
        ways,
        shortest,
        np.array([(d.opens, d.closes, d.most, due) for d, due in zip(on, crews.due, strict=True)], dtype=np.int64),
        marks,
        urgent,
        np.array(rows, dtype=np.int64).reshape(len(on), visits + 1),
        np.array(spans, dtype=np.int64).reshape(-1, 2),
        model.now,
    )
