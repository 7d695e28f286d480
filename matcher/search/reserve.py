"""How much of a time that runs out the search leaves to others: to set itself up, and to place what it left out.

The matcher reads no clock. Where a caller counts in seconds, his limit in work says how long the time is altogether,
and `Limits.gone` how much of it is over; what something takes is therefore reckoned in units of work. The figures were
measured on one machine with 216 teams and 2,400 visits, and are wrong by as much as another machine differs.
"""

from __future__ import annotations

from dataclasses import replace

from linli.matcher.insertion import compiled_insertion
from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.timetable import Timetable

WAYS_PER_WORK, PAIRS_PER_WORK = 100, 3
"""Ways between places, and visits with duties, to a unit of work while the search sets itself up."""

TO_PLACE = 25
"""Work to place one visit by machine code, a tenth of a millisecond."""

TO_PLACE_PLAINLY = 1
"""Work to look in plain Python whether a visit has a place on one duty."""


def left_to_search(model: Model, limits: Limits) -> int:
    """Return the work that is left once a search is set up, on all threads: what the limit says where no clock runs."""
    if limits.gone is None:
        return limits.work
    places = len({*model.base, *model.place, *model.entry})
    setting_up = places * places // WAYS_PER_WORK + len(model.visits) * len(model.duties) // PAIRS_PER_WORK
    return limits.work * (1000 - limits.gone()) // 1000 - setting_up * max(1, limits.threads)


class Reserve:
    """What a search that ends by a clock leaves of the time for placing the visits it left out.

    Parameters
    ----------
    timetable : Timetable
        The start.
    limits : Limits
        Of the caller; without `gone` nothing is left aside.
    """

    def __init__(self, timetable: Timetable, limits: Limits) -> None:
        model = timetable.model
        unserved = timetable.unserved() if limits.gone is not None else []
        plain = sum(not compiled_insertion.knows(timetable, visit) for visit in unserved)
        work = TO_PLACE * len(unserved) + TO_PLACE_PLAINLY * len(model.duties) * plain
        self._each = work / max(1, len(unserved))
        self._time = limits.work / max(1, limits.threads)
        self._limits = limits
        self._part = 0

    def keep(self, unserved: int) -> None:
        """Leave aside what it takes to place so many visits, at most half of the time."""
        self._part = 0 if self._limits.gone is None else min(500, round(1000 * self._each * unserved / self._time))

    def limits(self) -> Limits:
        """Return the caller's limits, over as soon as only what is left aside remains."""
        gone, until = self._limits.gone, self._limits.until
        if gone is None:
            return self._limits

        def gone_sooner() -> int:
            return min(1000, 1000 * gone() // (1000 - self._part))

        def is_over() -> bool:
            return gone_sooner() >= 1000 or (until is not None and until())

        return replace(self._limits, gone=gone_sooner, until=is_over)
