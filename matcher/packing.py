"""OR-Tools decides the round: set packing over all tours seen, by CP-SAT.

Each duty takes at most one tour, each visit is on at most one, held visits on exactly one. The objective is the round's
own vector, compared in order: served by class of urgency, then cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from linli.matcher.model import Model
from linli.matcher.pool import Column, Pool
from linli.matcher.route import Timetable, Tour

LARGEST = 1 << 58
"""Bound on the sum of an objective's coefficients: CP-SAT computes in 64 bits and needs some room."""

SEED_MASK = (1 << 31) - 1
"""CP-SAT takes seeds of 31 bits."""

Choice = list[int]
"""Indices of the chosen columns."""


@dataclass(frozen=True, slots=True)
class Packing:
    """What was chosen.

    Parameters
    ----------
    timetable : Timetable
        The chosen tours; never worse than the given ones.
    columns : int
        How many tours there were to choose from.
    proven : bool
        Whether no better choice from these columns exists.
    effort : float
        What CP-SAT spent, in its own deterministic units.
    """

    timetable: Timetable
    columns: int
    proven: bool
    effort: float


@dataclass(frozen=True, slots=True)
class _Group:
    """Duties that the same columns fit: one, or all the equal crews of a team in a shift."""

    duties: tuple[int, ...]
    columns: tuple[int, ...]


def pack(timetable: Timetable, pool: Pool, effort: float, seed: int) -> Packing:
    """Choose the best tours.

    Parameters
    ----------
    timetable : Timetable
        The present tours: hint, and what is returned if nothing better is found.
    pool : Pool
        The tours to choose from; the present ones are added.
    effort : float
        CP-SAT's deterministic time limit, in its own units (about a second).
    seed : int
        Of CP-SAT's random choices.
    """
    for tour in timetable.tours:
        pool.see(tour)
    model = timetable.model
    columns, groups = _grouped(model, pool.columns())
    if not columns:
        return Packing(timetable, 0, proven=True, effort=0.0)
    present = _present(timetable, columns, groups)
    choice, proven, spent = _choose(timetable, columns, groups, present, effort, seed)
    chosen = _carry_out(timetable, columns, groups, choice)
    if chosen.key() > timetable.key():
        return Packing(timetable, len(columns), proven=False, effort=spent)
    return Packing(chosen, len(columns), proven, spent)


def _grouped(model: Model, columns: list[Column]) -> tuple[list[Column], list[_Group]]:
    """Join the columns of equal crews, so that which of them takes which tour is no choice to be searched."""
    by_shift: dict[tuple[int, int], list[Column]] = {}
    for column in columns:
        duty = model.duties[column.duty]
        by_shift.setdefault((duty.team, duty.shift), []).append(column)
    joined: list[Column] = []
    groups: list[_Group] = []
    for (team, shift), mine in sorted(by_shift.items()):
        duties = [d for d in model.duties_of_team[team] if model.duties[d].shift == shift]
        if len(duties) > 1 and _alike(model, duties, mine):
            pool = Pool(len(mine))
            for column in mine:
                pool.add(column._replace(duty=duties[0]))
            parts = [(tuple(duties), pool.columns())]
        else:
            parts = [((d,), [column for column in mine if column.duty == d]) for d in duties]
        for which, part in parts:
            groups.append(_Group(which, tuple(range(len(joined), len(joined) + len(part)))))
            joined += part
    return joined, groups


def _alike(model: Model, duties: list[int], columns: list[Column]) -> bool:
    """Say whether every visit of the columns fits all the duties in the same way."""
    visits = sorted({visit for column in columns for visit in column.stops})
    for visit in visits:
        fits = [model.fit(visit, duty) for duty in duties]
        if any(fit is None or fit.windows != (fits[0].windows if fits[0] else ()) for fit in fits):
            return False
    return True


def _present(timetable: Timetable, columns: list[Column], groups: list[_Group]) -> Choice:
    """Return the columns of the present tours."""
    present: Choice = []
    for group in groups:
        known = {frozenset(columns[j].stops): j for j in group.columns}
        tours = (frozenset(timetable.tours[duty].stops) for duty in group.duties)
        present += [known[stops] for stops in tours if stops]
    return present


