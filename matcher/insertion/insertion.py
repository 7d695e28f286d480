"""Insertion: the cheapest feasible place for one visit, every position tested in constant time.

This is the answer when there is no time, and the move all other solvers are made of. What is written here in plain
Python says what an insertion is; where the machine code of `linli.matcher.insertion.compiled_insertion` is loaded, that
answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from linli.matcher.duties import NO_LIMIT, Fit
from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.compiled_insertion import Answer
from linli.matcher.model import Model
from linli.matcher.objective import load_price
from linli.matcher.problem import Plan, Problem, ProblemError, Route, Stop
from linli.matcher.route import Tour, first_start, soft_price
from linli.matcher.timetable import Timetable

NEVER = 1 << 60
"""Dearer than any tour."""


class Spot(NamedTuple):
    """Where a visit could go: what it adds to the cost, on which duty, before which stop."""

    cost: int
    fit: Fit
    position: int


@dataclass(frozen=True, slots=True)
class Insertion:
    """The cheapest place found for a visit.

    Parameters
    ----------
    visit, team : str
        Ids.
    crew : int
        Which of the team's crews.
    stop : Stop
        Arrival, start and end.
    cost : int
        What the objective's cost grows by.
    """

    visit: str
    team: str
    crew: int
    stop: Stop
    cost: int


def best_in_tour(tour: Tour, visit: int, fit: Fit, bound: int = NEVER) -> tuple[int, int]:
    """Return the added cost and position of the cheapest feasible place in a tour; position -1 if none below `bound`.

    Notes
    -----
    A position holds if the crew, leaving the stop before, can start in a window and reach the stop after no later than
    that stop's latest arrival: two additions and a comparison. Only where some stop of the tour has a price on its
    start is the shift of the later stops followed through.
    """
    model = tour.model
    duration = model.duration[visit]
    if duration > tour.room:
        return NEVER, -1
    windows = fit.windows
    lo, hi = windows[0][0], windows[-1][1]
    to, back = model.seconds_to(model.entry[visit]), model.seconds_from(model.place[visit])
    places, entries, hops, late = tour.places, tour.entries, tour.hops, tour.late
    leave = tour.done if model.fixed[visit] else tour.leave
    soft = tour.soft or model.soft[visit]
    single = len(windows) == 1
    price = model.weights.travel
    base = fit.price + load_price(model.weights, tour.load, tour.work + duration) - tour.load_cost
    best, best_position = bound, -1
    spare, limit = NEVER, model.duties[tour.duty].most_travel
    if limit < NO_LIMIT:
        spare = limit - tour.on_the_way() - model.within[visit]
    metres, longest = NEVER, model.duties[tour.duty].most_metres
    if longest < NO_LIMIT:
        metres = longest - tour.metres() - model.metres_within(visit)
    for k, free in enumerate(leave):
        if free > hi:
            break
        out, on = to[places[k]], back[entries[k]]
        if out + on - hops[k] > spare or (metres < NEVER and _more_metres(tour, k, visit) > metres):
            continue
        added = base + price * (out + on - hops[k])
        if added >= best and not soft:
            continue
        start = free + out
        if start < lo:
            start = lo
        elif start > hi:
            continue
        elif not single:
            start = first_start(windows, start)
        if start + duration + on > late[k]:
            continue
        if soft:
            added += _added_softness(tour, k, visit, start)
            if added >= best:
                continue
        best, best_position = added, k
    return best, best_position


def _more_metres(tour: Tour, position: int, visit: int) -> int:
    """Return the metres that a stop at this position adds to the way."""
    model, before, after = tour.model, tour.places[position], tour.entries[position]
    hop = model.metres(before, after) if tour.stops else 0
    return model.metres(before, model.entry[visit]) + model.metres(model.place[visit], after) - hop


def _added_softness(tour: Tour, position: int, visit: int, start: int) -> int:
    """Return the price of the visit's own start and of every later start it pushes back."""
    model = tour.model
    added = soft_price(model, visit, start)
    free, place = start + model.duration[visit], model.place[visit]
    for k in range(position, len(tour.stops)):
        other = tour.stops[k]
        pushed = first_start(tour.windows[k], free + model.seconds_from(place)[model.entry[other]])
        added += soft_price(model, other, pushed) - soft_price(model, other, tour.start[k])
        if pushed == tour.start[k]:
            break
        free, place = pushed + model.duration[other], model.place[other]
    return added


def best_spot(timetable: Timetable, visit: int) -> Spot | None:
    """Return the cheapest feasible place over all crews, or None. Among equals the first duty and position win."""
    found = compiled_insertion.cheapest(timetable, visit)
    if found is None:
        return best_spot_plainly(timetable, visit)
    return _spot(timetable, visit, found[0]) if found else None


def _spot(timetable: Timetable, visit: int, answer: Answer) -> Spot:
    cost, duty, position, latest, price = answer
    return Spot(cost, timetable.model.fit_found(visit, duty, latest, price), position)


