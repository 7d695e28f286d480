"""How dear a visit becomes that keeps finding no place while the search explores: more with every cut of the teams.

Where a day is just about full, all visits may fit, but not at the low price at which tours get short: the search would
leave out some twenty and, once it is cold, would not find room for the last of them. So those that have no place grow
dearer one by one, while it is warm enough to push somebody out who finds another place (the counters of Nagata and
Braysy 2009, here prices). Where that leads nowhere, somebody has to be left out, and the prices fall back.

Weak spots: whether all fit is guessed from how many are left, not proved; and where just a few too many ask, the search
presses for them in vain and drives farther than it would have to.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from linli.matcher.kernels.layout import Longs

PRESSED = 80
"""Per thousand unserved up to which the search presses: of days on which all fit, some have so many at the low price,
overloaded ones of 600 visits have 60 to 140."""

HOPELESS = 25
"""Per thousand unserved above which pressing ends when it leads nowhere; so few may find room yet."""

PATIENCE = 5
"""So many cuts in a row may leave no fewer unserved than ever before."""

RISE = 300
"""Seconds by which a visit becomes dearer with each cut at which it has no place. With 200 fewer found one, with 400
the ways were no shorter."""


class Pressure:
    """What each visit costs beyond the low price.

    Parameters
    ----------
    visits : int
        How many there are.

    Attributes
    ----------
    price : array, (visits,)
        Seconds.
    """

    def __init__(self, visits: int) -> None:
        self.price: Longs = np.zeros(visits, np.int64)
        self._fewest, self._waited = 1000, 0

    def grow(self, absent: npt.NDArray[np.bool_], unserved: int) -> None:
        """Make those dearer who have no place, as long as that leaves fewer of them; else let all prices fall back.

        Parameters
        ----------
        absent : array of bool, (visits,)
            Who has none.
        unserved : int
            Per thousand of those who want one.
        """
        if unserved > PRESSED or self._waited > PATIENCE:
            return
        self._waited = 0 if unserved < self._fewest else self._waited + 1
        self._fewest = min(self._fewest, unserved)
        self.price += RISE * absent
        if self._waited > PATIENCE and unserved > HOPELESS:
            self.price[:] = 0
        elif self._waited > PATIENCE:
            self._waited = 0
