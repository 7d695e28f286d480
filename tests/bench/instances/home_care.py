"""Home care with skills, soft windows and visits by two: the files of Mankowska and of the Italian towns.

What costs is (way + all lateness + worst lateness) / 3. Ours adds way and all lateness; the worst is not in it, only in
the cost told. That two come at once, or one after the other, our model cannot say: the first is planned alone, then
both starts are fixed around where it landed and everything is planned again.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from linli.matcher.problem import Place, Plan, Problem, SkillNeed, Team, Visit, Weights
from tests.bench.instances.instance import FINE, Instance, fine, table_travel

WEIGHTS = Weights(travel=1, lateness=1, move=0, continuity=0, reoffer=0, load=0)
HORIZON = 10_000.0
"""Later than anybody works in these files."""

TOLERANCE = 0.01
"""Units of the file by which a start may differ from what was asked: our times are whole thousandths."""


def home_care(path: Path) -> Instance:
    """Read a file; best known costs lie in ``bks.csv`` beside it.

    Raises
    ------
    ValueError
        If it is in another format.
    """
    given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not {"patients", "caregivers", "distances"} <= given.keys() or "metadata" in given:
        raise ValueError(f"{path.name}: not in the format of home care with required caregivers")
    places, travel = table_travel(given["distances"])
    teams = tuple(_team(one, places[0]) for one in given["caregivers"])
    visits = tuple(visit for number, one in enumerate(given["patients"], 1) for visit in _visits(one, places[number]))
    with (path.parent / "bks.csv").open(encoding="utf-8") as file:
        known = {row["instance"]: float(row["cost"]) for row in csv.DictReader(file)}
    return Instance(
        path.stem,
        Problem(0, visits, teams, travel, WEIGHTS),
        "two at once: starts fixed first; worst lateness: told, not searched for",
        lambda plan: breaks(given, plan),
        lambda plan: cost(given, starts_of(plan), _ways(plan)),
        known.get(path.name),
    )


def _team(caregiver: dict[str, Any], base: Place) -> Team:
    skills = tuple((skill, frozenset[str]()) for skill in caregiver["abilities"])
    return Team(caregiver["id"], base, skills, 1, ((0, fine(HORIZON)),))


def _visits(patient: dict[str, Any], place: Place) -> list[Visit]:
    opens, closes = patient["time_window"]
    return [
        Visit(
            id=f"{patient['id']}/{leg}",
            request=patient["id"],
            leg=leg,
            place=place,
            duration=fine(service["duration"]),
            windows=((fine(opens), fine(HORIZON)),),
            needs=(SkillNeed(service["service"]),),
            due=fine(closes),
        )
        for leg, service in enumerate(patient["required_caregivers"])
    ]


def gaps_of(given: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return for each patient who needs two how long after the first the second may begin, at least and at most."""
    found: dict[str, tuple[float, float]] = {}
    for patient in given["patients"]:
        if len(patient["required_caregivers"]) > 1:
            asked = patient["synchronization"]
            least, most = (0.0, 0.0) if asked["type"] == "simultaneous" else asked["distance"]
            found[patient["id"]] = float(least), float(most)
    return found


def first_alone(path: Path, problem: Problem) -> Problem:
    """Return the problem with the first of two alone."""
    pairs = gaps_of(json.loads(path.read_text(encoding="utf-8")))
    visits = tuple(visit for visit in problem.visits if visit.leg == 0 or visit.request not in pairs)
    return replace(problem, visits=visits)


def both_fixed(path: Path, problem: Problem, plan: Plan) -> Problem:
    """Return the problem with the starts of two fixed around where the first was planned."""
    pairs, starts = gaps_of(json.loads(path.read_text(encoding="utf-8"))), starts_of(plan)
    visits: list[Visit] = []
    for visit in problem.visits:
        start = starts.get(f"{visit.request}/0")
        if visit.request in pairs and start is not None:
            least, most = (0.0, 0.0) if visit.leg == 0 else pairs[visit.request]
            at = round(FINE * start)
            visits.append(replace(visit, windows=((at + fine(least), at + fine(most)),)))
        else:
            visits.append(visit)
    return replace(problem, visits=tuple(visits))


def starts_of(plan: Plan) -> dict[str, float]:
    """Return when each visit begins, in the file's units."""
    return {stop.visit: stop.start / FINE for route in plan.routes for stop in route.stops}


def _ways(plan: Plan) -> list[list[str]]:
    return [[stop.visit.partition("/")[0] for stop in route.stops] for route in plan.routes]


def cost(given: dict[str, Any], starts: dict[str, float], ways: list[list[str]]) -> float:
    """Return a plan's cost by the file's own distances: starts of visits, and the patients on each way in order."""
    ways_of: list[list[float]] = given["distances"]
    row = {patient["id"]: number for number, patient in enumerate(given["patients"], 1)}
    closes = {str(patient["id"]): float(patient["time_window"][1]) for patient in given["patients"]}
    distance = 0.0
    for way in ways:
        stops = [0, *(row[patient] for patient in way), 0]
        distance += sum(ways_of[a][b] for a, b in pairwise(stops))
    late = [max(0.0, start - closes[visit.partition("/")[0]]) for visit, start in starts.items()]
    return (distance + sum(late) + max(late, default=0.0)) / 3


def breaks(given: dict[str, Any], plan: Plan) -> list[str]:
    """Return what the file's rules find wrong with a plan: visits left out, and two that do not come as asked."""
    starts = starts_of(plan)
    wanted = sum(len(patient["required_caregivers"]) for patient in given["patients"])
    found = [f"{wanted - len(starts)} of {wanted} visits left out"] if len(starts) < wanted else []
    apart = 0
    for patient, (least, most) in gaps_of(given).items():
        first, second = starts.get(f"{patient}/0"), starts.get(f"{patient}/1")
        if first is not None and second is not None:
            apart += not least - TOLERANCE <= second - first <= most + TOLERANCE
    return [*found, f"{apart} pairs do not come as asked"] if apart else found
