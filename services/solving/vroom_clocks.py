"""A vehicle's own clock, which stands still during its breaks: so a break is taken wherever the vehicle happens to be.

The matcher knows of no breaks, and on such a clock there are none: a way goes on where a break interrupted it, and a
task may begin only where no break falls into it. Vehicles whose breaks differ have different clocks. Each clock shows
times of its own, far from those of all others, and a task has its windows on every clock; a vehicle works in its own
clock's times alone, so it sees just the windows that are meant for it.

Whether all this came out right is judged by `vroom_verdict`, in the times of the file and knowing of no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from linli.matcher.fetching import lead_of
from linli.matcher.problem import Fetch, Problem, Visit, Window
from linli.matcher.rules import starts_of
from linli.services.solving.vroom_breaks import rests_of
from linli.services.solving.vroom_format import SECONDS_MAX, Vehicle, VroomProblem

APART = 30 * 86_400
"""Seconds between what two clocks show: more than any change looks ahead
(`linli.matcher.reasons.change_list.LATER`)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that stands still during rests, and is ahead of the file's times by an offset.

    Parameters
    ----------
    rests : tuple of Window
        When it stands still, sorted and disjoint; the end no longer belongs to a rest.
    offset : int
        Seconds.
    """

    rests: tuple[Window, ...] = ()
    offset: int = 0

    def shows(self, at: int) -> int:
        """Return what the clock shows at a time of the file."""
        return at + self.offset - sum(min(at, ends) - begins for begins, ends in self.rests if begins < at)

    def time(self, shown: int) -> int:
        """Return the time of the file at which something begins; at the moment of a rest that is after the rest."""
        at = shown - self.offset
        for begins, ends in self.rests:
            if at < begins:
                break
            at += ends - begins
        return at

    def starts(self, windows: Sequence[Window], lead: int, length: int) -> Iterator[Window]:
        """Yield the start windows, as the clock shows them, from which no rest falls into what is done.

        Something that takes no time has its moment, too: it is not done in the very second in which a rest begins.

        Parameters
        ----------
        windows
            In times of the file, sorted and disjoint.
        lead, length
            Seconds from the start back to where what is done begins, and on to where it ends.
        """
        opens = [None, *(ends + lead for _, ends in self.rests)]
        closes = [*(begins - max(1, length) for begins, _ in self.rests), None]
        for lo, hi in windows:
            for first, last in zip(opens, closes, strict=True):
                begin, end = lo if first is None else max(lo, first), hi if last is None else min(hi, last)
                if begin <= end:
                    yield self.shows(begin), self.shows(end)


Clocks = Mapping[int, Clock]
"""By the vehicles' ids."""


def working_of(vehicle: Vehicle) -> Window:
    """Return from when until when a vehicle works; without end where the file says nothing."""
    return vehicle.time_window or (0, SECONDS_MAX)


def clocks_of(given: VroomProblem, first: int, last: int) -> dict[int, Clock]:
    """Return every vehicle's clock; those with the same rests share one.

    Parameters
    ----------
    given
        The file.
    first, last
        The earliest and the latest time that matters.
    """
    found: dict[tuple[Window, ...], Clock] = {}
    clocks: dict[int, Clock] = {}
    for vehicle in given.vehicles:
        rests = tuple((rest.begin, rest.end) for rest in rests_of(vehicle, working_of(vehicle)))
        clocks[vehicle.id] = found.setdefault(rests, Clock(rests, len(found) * (last - first + APART)))
    return clocks


def on_clocks(problem: Problem, visit: Visit, clocks: Sequence[Clock], first: int) -> Visit:
    """Return a visit with its windows as clocks show them; as it is where there is just a clock without rests.

    Parameters
    ----------
    problem
        With the travel times.
    visit
        In times of the file.
    clocks
        Of the vehicles that may go, each once.
    first
        The earliest time that matters; before it a clock would show the times of another one.

    Notes
    -----
    Between pickup and delivery there is no break, as there is nothing else. What must be waited there is waited at the
    pickup, and the windows of the delivery alone say when all of it may begin.
    """
    if len(clocks) == 1 and clocks[0] == Clock():
        return visit
    lead = lead_of(problem, visit)
    windows = [(max(lo, first), hi) for lo, hi in starts_of(problem, visit) if hi >= first]
    shown = sorted(chain.from_iterable(clock.starts(windows, lead.seconds, visit.duration) for clock in clocks))
    fetch = None if visit.fetch is None else Fetch(visit.fetch.place, visit.fetch.duration + lead.idle)
    pin = visit.pin
    if pin is not None and pin.start is not None:
        pin = replace(pin, start=shown[0][0] if shown else None)
    return replace(visit, windows=tuple(shown), fetch=fetch, pin=pin)
