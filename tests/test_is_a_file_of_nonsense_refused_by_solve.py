"""Is a file of nonsense refused by ``linli solve``: whatever is dropped, doubled, nested or of another type."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

import pytest

from linli.schemas.errors import LinliError
from linli.services.solving.limits import Allowance, solve_within
from linli.services.solving.vroom_problem import translated
from linli.services.solving.vroom_reading import read_problem

FILES = 1_500

WAYS = [[0, 300, 400], [310, 0, 200], [420, 190, 0]]

WHOLE: dict[str, Any] = {
    "vehicles": [
        {"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 9_000], "capacity": [4], "skills": [1]},
        {"id": 2, "start_index": 0, "max_tasks": 4, "max_distance": 9_000, "capacity": [3], "breaks": []},
    ],
    "jobs": [
        {"id": 1, "location_index": 1, "service": 60, "skills": [1], "time_windows": [[0, 5_000]], "delivery": [1]},
        {"id": 2, "location_index": 2, "service": 90, "priority": 3, "description": "药"},
    ],
    "shipments": [
        {"pickup": {"id": 3, "location_index": 1}, "delivery": {"id": 3, "location_index": 2}, "amount": [1]}
    ],
    "matrices": {"car": {"durations": WAYS, "distances": WAYS}},
}
"""A file that is fine."""

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1 << 32,
    1 << 64,
    10**30,
    1.5,
    1e308,
    "",
    "1",
    "邻\u0000",
    "😀",
    [],
    {},
    [[]],
)


def is_a(kind: type, value: Any) -> bool:
    return isinstance(value, kind)


def places(at: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a file but the whole."""
    inside: list[tuple[Any, Any]] = []
    if is_a(dict, at):
        inside = list(at.items())
    elif is_a(list, at):
        inside = [(k, at[k]) for k in range(len(at))]
    return [found for key, value in inside for found in ((*path, key), *places(value, (*path, key)))]


def spoilt(dice: random.Random) -> tuple[Any, bool]:
    """Return the file with one thing spoilt, and whether that is a type that can never be right."""
    file = deepcopy(WHOLE)
    *above, key = dice.choice(places(file))
    holder: Any = file
    for step in above:
        holder = holder[step]
    value, how = holder[key], dice.randrange(6)
    if how == 0:
        del holder[key]
    elif how == 1:
        holder[key] = dice.choice(ODD)
        return file, type(holder[key]) in (bool, float)
    elif how == 2:
        for _ in range(dice.choice((1, 2, 300, 900))):
            holder[key] = [holder[key]]
        return file, True
    elif how == 3 and is_a(list, holder):
        holder.append(deepcopy(value))
    elif how == 4 and is_a(list, value):
        dice.shuffle(value)
    else:
        holder[dice.choice(("id", "单位", "end_index")) if isinstance(holder, dict) else 0] = dice.choice(ODD)
    return file, False


def test_whatever_is_spoilt_is_refused_by_name_or_planned() -> None:
    """Tests many spoilt files: each is refused in few words, or read and planned; a wrong type is never read."""
    dice, said, planned = random.Random(7), list[int](), 0
    for _ in range(FILES):
        file, wrong = spoilt(dice)
        try:
            found = translated(read_problem(json.dumps(file).encode(), "file"), "hill", None)
        except LinliError as error:
            said.append(len(str(error)))
            continue
        assert not wrong, file
        if planned < 30:
            solve_within(found.problem, Allowance(work=10, seed=1), lambda _: None)
        planned += 1
    assert planned > 100
    assert len(said) > 100
    assert max(said) < 4_000


@pytest.mark.parametrize("depth", [300, 900, 2_000])
def test_what_is_nested_too_deep_is_refused(depth: int) -> None:
    """Tests lists within lists, hundreds deep: that ended in an error of the machine before."""
    with pytest.raises(LinliError, match=r"deep|depth"):
        read_problem(f'{{"vehicles": {"[" * depth}{"]" * depth}}}'.encode(), "file")


@pytest.mark.parametrize("table", ["durations", "distances"])
def test_a_way_from_a_place_to_itself_is_refused(table: str) -> None:
    """Tests rows in a wrong order, which show on the diagonal: half of it was ignored, or found wrong afterwards."""
    file = deepcopy(WHOLE)
    file["matrices"]["car"][table] = [WAYS[1], WAYS[0], WAYS[2]]
    with pytest.raises(LinliError, match=rf"matrices.car.{table}\[0\]\[0\]: not 0"):
        read_problem(json.dumps(file).encode(), "file")
