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

Ready = Callable[[Visit], int]
"""From which second on a visit can begin, by what the desk knows when it asks: nobody goes before the order came."""


def first_come_nearest(
    problem: Problem,
    answer: Answer = lambda visit, team: True,
    usual: Usual = lambda visit: None,
    ready: Ready = lambda visit: 0,
) -> Plan:
    """Plan a day as a telephone desk would, with the same hard rules and the same crews.

    Requests are taken in the order of `Visit.registered`. Each goes to the team with the shortest way from its base
    among those that are able and have a crew with free time, at the first such time; appointments are never moved.
    Where a team says no, the next nearest is asked. A visit that has a usual team goes to that one first. `ready` is
    looked at before every question, so that answers may take time.

    Raises
    ------
    ProblemError
        If the problem is malformed.
    """
    model = Model(problem)
    timetable = Timetable(model)
    order = sorted(range(len(model.visits)), key=lambda v: (model.visits[v].registered, model.visits[v].id))
    for visit in order:
        if not _given(timetable, visit, usual(model.visits[visit]), ready):
            _ask_around(timetable, visit, answer, ready)
    return timetable.plan()


def _given(timetable: Timetable, visit: int, team: str | None, ready: Ready) -> bool:
    """Give a visit to its usual team if that has time."""
    model = timetable.model
    soonest = ready(model.visits[visit])
    fits = [fit for fit in model.fits(visit) if model.teams[model.duties[fit.duty].team].id == team]
    for fit in sorted((_from(fit, soonest) for fit in fits), key=lambda fit: fit.duty):
        free = _free_place(timetable, visit, fit)
        if free is not None and timetable.put(visit, fit, free):
            return True
    return False


def _ask_around(timetable: Timetable, visit: int, answer: Answer, ready: Ready) -> None:
    """Give a visit to the first team that has time and says yes."""
    model = timetable.model
    asked: set[str] = set()
    for whole in sorted(model.fits(visit), key=lambda fit: _nearness(model, visit, fit)):
        fit = _from(whole, ready(model.visits[visit]))
        team = model.teams[model.duties[fit.duty].team].id
        free = _free_place(timetable, visit, fit) if team not in asked else None
        if free is None:
            continue
        asked.add(team)
        said = answer(model.visits[visit], team)
        if said is None or (said and timetable.put(visit, fit, free)):
            return


def _from(fit: Fit, soonest: int) -> Fit:
    """Return how a visit fits that cannot begin before some second."""
    return fit._replace(windows=tuple((max(lo, soonest), hi) for lo, hi in fit.windows if hi >= soonest))


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