def _choose(
    timetable: Timetable, columns: list[Column], groups: list[_Group], present: Choice, effort: float, seed: int
) -> tuple[Choice, bool, float]:
    program = cp_model.CpModel()
    taken = [program.new_bool_var("") for _ in columns]
    for group in groups:
        program.add(sum(taken[j] for j in group.columns) <= len(group.duties))
    by_visit: dict[int, list[int]] = {}
    for j, column in enumerate(columns):
        for visit in column.stops:
            by_visit.setdefault(visit, []).append(j)
    for visit in sorted(by_visit):
        literals = [taken[j] for j in by_visit[visit]]
        if timetable.model.held[visit] and timetable.where[visit] >= 0:
            program.add_exactly_one(literals)
        else:
            program.add_at_most_one(literals)
    return _solve_in_order(program, taken, _levels(timetable.model, columns, groups), present, effort, seed)


def _levels(model: Model, columns: list[Column], groups: list[_Group]) -> list[list[int]]:
    """Return the objective's levels as coefficients to be maximised in turn, joined into one where they fit 64 bits."""
    most = sum(len(g.duties) * max((abs(columns[j].cost) for j in g.columns), default=0) for g in groups)
    current, bound = [-column.cost for column in columns], most
    levels: list[list[int]] = []
    for urgency in range(max((v.urgency for v in model.visits), default=0), -1, -1):
        served = [sum(model.visits[v].urgency == urgency for v in column.stops) for column in columns]
        if not any(served):
            continue
        count = sum(visit.urgency == urgency for visit in model.visits)
        step = 2 * bound + 1
        if step * (count + 1) > LARGEST:
            levels.append(current)
            current, bound, step = [0] * len(columns), 0, 1
        current = [c + step * n for c, n in zip(current, served, strict=True)]
        bound += step * count
    return [current, *reversed(levels)]


def _solve_in_order(
    program: cp_model.CpModel,
    taken: Sequence[cp_model.IntVar],
    levels: list[list[int]],
    present: Choice,
    effort: float,
    seed: int,
) -> tuple[Choice, bool, float]:
    """Maximise level after level, each with those before it held at their optimum."""
    choice, spent = present, 0.0
    for coefficients in levels:
        program.clear_hints()  # type: ignore[no-untyped-call]
        chosen = frozenset(choice)
        for j, literal in enumerate(taken):
            program.add_hint(literal, j in chosen)
        program.maximize(_weighted(taken, coefficients))
        solver = _solver(effort / len(levels), seed)
        status = solver.solve(program)
        spent += solver.response_proto.deterministic_time
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return choice, False, spent
        choice = [j for j, literal in enumerate(taken) if solver.boolean_value(literal)]
        if status != cp_model.OPTIMAL:
            return choice, False, spent
        value = sum(coefficients[j] for j in choice)
        program.add(_weighted(taken, coefficients) >= value)
    return choice, True, spent


def _weighted(taken: Sequence[cp_model.IntVar], coefficients: list[int]) -> cp_model.LinearExpr:
    """Return the sum of the chosen columns' coefficients; OR-Tools leaves this function untyped."""
    return cp_model.LinearExpr.weighted_sum(taken, coefficients)  # pyright: ignore[reportUnknownMemberType]


def _solver(effort: float, seed: int) -> cp_model.CpSolver:
    """Return a solver that answers alike every time: one worker, and work in place of a clock."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed & SEED_MASK
    solver.parameters.max_deterministic_time = effort
    return solver


def _carry_out(timetable: Timetable, columns: list[Column], groups: list[_Group], choice: Choice) -> Timetable:
    """Return a timetable of the chosen tours; among equal crews each keeps the tour most like its own."""
    result = Timetable(timetable.model)
    chosen = frozenset(choice)
    for group in groups:
        mine = [columns[j] for j in group.columns if j in chosen]
        free = list(group.duties)
        likeness = sorted(
            (-len(frozenset(column.stops) & frozenset(timetable.tours[duty].stops)), duty, column)
            for column in mine
            for duty in free
        )
        for _, duty, column in likeness:
            if duty in free and column in mine:
                free.remove(duty)
                mine.remove(column)
                result.set_tour(tour_of(timetable.model, duty, column.stops))
    return result


def tour_of(model: Model, duty: int, stops: Sequence[int]) -> Tour:
    """Return the tour of a duty with these stops in this order.

    Raises
    ------
    AssertionError
        If it is not feasible: then whoever made the column was wrong.
    """
    tour = Tour(model, duty)
    for visit in stops:
        fit = model.fit(visit, duty)
        if fit is None or not tour.put(len(tour.stops), visit, fit):
            raise AssertionError(f"a column of duty {duty} cannot be driven")
    return tour
