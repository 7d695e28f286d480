"""How crowded the days of a visit are: what part of the hours there are is taken already."""

from __future__ import annotations

from linli.matcher.timetable import Timetable


def crowding(timetable: Timetable, visit: int) -> int:
    """Return the percent of the shifts in a visit's time that are taken by visits and ways; 100 where there are none.

    Notes
    -----
    Shifts of all teams count that overlap a window of the visit, whoever may go: one rare skill that is asked for often
    makes no crowded day, and whoever waits for it would wait for nothing. A shift counts whole where it overlaps in
    part. Hours lost between visits count as free, so that a full day rarely shows more than 85 percent.
    """
    model = timetable.model
    windows = model.visits[visit].windows
    hours = taken = 0
    for number, duty in enumerate(model.duties):
        if any(opens <= duty.closes and closes >= duty.opens for opens, closes in windows):
            hours += duty.closes - duty.opens
            tour = timetable.tours.get(number)
            taken += 0 if tour is None else tour.on_the_way() + tour.work
    return 100 * taken // hours if hours > 0 else 100
