"""What a telephone desk does: first come, first served, by the nearest team that is able and free.

A yardstick, never used to decide.
"""

from __future__ import annotations

from linli.matcher.duties import Fit
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem
from linli.matcher.route import first_start
from linli.matcher.timetable import Timetable


def first_come_nearest(problem: Problem) -> Plan:
    """Plan a day as a telephone desk would, with the same hard rules and the same crews.

    Requests are taken in the order of `Visit.registered`. Each goes to the team with the shortest way from its base
    among those that are able and have a crew with free time, at the first such time; appointments are never moved.

    Raises
    ------
    ProblemError
        If the problem is malformed.
    """
    model = Model(problem)
    timetable = Timetable(model)
    order = sorted(range(len(model.visits)), key=lambda v: (model.visits[v].registered, model.visits[v].id))
    for visit in order:
        for fit in sorted(model.fits(visit), key=lambda fit: _nearness(model, visit, fit)):
            if _appoint(timetable, visit, fit):
                break
    return timetable.plan()


def _nearness(model: Model, visit: int, fit: Fit) -> tuple[int, int]:
    return model.seconds_to(model.entry[visit])[model.duties[fit.duty].base], fit.duty


def _appoint(timetable: Timetable, visit: int, fit: Fit) -> bool:
    """Give the visit the crew's first free time that leaves all appointments where they are."""
    tour = timetable.tours[fit.duty]
    model = timetable.model
    place, entry = model.place[visit], model.entry[visit]
    for k, free in enumerate(tour.leave):
        start = first_start(fit.windows, free + model.seconds_to(entry)[tour.places[k]])
        back = start + model.duration[visit] + model.seconds_from(place)[tour.entries[k]]
        by = tour.start[k] if k < len(tour.stops) else model.duties[fit.duty].closes
        if start >= 0 and back <= by:
            return timetable.put(visit, fit, k)
    return False
