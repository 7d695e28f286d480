"""A problem in VROOM's words as one in Linli's: vehicles become teams of one crew, jobs and shipments become visits.

Priorities become classes of urgency. VROOM serves the greatest sum of priorities, Linli more of the highest priority
whatever it costs the lower ones; with one priority both serve the most jobs, then travel least. A shipment is one visit
at its delivery, for which something is fetched at its pickup; nothing comes between the two here, but see
`vroom_sharing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from linli.matcher.ends_travel import Ends, EndsTravel
from linli.matcher.problem import Fetch, Pin, Place, Problem, SkillNeed, Team, Visit, Weights, Window
from linli.matcher.table_travel import TableTravel
from linli.matcher.travel import HaversineTravel, Travel
from linli.schemas.ways import NO_WAY_S
from linli.services.solving.vroom_clocks import Clock, Clocks, clocks_of, on_clocks
from linli.services.solving.vroom_format import Job, Location, Shipment, ShipmentStep, Step, Vehicle, VroomProblem
from linli.services.solving.vroom_loads import has_room, most_visits
from linli.services.solving.vroom_reading import VroomFile
from linli.services.solving.vroom_span import NO_WAY_MIN, refuse_too_long, span_of
from linli.services.solving.vroom_speed import at_speed
from linli.services.solving.vroom_tasks import all_tasks, job_visit_id, place_key, shipment_visit_id

TRAVEL_ALONE = Weights(travel=1, lateness=0, move=0, continuity=0, reoffer=0, load=0)
"""VROOM's cost: seconds of travel."""

TERRAIN_DEFAULT = "hill"
"""How one goes where a file gives coordinates and no matrix: roads of 1.7 times the straight line at 32 km/h."""

TOO_LARGE = frozenset(("none",))
"""The kinds of vehicle for what fits on none: a kind that no vehicle is, for an empty set would mean any."""


Ways = Callable[[Travel, Sequence[Place]], Travel]
"""Returns the real ways between places, given the estimate."""


class Translated(NamedTuple):
    """A problem in Linli's words, the clocks by which its vehicles go, and the first and last time that matters."""

    problem: Problem
    clocks: Clocks
    span: Window


def to_problem(file: VroomFile, terrain: str = TERRAIN_DEFAULT) -> Problem:
    """Translate a problem that was checked; see `translated`."""
    return translated(file, terrain).problem


def translated(file: VroomFile, terrain: str = TERRAIN_DEFAULT, ways: Ways | None = None) -> Translated:
    """Translate a problem that was checked.

    Parameters
    ----------
    file
        What was read.
    terrain
        For travel times between coordinates where there is no matrix.
    ways
        Asked for the real ways where there is no matrix.
    """
    given = file.problem
    places = _places(given, terrain)
    real, fetched = _real_travel(file), ways is not None and not file.matrices
    if ways is not None and fetched:
        real = ways(real, places)
    no_way = NO_WAY_S if fetched else NO_WAY_MIN
    real = at_speed(real, places, given, no_way)
    longest = _longest(places, real, no_way)
    span = span_of(given, longest)
    real = _closed(real, places, span[1] - span[0], no_way)
    clocks = clocks_of(given, *span)
    refuse_too_long(given, span, clocks, longest)
    teams = tuple(_team(given, vehicle, span, terrain, clocks[vehicle.id]) for vehicle in given.vehicles)
    # One second before anything may happen, so that nothing is history yet.
    timed = Problem(
        span[0] - 1, tuple(_visits(given, span, terrain)), teams, _with_ends(real, given, terrain), TRAVEL_ALONE
    )
    anybody = list(dict.fromkeys(clocks[one.id] for one in given.vehicles))
    visits = tuple(
        on_clocks(timed, visit, _clocks_for(visit, given, clocks) if visit.pin else anybody, span[0])
        for visit in timed.visits
    )
    return Translated(replace(timed, visits=visits), clocks, span)


def _visits(given: VroomProblem, span: Window, terrain: str) -> Iterator[Visit]:
    pins = {step.id: (vehicle, step) for vehicle in given.vehicles for step in vehicle.steps if step.type == "job"}
    priorities = {task.priority for task in all_tasks(given)}
    classes = {priority: k for k, priority in enumerate(sorted(priorities, reverse=True))}
    for number, job in enumerate(given.jobs):
        yield _visit(job, number, span, terrain, classes[job.priority], pins.get(job.id))
    for number, one in enumerate(given.shipments, len(given.jobs)):
        yield _fetching(given, one, number, span, terrain, classes[one.priority])


def _clocks_for(visit: Visit, given: VroomProblem, clocks: Clocks) -> list[Clock]:
    """Return the clocks of the vehicles that may go to a visit that has a pin, each once."""
    pinned = None if visit.pin is None else visit.pin.team
    return list(dict.fromkeys(clocks[one.id] for one in given.vehicles if pinned in (None, team_id(one))))


def team_id(vehicle: Vehicle) -> str:
    """Return the id of a vehicle's team."""
    return f"vehicle:{vehicle.id}"


def _place(location: Location | None, index: int | None, terrain: str) -> Place:
    """Return a place; a row of a matrix is told apart by its number, wherever it lies."""
    lon, lat = location or (0.0, 0.0)
    return Place(lat, lon, terrain if index is None else f"#{index}")


def _visit(
    job: Job, number: int, span: Window, terrain: str, urgency: int, pinned: tuple[Vehicle, Step] | None
) -> Visit:
    windows = _cut(job.time_windows or (span,), *span)
    pin = None
    if pinned is not None:
        vehicle, step = pinned
        pin = Pin(team_id(vehicle), start=step.service_at)
        windows = _cut(windows, step.service_after, step.service_before)
    return Visit(
        id=job_visit_id(job),
        request=job_visit_id(job),
        leg=0,
        place=_place(job.location, job.location_index, terrain),
        duration=job.setup + job.service,
        windows=windows,
        needs=tuple(SkillNeed(str(skill)) for skill in dict.fromkeys(job.skills)),
        urgency=urgency,
        registered=number,
        pin=pin,
    )


