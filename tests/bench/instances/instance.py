"""A public instance as our problem, with its own rules for what our model cannot say and its own objective."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linli.matcher.problem import Place, Plan, Problem
from linli.matcher.table_travel import TableTravel

FINE = 1000
"""Our seconds to one unit of the files: their distances are fractions, ours whole numbers."""

Point = tuple[float, float]
Distance = Callable[[Point, Point], float]


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance.

    Parameters
    ----------
    name : str
        Of the file.
    problem : Problem
        What our model can say of it.
    unsaid : str
        What it cannot, and what is done about it; empty if nothing.
    breaks : callable
        Every rule of the file that a plan breaks, in words: what was unsaid is judged here.
    cost : callable
        The file's own objective, less is better.
    best_known : float or None
        Of that objective, as published beside the file.
    released : dict of str to int
        When visits become known, in our seconds; those that are not named are known from the start.
    strike : callable
        The visits of a plan that have to be struck from it because of what was unsaid.
    """

    name: str
    problem: Problem
    unsaid: str
    breaks: Callable[[Plan], list[str]]
    cost: Callable[[Plan], float]
    best_known: float | None = None
    released: dict[str, int] | None = None
    strike: Callable[[Plan], frozenset[str]] = lambda _: frozenset()


def euclid(a: Point, b: Point) -> float:
    """Return the straight line."""
    return math.dist(a, b)


def truncated(a: Point, b: Point) -> float:
    """Return the straight line cut to one decimal, the rule of the DIMACS challenge."""
    return math.floor(10 * math.dist(a, b)) / 10


def place_of(point: Point) -> Place:
    """Return a point of a plane as a place; it stands for nothing on the earth."""
    return Place(point[0], point[1], "plain")


def travel_between(points: Sequence[Point], distance: Distance) -> TableTravel:
    """Return travel among points, rounded up, so that what is in time here is in time there."""
    once = list(dict.fromkeys(points))
    table = np.array([[math.ceil(FINE * distance(a, b) - 1e-6) for b in once] for a in once], dtype=np.int64)
    return TableTravel([place_of(point) for point in once], table, table)


def table_travel(distances: Sequence[Sequence[float]]) -> tuple[list[Place], TableTravel]:
    """Return places that stand for the rows of a table of distances, and travel among them."""
    places = [Place(0.0, float(number), "plain") for number in range(len(distances))]
    table = np.array([[math.ceil(FINE * way - 1e-6) for way in row] for row in distances], dtype=np.int64)
    return places, TableTravel(places, table, table)


def fine(time: float) -> int:
    """Return a time of the file in our seconds."""
    return round(FINE * time)
