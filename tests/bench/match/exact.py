"""Small days solved to the proven optimum by other means than Linli's: labels over subsets, then set packing.

For every team all sets of visits that one crew can make are found with their shortest way, by extending partial tours
visit by visit and keeping, for each set and last visit, those not beaten in both time and travel. A mixed-integer
solver (SCIP) then packs one set a team. Exponential in the visits of a team: a dozen take a second, twenty too long.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from linli.matcher.problem import Problem, Team, Visit

Labels = dict[tuple[int, int], list[tuple[int, int]]]
"""For a set of visits and its last one: when the crew is free and how far it has travelled, none beaten by another."""

LABELS_MAX = 2_000_000
"""Partial tours of a team; beyond it the day is not small."""

MORE_THAN_ALL = 200_000
"""Seconds one visit outweighs: more than all travel of a small day."""


def optimum(problem: Problem) -> tuple[int, int]:
    """Return how many visits can be served at most, and the least travel with which.

    Raises
    ------
    ValueError
        If the day is too large for this method.
    """
    columns = [(t, mask, way) for t, team in enumerate(problem.teams) for mask, way in tours(problem, team).items()]
    library: Any = import_module("ortools.linear_solver.pywraplp")
    solver: Any = library.Solver.CreateSolver("SCIP")
    chosen: list[Any] = [solver.BoolVar("") for _ in columns]
    for rows, most in _rows(problem, columns):
        row: Any = solver.Constraint(0, most)
        for k in rows:
            row.SetCoefficient(chosen[k], 1)
    for (_, mask, way), one in zip(columns, chosen, strict=True):
        solver.Objective().SetCoefficient(one, MORE_THAN_ALL * mask.bit_count() - way)
    solver.Objective().SetMaximization()
    if solver.Solve() != solver.OPTIMAL:
        raise ValueError("the packing was not proved")
    taken = [column for column, one in zip(columns, chosen, strict=True) if one.solution_value() > 0.5]
    return sum(mask.bit_count() for _, mask, _ in taken), sum(way for _, _, way in taken)


def _rows(problem: Problem, columns: list[tuple[int, int, int]]) -> Iterator[tuple[list[int], int]]:
    """Yield which columns exclude each other: those of one team, and those with the same visit."""
    for t in range(len(problem.teams)):
        yield [k for k, column in enumerate(columns) if column[0] == t], 1
    for v in range(len(problem.visits)):
        yield [k for k, column in enumerate(columns) if column[1] >> v & 1], 1


def tours(problem: Problem, team: Team) -> dict[int, int]:
    """Return every set of visits that the team's one crew can make, as bits, with its least travel."""
    held = {skill for skill, _ in team.skills}
    able = [v for v, visit in enumerate(problem.visits) if all(need.skill in held for need in visit.needs)]
    places = [team.base, *(problem.visits[v].place for v in able)]
    seconds: list[list[int]] = problem.travel.matrix(places, places)[0].tolist()
    here = _Here(able, [problem.visits[v] for v in able], seconds, team.shifts[0][1])
    most = len(able) if team.max_visits_per_shift is None else team.max_visits_per_shift
    level: Labels = {(0, 0): [(max(team.shifts[0][0], problem.now), 0)]}
    best: dict[int, int] = {}
    count = 0
    for _ in range(most):
        level = _extended(here, level)
        count += sum(map(len, level.values()))
        if count > LABELS_MAX:
            raise ValueError(f"{team.id}: more than {LABELS_MAX} partial tours")
        for (mask, last), labels in level.items():
            way = min(travelled for _, travelled in labels) + seconds[last][0]
            best[mask] = min(way, best.get(mask, way))
    return best


class _Here(NamedTuple):
    """What one team sees: its visits by number, travel among base (0) and visits (from 1), and its shift's end."""

    able: list[int]
    visits: list[Visit]
    seconds: list[list[int]]
    closes: int


def _extended(here: _Here, level: Labels) -> Labels:
    """Return all partial tours with one visit more."""
    longer: Labels = {}
    for (mask, last), labels in level.items():
        ways = here.seconds[last]
        for k, v in enumerate(here.able, 1):
            if mask >> v & 1:
                continue
            visit = here.visits[k - 1]
            latest = here.closes - here.seconds[k][0] - visit.duration
            for free, travelled in labels:
                start = _start(visit, free + ways[k])
                if start is not None and start <= latest:
                    key = mask | 1 << v, k
                    _keep(longer.setdefault(key, []), (start + visit.duration, travelled + ways[k]))
    return longer


def _start(visit: Visit, arrival: int) -> int | None:
    return next((max(arrival, lo) for lo, hi in visit.windows if arrival <= hi), None)


def _keep(labels: list[tuple[int, int]], one: tuple[int, int]) -> None:
    """Add a label unless another is as early and as short; drop those it beats. Leaving early never hurts."""
    if any(free <= one[0] and way <= one[1] for free, way in labels):
        return
    labels[:] = [label for label in labels if not (one[0] <= label[0] and one[1] <= label[1])]
    labels.append(one)
