"""Days that may come: as many orders as some past day had, each drawn from all that was asked for on past days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from linli.matcher.dice import Dice

Window = tuple[int, int]
"""From when to when service may begin, or a crew works, in seconds of the day."""


class Asked(NamedTuple):
    """What somebody asked for: the skills needed, sorted, the seconds of service, and when it may begin."""

    needs: tuple[str, ...]
    seconds: int
    windows: tuple[Window, ...]


class Drawn(NamedTuple):
    """An order of a day that may come, and a lot by which is chosen what is as good as anything else."""

    asked: Asked
    lot: int


PastDays = Sequence[Sequence[Asked]]
"""What was asked for, day by day; a day on which nobody asked for anything is an empty one."""


def sampled_days(past: PastDays, samples: int, seed: int) -> Iterator[list[Drawn]]:
    """Draw days as they may come.

    Parameters
    ----------
    past : sequence of sequence of Asked
        Past days.
    samples : int
        How many days are drawn.
    seed : int
        Of the draws.

    Notes
    -----
    A bootstrap (Efron 1979, doi 10.1214/aos/1176344552) of counts and of orders, each by itself: that certain orders
    come together, in what order they come, and that Mondays are unlike Sundays, is lost.
    """
    pool, dice = sorted(one for day in past for one in day), Dice(seed)
    for _ in range(samples):
        count = len(past[dice.below(len(past))]) if pool else 0
        yield [Drawn(pool[dice.below(len(pool))], dice.next()) for _ in range(count)]
