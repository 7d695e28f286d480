"""What a crew fetches before it comes: the medicine from the pharmacy, straight from there to the door.

Between the pick-up and the visit nothing else is done. So both are one thing to the engines: it is entered at the place
of the pick-up and left at the visit's, and it lasts from the one's beginning to the other's end. They count its start
at the pick-up, `lead_of` seconds before service begins at the visit; windows, plans and people count from the visit.
"""

from __future__ import annotations

from typing import NamedTuple

from linli.matcher.problem import Place, Problem, Visit, Window


class Lead(NamedTuple):
    """How long before the visit the pick-up begins.

    Parameters
    ----------
    seconds : int
        All of it: service at the pick-up, the way, and waiting.
    way : int
        The way from the pick-up to the visit.
    idle : int
        Waiting at the visit, where the pick-up closes before the visit's first window opens.
    """

    seconds: int = 0
    way: int = 0
    idle: int = 0


NOTHING = Lead()


def entry_of(visit: Visit) -> Place:
    """Return where the crew goes first."""
    return visit.place if visit.fetch is None else visit.fetch.place


def lead_of(problem: Problem, visit: Visit) -> Lead:
    """Return how long before service the pick-up begins; nothing where nothing is fetched.

    Waiting is the least with which some window of the pick-up meets one of the visit. It is the same for all windows:
    where several windows would need different waits, those that need a longer one are lost.
    """
    if visit.fetch is None:
        return NOTHING
    way = problem.travel.between(visit.fetch.place, visit.place)[0]
    busy = visit.fetch.duration + way
    waits = [
        max(0, lo - (closes + busy))
        for opens, closes in visit.fetch.windows
        for lo, hi in visit.windows
        if max(opens + busy, lo) <= hi
    ]
    idle = min(waits, default=0)
    return Lead(busy + idle, way, idle)


def cut_to_fetch(problem: Problem, visit: Visit, windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Return the visit's start windows less those for which nothing could be fetched in time."""
    fetch = visit.fetch
    if fetch is None or not fetch.windows:
        return windows
    lead = lead_of(problem, visit).seconds
    cut = [
        (max(lo, opens + lead), min(hi, closes + lead)) for lo, hi in windows for opens, closes in sorted(fetch.windows)
    ]
    return tuple((lo, hi) for lo, hi in cut if lo <= hi)


def fetch_price(problem: Problem, visit: Visit) -> int:
    """Return the price of the way from the pick-up to the visit, which every plan that serves it has."""
    return 0 if visit.fetch is None else problem.weights.travel * lead_of(problem, visit).way


def shifted(windows: tuple[Window, ...], seconds: int) -> tuple[Window, ...]:
    """Return windows so many seconds earlier."""
    return windows if seconds == 0 else tuple((lo - seconds, hi - seconds) for lo, hi in windows)
