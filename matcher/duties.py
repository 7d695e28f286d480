"""A duty, one crew in one shift, and how a visit fits on it: the coins in which solvers and memory trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from linli.matcher.problem import Window

NO_LIMIT = 1 << 30
"""More visits than any shift holds."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One crew in one shift, in indices; `base` is a place of the problem's travel table.

    `most` visits, `most_work` seconds of service, `most_travel` seconds and `most_metres` metres of way at the most;
    `day` of the team.
    """

    team: int
    crew: int
    shift: int
    opens: int
    closes: int
    base: int
    most: int
    most_work: int = NO_LIMIT
    most_travel: int = NO_LIMIT
    most_metres: int = NO_LIMIT
    day: int = -1


class Fit(NamedTuple):
    """A duty on which a visit may be placed as far as pair rules say.

    `windows` are the visit's start windows cut to the duty and to what safeguarding allows; `price` is what this pair
    costs wherever the visit lands on the duty.
    """

    duty: int
    windows: tuple[Window, ...]
    price: int


class TourTimes(NamedTuple):
    """A tour as it was laid out, apart from any problem's numbering of visits; see `linli.matcher.route.Tour`."""

    duty: int
    stops: int
    windows: list[tuple[Window, ...]]
    prices: list[int]
    places: list[int]
    entries: list[int]
    hops: list[int]
    start: list[int]
    done: list[int]
    leave: list[int]
    late: list[int]
    travel: int
    work: int
    cost: int
    room: int
    load_cost: int
    soft: bool


def first_start(windows: tuple[Window, ...], arrival: int) -> int:
    """Return the first start at or after arrival, or -1."""
    for lo, hi in windows:
        if arrival <= hi:
            return max(lo, arrival)
    return -1


def last_start(windows: tuple[Window, ...], limit: int) -> int:
    """Return the last start at or before the limit, or -1."""
    for lo, hi in reversed(windows):
        if lo <= limit:
            return min(hi, limit)
    return -1
