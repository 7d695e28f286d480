"""Parts: the teams cut into groups that search side by side, along another direction every time.

What a part may change is its own alone, so parts can run one after the other or at once: the outcome is the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linli.matcher.dice import Dice
from linli.matcher.kernels import layout
from linli.matcher.kernels.layout import Ints, Longs, World

TEAMS = 27
"""Teams in a part: enough to move visits between, few enough that a part's tours stay in a processor's cache."""

SEED_MASK = (1 << 62) - 1
"""A kernel's random state is a positive number, never 0."""


class Share(NamedTuple):
    """One part: its duties and visits, ascending, and the seed of its search."""

    duties: Ints
    visits: Ints
    seed: int


class Cutter:
    """Cuts a problem into parts.

    Parameters
    ----------
    world : World
        The whole problem.
    team_of_duty : array
        Each duty's team.
    """

    def __init__(self, world: World, team_of_duty: Longs) -> None:
        self.world = world
        self.team = team_of_duty
        self.teams = int(team_of_duty.max(initial=-1)) + 1
        self.count = max(1, (self.teams + TEAMS // 2) // TEAMS)
        visits = world.visits
        fits = visits[:, layout.FIT_TO] > visits[:, layout.FIT_FROM]
        self.movable = np.flatnonzero((visits[:, layout.FIXED] == 0) & fits).astype(np.int32)

    def cut(self, where: Longs, dice: Dice) -> list[Share]:
        """Return parts along a random direction.

        Parameters
        ----------
        where : array
            Each visit's duty, or -1.
        dice : Dice
            Random numbers.
        """
        if self.count == 1:
            everything = np.zeros(len(self.team), np.int64)
            return [self._share(where, everything, np.zeros(len(self.movable), np.int64), 0, dice)]
        along = self._direction(dice)
        centre = self._centres(where, along)
        order = np.lexsort((np.arange(self.teams), centre))
        group = np.zeros(self.teams, np.int64)
        bounds: list[int] = []
        for number, teams in enumerate(np.array_split(order, self.count)):
            group[teams] = number
            bounds.append(int(centre[teams[0]]))
        of_duty = group[self.team]
        of_movable = self._nearest_part(where, along, bounds, dice)
        return [self._share(where, of_duty, of_movable, number, dice) for number in range(self.count)]

    def _direction(self, dice: Dice) -> Longs:
        """Return where each place lies between two random ones: nearer to the first is less."""
        way, places = self.world.way, len(self.world.way)
        one = dice.below(places)
        far = np.argsort(way[one], kind="stable")
        other = int(far[places // 2 + dice.below(places - places // 2)])
        along: Longs = way[one].astype(np.int64) - way[other]
        return along

    def _centres(self, where: Longs, along: Longs) -> Longs:
        """Return where each team works on average; its base if it has nothing to do."""
        visits = self.world.visits
        placed = np.flatnonzero(where >= 0)
        team = self.team[where[placed]]
        total, many = np.zeros(self.teams, np.int64), np.bincount(team, minlength=self.teams)
        np.add.at(total, team, along[visits[placed, layout.PLACE]])
        base = np.zeros(self.teams, np.int64)
        base[self.team] = along[self.world.duties[:, layout.HOME]]
        return np.where(many > 0, total // np.maximum(many, 1), base)

    def _nearest_part(self, where: Longs, along: Longs, bounds: list[int], dice: Dice) -> Longs:
        """Return the part in which each movable visit lies, moved by chance a little."""
        spread = max(1, int(along.max() - along.min()) // 8)
        lies = along[self.world.visits[self.movable, layout.PLACE]]
        for i in np.flatnonzero(where[self.movable] < 0).tolist():
            lies[i] += dice.below(spread) - spread // 2
        found: Longs = np.searchsorted(np.array(bounds[1:]), lies, side="right")
        return found

    def _share(self, where: Longs, of_duty: Longs, of_movable: Longs, number: int, dice: Dice) -> Share:
        """Return a part: its duties, the visits on them, and of those without a place the ones that lie in it."""
        mine = of_duty == number
        waiting = self.movable[of_movable == number]
        placed = np.flatnonzero((where >= 0) & mine[where])
        visits = np.sort(np.concatenate((placed, waiting[where[waiting] < 0])))
        duties = np.flatnonzero(mine)
        return Share(duties.astype(np.int32), visits.astype(np.int32), (dice.next() & SEED_MASK) | 1)
