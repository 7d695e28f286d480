"""What a telephone desk does: first come, first served, by the nearest team that is able and free.

A yardstick, never used to decide.
"""

from __future__ import annotations

from collections.abc import Callable

from linli.matcher.duties import Fit
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem, Visit
from linli.matcher.route import first_start
from linli.matcher.timetable import Timetable

Answer = Callable[[Visit, str], bool | None]
"""What a team says when it is asked to make a visit: whether it goes; None: nobody is asked any more."""


Usual = Callable[[Visit], str | None]
"""Which team a visit goes to without a question, if it has time."""


def first_come_nearest(
    problem: Problem, answer: Answer = lambda visit, team: True, usual: Usual = lambda visit: None
) -> Plan:
    """Plan a day as a telephone desk would, with the same hard rules and the same crews.

    Requests are taken in the order of `Visit.registered`. Each goes to the team with the shortest way from its base
    among those that are able and have a crew with free time, at the first such time; appointments are never moved.
    Where a team says no, the next nearest is asked. A visit that has a usual team goes to that one first.

    Raises
    ------
    ProblemError
        If the problem is malformed.
    """
    model = Model(problem)
    timetable = Timetable(model)
    order = sorted(range(len(model.visits)), key=lambda v: (model.visits[v].registered, model.visits[v].id))
    for visit in order:
        if not _given(model, timetable, visit, usual(model.visits[visit])):
            _ask_around(model, timetable, visit, answer)
    return timetable.plan()


def _given(model: Model, timetable: Timetable, visit: int, team: str | None) -> bool:
    """Give a visit to its usual team if that has time."""
    fits = [fit for fit in model.fits(visit) if model.teams[model.duties[fit.duty].team].id == team]
    for fit in sorted(fits, key=lambda fit: fit.duty):
        free = _free_place(timetable, visit, fit)
        if free is not None and timetable.put(visit, fit, free):
            return True
    return False


def _ask_around(model: Model, timetable: Timetable, visit: int, answer: Answer) -> None:
    """Give a visit to the first team that has time and says yes."""
    asked: set[str] = set()
    for fit in sorted(model.fits(visit), key=lambda fit: _nearness(model, visit, fit)):
        team = model.teams[model.duties[fit.duty].team].id
        free = _free_place(timetable, visit, fit) if team not in asked else None
        if free is None:
            continue
        asked.add(team)
        said = answer(model.visits[visit], team)
        if said is None or (said and timetable.put(visit, fit, free)):
            return


def _nearness(model: Model, visit: int, fit: Fit) -> tuple[int, int]:
    return model.seconds_to(model.entry[visit])[model.duties[fit.duty].base], fit.duty


def _free_place(timetable: Timetable, visit: int, fit: Fit) -> int | None:
    """Return the place of the crew's first free time that leaves all appointments where they are."""
    tour = timetable.tours[fit.duty]
    model = timetable.model
    place, entry = model.place[visit], model.entry[visit]
    for k, free in enumerate(tour.leave):
        start = first_start(fit.windows, free + model.seconds_to(entry)[tour.places[k]])
        back = start + model.duration[visit] + model.seconds_from(place)[tour.entries[k]]
        by = tour.start[k] if k < len(tour.stops) else model.duties[fit.duty].closes
        if start >= 0 and back <= by:
            return k
    return None