def best_spot_plainly(timetable: Timetable, visit: int) -> Spot | None:
    """Return what `best_spot` returns, in plain Python: the specification of the compiled insertion."""
    best: Spot | None = None
    bound = NEVER
    tours, duties = timetable.tours, timetable.model.duties
    empty = (-1, -1)
    for fit in timetable.model.fits(visit):
        tour = tours[fit.duty]
        if not tour.stops:
            # A second empty crew of the same team in the same shift offers nothing that the first does not.
            duty = duties[fit.duty]
            if empty == (duty.team, duty.shift):
                continue
            empty = duty.team, duty.shift
        cost, position = best_in_tour(tour, visit, fit, bound)
        if position >= 0:
            bound, best = cost, Spot(cost, fit, position)
    return best


def best_per_team(timetable: Timetable, visit: int, most: int | None = None) -> list[Spot]:
    """Return the cheapest feasible place of every team that has one, cheapest first, of the first `most` teams."""
    found = compiled_insertion.of_every_team(timetable, visit)
    if found is None:
        return best_per_team_plainly(timetable, visit)[:most]
    return [_spot(timetable, visit, answer) for answer in found[:most]]


def best_per_team_plainly(timetable: Timetable, visit: int) -> list[Spot]:
    """Return what `best_per_team` returns, in plain Python."""
    found: dict[int, Spot] = {}
    for fit in timetable.model.fits(visit):
        team = timetable.model.duties[fit.duty].team
        bound = found[team].cost if team in found else NEVER
        cost, position = best_in_tour(timetable.tours[fit.duty], visit, fit, bound)
        if position >= 0:
            found[team] = Spot(cost, fit, position)
    return sorted(found.values(), key=lambda spot: (spot.cost, spot.fit.duty))


def place(timetable: Timetable, visit: int) -> Spot | None:
    """Insert the visit at its cheapest feasible place; return where, or None if there is none."""
    spot = best_spot(timetable, visit)
    if spot is not None and not timetable.put(visit, spot.fit, spot.position):
        raise AssertionError(f"the slack of duty {spot.fit.duty} allowed a place its schedule refuses")
    return spot


def follow(model: Model, plan: Plan) -> Timetable:
    """Read a plan that the checker has passed into a timetable.

    Raises
    ------
    ProblemError
        If the plan does not hold for this problem; `linli.matcher.search.solve.solve` repairs such plans.
    """
    timetable = Timetable(model)
    for route in plan.routes:
        by_duty: dict[int, list[tuple[int, Fit]]] = {}
        for stop in route.stops:
            fit = fit_of_stop(model, route, stop)
            if fit is None:
                raise ProblemError(f"plan: {stop.visit!r} cannot stand where {route.team!r} has it")
            by_duty.setdefault(fit.duty, []).append((model.visit_index[stop.visit], fit))
        for duty, wanted in by_duty.items():
            tour = timetable.tours[duty].bare()
            if not tour.lay(wanted):
                raise ProblemError(f"plan: {route.team!r} cannot make {_named(model, wanted)} in this order")
            timetable.set_tour(tour)
    return timetable


def _named(model: Model, wanted: Sequence[tuple[int, Fit]]) -> str:
    return ", ".join(repr(model.visits[visit].id) for visit, _ in wanted)


def fit_of_stop(model: Model, route: Route, stop: Stop) -> Fit | None:
    """Return how a planned stop fits on the duty in whose shift it starts, or None."""
    visit, team = model.visit_index.get(stop.visit, -1), model.team_index.get(route.team, -1)
    if visit < 0 or team < 0:
        return None
    pin = model.visits[visit].pin
    start = stop.start if pin is None or pin.start is None else pin.start
    for d in model.duties_of_team[team]:
        duty = model.duties[d]
        if duty.crew == route.crew and duty.opens <= start <= duty.closes:
            return model.fit(visit, d)
    return None


def insert(problem: Problem, plan: Plan, visit: str) -> Insertion | None:
    """Return the cheapest feasible place for a visit beside the plan, or None.

    Raises
    ------
    ProblemError
        If the plan does not hold for the problem, or the visit is unknown or already placed.
    """
    offers = cheapest_teams(problem, plan, visit, 1)
    return offers[0] if offers else None


def cheapest_teams(problem: Problem, plan: Plan, visit: str, most: int) -> tuple[Insertion, ...]:
    """Return the best insertion of each of the `most` cheapest teams, cheapest first.

    Raises
    ------
    ProblemError
        If the plan does not hold for the problem, or the visit is unknown or already placed.
    """
    model = Model(problem)
    timetable = follow(model, plan)
    index = model.visit_index.get(visit, -1)
    if index < 0 or timetable.where[index] >= 0:
        raise ProblemError(f"visits: {visit!r} is unknown or already placed")
    return tuple(describe(timetable, index, spot) for spot in best_per_team(timetable, index, most))


def describe(timetable: Timetable, visit: int, spot: Spot) -> Insertion:
    """Return a place found in the words of the plan."""
    tour = timetable.tours[spot.fit.duty].copy()
    tour.put(spot.position, visit, spot.fit)
    duty, wanted = timetable.model.duties[tour.duty], timetable.model.visits[visit]
    stop = tour.told_stop(spot.position)
    return Insertion(wanted.id, timetable.model.teams[duty.team].id, duty.crew, stop, spot.cost)


def remove(plan: Plan, visit: str) -> Plan:
    """Return the plan without a visit; all other stops keep their times."""
    routes = (Route(r.team, r.crew, tuple(s for s in r.stops if s.visit != visit)) for r in plan.routes)
    return Plan(tuple(route for route in routes if route.stops))
