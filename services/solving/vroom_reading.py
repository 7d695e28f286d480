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
        raise LinliError(Code.PROBLEM, detail=_no_object(name))
    fields = cast(Json, data)
    if "matrix" in fields:
        now = "matrices: {car: {durations: [...]}}"
        refuse([both(f"matrix: no longer in the format; write {now}", f"matrix：格式已不用此字段，请写作 {now}")])
    matrices = _matrices(fields.pop("matrices", {}))
    problem = _problem(fields)
    refuse(unsupported(problem))
    sizes = {profile: len(one.durations) for profile, one in matrices.items()}
    refuse(faults_of(problem, sizes))
    refuse(_without_metres(problem, matrices))
    return VroomFile(problem, matrices)


def _no_object(name: str) -> str:
    return both(f"{name}: not an object with vehicles and jobs", f"{name}：应为含 vehicles 和 jobs 的对象")


def _without_metres(problem: VroomProblem, matrices: Mapping[str, Matrices]) -> list[str]:
    """Return every limit of metres where the file has no metres to a way, or no time to its metres."""
    faults: list[str] = []
    for number, vehicle in enumerate(problem.vehicles):
        tables = matrices.get(vehicle.profile)
        if vehicle.max_distance is None or tables is None:
            continue
        where = f"vehicles[{number}].max_distance: matrices.{vehicle.profile}"
        if tables.distances is None:
            faults.append(both(f"{where} has no distances", f"{where} 缺少 distances"))
        elif ((tables.durations == 0) & (tables.distances > 0)).any():
            faults.append(
                both(f"{where} has distances where durations are 0", f"{where} 中有 durations 为 0 而 distances 不为 0")
            )
    return faults


def _problem(fields: Json) -> VroomProblem:
    try:
        return VroomProblem.model_validate_json(orjson.dumps(fields))
    except orjson.JSONEncodeError:  # of what was just read only its depth can be too much to write
        refuse([both("lists or objects within each other, hundreds deep", "列表或对象嵌套过深（数百层）")])
        raise
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
        refuse([both("matrices: not an object by profile", "matrices：应为以 profile 为键的对象")])
    found: dict[str, Matrices] = {}
    for profile, tables in cast(Json, given).items():
        where = f"matrices.{profile}"
        if not isinstance(tables, dict):
            refuse([both(f"{where}: not an object with durations", f"{where}：应为含 durations 的对象")])
        found[profile] = _tables(cast(Json, tables), where)
    return found


def _tables(tables: Json, where: str) -> Matrices:
    if "costs" in tables:
        refuse(
            [
                both(
                    f"{where}.costs: costs other than travel time are not supported",
                    f"{where}.costs：不支持行程时间以外的成本",
                )
            ]
        )
    unknown = sorted(set(tables) - {"durations", "distances"})
    refuse([both(f"{where}.{key}: unknown", f"{where}.{key}：没有此字段") for key in unknown])
    if "durations" not in tables:
        refuse([both(f"{where}.durations: missing", f"{where}.durations：缺少此字段")])
    durations = _square(tables["durations"], f"{where}.durations")
    if "distances" not in tables:
        return Matrices(durations, None)
    distances = _square(tables["distances"], f"{where}.distances")
    if len(distances) != len(durations):
        rows, wanted = len(distances), len(durations)
        refuse(
            [
                both(
                    f"{where}.distances: {rows} rows, but durations have {wanted}",
                    f"{where}.distances：有 {rows} 行，而 durations 有 {wanted} 行",
                )
            ]
        )
    return Matrices(durations, distances)


def _refuse_way_to_itself(figure: object, where: str) -> None:
    """Refuse a way from a place to itself: one never leaves it here, and whoever gave a figure means another place."""
    if _is_figure(figure) and figure != 0:
        refuse([both(f"{where}: not 0 from a place to itself", f"{where}：同一地点之间应为 0")])


def _square(rows: object, where: str) -> IntTable:
    """Return rows of whole numbers as a square array; name the row that is too short, or the figure that is wrong."""
    if not isinstance(rows, list) or not rows:
        refuse([both(f"{where}: not a list of rows", f"{where}：应为由行组成的列表")])
    listed = cast(list[object], rows)
    for number, row in enumerate(listed):
        if not isinstance(row, list) or len(cast(list[object], row)) != len(listed):
            size = len(listed)
            refuse(
                [
                    both(
                        f"{where}[{number}]: not square, a row must have {size} figures",
                        f"{where}[{number}]：矩阵须为方阵，每行应有 {size} 个数",
                    )
                ]
            )
        _refuse_way_to_itself(cast(list[object], row)[number], f"{where}[{number}][{number}]")
        wrong = _first_wrong(cast(list[object], row))
        if wrong is not None:
            place = f"{where}[{number}][{wrong}]"
            refuse(
                [
                    both(
                        f"{place}: not a whole number between 0 and {SECONDS_MAX}",
                        f"{place}：应为 0 至 {SECONDS_MAX} 的整数",
                    )
                ]
            )
    return np.array(listed, dtype=np.int64)


def _first_wrong(row: list[object]) -> int | None:
    """Return where the first thing stands that is no figure; of millions each is looked at for some nanoseconds."""
    figures = cast(list[int], row)
    if set(map(type, row)) == {int} and min(figures) >= 0 and max(figures) <= SECONDS_MAX:
        return None
    return next((k for k, one in enumerate(row) if not _is_figure(one)), None)


def _is_figure(one: object) -> bool:
    return type(one) is int and 0 <= one <= SECONDS_MAX
