"""A round of the running day in VROOM's words: crews in shifts as vehicles, pins as windows, who may go as skills."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from linli.matcher.insertion.insertion import follow
from linli.matcher.insertion.repair import repair
from linli.matcher.model import Model
from linli.matcher.problem import Plan, ProblemError
from linli.matcher.timetable import Timetable

LEVEL = 1
"""Exploration: VROOM's middle setting, with which a round of a hundred visits takes some hundredths of a second."""

PINNED, PROMISED = 100, 90
"""Priorities of what must stay; VROOM knows none above 100."""


def vroom_plan(model: Model, plan: Plan) -> Plan:
    """Return VROOM's plan of a round; what has begun is kept as the last plan has it."""
    timetable = _followed(model, plan)
    begun = {
        d: [v for v in tour.stops if model.fact[v]]
        for d, tour in ((tour.duty, tour) for tour in timetable.tours)
        if tour.stops
    }
    vroom: Any = import_module("vroom")
    given = vroom.Input()
    visits = [v for v in range(len(model.visits)) if not model.fact[v] and model.fits(v)]
    places = sorted(
        {model.place[v] for v in visits} | set(model.base) | {model.place[v] for b in begun.values() for v in b}
    )
    index = {place: k for k, place in enumerate(places)}
    given.set_durations_matrix("car", model.ways(places, places).astype(np.uint32))
    skills: dict[int, set[int]] = {}
    for visit in visits:
        for fit in model.fits(visit):
            skills.setdefault(fit.duty, set()).add(visit)
    free = [_add_vehicle(vroom, given, timetable, d, able, begun.get(d, []), index) for d, able in skills.items()]
    if not any(free):
        return plan
    for visit in visits:
        windows = sorted({window for fit in model.fits(visit) for window in fit.windows})
        given.add_job(
            vroom.Job(
                id=visit,
                location=index[model.place[visit]],
                default_service=model.duration[visit],
                skills={visit},
                priority=_priority(model, visit),
                time_windows=_merged(windows),
            )
        )
    solution = given.solve(exploration_level=LEVEL, nb_threads=1).to_dict()
    orders = {
        int(route["vehicle"]): [int(step["id"]) for step in route["steps"] if step["type"] == "job"]
        for route in solution["routes"]
    }
    return _laid_out(model, begun, orders)


def _followed(model: Model, plan: Plan) -> Timetable:
    try:
        return follow(model, plan)
    except ProblemError:
        return repair(model, plan)[0]


def _add_vehicle(
    vroom: Any, given: Any, timetable: Timetable, duty: int, able: set[int], begun: list[int], index: dict[int, int]
) -> bool:
    """Add a crew in a shift: where and when it is free, and how much it may still do; return whether it is."""
    model = timetable.model
    on = model.duties[duty]
    tour = timetable.tours[duty]
    at, free = (model.place[begun[-1]], tour.done[len(begun)]) if begun else (on.base, on.opens)
    first = next((k for k, v in enumerate(tour.stops) if not model.fact[v] and model.fixed[v]), None)
    leave = max(free, model.now)
    if first is not None:
        # A crew may be on its way to a committed visit already.
        leave = max(free, min(leave, tour.start[first] - model.seconds(at, model.entry[tour.stops[first]])))
    if leave >= on.closes:
        return False
    given.add_vehicle(
        vroom.Vehicle(
            id=duty,
            start=index[at],
            end=index[on.base],
            skills=able,
            time_window=(leave, on.closes),
            max_tasks=max(0, min(on.most - len(begun), len(model.visits))),
        )
    )
    return True


def _priority(model: Model, visit: int) -> int:
    pin = model.visits[visit].pin
    if pin is not None and pin.team is not None:
        return PINNED
    return PROMISED if model.held[visit] else max(1, PROMISED // 2 // 4 ** model.visits[visit].urgency)


def _merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for lo, hi in windows:
        if merged and lo <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(hi, merged[-1][1])
        else:
            merged.append((lo, hi))
    return merged


def _laid_out(model: Model, begun: dict[int, list[int]], orders: dict[int, list[int]]) -> Plan:
    """Return the routes with the times that follow; a stop that does not fit after all is left out."""
    timetable = Timetable(model)
    for duty in sorted({*begun, *orders}):
        for visit in [*begun.get(duty, []), *orders.get(duty, [])]:
            fit = model.fit(visit, duty)
            if fit is not None and timetable.where[visit] < 0:
                timetable.put(visit, fit, len(timetable.tours[duty].stops))
    return timetable.plan()
