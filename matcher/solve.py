"""One problem, one answer: repair the last plan, insert, improve, and let OR-Tools choose among all tours seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version

from linli.matcher.carry_over import remember
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

LISTING, SEARCHING, PACKING = 15, 70, 15
"""Per cent of the work for listing all tours, for searching where they are too many, and for choosing among them."""

TURNS = 4
"""How often search and choice take turns."""

WORK_PER_EFFORT = 250_000
"""Work units to one unit of CP-SAT's deterministic time: either takes about two seconds on the machine measured."""

ENGINE = "linli-1"
"""Changes whenever the same input may give another answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be spent on a round.

    Parameters
    ----------
    work : int
        Deterministic units; one is the test of one visit on one tour, with all that goes with it
        some eight microseconds. 0: insertion only.
    until : callable or None
        Says whether time is up, for callers who count in seconds: the matcher reads no clock. It is asked every few
        hundredths of a second at most. An answer that it cut short does not repeat.
    gone : callable or None
        Returns how much of the time is gone, per thousand, so that the search can save its last steps for the last of
        it. Without it the work alone tells how far the search is.
    threads : int
        How many threads may work. The answer does not depend on it unless `until` or `gone` is given.
    """

    work: int
    until: Callable[[], bool] | None = None
    gone: Callable[[], int] | None = None
    threads: int = 1


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
    timetable : Timetable
        The plan as the solvers have it, for explanations.
    """

    plan: Plan
    objective: Objective
    report: EngineReport
    dropped: tuple[str, ...]
    broken: tuple[str, ...]
    timetable: Timetable = field(compare=False, repr=False)


@cache
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
    best = improve(timetable, limits, seed)
    answer = best.timetable.plan()
    remember(best.timetable, answer)
    report = EngineReport(inserted, best.steps, best.columns, best.complete, best.proven, best.work, fingerprint())
    lost = _names(model, dropped), _broken(best.timetable)
    return Result(answer, evaluate(problem, answer), report, *lost, best.timetable)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What improving a timetable led to; its numbers go into the `EngineReport`."""

    timetable: Timetable
    steps: int
    columns: int
    complete: bool
    proven: bool
    work: int


def improve(timetable: Timetable, limits: Limits, seed: int) -> Outcome:
    """List all tours if they are few, else search for good ones; let OR-Tools choose; never return anything worse."""
    if limits.work <= 0:
        return Outcome(timetable, 0, 0, complete=False, proven=False, work=0)
    effort = limits.work * (100 - LISTING) / 100 / WORK_PER_EFFORT
    pool, listing = Pool(columns_for(effort)), Meter(limits.work * LISTING // 100)
    if enumerate_all(timetable.model, pool, listing):
        chosen = pack(timetable, pool, effort, seed)
        work = listing.spent + round(chosen.effort * WORK_PER_EFFORT)
        return Outcome(chosen.timetable, 0, chosen.columns, complete=True, proven=chosen.proven, work=work)
    outcome = search_in_turns(timetable, limits, seed)
    return replace(outcome, work=outcome.work + listing.spent)


def search_in_turns(timetable: Timetable, limits: Limits, seed: int) -> Outcome:
    """Search and choose in turn, each beginning from what the other found."""
    effort = limits.work * PACKING / 100 / WORK_PER_EFFORT / TURNS
    dice, pool = Dice(seed), Pool(columns_for(effort))
    outcome = Outcome(timetable, 0, 0, complete=False, proven=False, work=0)
    for _ in range(TURNS):
        meter = Meter(limits.work * SEARCHING // 100 // TURNS, until=limits.until)
        search = Search(outcome.timetable, meter, dice, pool)
        chosen = pack(search.run(), pool, effort, seed)
        work = outcome.work + meter.spent + round(chosen.effort * WORK_PER_EFFORT)
        steps, pool = outcome.steps + search.steps, chosen.pool
        outcome = Outcome(chosen.timetable, steps, chosen.columns, complete=False, proven=chosen.proven, work=work)
    return outcome


def _names(model: Model, visits: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(sorted(model.visits[visit].id for visit in visits))


def _broken(timetable: Timetable) -> tuple[str, ...]:
    model = timetable.model
    return _names(model, tuple(visit for visit in timetable.unserved() if model.held[visit]))
