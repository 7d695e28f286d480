"""Sums over the same days in two ways, and how much they differ from day to day."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

Found = TypeVar("Found", bound=NamedTuple)


def differences(pairs: Sequence[tuple[Found, Found]]) -> dict[str, str]:
    """Return for every figure the sums of both ways, and the mean difference of a day with its standard error."""
    told = dict[str, str]()
    for place, name in enumerate(pairs[0][0]._fields):
        one, other = ([int(pair[way][place]) for pair in pairs] for way in (0, 1))
        more = [b - a for a, b in zip(one, other, strict=True)]
        error = statistics.stdev(more) / len(more) ** 0.5 if len(more) > 1 else 0.0
        told[name] = f"{sum(one)} -> {sum(other)}, {statistics.mean(more):+.2f} ± {error:.2f} a day"
    return told
