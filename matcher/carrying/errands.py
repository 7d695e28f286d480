"""Errands and the vehicles that run them, as frozen values: what is fetched may stay aboard as other things are done.

The matcher's own problem brings what it fetches at once (`linli.matcher.fetching`). Where a file allows more, vehicles
are planned by this one. Times are integer seconds, places rows of a table of ways, loads amounts in several dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from linli.matcher.kernels.layout import Ints, Longs
from linli.matcher.kernels.trips_layout import ANY_METRES
from linli.matcher.problem import Window

Amount = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """What is done at one place.

    Parameters
    ----------
    place : int
        A row of the table of ways.
    length : int
        Seconds it takes.
    windows : tuple of Window
        When it may begin, sorted and disjoint.
    """

    place: int
    length: int
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Errand:
    """What one vehicle does: at one place, or by fetching at one place and bringing to another.

    Parameters
    ----------
    id : str
        Its own.
    fetch : Task or None
        Where it is fetched; None for what is aboard from the start, or for nothing.
    serve : Task
        Where it is brought.
    level : int
        How urgent it is, 0 before all others.
    brought : tuple of int
        What is brought: aboard from the pick-up on, or from the start where nothing is fetched.
    taken : tuple of int
        What is taken aboard where it is served, to the end of the trip.
    able : frozenset of int
        The numbers of the vehicles that may run it.
    """

    id: str
    fetch: Task | None
    serve: Task
    level: int
    brought: Amount
    taken: Amount
    able: frozenset[int]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle and one trip's limits.

    Parameters
    ----------
    id : str
        Its own.
    start, end : int
        Where its trip begins and ends: rows of the table of ways.
    opens, closes : int
        From when until when it is on its way.
    capacity : tuple of int
        What it carries at the most.
    most_tasks, most_way, most_metres : int
        The most tasks, and the most seconds and metres of way; from `ANY_METRES` on no metres are asked for.
    """

    id: str
    start: int
    end: int
    opens: int
    closes: int
    capacity: Amount
    most_tasks: int
    most_way: int
    most_metres: int = ANY_METRES


@dataclass(frozen=True, slots=True, eq=False)
class Errands:
    """The whole problem.

    Parameters
    ----------
    errands : tuple of Errand
        What is to be done.
    vehicles : tuple of Vehicle
        By whom.
    ways : array of int32, (places, places)
        Seconds from one place to another.
    metres : array of int64, (places, places), or None
        Metres from one place to another; None where no vehicle has a limit of them.
    """

    errands: tuple[Errand, ...]
    vehicles: tuple[Vehicle, ...]
    ways: Ints
    metres: Longs | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One task of a trip: whose it is, whether it is the fetching, and when it begins."""

    errand: int
    fetching: bool
    start: int


Trips = dict[int, tuple[Done, ...]]
"""By the numbers of vehicles what they do, in order; who has nothing to do is missing."""


def task_of(problem: Errands, done: Done) -> Task:
    """Return what is done.

    Raises
    ------
    ValueError
        If something is fetched for which there is nothing to fetch.
    """
    errand = problem.errands[done.errand]
    if not done.fetching:
        return errand.serve
    if errand.fetch is None:
        raise ValueError(f"{errand.id}: nothing is fetched")
    return errand.fetch


def way_of(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> int:
    """Return the seconds of way of a trip."""
    return _along(problem.ways, _places(problem, vehicle, trip))


def metres_of(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> int:
    """Return the metres of way of a trip; 0 where none are known."""
    return 0 if problem.metres is None else _along(problem.metres, _places(problem, vehicle, trip))


def _places(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> list[int]:
    """Return where a trip leads; who has nothing to do goes nowhere."""
    one = problem.vehicles[vehicle]
    return [one.start, *(task_of(problem, done).place for done in trip), one.end] if trip else []


def _along(table: Ints | Longs, places: list[int]) -> int:
    return sum(int(table[a, b]) for a, b in pairwise(places))
