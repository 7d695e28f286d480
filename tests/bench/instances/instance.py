"""A public instance as our problem, with its own rules for what our model cannot say and its own objective."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linli.matcher.problem import Place, Plan, Problem, Weights
from linli.matcher.table_travel import TableTravel
from tests.bench.instances.budget import Budget

Point = tuple[float, float]
Distance = Callable[[Point, Point], float]

ALONE = Weights(travel=1, lateness=0, move=0, continuity=0, reoffer=0, load=0)
"""Nothing but the way has a price."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of our seconds stand for one unit of a file.

    Their distances are fractions, ours whole numbers; but the search knows what a way costs in seconds (its warmth is
    some hundred of them), so a typical way should stay some hundred seconds.
    """

    seconds: int

    def time(self, time: float) -> int:
        """Return a time of the file in our seconds."""
        return round(self.seconds * time)

    def way(self, way: float) -> int:
        """Return a way of the file, rounded up, so that what is in time here is in time there."""
        return math.ceil(self.seconds * way - 1e-6)


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
    solve : callable or None
        How a plan is made within a budget where one call of the matcher does not do; see `solving`.
    """

    name: str
    problem: Problem
    unsaid: str
    breaks: Callable[[Plan], list[str]]
    cost: Callable[[Plan], float]
    best_known: float | None = None
    released: dict[str, int] | None = None
    solve: Callable[[Instance, Budget], Plan] | None = None


def euclid(a: Point, b: Point) -> float:
    """Return the straight line."""
    return math.dist(a, b)


def truncated(a: Point, b: Point) -> float:
    """Return the straight line cut to one decimal, the rule of the DIMACS challenge."""
    return math.floor(10 * math.dist(a, b)) / 10


def place_of(point: Point) -> Place:
    """Return a point of a plane as a place; it stands for nothing on the earth."""
    return Place(point[0], point[1], "plain")


def travel_between(points: Sequence[Point], distance: Distance, scale: Scale) -> TableTravel:
    """Return travel among points."""
    once = list(dict.fromkeys(points))
    table = np.array([[scale.way(distance(a, b)) for b in once] for a in once], dtype=np.int64)
    return TableTravel([place_of(point) for point in once], table, table)


def table_travel(table: Sequence[Sequence[int]]) -> tuple[list[Place], TableTravel]:
    """Return places that stand for the rows of a table of ways in our seconds, and travel among them."""
    places = [Place(0.0, float(number), "plain") for number in range(len(table))]
    ways = np.array(table, dtype=np.int64)
    return places, TableTravel(places, ways, ways)
