"""OR-Tools decides the round: set packing over all tours seen.

Each duty takes at most one tour, each visit is on at most one, held visits on exactly one. The objective is the round's
own vector, compared in order: served by class and band, then cost. GLOP prices the tours; CP-SAT chooses first among
the most promising and then among all that the prices do not rule out, which proves the choice optimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from linli.matcher.exact.choices import Choices, choices_from
from linli.matcher.exact.optimizers import cp_model
from linli.matcher.exact.pool import EFFORT_PER_SQUARE, Column, Pool
from linli.matcher.exact.prices import Prices, find_prices
from linli.matcher.insertion.repair import tour_of
from linli.matcher.model import Model
from linli.matcher.timetable import Timetable

LARGEST = 1 << 58
"""Bound on the sum of an objective's coefficients: CP-SAT computes in 64 bits and needs some room."""

SEED_MASK = (1 << 31) - 1
"""CP-SAT takes seeds of 31 bits."""

FIRST = 400
"""How many of the best-priced columns are tried first: as many as CP-SAT sorts out in a fraction of a second."""

GROWTH = 3
"""By what factor the next try is larger."""


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
        What was spent, in CP-SAT's deterministic units.
    pool : Pool
        The better-priced half of the columns, the chosen ones included: worth keeping for another choice.
    """

    timetable: Timetable
    columns: int
    proven: bool
    effort: float
    pool: Pool


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
    choices = choices_from(timetable, pool)
    count = len(choices.columns)
    if count == 0:
        return Packing(timetable, 0, proven=True, effort=0.0, pool=pool)
    levels = _levels(timetable.model, choices)
    run = Chooser(choices, effort - EFFORT_PER_SQUARE * count * count, seed)
    prices = find_prices(choices, levels[0]) if len(levels) == 1 else None
    proven = run.by_price(levels[0], prices) if prices is not None else run.in_order(levels)
    chosen = _carry_out(timetable, choices, run.choice)
    if chosen.key() > timetable.key():
        chosen, proven = timetable, False
    kept = Pool(pool.most)
    reduced = prices.reduced if prices is not None else levels[0]
    for j in sorted(range(count), key=lambda j: (-reduced[j], j))[: pool.most // 2]:
        kept.add(choices.columns[j])
    return Packing(chosen, count, proven, effort - run.left, kept)


def _levels(model: Model, choices: Choices) -> list[list[int]]:
    """Return the goals as coefficients to be maximised in turn, joined into one where they fit 64 bits.

    The goals are, the first one first: held visits placed, served by class of urgency and band of waiting, low cost.
    """
    columns = choices.columns
    bound = sum(len(g.duties) * max((columns[j].cost for j in g.columns), default=0) for g in choices.groups)
    current = [-column.cost for column in columns]
    levels: list[list[int]] = []
    for goal in _goals(model, choices):
        count, step = len(goal), bound + 1
        if step * (count + 1) > LARGEST:
            levels.append(current)
            current, bound, step = [0] * len(columns), 0, 1
        current = [c + step * len(goal.intersection(column.stops)) for c, column in zip(current, columns, strict=True)]
        bound += step * count
    return [current, *reversed(levels)]


def _goals(model: Model, choices: Choices) -> list[frozenset[int]]:
    """Return the visits to be served, set by set, the least important set first."""
    visits = [visit for visit, _ in choices.by_visit]
    goals = [frozenset(v for v in visits if model.level[v] == one) for one in range(model.levels - 1, -1, -1)]
    goals.append(frozenset(v for v in visits if model.held[v]) - choices.held)
    return [goal for goal in goals if goal]


class Chooser:
    """One packing run: the best choice so far, and the effort that is left."""

    def __init__(self, choices: Choices, effort: float, seed: int) -> None:
        self.choices = choices
        self.choice = choices.present
        self.left = effort
        self.seed = seed

    def by_price(self, worth: Sequence[int], prices: Prices) -> bool:
        """Choose among more and more columns, best-priced first; return whether the choice is proved optimal."""
        order = sorted(range(len(worth)), key=lambda j: (-prices.reduced[j], j))
        size = FIRST
        while True:
            needed = prices.bound - sum(worth[j] for j in self.choice)
            matter = sum(1 for reduced in prices.reduced if reduced >= -needed)
            last = size >= matter
            allowed = sorted(self.choice.union(order[: min(size, matter)]))
            optimal = self._choose(allowed, worth, [], self.left if last else self.left / 2)
            if last or not optimal or self.left <= 0:
                return last and optimal
            size *= GROWTH

    def in_order(self, levels: list[list[int]]) -> bool:
        """Maximise level after level, each with those before it held at their best; return whether all are proved."""
        floors: list[tuple[Sequence[int], int]] = []
        for k, worth in enumerate(levels):
            if not self._choose(range(len(worth)), worth, floors, self.left / (len(levels) - k)):
                return False
            floors.append((worth, sum(worth[j] for j in self.choice)))
        return True

    def _choose(
        self,
        allowed: Sequence[int],
        worth: Sequence[int],
        floors: Sequence[tuple[Sequence[int], int]],
        effort: float,
    ) -> bool:
        """Improve the choice among the allowed columns; return whether it is the best of them."""
        if effort <= 0:
            return False
        program, taken = _program(self.choices, allowed, self.choice)
        for weights, floor in floors:
            program.add(_weighted(taken, weights) >= floor)
        program.maximize(_weighted(taken, worth))
        solver = _solver(effort, self.seed)
        status = solver.solve(program)
        self.left -= solver.response_proto.deterministic_time
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = frozenset(j for j, literal in taken.items() if solver.boolean_value(literal))
            if sum(worth[j] for j in found) > sum(worth[j] for j in self.choice):
                self.choice = found
        return status == cp_model.OPTIMAL


def _program(
    choices: Choices, allowed: Sequence[int], hint: frozenset[int]
) -> tuple[cp_model.CpModel, dict[int, cp_model.IntVar]]:
    program = cp_model.CpModel()
    taken = {j: program.new_bool_var("") for j in allowed}
    for j, literal in taken.items():
        program.add_hint(literal, j in hint)
    for group in choices.groups:
        literals = [taken[j] for j in group.columns if j in taken]
        if len(group.duties) == 1:
            program.add_at_most_one(literals)
        else:
            program.add(sum(literals) <= len(group.duties))
    for shared in choices.shared:
        weights = {j: weight for j, weight in zip(shared.columns, shared.weights, strict=True) if j in taken}
        program.add(_weighted({j: taken[j] for j in weights}, weights) <= shared.limit)
    for visit, columns in choices.by_visit:
        literals = [taken[j] for j in columns if j in taken]
        if visit in choices.held:
            program.add_exactly_one(literals)
        else:
            program.add_at_most_one(literals)
    return program, taken


def _weighted(taken: dict[int, cp_model.IntVar], worth: Sequence[int] | Mapping[int, int]) -> cp_model.LinearExpr:
    """Return the worth of the chosen columns; OR-Tools leaves this function untyped."""
    literals, weights = list(taken.values()), [worth[j] for j in taken]
    return cp_model.LinearExpr.weighted_sum(literals, weights)  # pyright: ignore[reportUnknownMemberType]


def _solver(effort: float, seed: int) -> cp_model.CpSolver:
    """Return a solver that answers alike every time: one worker, and work in place of a clock."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed & SEED_MASK
    solver.parameters.max_deterministic_time = effort
    return solver


def _carry_out(timetable: Timetable, choices: Choices, choice: frozenset[int]) -> Timetable:
    """Return a timetable of the chosen tours; among equal crews each keeps the tour most like its own."""
    result = Timetable(timetable.model)
    for group in choices.groups:
        mine = [choices.columns[j] for j in group.columns if j in choice]
        free = list(group.duties)
        likeness = sorted((-_alike(timetable, duty, column), duty, column) for column in mine for duty in free)
        for _, duty, column in likeness:
            if duty in free and column in mine:
                free.remove(duty)
                mine.remove(column)
                result.set_tour(tour_of(timetable.model, duty, column.stops))
    return result


def _alike(timetable: Timetable, duty: int, column: Column) -> int:
    """Return how many of the column's visits the duty makes now."""
    return len(frozenset(column.stops) & frozenset(timetable.tours[duty].stops))
