"""Where a bench takes its problem from: a family with its parameters, or a file of any format we know.

A family is written ``family:town,teams=54,visits=600,seed=1,classes=1``; anything else is a path.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from linli.matcher.problem import Problem
from tests.bench.match.families import Size, day

FAMILY = "family:"


def family_source(family: str, size: Size, seed: int) -> str:
    """Write a family's day as a source."""
    return (
        f"{FAMILY}{family},teams={size.teams},visits={size.visits},classes={size.classes},side={size.side},seed={seed}"
    )


def problem_of(source: str) -> Problem:
    """Return the problem of a source."""
    if not source.startswith(FAMILY):
        return _read(Path(source))
    name, *settings = source.removeprefix(FAMILY).split(",")
    given = dict(one.split("=") for one in settings)
    size = Size(int(given["teams"]), int(given["visits"]), int(given["classes"]), float(given["side"]))
    return day(name, size, int(given["seed"]))


def _read(path: Path) -> Problem:
    """Read a file; the reader of VROOM's format takes long to load, and a family does not need it."""
    from linli.services.solving.vroom_problem import to_problem
    from linli.services.solving.vroom_reading import read_problem

    return to_problem(read_problem(path.read_bytes(), path.name))


def kept(problem: Problem, visits: frozenset[str]) -> Problem:
    """Return the problem with some of its visits alone."""
    return replace(problem, visits=tuple(visit for visit in problem.visits if visit.id in visits))
