"""One problem, one answer: repair the last plan, insert, improve, and let OR-Tools choose among all tours seen."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from linli.matcher.model import Model
from linli.matcher.objective import Objective, evaluate
from linli.matcher.problem import Plan, Problem
from linli.matcher.repair import insert_all, repair
from linli.matcher.route import Timetable

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
    answer = timetable.plan()
    report = EngineReport(inserted, 0, 0, complete=False, proven=False, work=0, fingerprint=fingerprint())
    return Result(answer, evaluate(problem, answer), report, _names(model, dropped), _broken(timetable))


def _names(model: Model, visits: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(sorted(model.visits[visit].id for visit in visits))


def _broken(timetable: Timetable) -> tuple[str, ...]:
    model = timetable.model
    return _names(model, tuple(visit for visit in timetable.unserved() if model.held[visit]))
