"""One problem, one answer: repair the last plan, insert, improve, and let OR-Tools choose among all tours seen."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from linli.matcher.dice import Dice
from linli.matcher.enumeration import enumerate_all
from linli.matcher.improve import Search
from linli.matcher.model import Model
from linli.matcher.objective import Objective, evaluate
from linli.matcher.packing import columns_for, pack
from linli.matcher.pool import Meter, Pool
from linli.matcher.problem import Plan, Problem
from linli.matcher.repair import insert_all, repair
from linli.matcher.route import Timetable

LISTING, SEARCHING, PACKING = 15, 60, 25
"""Per cent of the work for listing all tours, for searching where they are too many, and for choosing among them."""

TURNS = 3
"""How often search and choice take turns."""

WORK_PER_EFFORT = 500_000
"""Work units to one unit of CP-SAT's deterministic time: both are about a second on the machine measured."""

ENGINE = "linli-1"
"""Changes whenever the same input may give another answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be spent on a round.

    Parameters
    ----------
    work : int
        Deterministic units; one is the test of one visit on one tour, about two microseconds. 0: insertion only.
    """

    work: int


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What the engine did.

    Parameters
    ----------
    insertions : int
        Visits placed by insertion.
    steps : int
        Ruin-and-recreate steps tried.
    columns : int
        Tours OR-Tools chose from.
    complete : bool
        Whether these were all tours that could matter.
    proven : bool
        Whether the choice among them was proved optimal; with `complete`, the plan is.
    work : int
        Units spent.
    fingerprint : str
        Which engine: the same fingerprint, problem, plan, limits and seed give the same answer.
    """

    insertions: int
    steps: int
    columns: int
    complete: bool
    proven: bool
    work: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Result:
    """A plan and how it came about.

    Parameters
    ----------
    plan : Plan
        The answer.
    objective : Objective
        Its value, recomputed from the plan.
    report : EngineReport
        What was done.
    dropped : tuple of str
        Visits that could not stay where the last plan had them; most will have found another place.
    broken : tuple of str
        Promised, offered or committed visits without a place: no room was found for them even at others' expense.
    """

    plan: Plan
    objective: Objective
    report: EngineReport
    dropped: tuple[str, ...]
    broken: tuple[str, ...]


def fingerprint() -> str:
    """Return the engine's name with the version of the optimizer it calls."""
    return f"{ENGINE}/ortools-{version('ortools')}"


def solve(problem: Problem, plan: Plan, limits: Limits, seed: int) -> Result:
    """Plan a round.

    Parameters
    ----------
    problem : Problem
        What is to be planned.
    plan : Plan
        The last round's plan, as a start; it need not fit any more.
    limits : Limits
        How much may be spent.
    seed : int
        Of the engine's own random numbers.

    Returns
    -------
    Result
        The same for the same input, in every process.

    Raises
    ------
    ProblemError
        If the problem is malformed.
    """
    model = Model(problem)
    timetable, dropped = repair(model, plan)
    inserted = insert_all(timetable, timetable.unserved())
    best, report = _optimise(timetable, inserted, limits, seed)
    answer = best.plan()
    return Result(answer, evaluate(problem, answer), report, _names(model, dropped), _broken(best))


def _optimise(timetable: Timetable, inserted: int, limits: Limits, seed: int) -> tuple[Timetable, EngineReport]:
    """List all tours if they are few, else search for good ones; let OR-Tools choose; never return anything worse."""
    if limits.work <= 0:
        return timetable, EngineReport(inserted, 0, 0, complete=False, proven=False, work=0, fingerprint=fingerprint())
    effort = limits.work * PACKING / 100 / WORK_PER_EFFORT
    pool, listing = Pool(columns_for(effort)), Meter(limits.work * LISTING // 100)
    if enumerate_all(timetable.model, pool, listing):
        packing = pack(timetable, pool, effort, seed)
        work = listing.spent + round(packing.effort * WORK_PER_EFFORT)
        report = EngineReport(inserted, 0, packing.columns, True, packing.proven, work, fingerprint())
        return packing.timetable, report
    return _search(timetable, inserted, listing.spent, limits, seed)


def _search(
    timetable: Timetable, inserted: int, spent: int, limits: Limits, seed: int
) -> tuple[Timetable, EngineReport]:
    """Search and choose in turn, each beginning from what the other found."""
    effort = limits.work * PACKING / 100 / WORK_PER_EFFORT / TURNS
    dice, steps, columns, proven = Dice(seed), 0, 0, False
    pool = Pool(columns_for(effort))
    for _ in range(TURNS):
        meter = Meter(limits.work * SEARCHING // 100 // TURNS)
        search = Search(timetable, meter, dice, pool)
        packing = pack(search.run(), pool, effort, seed)
        timetable, columns, proven = packing.timetable, packing.columns, packing.proven
        spent, steps = spent + meter.spent + round(packing.effort * WORK_PER_EFFORT), steps + search.steps
        pool = packing.pool
    return timetable, EngineReport(inserted, steps, columns, False, proven, spent, fingerprint())


def _names(model: Model, visits: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(sorted(model.visits[visit].id for visit in visits))


def _broken(timetable: Timetable) -> tuple[str, ...]:
    model = timetable.model
    return _names(model, tuple(visit for visit in timetable.unserved() if model.held[visit]))
