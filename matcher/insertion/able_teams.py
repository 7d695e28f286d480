"""Which teams hold what a kind of visit needs, laid in a grid, so that only those near a visit are looked at."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Final

import numpy as np

from linli.matcher.bare_code import ready
from linli.matcher.insertion.cells import by_cell
from linli.matcher.kernels import placing_layout as layout
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.placing_layout import BEYOND, Able, Cells, Floats
from linli.matcher.model import Model
from linli.matcher.problem import Team, TravelLimit, Visit
from linli.matcher.rules import (
    PairRule,
    kind_of_team,
    requested_language,
    skill_and_qualification,
    team_takes_part,
)
from linli.matcher.table import Flags, open_to, spared_hours

LOOKS_AT: Final[tuple[tuple[PairRule, Callable[[Visit], object]], ...]] = (
    (team_takes_part, lambda visit: None),
    (kind_of_team, lambda visit: visit.kinds),
    (skill_and_qualification, lambda visit: visit.needs),
    (requested_language, lambda visit: visit.language),
)
"""Rules that look at little of a visit, and at what: each is asked once for all visits that are alike to it."""

FEW: Final = 100
"""So many able teams are looked through faster than the roster's grid."""

ABLE_MAX: Final = 4_096
"""Kinds of visits remembered at once: those of a county at every place and level, some kilobytes each."""


SECONDS, METRES = attrgetter("seconds"), attrgetter("metres")
"""What a travel limit limits."""


class AbleTeams:
    """Answers for the kinds of visits that come up, each worked out once.

    Parameters
    ----------
    model : Model
        A problem of the roster.
    cells : Cells
        All its teams in a grid.
    """

    def __init__(self, model: Model, cells: Cells) -> None:
        self._cells = cells
        self._are_limited = any(team.travel_limit is not None for team in model.teams)
        self._crews = max((team.crews for team in model.teams), default=0)
        self._holding: dict[tuple[PairRule, object], Flags] = {}
        self._cleared: dict[object, Longs] = {}
        self._able: dict[object, Able | None] = {}

    def of(self, model: Model, visit: Visit) -> Able | None:
        """Return the teams that hold what a visit needs and have the people for it, ready; None if there is none."""
        key = visit.needs, visit.kinds, visit.language, visit.gender, visit.safeguarding, visit.not_yet
        try:  # one look: to compare what a visit needs takes longer than most of what else is read of it
            return self._able[key]
        except KeyError:
            pass
        if len(self._able) >= ABLE_MAX:
            self._able.clear()
        found = self._able[key] = self._find(model, visit)
        return found

    def within_limits(self, model: Model, visit: Visit) -> Able | None:
        """Return those of the able teams whose way to a visit is within its limit and their own."""
        if visit.travel_limit is None and not self._are_limited:
            return self.of(model, visit)
        bases = [team.base for team in model.teams]
        ways = np.concatenate(model.problem.travel.matrix(bases, (visit.place,)), axis=1)
        limits = [(visit.travel_limit, team.travel_limit) for team in model.teams]
        most = np.array([(_least(limit, SECONDS), _least(limit, METRES)) for limit in limits], dtype=np.int64)
        return self._find(model, visit, np.logical_and.reduce(ways <= most, axis=1))

    def _find(self, model: Model, visit: Visit, near: Flags | None = None) -> Able | None:
        flags = np.ones(len(model.teams), np.bool_) if near is None else near
        for rule, looked_at in LOOKS_AT:
            flags &= self._passing(model, visit, rule, looked_at(visit))
        if visit.not_yet is not None:
            flags &= open_to(visit.not_yet, model.team_index)
        numbers = np.flatnonzero(flags)
        until = self._until(model, visit, numbers.tolist())
        numbers = numbers[until[numbers, 0] > 0]
        if len(numbers) == 0:
            return None
        chosen: list[int] = numbers.tolist()
        teams = [model.teams[t] for t in chosen]
        grid, begins = self._grid(teams), np.array((0, len(teams)), dtype=np.int32)
        if len(teams) <= FEW:
            # One cell, as large as all were: of a smaller one a visit elsewhere would seem to be far from every team.
            grid[layout.HIGH] *= grid[layout.ROWS]
            grid[layout.WIDE] *= grid[layout.COLUMNS]
            grid[layout.ROWS] = grid[layout.COLUMNS] = 1
        else:
            numbers, begins = by_cell(self._cells.cell[numbers], len(self._cells.begins) - 1, numbers)
        spared = spared_hours(model.weights, visit, model.teams)
        return ready(Able(grid, begins, numbers.astype(np.int32), until[numbers], spared[numbers]))

    def _passing(self, model: Model, visit: Visit, rule: PairRule, key: object) -> Flags:
        """Return which teams pass a rule."""
        known = self._holding.get((rule, key))
        if known is None:
            answers = [rule(model.problem, visit, team) is None for team in model.teams]
            known = self._holding[rule, key] = np.array(answers, dtype=np.bool_)
        return known

    def _until(self, model: Model, visit: Visit, numbers: list[int]) -> Longs:
        """Return until when enough people are cleared, by team and crew, right for the teams asked for.

        0 stands for crews that a team does not have.
        """
        key = visit.safeguarding, visit.gender
        known = self._cleared.get(key)
        if known is None:
            known = self._cleared[key] = np.full((len(model.teams), max(1, self._crews)), -1, np.int64)
        for t in numbers:
            if known[t, 0] < 0:
                team, known[t] = model.teams[t], 0
                for crew in range(team.crews):
                    known[t, crew] = model.cleared_until(visit, team, crew * model.adults_kept)
        return known

    def _grid(self, teams: list[Team]) -> Floats:
        """Return the roster's grid with what these teams can do at most."""
        grid = self._cells.grid.copy()
        grid[layout.LONGEST] = max((closes - opens for team in teams for opens, closes in team.shifts), default=0)
        limits = [None if team.travel_limit is None else team.travel_limit.seconds for team in teams]
        grid[layout.FARTHEST] = max(BEYOND if limit is None else limit for limit in limits)
        return grid


def _least(limits: tuple[TravelLimit | None, ...], of: Callable[[TravelLimit], int | None]) -> int:
    """Return the least of some limits, `BEYOND` where there is none."""
    known = (of(limit) for limit in limits if limit is not None)
    return min((one for one in known if one is not None), default=BEYOND)
