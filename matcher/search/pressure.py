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

CLOSE = 50
"""Per thousand unserved up to which room for all is likely enough to press harder and longer: of sixty days of two-hour
windows on which somebody else had served all, the former pace left out a visit or two on nine."""

HOPELESS = 25
"""Per thousand unserved above which pressing ends when it leads nowhere; so few may find room yet."""

PATIENCE, PATIENCE_CLOSE = 5, 10
"""So many cuts in a row may leave no fewer unserved than ever before; more where all are close to a place."""

RISE, RISE_CLOSE = 300, 500
"""Seconds by which a visit becomes dearer with each cut at which it has no place. Where all are close to one, 300 found
it for all at half of the search, 500 at two fifths, and 800 no sooner."""


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
        self._fewest, self._waited, self._given_up = 1000, 0, False

    def grow(self, absent: npt.NDArray[np.bool_], unserved: int, *, behind: bool = False) -> None:
        """Make those dearer who have no place, as long as that leaves fewer of them; else let all prices fall back.

        Parameters
        ----------
        absent : array of bool, (visits,)
            Who has none.
        unserved : int
            Per thousand of those who want one.
        behind : bool
            Whether the teams are cut in a hurry, for a clock is ahead of the cuts: what these short ones leave is
            noise, and no reason to give up.
        """
        close = unserved <= CLOSE
        if unserved > PRESSED or self._given_up:
            return
        self.price += (RISE_CLOSE if close else RISE) * absent
        if not (behind and close):
            self._wait(unserved, PATIENCE_CLOSE if close else PATIENCE)

    def _wait(self, unserved: int, patience: int) -> None:
        """Count the cuts that led nowhere; after too many, begin to count anew or give up."""
        self._waited = 0 if unserved < self._fewest else self._waited + 1
        self._fewest = min(self._fewest, unserved)
        if self._waited > patience:
            self._given_up = unserved > HOPELESS
            self._waited = 0
        if self._given_up:
            self.price[:] = 0
