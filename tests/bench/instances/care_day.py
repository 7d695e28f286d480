"""A day of home care as the files have it, in their own units: who needs what when, two at a place, and what it costs.

Judged here without the matcher: from the order of every carer's visits alone follow the earliest starts, two who belong
together included, and those are the best for every objective that only minds lateness.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

TOLERANCE = 1e-6

Order = list[tuple[str, list[str]]]
"""Each carer's visits in order."""


@dataclass(frozen=True, slots=True)
class Service:
    """One visit: at which row of the distances, when it may begin, and from when on it is late (or must not begin)."""

    patient: str
    row: int
    skill: str
    duration: float
    opens: float
    closes: float


@dataclass(frozen=True, slots=True)
class Carer:
    """Skills, hours, and the rows where the way begins and ends."""

    skills: frozenset[str]
    opens: float
    closes: float
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two visits of which the second begins between `least` and `most` after the first.

    `either`: the file asks for no order, only that they do not overlap; then whichever comes first is the first.
    """

    first: str
    second: str
    least: float
    most: float
    either: bool = False


@dataclass(frozen=True, slots=True)
class CareDay:
    """A day; `strict` where nobody may be late, and only the way costs."""

    services: dict[str, Service]
    carers: dict[str, Carer]
    ways: list[list[float]]
    pairs: tuple[Pair, ...]
    strict: bool


def earliest(day: CareDay, order: Order, first: dict[str, float]) -> dict[str, float] | None:
    """Return the earliest start of every visit; None where two carers would wait for each other for ever.

    Parameters
    ----------
    day : CareDay
        The day.
    order : Order
        Who goes where, in order.
    first : dict of str to float
        Starts to tell by who of two without an order comes first.
    """
    starts = {visit: day.services[visit].opens for _, visits in order for visit in visits}
    edges = [*_after(day, order), *_together(day, starts, first)]
    for name, visits in order:
        if visits:
            carer, one = day.carers[name], day.services[visits[0]]
            starts[visits[0]] = max(one.opens, carer.opens + day.ways[carer.begin][one.row])
    for _ in range(len(starts) + 2):
        moved = False
        for before, after, gap in edges:
            if starts[before] + gap > starts[after] + TOLERANCE:
                starts[after], moved = starts[before] + gap, True
        if not moved:
            return starts
    return None


def _after(day: CareDay, order: Order) -> list[tuple[str, str, float]]:
    services = day.services
    return [
        (a, b, services[a].duration + day.ways[services[a].row][services[b].row])
        for _, visits in order
        for a, b in pairwise(visits)
    ]


def _together(day: CareDay, starts: dict[str, float], told: dict[str, float]) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    for pair in day.pairs:
        a, b = pair.first, pair.second
        if a not in starts or b not in starts:
            continue
        if pair.either:
            a, b = (b, a) if told.get(b, 0.0) < told.get(a, 0.0) else (a, b)
            found.append((a, b, day.services[a].duration))
        else:
            found += [(a, b, pair.least), (b, a, -pair.most)]
    return found


def late(day: CareDay, starts: dict[str, float]) -> list[float]:
    """Return how late each visit begins."""
    return [max(0.0, start - day.services[visit].closes) for visit, start in starts.items()]


def cost(day: CareDay, order: Order, starts: dict[str, float]) -> float:
    """Return the file's objective: the way alone, or a third of way, all lateness and the worst."""
    way = 0.0
    for name, visits in order:
        carer = day.carers[name]
        rows = [carer.begin, *(day.services[visit].row for visit in visits), carer.end]
        way += sum(day.ways[a][b] for a, b in pairwise(rows)) if visits else 0.0
    found = late(day, starts)
    return way if day.strict else (way + sum(found) + max(found, default=0.0)) / 3


def breaks(day: CareDay, order: Order, starts: dict[str, float] | None) -> list[str]:
    """Return every rule of the file that is broken, in words."""
    served = [visit for _, visits in order for visit in visits]
    found: list[str] = []
    if len(set(served)) < len(day.services):
        found.append(f"{len(day.services) - len(set(served))} of {len(day.services)} visits left out")
    if len(set(served)) < len(served):
        found.append("a visit is made twice")
    if any(day.services[visit].skill not in day.carers[name].skills for name, visits in order for visit in visits):
        found.append("a carer lacks a skill")
    if any(_goes_twice(day, visits) for _, visits in order):
        found.append("the same carer is both of two")
    if starts is None:
        return [*found, "two carers wait for each other"]
    if day.strict and any(amount > TOLERANCE for amount in late(day, starts)):
        found.append("a visit begins too late")
    if any(_home(day, name, visits, starts) > day.carers[name].closes + TOLERANCE for name, visits in order if visits):
        found.append("a carer is home too late")
    return found


def _goes_twice(day: CareDay, visits: list[str]) -> bool:
    return any(pair.first in visits and pair.second in visits for pair in day.pairs)


def _home(day: CareDay, name: str, visits: list[str], starts: dict[str, float]) -> float:
    last = day.services[visits[-1]]
    return starts[visits[-1]] + last.duration + day.ways[last.row][day.carers[name].end]
