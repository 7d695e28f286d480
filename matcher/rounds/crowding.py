"""How crowded the days of a visit are: what part of the hours there are is taken already."""

from __future__ import annotations

import numpy as np

from linli.matcher.timetable import Timetable


class Crowding:
    """What is taken of every shift of a timetable, as arrays, for a round asks for many visits.

    Parameters
    ----------
    timetable : Timetable
        Whoever changes one of its tours says so by `tour_changed`.
    """

    def __init__(self, timetable: Timetable) -> None:
        duties = timetable.model.duties
        self._timetable = timetable
        self._opens = np.array([duty.opens for duty in duties], dtype=np.int64)
        self._closes = np.array([duty.closes for duty in duties], dtype=np.int64)
        self._taken = np.zeros(len(duties), dtype=np.int64)
        for duty in timetable.tours.laid_out():
            self.tour_changed(duty)

    def tour_changed(self, duty: int) -> None:
        """Look again at what is taken of a shift."""
        tour = self._timetable.tours.get(duty)
        self._taken[duty] = 0 if tour is None else tour.on_the_way() + tour.work

    def of(self, visit: int) -> int:
        """Return the percent of the shifts in a visit's time that are taken by visits and ways; 100 if there are none.

        Notes
        -----
        Shifts of all teams count that overlap a window of the visit, whoever may go: one rare skill that is asked for
        often makes no crowded day, and whoever waits for it would wait for nothing. A shift counts whole where it
        overlaps in part. Hours lost between visits count as free, so that a full day rarely shows more than 85 percent.
        """
        meets = np.zeros(len(self._taken), dtype=np.bool_)
        for opens, closes in self._timetable.model.visits[visit].windows:
            meets |= (self._closes >= opens) & (self._opens <= closes)
        hours = int((self._closes - self._opens)[meets].sum())
        return 100 * int(self._taken[meets].sum()) // hours if hours > 0 else 100