def _fetching(given: VroomProblem, shipment: Shipment, number: int, span: Window, terrain: str, urgency: int) -> Visit:
    brought = shipment.delivery
    able = frozenset(team_id(vehicle) for vehicle in given.vehicles if has_room(vehicle, shipment))
    return Visit(
        id=shipment_visit_id(shipment),
        request=shipment_visit_id(shipment),
        leg=0,
        place=_place(brought.location, brought.location_index, terrain),
        duration=brought.setup + brought.service,
        windows=_cut(brought.time_windows or (span,), *span),
        needs=tuple(SkillNeed(str(skill)) for skill in dict.fromkeys(shipment.skills)),
        urgency=urgency,
        registered=number,
        kinds=frozenset() if len(able) == len(given.vehicles) else able or TOO_LARGE,
        fetch=_fetch(shipment.pickup, span, terrain),
    )


def _fetch(pickup: ShipmentStep, span: Window, terrain: str) -> Fetch:
    place = _place(pickup.location, pickup.location_index, terrain)
    return Fetch(place, pickup.setup + pickup.service, _cut(pickup.time_windows or (), *span))


def _cut(windows: tuple[Window, ...], after: int | None, before: int | None) -> tuple[Window, ...]:
    cut = [(lo if after is None else max(lo, after), hi if before is None else min(hi, before)) for lo, hi in windows]
    return tuple((lo, hi) for lo, hi in cut if lo <= hi)


def _has_own_base(vehicle: Vehicle) -> bool:
    """Say whether a vehicle ends elsewhere than it begins."""
    return place_key(vehicle.start, vehicle.start_index) != place_key(vehicle.end, vehicle.end_index)


def _base(vehicle: Vehicle, terrain: str) -> Place:
    """Return where a vehicle's routes begin and end; one that ends elsewhere has a base of its own."""
    if _has_own_base(vehicle):
        return Place(0.0, 0.0, team_id(vehicle))
    return _place(vehicle.start, vehicle.start_index, terrain)


def _ends(vehicle: Vehicle, terrain: str) -> Ends:
    begin, end = (vehicle.start, vehicle.start_index), (vehicle.end, vehicle.end_index)
    return Ends(*(None if at == (None, None) else _place(*at, terrain) for at in (begin, end)))


def _team(given: VroomProblem, vehicle: Vehicle, span: Window, terrain: str, clock: Clock) -> Team:
    ((opens, closes),) = _cut((vehicle.time_window or span,), *span)
    return Team(
        id=team_id(vehicle),
        base=_base(vehicle, terrain),
        skills=tuple((str(skill), frozenset[str]()) for skill in dict.fromkeys(vehicle.skills)),
        crews=1,
        shifts=((clock.shows(opens), clock.shows(closes)),),
        max_visits_per_shift=most_visits(given, vehicle),
        max_travel_per_shift=vehicle.max_travel_time,
        max_metres_per_shift=vehicle.max_distance,
        kind=team_id(vehicle),
    )


def _with_ends(real: Travel, given: VroomProblem, terrain: str) -> Travel:
    own = {_base(one, terrain): _ends(one, terrain) for one in given.vehicles if _has_own_base(one)}
    return EndsTravel(real, own) if own else real


def _real_travel(file: VroomFile) -> Travel:
    # Of several profiles there is a vehicle, or there is none at all and any will do.
    profile = file.problem.vehicles[0].profile if file.problem.vehicles else next(iter(file.matrices), "")
    if profile not in file.matrices:
        return HaversineTravel()
    tables = file.matrices[profile]
    places = _places(file.problem, "")
    rows = np.array([int(place.terrain[1:]) for place in places], dtype=np.int64)
    at = np.ix_(rows, rows)
    seconds = tables.durations[at]
    return TableTravel(places, seconds, np.zeros_like(seconds) if tables.distances is None else tables.distances[at])


def _places(problem: VroomProblem, terrain: str) -> tuple[Place, ...]:
    """Return every place that a vehicle or task uses, once."""
    used: Iterable[tuple[Location | None, int | None]] = chain(
        ((vehicle.start, vehicle.start_index) for vehicle in problem.vehicles),
        ((vehicle.end, vehicle.end_index) for vehicle in problem.vehicles),
        ((task.at.location, task.at.location_index) for task in all_tasks(problem)),
    )
    known = ((location, index) for location, index in used if location is not None or index is not None)
    return tuple(dict.fromkeys(_place(location, index, terrain) for location, index in known))


def _longest(places: Sequence[Place], travel: Travel, no_way: int) -> int:
    """Return the seconds of the longest way, or more; of those below `no_way`, where they are in a table."""
    if not isinstance(travel, TableTravel):
        # No two places lie farther from each other than twice as far as one of them from the first.
        return 2 * int(travel.matrix(places[:1], places)[0].max(initial=0))
    seconds = travel.matrix(places, places)[0]
    return int(seconds[seconds < no_way].max(initial=0))


def _closed(travel: Travel, places: Sequence[Place], length: int, no_way: int) -> Travel:
    """Return ways with those that are none longer than all the time there is."""
    if not isinstance(travel, TableTravel):
        return travel
    seconds, metres = travel.matrix(places, places)
    never = seconds >= no_way
    if not never.any():
        return travel
    return TableTravel(places, np.where(never, max(length + 1, NO_WAY_S), seconds), metres, travel.quality)
