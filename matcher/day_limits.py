"""A day's limits on a team, shared by the tours of all its crews and shifts: each knows what the others leave to it.

A limit that only one duty has is that duty's own and needs none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from linli.matcher.model import Model

if TYPE_CHECKING:
    from linli.matcher.route import Tour
    from linli.matcher.timetable import Timetable


class OfADay(Protocol):
    """What is asked of a tour; see `linli.matcher.route.Tour`."""

    duty: int
    stops: list[int]
    work: int

    def allow(self, most: int, most_work: int) -> None:
        """Set how many stops and how much service the tour may have."""


class ByDuty(Protocol):
    """Tours by their duties."""

    def __getitem__(self, duty: int) -> OfADay:
        """Return a duty's tour."""
        ...


def share_day(model: Model, tours: ByDuty, duty: int) -> None:
    """Tell every tour of the same team and day how much of the day's limits is left to it."""
    group = model.days.get(duty, ())
    mine = [tours[d] for d in group]
    stops, work = sum(len(tour.stops) for tour in mine), sum(tour.work for tour in mine)
    for tour in mine:
        on = model.duties[tour.duty]
        team = model.teams[on.team]
        most, most_work = on.most, on.most_work
        if team.max_visits_per_day is not None:
            most = min(most, team.max_visits_per_day - stops + len(tour.stops))
        if team.max_work_per_day is not None:
            most_work = team.max_work_per_day - work + tour.work
        tour.allow(most, most_work)


def share_days(model: Model, tours: ByDuty) -> None:
    """Tell all tours how much of their teams' days is left to them, after several were replaced."""
    for duty, group in model.days.items():
        if duty == group[0]:
            share_day(model, tours, duty)


def another_crew(timetable: Timetable, duty: int) -> Tour:
    """Return an empty tour for one more crew beside a duty's, allowed what the team's day leaves to it."""
    on = timetable.model.duties[duty]
    team, tour = timetable.model.teams[on.team], timetable.tours[duty].bare()
    tours = [timetable.tours[d] for d in timetable.model.days.get(duty, (duty,))]
    most, most_work = on.most, on.most_work
    if team.max_visits_per_day is not None:
        most = min(most, team.max_visits_per_day - sum(len(one.stops) for one in tours))
    if team.max_work_per_day is not None:
        most_work = team.max_work_per_day - sum(one.work for one in tours)
    tour.allow(most, most_work)
    return tour
