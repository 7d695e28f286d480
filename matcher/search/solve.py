"""One problem, one answer: repair the last plan, insert, then prove the best plan or search for a better one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from linli.matcher import compiled
from linli.matcher.exact.duty_groups import groups_of, may_be_listed
from linli.matcher.exact.meter import GROUPING, PAIRS_PER_WORK, Meter
from linli.matcher.exact.proof import Proof
from linli.matcher.exact.too_strict import rules_may_be_too_strict
from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.carry_over import remember
from linli.matcher.insertion.repair import insert_all, repair
from linli.matcher.installed import release
from linli.matcher.limits import Limits as Limits
from linli.matcher.model import Model
from linli.matcher.objective import Objective, evaluate
from linli.matcher.problem import Plan, Problem
from linli.matcher.search.reserve import left_to_search
from linli.matcher.table import PairTable, learn, pair_table
from linli.matcher.timetable import Timetable

PROVING = 70
"""Per cent of the work for finding and proving the best plan: where that does not do, the rest is for searching."""

SAFETY = 3
"""OR-Tools asks no clock: where a caller counts in time it gets a third of what the work would allow."""

MANY = 60
"""From so many visits without a place on, the search places those that are not promised: it does so far quicker."""

WORK_PER_VISIT = 20
"""With less work than this for each of them, the search might not get to trying every visit with every team."""

ENGINE = "linli-12"
"""Changes whenever the same input may give another answer."""


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What the engine did.

    Parameters
    ----------
    engine : str
        Who had the last word: ``packing`` where OR-Tools chose among all tours, ``search``, ``insertion``, or
        ``insertion (cold)`` where the search was wanted and its machine code was missing.
    insertions : int
        Visits placed by insertion.
    steps : int
        Ruin-and-recreate steps tried.
    columns : int
        Tours OR-Tools chose from.
    complete : bool
        Whether these were all tours that could matter: not where rules by pair are stricter than the checker.
    proven : bool
        Whether the choice among them was proved optimal; with `complete`, the plan is.
    work : int
        Units spent.
    fingerprint : str
        Which engine: the same fingerprint, problem, plan, limits and seed give the same answer.
    """

    engine: str
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
    """Return the engine's name, its compiled part's digest, and the version of the optimizer it calls."""
    code = compiled.digest() if compiled.is_warm() else "cold"
    return f"{ENGINE}/{code}/ortools-{release('ortools')}"


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
    inserted = insert_all(timetable, _by_hand(timetable, limits))
    best = improve(timetable, limits, seed)
    if limits.until is not None:
        inserted += _place_the_rest(best, limits.until)
    answer = best.timetable.plan()
    remember(best.timetable, answer)
    report = EngineReport(
        best.engine, inserted, best.steps, best.columns, best.complete, best.proven, best.work, fingerprint()
    )
    lost = _names(model, dropped), _broken(best.timetable)
    return Result(answer, evaluate(problem, answer), report, *lost, best.timetable)


def _place_the_rest(best: Outcome, until: Callable[[], bool]) -> int:
    """Place what insertion left to a search: what is held, and more while there is time; return how many."""
    held = best.timetable.model.held
    is_over = until()
    rest = [visit for visit in best.timetable.unserved() if held[visit] or not is_over]
    if best.table is not None:
        learn(best.timetable.model, _for_python(best.timetable, rest), best.table)
    return insert_all(best.timetable, rest, until)


def _for_python(timetable: Timetable, visits: list[int]) -> list[int]:
    """Return the visits that plain Python has to insert.

    Whoever is inserted by machine code has but the one pair looked at that is chosen: to learn all pairs of many visits
    and many teams costs more than everything else.
    """
    return [visit for visit in visits if not compiled_insertion.knows(timetable, visit)]


def _by_hand(timetable: Timetable, limits: Limits) -> list[int]:
    """Return the visits to be inserted before anything else: all without a place, of many only those promised."""
    unserved = timetable.unserved()
    work = left_to_search(timetable.model, limits)
    if len(unserved) >= MANY and work >= WORK_PER_VISIT * len(unserved) and compiled.is_warm():
        return [visit for visit in unserved if timetable.model.held[visit]]
    learn(timetable.model, _for_python(timetable, unserved))
    return unserved


@dataclass(frozen=True, slots=True)
class Outcome:
    """What improving a timetable led to; its numbers go into the `EngineReport`. `table` says who fits where."""

    timetable: Timetable
    engine: str
    steps: int = 0
    columns: int = 0
    complete: bool = False
    proven: bool = False
    work: int = 0
    table: PairTable | None = field(default=None, compare=False, repr=False)


def improve(timetable: Timetable, limits: Limits, seed: int) -> Outcome:
    """Find the best plan and prove it, else search; never return anything worse."""
    model = timetable.model
    if left_to_search(model, limits) <= 0:
        return Outcome(timetable, "insertion")
    table = pair_table(model, [visit for visit in range(len(model.visits)) if not model.fixed[visit]])
    meter = Meter(_for_proving(model, limits), until=limits.until)
    proof = _prove(timetable, table, meter, seed)
    if proof is not None and proof.proven:
        complete = not rules_may_be_too_strict(proof.timetable, table)
        return Outcome(
            proof.timetable, "packing", 0, proof.columns, complete, proven=True, work=meter.spent, table=table
        )
    start = timetable if proof is None else proof.timetable
    # By a clock the work says how long the time is altogether, and what is gone of it is known.
    left = limits if limits.gone is not None else replace(limits, work=max(1, limits.work - meter.spent))
    found = search_for_better(start, table, left, seed)
    return replace(found, work=found.work + meter.spent)


def _for_proving(model: Model, limits: Limits) -> int:
    """Return the work for a proof; one thread does it."""
    if limits.gone is None:
        return limits.work * PROVING // 100
    return left_to_search(model, limits) * PROVING // 100 // SAFETY // max(1, limits.threads)


def _prove(timetable: Timetable, table: PairTable, meter: Meter, seed: int) -> Proof | None:
    """Prove the best plan; None where it is not tried."""
    if not may_be_listed(timetable, table):
        return None
    if len(table.duty) == 0:
        return Proof(timetable, 0, proven=True)  # nothing may move: there is but one plan
    setting_up = GROUPING + len(table.duty) // PAIRS_PER_WORK
    if not compiled.is_warm() or meter.left() <= setting_up:
        return None
    meter.spent = setting_up
    # OR-Tools and the kernels take a tenth of a second to import.
    from linli.matcher.exact.proving import prove
    from linli.matcher.search.world import arrays_of

    arrays = arrays_of(timetable, table)
    groups = groups_of(timetable, table, arrays.world, arrays.begun)
    return None if groups is None else prove(timetable, groups, meter, seed)


def search_for_better(timetable: Timetable, table: PairTable, limits: Limits, seed: int) -> Outcome:
    """Search, if the machine code for it is there."""
    if not compiled.is_warm():
        return Outcome(timetable, "insertion (cold)")
    from linli.matcher.search.annealing import anneal  # its kernels: only for those who search

    found = anneal(timetable, table, limits, seed)
    return Outcome(found.timetable, "search", steps=found.steps, work=found.work, table=table)


def _names(model: Model, visits: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(sorted(model.visits[visit].id for visit in visits))


def _broken(timetable: Timetable) -> tuple[str, ...]:
    model = timetable.model
    return _names(model, tuple(visit for visit in timetable.unserved() if model.held[visit]))
