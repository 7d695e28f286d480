"""Loads what a process's first round needs: OR-Tools and the machine code of the search."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np

from linli.matcher import compiled
from linli.matcher.carrying.errands import Errand, Errands, Task, Vehicle
from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.repair import insert_all
from linli.matcher.kernels.placing_layout import PLACE_COLUMNS
from linli.matcher.limits import Limits
from linli.matcher.memory import Memory
from linli.matcher.model import Model
from linli.matcher.problem import Place, Problem, Team, Visit, Weights
from linli.matcher.reasons.no_room import Labels, Rooms, has_no_room
from linli.matcher.table import pair_table
from linli.matcher.timetable import Timetable
from linli.matcher.travel import HaversineTravel

HOUR = 3600


def load_engines() -> None:
    """Load what a first round would otherwise wait for, some seconds of processor time in all.

    A process that decides calls it beside its start, in another thread. A round that comes before it is done is decided
    by insertion, which needs none of this, or waits as it would have done anyway.
    """
    import_module("linli.matcher.exact.proving")
    if compiled.is_warm():
        run_example()


def run_example() -> None:
    """Search and insert for an example that calls every compiled function: each is then compiled, or loaded."""
    from linli.matcher.kernels.spots import way
    from linli.matcher.search.annealing import anneal

    problem = _example()
    model = Model(problem)
    anneal(Timetable(model), pair_table(model, range(len(model.visits))), Limits(2_000), 1)
    prove_example(problem)
    compiled_insertion.load()
    for one in (problem, replace(problem, teams=tuple(replace(t, max_travel_per_shift=HOUR) for t in problem.teams))):
        model = Model(replace(one, memory=Memory(one.travel, one.weights)))
        insert_all(Timetable(model), list(range(len(model.visits))))
    trips_example()
    joint_example()
    has_no_room(Rooms(Timetable(model)), 0, {0: model.visits[0].windows}, model.teams[0], Labels(9))
    way(np.zeros((1, PLACE_COLUMNS)), 0, 0, np.zeros(2, np.int64))


def prove_example(problem: Problem) -> None:
    """Prove an example's best plan."""
    from linli.matcher.exact.duty_groups import groups_of
    from linli.matcher.exact.meter import Meter
    from linli.matcher.exact.proving import prove
    from linli.matcher.search.world import arrays_of

    model = Model(problem)
    timetable, table = Timetable(model), pair_table(model, range(len(model.visits)))
    arrays = arrays_of(timetable, table)
    groups = groups_of(timetable, table, arrays.world, arrays.begun)
    if groups is not None:
        prove(timetable, groups, Meter(2_000), 1)


def trips_example() -> None:
    """Search for trips of an example that calls every compiled function of that search."""
    from linli.matcher.carrying.plan_trips import plan_trips

    def task(place: int) -> Task:
        return Task(place, 1, ((0, HOUR), (2 * HOUR, 3 * HOUR)))

    able, load = frozenset((0, 1)), (1,)
    errands = tuple(Errand(f"e-{k}", None if k == 0 else task(1), task(0), 0, load, load, able) for k in range(4))
    vehicles = tuple(Vehicle(f"v-{k}", 0, 0, 0, 4 * HOUR, (2,), 9, HOUR, 99) for k in range(2))
    ways = np.ones((2, 2), np.int32), np.ones((2, 2), np.int64)
    plan_trips(Errands(errands, vehicles, *ways), {}, Limits(2_000), 1)


def joint_example() -> None:
    """Search a day by two that calls every compiled function of that search."""
    from linli.matcher.joining.plan_joint import JointDay, JointVisit, plan_joint

    able = frozenset((0, 1))
    visits = tuple(JointVisit(k & 1, 5, 10 * k, 10 * k, able, *((k ^ 1, 0) if k < 2 else (-1, 0))) for k in range(6))
    plan_joint(JointDay(visits, (0, 1), np.ones((2, 2), np.int64)), Limits(50), 1)


def bound_example() -> None:
    """Look for an example's routes in every way: compiled with the search, loaded only by those who ask for a bound."""
    from linli.matcher.exact.column_generation import UNIT
    from linli.matcher.exact.grounds import crews_of
    from linli.matcher.exact.pricing import Desk

    model = Model(_example())
    for strict in (False, True):
        Desk().price(crews_of(model)[0], np.full(len(model.visits), UNIT, dtype=np.int64), UNIT, strict)


def _example() -> Problem:
    """Return two crews and a few visits: enough for every function to be called."""
    place = Place(27.5, 108.2, "seat")
    visits = tuple(
        Visit(f"v-{i}", f"r-{i}", 0, place, HOUR, ((HOUR, 6 * HOUR), (8 * HOUR, 9 * HOUR)), due=HOUR) for i in range(12)
    )
    teams = tuple(Team(f"t-{i}", place, (), 1, ((0, 8 * HOUR),)) for i in range(2))
    return Problem(0, visits, teams, HaversineTravel(), Weights())
