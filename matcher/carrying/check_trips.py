"""The checker of trips: what they must satisfy, recomputed from the errands and from nothing a search made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from linli.matcher.carrying.errands import Done, Errands, Trips, metres_of, task_of, way_of


def faults_of_trips(problem: Errands, trips: Trips) -> list[str]:
    """Return everything that trips break, in words; an empty list means that they may be driven."""
    made = Counter((done.errand, done.fetching) for trip in trips.values() for done in trip)
    found = [f"{problem.errands[e].id} is done {many} times" for (e, _), many in made.items() if many > 1]
    for vehicle, trip in trips.items():
        found += [f"{problem.vehicles[vehicle].id}: {fault}" for fault in _of_trip(problem, vehicle, trip)]
    return found


def _of_trip(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> Iterator[str]:
    one = problem.vehicles[vehicle]
    if len(trip) > one.most_tasks:
        yield f"{len(trip)} tasks of {one.most_tasks}"
    way = way_of(problem, vehicle, trip)
    if way > one.most_way:
        yield f"{way} s on the way instead of {one.most_way}"
    metres = metres_of(problem, vehicle, trip)
    if metres > one.most_metres:
        yield f"{metres} m on the way instead of {one.most_metres}"
    yield from _of_times(problem, vehicle, trip)
    yield from _of_order(problem, vehicle, trip)
    yield from _of_loads(problem, vehicle, trip)


def _of_times(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> Iterator[str]:
    one = problem.vehicles[vehicle]
    at, free = one.start, one.opens
    for done in trip:
        task, name = task_of(problem, done), problem.errands[done.errand].id
        if done.start < free + problem.ways[at, task.place]:
            yield f"{name} begins before anybody is there"
        if not any(lo <= done.start <= hi for lo, hi in task.windows):
            yield f"{name} begins outside its windows"
        at, free = task.place, done.start + task.length
    if trip and free + problem.ways[at, one.end] > one.closes:
        yield "it ends too late"


def _of_order(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> Iterator[str]:
    """Yield what is brought before it is fetched, fetched and not brought, or nothing for this vehicle."""
    aboard = set[int]()
    for done in trip:
        errand = problem.errands[done.errand]
        if vehicle not in errand.able:
            yield f"{errand.id} is nothing for it"
        if done.fetching:
            aboard.add(done.errand)
        elif errand.fetch is not None and done.errand not in aboard:
            yield f"{errand.id} is brought before it is fetched"
        else:
            aboard.discard(done.errand)
    yield from (f"{problem.errands[e].id} is fetched and not brought" for e in sorted(aboard))


def _of_loads(problem: Errands, vehicle: int, trip: tuple[Done, ...]) -> Iterator[str]:
    """Yield where more is aboard than the vehicle carries."""
    for dimension, limit in enumerate(problem.vehicles[vehicle].capacity):
        started = [problem.errands[done.errand] for done in trip if not done.fetching]
        load = sum(errand.brought[dimension] for errand in started if errand.fetch is None)
        loads = [load]
        for done in trip:
            errand = problem.errands[done.errand]
            load += errand.brought[dimension] if done.fetching else errand.taken[dimension] - errand.brought[dimension]
            loads.append(load)
        if trip and max(loads) > limit:
            yield f"{max(loads)} aboard instead of {limit}"
