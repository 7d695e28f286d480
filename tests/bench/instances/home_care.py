"""Home care with skills, soft windows and visits by two: the files of Mankowska, of the Italian towns, of Bazirha.

What costs is (way + all lateness + worst lateness) / 3, or the way alone where nobody may be late. Where lateness has a
price the matcher's search for visits by two plans the day (`joint`); where windows are hard, that two come at once or
one after the other is searched for around the matcher's usual search, see `pairs`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from linli.matcher.problem import Problem, SkillNeed, Team, Visit, Weights
from tests.bench.instances.care_day import CareDay, Carer, Pair, Service, breaks, cost, earliest
from tests.bench.instances.garbled import GarbledError, json_of, within
from tests.bench.instances.instance import Instance, Scale, table_travel
from tests.bench.instances.joint import may_join, solve_joint
from tests.bench.instances.pairs import order_of, solve_pairs, starts_of

WEIGHTS = Weights(travel=1, lateness=1, move=0, continuity=0, reoffer=0, load=0)
HORIZON = 10_000.0
"""Later than anybody works in these files."""

SCALE = Scale(10)
FOREVER = 100_000.0


def home_care(path: Path) -> Instance:
    """Read a file of Mankowska's form; best known costs lie in ``bks.csv`` beside it.

    Raises
    ------
    ValueError
        If it is in another format.
    """
    with within(path.name):
        return _home_care(path)


def _home_care(path: Path) -> Instance:
    given = json_of(path)
    if not {"patients", "caregivers", "distances"} <= given.keys() or "metadata" in given:
        raise GarbledError(f"{path.name}: not in the format of home care with required caregivers")
    services: dict[str, Service] = {}
    pairs: list[Pair] = []
    for row, patient in enumerate(given["patients"], 1):
        with within(f"{path.name}: patients[{row - 1}]"):
            _add(services, patient, patient["required_caregivers"], row, patient["time_window"], 0.0)
            pairs += _pairs(patient, len(patient["required_caregivers"]))
    carers = dict[str, Carer]()
    for number, one in enumerate(given["caregivers"]):
        with within(f"{path.name}: caregivers[{number}]"):
            carers[one["id"]] = Carer(frozenset(one["abilities"]), 0.0, HORIZON, 0, 0)
    known, beside = dict[str, float](), path.parent / "bks.csv"
    if beside.exists():
        with beside.open(encoding="utf-8") as file:
            known = {row["instance"]: float(row["cost"]) for row in csv.DictReader(file)}
    day = CareDay(services, carers, given["distances"], tuple(pairs), strict=False)
    return _instance(path, day, known.get(path.name))


def unified(path: Path) -> Instance:
    """Read a file in the unified format; the cost of a stored solution lies in ``sol-NAME-*.json`` beside it.

    Raises
    ------
    ValueError
        If it is in another format, or wants what is not read: several windows, or lateness that has a price.
    """
    with within(path.name):
        return _unified(path)


def _unified(path: Path) -> Instance:
    given = json_of(path)
    about: Any = given.get("metadata")
    parts: Any = about.get("cost_components") if hasattr(about, "get") else None
    if parts != {"travel_time": 1, "total_tardiness": "HARD", "total_extra_time": "HARD"}:
        raise GarbledError(f"{path.name}: not a file in the unified format where the way alone costs")
    at_end = given["metadata"]["time_window_met"] == "at_service_end"
    rows = {one["id"]: int(one["distance_matrix_index"]) for one in given["terminal_points"]}
    services: dict[str, Service] = {}
    pairs: list[Pair] = []
    for number, patient in enumerate(given["patients"]):
        with within(f"{path.name}: patients[{number}]"):
            (window,) = patient["time_windows"]
            wanted = patient["required_services"]
            span = (window["start"], window["end"])
            _add(services, patient, wanted, int(patient["distance_matrix_index"]), span, 1.0 if at_end else 0.0)
            pairs += _pairs(patient, len(wanted))
    carers = dict[str, Carer]()
    for number, one in enumerate(given["caregivers"]):
        with within(f"{path.name}: caregivers[{number}]"):
            carers[one["id"]] = _carer(one, rows)
    stored = next(path.parent.glob(f"sol-{path.stem}-*.json"), None)
    best = float(json_of(stored)["cost"]["objective"]) if stored is not None else None
    return _instance(path, CareDay(services, carers, given["distances"], tuple(pairs), strict=True), best)


def _add(
    services: dict[str, Service], patient: dict[str, Any], wanted: Any, row: int, window: Any, ends_within: float
) -> None:
    """Add a patient's visits; with `ends_within` service must end within the window, so it begins earlier."""
    for leg, one in enumerate(wanted):
        lasts = float(one["duration"])
        closes = float(window[1]) - ends_within * lasts
        services[f"{patient['id']}/{leg}"] = Service(
            patient["id"], row, one["service"], lasts, float(window[0]), closes
        )


def _pairs(patient: dict[str, Any], legs: int) -> list[Pair]:
    if legs < 2:
        return []
    names, asked = (f"{patient['id']}/0", f"{patient['id']}/1"), patient["synchronization"]
    if asked["type"] == "independent":
        return [Pair(*names, 0.0, FOREVER, either=True)]
    least, most = (0.0, 0.0) if asked["type"] == "simultaneous" else asked["distance"]
    return [Pair(*names, float(least), float(most))]


def _carer(one: dict[str, Any], rows: dict[str, int]) -> Carer:
    shift = one["working_shift"]
    ends = rows[one["departing_point"]], rows[one["arrival_point"]]
    if ends[0] != ends[1]:
        raise ValueError(f"{one['id']}: a way that ends elsewhere than it begins is not read")
    return Carer(frozenset(one["abilities"]), float(shift["start"]), float(shift["end"]), *ends)


def _instance(path: Path, day: CareDay, best: float | None) -> Instance:
    places, travel = table_travel([[SCALE.way(way) for way in row] for row in day.ways])
    teams = tuple(
        Team(
            name,
            places[carer.begin],
            tuple((skill, frozenset[str]()) for skill in sorted(carer.skills)),
            1,
            ((SCALE.time(carer.opens), SCALE.time(carer.closes)),),
        )
        for name, carer in day.carers.items()
    )
    visits = tuple(
        Visit(
            id=name,
            request=one.patient,
            leg=int(name.rpartition("/")[2]),
            place=places[one.row],
            duration=SCALE.time(one.duration),
            windows=((SCALE.time(one.opens), SCALE.time(one.closes if day.strict else HORIZON)),),
            needs=(SkillNeed(one.skill),),
            due=None if day.strict else SCALE.time(one.closes),
        )
        for name, one in day.services.items()
    )
    joins = may_join(day)
    unsaid = "" if joins or not day.pairs else "two together: searched for around the matcher"
    return Instance(
        path.stem,
        Problem(0, visits, teams, travel, WEIGHTS),
        unsaid,
        lambda plan: breaks(day, order_of(plan), earliest(day, order_of(plan), starts_of(plan, SCALE))),
        lambda plan: cost(day, order_of(plan), earliest(day, order_of(plan), starts_of(plan, SCALE)) or {}),
        best,
        solve=lambda instance, budget: (
            solve_joint(day, SCALE, budget) if joins else solve_pairs(day, instance.problem, SCALE, budget)
        ),
    )
