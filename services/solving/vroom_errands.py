"""A problem in VROOM's words as errands and vehicles: here a shipment may stay aboard while other things are done.

Ways, clocks and the windows of jobs are those of the matcher's problem (`vroom_problem`), so a plan of the matcher's is
a start for the search for trips, and what comes of both is compared in the same seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from linli.matcher.carrying.errands import Done, Errand, Errands, Task, Trips, Vehicle
from linli.matcher.kernels.trips_layout import ANY_METRES
from linli.matcher.problem import Place, Plan, Problem, Visit, Window
from linli.services.solving.vroom_clocks import Clock
from linli.services.solving.vroom_format import Job, Shipment, ShipmentStep, VroomProblem
from linli.services.solving.vroom_format import Vehicle as GivenVehicle
from linli.services.solving.vroom_problem import Translated, team_id

NO_LIMIT = 1 << 40


def errands_of(given: VroomProblem, translated: Translated) -> Errands:
    """Return a file's jobs, then its shipments, as errands; its vehicles as vehicles."""
    return _Errands(given, translated).all()


class _Errands:
    """The file, its translation, and its places' numbers."""

    def __init__(self, given: VroomProblem, translated: Translated) -> None:
        self.given, self.problem, self.clocks = given, translated.problem, translated.clocks
        self.span = translated.span
        self.rows: dict[Place, int] = {}
        self.dimensions = len(given.vehicles[0].capacity)
        self.skills = [(team_id(one), frozenset(one.skills)) for one in given.vehicles]
        self.able: dict[tuple[tuple[int, ...], str | None], frozenset[int]] = {}
        self.held = any(visit.pin is not None for visit in self.problem.visits)

    def all(self) -> Errands:
        """Return everything."""
        visits = self.problem.visits
        errands = [self._job(job, visit) for job, visit in zip(self.given.jobs, visits, strict=False)]
        shipped = zip(self.given.shipments, visits[len(errands) :], strict=True)
        errands += [self._shipment(one, visit) for one, visit in shipped]
        vehicles = tuple(self._vehicle(one, k) for k, one in enumerate(self.given.vehicles))
        places = list(self.rows)
        ways, metres = self.problem.travel.matrix(places, places)
        limited = any(one.most_metres < ANY_METRES for one in vehicles)
        seconds = np.minimum(ways, 1 << 30).astype(np.int32)
        return Errands(tuple(errands), vehicles, seconds, metres if limited else None)

    def _row(self, place: Place) -> int:
        return self.rows.setdefault(place, len(self.rows))

    def _vehicle(self, one: GivenVehicle, number: int) -> Vehicle:
        team = self.problem.teams[number]
        base, (opens, closes) = self._row(team.base), team.shifts[0]
        most_tasks = NO_LIMIT if one.max_tasks is None else one.max_tasks
        most_way = NO_LIMIT if one.max_travel_time is None else one.max_travel_time
        most_metres = ANY_METRES if one.max_distance is None else min(ANY_METRES, one.max_distance)
        return Vehicle(team.id, base, base, opens, closes, one.capacity, most_tasks, most_way, most_metres)

    def _job(self, job: Job, visit: Visit) -> Errand:
        windows = visit.windows
        if visit.pin is not None and visit.pin.start is not None:
            windows = ((visit.pin.start, visit.pin.start),)
        task = Task(self._row(visit.place), visit.duration, windows)
        able = self._able(job.skills, None if visit.pin is None else visit.pin.team)
        return Errand(visit.id, None, task, self._level(visit), self._load(job.delivery), self._load(job.pickup), able)

    def _shipment(self, one: Shipment, visit: Visit) -> Errand:
        if visit.fetch is None:
            raise AssertionError(f"{visit.id}: nothing is fetched")
        fetch = self._end(one.pickup, visit.fetch.place)
        serve, able = self._end(one.delivery, visit.place), self._able(one.skills, None)
        return Errand(visit.id, fetch, serve, self._level(visit), self._load(one.amount), self._load(()), able)

    def _end(self, end: ShipmentStep, place: Place) -> Task:
        length = end.setup + end.service
        return Task(self._row(place), length, tuple(self._shown(end.time_windows or (self.span,), length)))

    def _shown(self, windows: Sequence[Window], length: int) -> Iterator[Window]:
        """Yield windows as all clocks show them; as they are where there is just a clock without rests."""
        clocks, (first, last) = list(dict.fromkeys(self.clocks.values())), self.span
        cut = [(max(lo, first), min(hi, last)) for lo, hi in windows if hi >= first and lo <= last]
        if clocks == [Clock()]:
            yield from cut
            return
        yield from sorted(chain.from_iterable(clock.starts(cut, 0, length) for clock in clocks))

    def _level(self, visit: Visit) -> int:
        """Return the level of a visit; whoever is pinned comes before all others."""
        return visit.urgency if not self.held else 0 if visit.pin is not None else 1 + visit.urgency

    def _able(self, skills: Sequence[int], team: str | None) -> frozenset[int]:
        key = tuple(skills), team
        if key not in self.able:
            self.able[key] = frozenset(
                number
                for number, (name, held) in enumerate(self.skills)
                if team in (None, name) and held.issuperset(skills)
            )
        return self.able[key]

    def _load(self, amount: Sequence[int]) -> tuple[int, ...]:
        return tuple(amount) or (0,) * self.dimensions


def trips_of_plan(errands: Errands, problem: Problem, plan: Plan) -> Trips:
    """Return the matcher's plan as trips."""
    vehicle = {team.id: number for number, team in enumerate(problem.teams)}
    number = {errand.id: e for e, errand in enumerate(errands.errands)}
    trips: Trips = {}
    for route in plan.routes:
        done = list[Done]()
        for stop in route.stops:
            done += [] if stop.fetch is None else [Done(number[stop.visit], True, stop.fetch)]
            done.append(Done(number[stop.visit], False, stop.start))
        trips[vehicle[route.team]] = tuple(done)
    return trips


def can_be_done(errands: Errands, errand: Errand) -> bool:
    """Say whether any vehicle could run an errand if it had nothing else to do."""
    return any(_can(errands, errand, errands.vehicles[number]) for number in errand.able)


def _can(errands: Errands, errand: Errand, vehicle: Vehicle) -> bool:
    at, free, way, many, metres = vehicle.start, vehicle.opens, 0, 0, 0
    for task in (errand.fetch, errand.serve):
        if task is None:
            continue
        hop, many = int(errands.ways[at, task.place]), many + 1
        begin = next((max(lo, free + hop) for lo, hi in task.windows if free + hop <= hi), None)
        if begin is None:
            return False
        metres += _metres(errands, at, task.place)
        at, free, way = task.place, begin + task.length, way + hop
    home = int(errands.ways[at, vehicle.end])
    near = metres + _metres(errands, at, vehicle.end) <= vehicle.most_metres and way + home <= vehicle.most_way
    fits = all(max(one) <= limit for *one, limit in zip(errand.brought, errand.taken, vehicle.capacity, strict=True))
    return fits and near and free + home <= vehicle.closes and many <= vehicle.most_tasks


def _metres(errands: Errands, origin: int, destination: int) -> int:
    return 0 if errands.metres is None else int(errands.metres[origin, destination])
