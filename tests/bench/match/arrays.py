"""A problem as the arrays that other solvers take; refuses what they could not express alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linli.matcher.problem import Problem
from linli.matcher.travel import IntTable

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Arrays:
    """A problem of single crews with one shift each; places are bases first, then visits.

    Parameters
    ----------
    seconds
        Travel between all places.
    able
        Shape (teams, visits): who holds the skills a visit needs. Times are left to the solver.
    skills
        The number of every skill.
    classes
        How many classes of urgency there are.
    """

    problem: Problem
    seconds: IntTable
    able: Flags
    skills: dict[str, int]
    classes: int

    @property
    def teams(self) -> int:
        """How many teams there are."""
        return len(self.problem.teams)

    @property
    def visits(self) -> int:
        """How many visits there are."""
        return len(self.problem.visits)


def arrays_of(problem: Problem) -> Arrays:
    """Return the arrays of a problem.

    Raises
    ------
    ValueError
        If the problem has what not all peers can express.
    """
    for team in problem.teams:
        if team.crews != 1 or len(team.shifts) != 1:
            raise ValueError(f"{team.id}: the peers take one crew and one shift a team")
    for visit in problem.visits:
        if len(visit.windows) != 1 or visit.pin is not None or visit.safeguarding is not None:
            raise ValueError(f"{visit.id}: the peers take one window and no pin")
    places = tuple(team.base for team in problem.teams) + tuple(visit.place for visit in problem.visits)
    seconds, _ = problem.travel.matrix(places, places)
    skills = {skill: k for k, skill in enumerate(sorted({s for team in problem.teams for s, _ in team.skills}))}
    holds = [frozenset(skill for skill, _ in team.skills) for team in problem.teams]
    able = np.array([[all(n.skill in held for n in v.needs) for v in problem.visits] for held in holds], dtype=np.bool_)
    classes = 1 + max((visit.urgency for visit in problem.visits), default=0)
    return Arrays(problem, seconds, able.reshape(len(holds), len(problem.visits)), skills, classes)


BIG = 100_000
"""Seconds of travel one visit is worth to a solver that adds up: more than any visit costs, in effect first of all."""


def worth(arrays: Arrays, visit: int) -> int:
    """Return what a visit is worth to a solver that adds up; a class more urgent is worth as much as eight below.

    Notes
    -----
    A worth that orders classes strictly would need numbers no solver takes; the checker's vector judges all the same.
    """
    below = arrays.classes - 1 - arrays.problem.visits[visit].urgency
    return BIG << (3 * below)
