"""Reading a problem file: bytes in, models and matrices out, or one sentence that names what is wrong."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import orjson
from pydantic import ValidationError

from linli.matcher.travel import IntTable
from linli.schemas.errors import Code, LinliError
from linli.schemas.mistakes import mistake, not_json
from linli.schemas.repeated_keys import repeated_keys, said_twice
from linli.services.language import both
from linli.services.solving.faults import path_of, refuse
from linli.services.solving.vroom_checks import faults_of
from linli.services.solving.vroom_fields import unknown_field
from linli.services.solving.vroom_format import SECONDS_MAX, VroomProblem
from linli.services.solving.vroom_unsupported import unsupported

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Matrices:
    """The travel times and, where given, distances of one profile."""

    durations: IntTable
    distances: IntTable | None


@dataclass(frozen=True, slots=True)
class VroomFile:
    """A problem that was read and checked."""

    problem: VroomProblem
    matrices: Mapping[str, Matrices]

    @property
    def has_distances(self) -> bool:
        """Whether metres are known: from the file, or estimated where it has no matrix."""
        return all(one.distances is not None for one in self.matrices.values())


def read_problem(content: bytes, name: str) -> VroomFile:
    """Read a problem.

    Parameters
    ----------
    content
        The file.
    name
        What people call it.

    Raises
    ------
    LinliError
        If it is no JSON, a key stands twice, or a field is malformed, contradicts another, or asks for what Linli
        cannot do.
    """
    try:
        text = content.removeprefix(BOM_UTF8)
        data: object = orjson.loads(text)
        twice = [said_twice(path_of(path)) for path in repeated_keys(text)]
    except json.JSONDecodeError as error:
        raise LinliError(Code.PROBLEM, detail=not_json(error, name)) from None
    refuse([both(*said) for said in twice])
    if not isinstance(data, dict):
        raise LinliError(Code.PROBLEM, detail=f"{name}: not an object with vehicles and jobs")
    fields = cast(Json, data)
    if "matrix" in fields:
        refuse(["matrix: no longer in the format; write matrices: {car: {durations: [...]}}"])
    matrices = _matrices(fields.pop("matrices", {}))
    problem = _problem(fields)
    refuse(unsupported(problem))
    sizes = {profile: len(one.durations) for profile, one in matrices.items()}
    refuse(faults_of(problem, sizes))
    refuse(_without_metres(problem, matrices))
    return VroomFile(problem, matrices)


def _without_metres(problem: VroomProblem, matrices: Mapping[str, Matrices]) -> list[str]:
    """Return every limit of metres where the file has no metres to a way, or no time to its metres."""
    faults: list[str] = []
    for number, vehicle in enumerate(problem.vehicles):
        tables = matrices.get(vehicle.profile)
        if vehicle.max_distance is None or tables is None:
            continue
        where = f"vehicles[{number}].max_distance: matrices.{vehicle.profile}"
        if tables.distances is None:
            faults.append(f"{where} has no distances")
        elif ((tables.durations == 0) & (tables.distances > 0)).any():
            faults.append(f"{where} has distances where durations are 0")
    return faults


def _problem(fields: Json) -> VroomProblem:
    try:
        return VroomProblem.model_validate_json(orjson.dumps(fields))
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        told = {
            path_of(one["loc"]): unknown_field(one["loc"]) if one["type"] == "extra_forbidden" else both(*mistake(one))
            for one in details
        }
        # What is wrong within a list is told of the list again, as if it were empty.
        within = {path for path in told if any(other.startswith(f"{path}[") for other in told)}
        refuse([f"{path}: {message}" for path, message in told.items() if path not in within])
        raise


def _matrices(given: object) -> dict[str, Matrices]:
    if not isinstance(given, dict):
        refuse(["matrices: not an object by profile"])
    found: dict[str, Matrices] = {}
    for profile, tables in cast(Json, given).items():
        where = f"matrices.{profile}"
        if not isinstance(tables, dict):
            refuse([f"{where}: not an object with durations"])
        found[profile] = _tables(cast(Json, tables), where)
    return found


def _tables(tables: Json, where: str) -> Matrices:
    if "costs" in tables:
        refuse([f"{where}.costs: costs other than travel time are not supported"])
    unknown = sorted(set(tables) - {"durations", "distances"})
    refuse([f"{where}.{key}: unknown" for key in unknown])
    if "durations" not in tables:
        refuse([f"{where}.durations: missing"])
    durations = _square(tables["durations"], f"{where}.durations")
    if "distances" not in tables:
        return Matrices(durations, None)
    distances = _square(tables["distances"], f"{where}.distances")
    if len(distances) != len(durations):
        refuse([f"{where}.distances: {len(distances)} rows, but durations have {len(durations)}"])
    return Matrices(durations, distances)


def _square(rows: object, where: str) -> IntTable:
    """Return rows of whole numbers as a square array; name the row that is too short, or the figure that is wrong."""
    if not isinstance(rows, list) or not rows:
        refuse([f"{where}: not a list of rows"])
    listed = cast(list[object], rows)
    for number, row in enumerate(listed):
        if not isinstance(row, list) or len(cast(list[object], row)) != len(listed):
            refuse([f"{where}[{number}]: not square, a row must have {len(listed)} figures"])
        wrong = next((k for k, one in enumerate(cast(list[object], row)) if not _is_figure(one)), None)
        if wrong is not None:
            refuse([f"{where}[{number}][{wrong}]: not a whole number between 0 and {SECONDS_MAX}"])
    return np.array(listed, dtype=np.int64)


def _is_figure(one: object) -> bool:
    return type(one) is int and 0 <= one <= SECONDS_MAX
