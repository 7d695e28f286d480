"""What a travel knows of places, kept row by row for the sequences it was last asked for.

To find a place means to hash its coordinates: of thousands, again for every row of a table, that takes longer than all
the rest. Whoever fills a table asks for the same list row after row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from linli.matcher.problem import Place

Number = TypeVar("Number", bound=np.generic)

SEQUENCES: Final = 2
"""Sequences remembered: one asks from all places to all places by turns, and open ends begin and end elsewhere."""


class KnownRows(Generic[Number]):
    """Rows of places; a sequence that is asked for again may have grown, but not changed.

    Parameters
    ----------
    make
        Returns the rows of some places, in their order.

    Notes
    -----
    Two callers that ask by turns for more than two sequences have nothing remembered, and are only slower.
    """

    def __init__(self, make: Callable[[Sequence[Place]], npt.NDArray[Number]]) -> None:
        self._make = make
        self._last: list[tuple[Sequence[Place], npt.NDArray[Number]]] = []

    def of(self, places: Sequence[Place]) -> npt.NDArray[Number]:
        """Return a row for each place."""
        rows = self._longer(next((rows for known, rows in self._last if known is places), None), places)
        if len(places) > 1:
            self._last = [(places, rows), *(one for one in self._last if one[0] is not places)][:SEQUENCES]
        return rows

    def _longer(self, rows: npt.NDArray[Number] | None, places: Sequence[Place]) -> npt.NDArray[Number]:
        """Return rows with those behind them that are not there yet."""
        if rows is None or len(rows) > len(places):
            return self._make(places)
        if len(rows) == len(places):
            return rows
        return np.concatenate((rows, self._make(places[len(rows) :])))
