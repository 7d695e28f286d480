"""What of a timetable carries over to the next round: tours in which nothing can have changed are taken as they are."""

from __future__ import annotations

from linli.matcher.problem import Plan, Route
from linli.matcher.route import Tour
from linli.matcher.timetable import Timetable


def remember(timetable: Timetable, plan: Plan) -> None:
    """Keep how the tours of a timetable's plan are laid out, for the next problem with the same memory."""
    model, memory = timetable.model, timetable.model.problem.memory
    if memory is None:
        return
    tours: dict[tuple[int, int], list[Tour]] = {}
    for tour in timetable.tours:
        if tour.stops:
            duty = model.duties[tour.duty]
            tours.setdefault((duty.team, duty.crew), []).append(tour)
    for route in plan.routes:
        team = model.team_index[route.team]
        visits = tuple(model.visits[model.visit_index[stop.visit]] for stop in route.stops)
        known = memory.route(route, visits, model.teams[team])
        if known.roster is not model.roster:
            mine = tours[team, route.crew]
            known.roster, known.tours = model.roster, tuple(tour.times() for tour in mine)
            known.laid_until = min(model.duties[tour.duty].opens for tour in mine)


def take_over(timetable: Timetable, route: Route, placed: set[int]) -> bool:
    """Take a route over as it was laid out in an earlier round, if nothing of it can have changed."""
    model, memory = timetable.model, timetable.model.problem.memory
    team = model.team_index.get(route.team, -1)
    numbers = [model.visit_index.get(stop.visit, -1) for stop in route.stops]
    if memory is None or team < 0 or -1 in numbers or not placed.isdisjoint(numbers):
        return False
    known = memory.route(route, tuple([model.visits[visit] for visit in numbers]), model.teams[team])
    if known.roster is not model.roster or model.now > known.laid_until:
        return False
    first = 0
    for times in known.tours:
        last = first + times.stops
        timetable.set_tour(Tour.again(model, times, numbers[first:last], route.stops[first:last]))
        first = last
    placed.update(numbers)
    return True
