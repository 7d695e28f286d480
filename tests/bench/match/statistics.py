"""Paired ratios: their median, a bootstrap bound, and the worst."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

RESAMPLES = 2_000
"""Enough that the bound moves by less than it is rounded to."""

BOUND = 0.05
"""The bound is crossed by chance in so many of the resamples."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a list of ratios amounts to.

    Parameters
    ----------
    median
        Of the ratios.
    bound
        The median's 95 % bootstrap bound on its bad side; over instances, the seeds of each averaged.
    worst
        The worst single ratio.
    where
        The instance of the worst.
    count
        How many ratios there are.
    """

    median: float
    bound: float
    worst: float
    where: str
    count: int


def compare(ratios: Sequence[tuple[str, float]], *, more_is_better: bool) -> Compared | None:
    """Sum up ratios by instance; None where there is none.

    Parameters
    ----------
    ratios
        Instance and ratio, one for every pair of runs.
    more_is_better
        Which side is the bad one.
    """
    if not ratios:
        return None
    by_instance: dict[str, list[float]] = {}
    for instance, ratio in ratios:
        by_instance.setdefault(instance, []).append(ratio)
    means = [sum(group) / len(group) for group in by_instance.values()]
    dice = random.Random(0)
    medians = sorted(median(dice.choices(means, k=len(means))) for _ in range(RESAMPLES))
    place = int(RESAMPLES * BOUND)
    bound = medians[place] if more_is_better else medians[-place - 1]
    where, worst = (min if more_is_better else max)(ratios, key=lambda one: one[1])
    return Compared(median([ratio for _, ratio in ratios]), bound, worst, where, len(ratios))
