"""What a problem must satisfy before anybody solves it: each fault with its path."""

from __future__ import annotations

from itertools import pairwise

from linli.matcher.problem import Problem, ProblemError, Visit, Window


def faults_of_visit(visit: Visit, where: str) -> list[str]:
    """Return what is wrong with a visit; see `validate`."""
    faults: list[str] = []
    if visit.duration < 0:
        faults.append(f"{where}.duration: {visit.duration} s is negative")
    if visit.urgency < 0:
        faults.append(f"{where}.urgency: {visit.urgency} is negative")
    if visit.fetch is not None and visit.fetch.duration < 0:
        faults.append(f"{where}.fetch.duration: {visit.fetch.duration} s is negative")
    fetching = () if visit.fetch is None else visit.fetch.windows
    faults += _faults_of_intervals(fetching, f"{where}.fetch.windows")
    return faults + _faults_of_intervals(visit.windows, f"{where}.windows")


def _faults_of_intervals(windows: tuple[Window, ...], where: str) -> list[str]:
    faults = [f"{where}[{i}]: ends before it starts" for i, (lo, hi) in enumerate(windows) if hi < lo]
    pairs = pairwise(windows)
    return faults + [
        f"{where}[{i + 1}]: begins before the one before it ends" for i, (a, b) in enumerate(pairs) if b[0] <= a[1]
    ]


def _repeated(ids: list[str], where: str) -> list[str]:
    seen: set[str] = set()
    faults: list[str] = []
    for i, name in enumerate(ids):
        if name in seen:
            faults.append(f"{where}[{i}].id: {name!r} is used twice")
        seen.add(name)
    return faults


def validate(problem: Problem) -> None:
    """Refuse a malformed or contradictory problem.

    Raises
    ------
    ProblemError
        With the path of every fault and what is wrong there.
    """
    faults = _repeated([v.id for v in problem.visits], "visits") + _repeated([t.id for t in problem.teams], "teams")
    for i, visit in enumerate(problem.visits):
        faults += faults_of_visit(visit, f"visits[{i}]")
    for i, team in enumerate(problem.teams):
        faults += _faults_of_intervals(team.shifts, f"teams[{i}].shifts")
        if team.crews < 0:
            faults.append(f"teams[{i}].crews: {team.crews} is negative")
        if team.shift_days and len(team.shift_days) != len(team.shifts):
            faults.append(f"teams[{i}].shift_days: {len(team.shift_days)} days for {len(team.shifts)} shifts")
    if faults:
        raise ProblemError("; ".join(faults))
