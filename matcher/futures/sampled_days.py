"""Days that may come: as many orders as some past day had, each drawn from all that was asked for on past days."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from linli.matcher.dice import Dice

DRAWS_MAX: Final = 100_000
"""Orders drawn for all days together, about a microsecond each: of large districts fewer days say as much, for their
days are alike."""


class Asked(NamedTuple):
    """What somebody asked for: the skills needed, sorted, and the seconds of service."""

    needs: tuple[str, ...]
    seconds: int


PastDays = Sequence[Mapping[Asked, int]]
"""How often each was asked for, day by day; a day on which nobody asked for anything is an empty one."""

Wanted = Mapping[tuple[str, ...], int]
"""Seconds asked for, by the skills needed."""


def sampled_days(past: PastDays, samples: int, way: int, seed: int) -> Iterator[Wanted]:
    """Draw days as they may come.

    Parameters
    ----------
    past : sequence of mapping
        Past days.
    samples : int
        How many days are wanted; fewer come where days are so full that `DRAWS_MAX` orders are drawn before.
    way : int
        Seconds that an order takes a team beside the service.
    seed : int
        Of the draws.

    Notes
    -----
    A bootstrap (Efron 1979, doi 10.1214/aos/1176344552) of counts and of orders, each by itself: that certain orders
    come together, or that Mondays are unlike Sundays, is lost.
    """
    pool: Counter[Asked] = Counter()
    for day in past:
        pool.update(day)
    kinds = sorted(pool)
    counts, ends = [sum(day.values()) for day in past], list(accumulate(pool[kind] for kind in kinds))
    if not ends:
        return
    dice, draws = Dice(seed), 0
    for _ in range(samples):
        count = counts[dice.below(len(counts))]
        draws += count
        if draws > max(count, DRAWS_MAX):
            return
        wanted: Counter[tuple[str, ...]] = Counter()
        for _ in range(count):
            kind = kinds[bisect_right(ends, dice.below(ends[-1]))]
            wanted[kind.needs] += kind.seconds + way
        yield wanted
