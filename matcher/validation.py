"""What a problem must satisfy before anybody solves it: each fault with its path."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

from linli.matcher.problem import Place, Problem, ProblemError, Team, TravelLimit, Visit, Weights, Window
from linli.matcher.travel import HaversineTravel, Travel

TIME_MOST = 1 << 40
"""Seconds from 1970: no time is later or, negative, earlier. The engines add up times in 64 bits."""

LENGTH_MOST = 1 << 31
"""Seconds, metres or a price: nothing that lasts, and no limit, is larger."""

CREWS_MOST = 10_000
"""Crews of one team: each is laid out for each of its shifts."""


def faults_of_visit(visit: Visit, where: str, travel: Travel) -> list[str]:
    """Return what is wrong with a visit; see `validate`."""
    faults = _faults_of_amount(visit.duration, f"{where}.duration", "s")
    faults += _faults_of_place(visit.place, f"{where}.place", travel)
    if visit.urgency < 0:
        faults.append(f"{where}.urgency: {visit.urgency} is negative")
    if visit.fetch is not None:
        faults += _faults_of_amount(visit.fetch.duration, f"{where}.fetch.duration", "s")
        faults += _faults_of_place(visit.fetch.place, f"{where}.fetch.place", travel)
        faults += _faults_of_intervals(visit.fetch.windows, f"{where}.fetch.windows")
    if visit.travel_limit is not None:
        faults += _faults_of_way(visit.travel_limit, f"{where}.travel_limit")
    if visit.safeguarding is not None and visit.safeguarding.adults < 0:
        faults.append(f"{where}.safeguarding.adults: {visit.safeguarding.adults} is negative")
    faults += [
        f"{where}.needs[{i}].level: {one.level} is below 1" for i, one in enumerate(visit.needs) if one.level < 1
    ]
    return faults + _faults_of_intervals(visit.windows, f"{where}.windows")


def _faults_of_place(place: Place, where: str, travel: Travel) -> list[str]:
    """Return what is wrong with a place where ways are estimated; a table's places may be anywhere."""
    if not isinstance(travel, HaversineTravel):
        return []
    # What is no number is not on the earth either.
    faults = (
        []
        if abs(place.lat) <= 90 and abs(place.lon) <= 180
        else [f"{where}: {place.lat}, {place.lon} is off the earth"]
    )
    if place.terrain not in travel.grounds:
        faults.append(f"{where}.terrain: {place.terrain!r} is none of {', '.join(travel.grounds)}")
    return faults


def _faults_of_amount(amount: int | None, where: str, unit: str) -> list[str]:
    if amount is None or 0 <= amount <= LENGTH_MOST:
        return []
    named = f"{amount} {unit}".rstrip()
    return [f"{where}: {named} is negative" if amount < 0 else f"{where}: {named} is too large"]


def _faults_of_way(limit: TravelLimit, where: str) -> list[str]:
    return [
        *_faults_of_amount(limit.seconds, f"{where}.seconds", "s"),
        *_faults_of_amount(limit.metres, f"{where}.metres", "m"),
    ]


def _faults_of_team(team: Team, where: str, travel: Travel) -> list[str]:
    faults = _faults_of_intervals(team.shifts, f"{where}.shifts") + _faults_of_place(team.base, f"{where}.base", travel)
    if team.crews < 0:
        faults.append(f"{where}.crews: {team.crews} is negative")
    if team.crews > CREWS_MOST:
        faults.append(f"{where}.crews: {team.crews} is too large")
    if team.shift_days and len(team.shift_days) != len(team.shifts):
        faults.append(f"{where}.shift_days: {len(team.shift_days)} days for {len(team.shifts)} shifts")
    if not 0 <= team.acceptance <= 1000:
        faults.append(f"{where}.acceptance: {team.acceptance} is not between 0 and 1000")
    for name in LIMITS:
        faults += _faults_of_amount(getattr(team, name), f"{where}.{name}", "")
    return faults + ([] if team.travel_limit is None else _faults_of_way(team.travel_limit, f"{where}.travel_limit"))


LIMITS = (
    *("max_visits_per_shift", "max_travel_per_shift", "max_metres_per_shift"),
    *("max_visits_per_day", "max_work_per_day", "load", "asked"),
)
"""What a team counts, none of it negative."""


def _faults_of_weights(weights: Weights) -> list[str]:
    faults = [
        fault
        for one in fields(weights)
        if one.name != "waiting"
        for fault in _faults_of_amount(getattr(weights, one.name), f"weights.{one.name}", "")
    ]
    if any(later <= earlier for earlier, later in pairwise((0, *weights.waiting))):
        faults.append("weights.waiting: the bands do not begin one after another")
    return faults


def _faults_of_intervals(windows: tuple[Window, ...], where: str) -> list[str]:
    faults = [f"{where}[{i}]: ends before it starts" for i, (lo, hi) in enumerate(windows) if hi < lo]
    beyond = [i for i, (lo, hi) in enumerate(windows) if lo < -TIME_MOST or hi > TIME_MOST]
    faults += [f"{where}[{i}]: too far from now" for i in beyond]
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
        faults += faults_of_visit(visit, f"visits[{i}]", problem.travel)
    for i, team in enumerate(problem.teams):
        faults += _faults_of_team(team, f"teams[{i}]", problem.travel)
    faults += _faults_of_weights(problem.weights)
    if abs(problem.now) > TIME_MOST:
        faults.append(f"now: {problem.now} is too large")
    if faults:
        raise ProblemError("; ".join(faults))
