"""Is what is wrong with a problem file or a mapping said in Chinese where Chinese is spoken, and not in English?"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from linli.schemas.errors import Both, LinliError
from linli.services.sheets.mapping import load_mapping
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.solving import vroom_reading

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b(not|must|missing|unknown|but|has|with|where|supported|between|stands)\b")

TWO = [[0, 1], [1, 0]]
WRONG: dict[str, Any] = {
    "not_an_object": [],
    "twice": '{"jobs": [], "jobs": []}',
    "old_matrix": {"matrix": TWO},
    "no_profiles": {"matrices": []},
    "no_tables": {"matrices": {"car": []}},
    "costs": {"matrices": {"car": {"costs": TWO}}},
    "unknown": {"matrices": {"car": {"durations": TWO, "detours": TWO}}},
    "no_durations": {"matrices": {"car": {"distances": TWO}}},
    "other_size": {"matrices": {"car": {"durations": TWO, "distances": [[0]]}}},
    "no_rows": {"matrices": {"car": {"durations": {}}}},
    "not_square": {"matrices": {"car": {"durations": [[0, 1], [1]]}}},
    "no_figure": {"matrices": {"car": {"durations": [[0, 1], [1, "x"]]}}},
    "no_metres": {
        "vehicles": [{"id": 1, "start_index": 0, "max_distance": 9}],
        "matrices": {"car": {"durations": TWO}},
    },
    "no_time": {
        "vehicles": [{"id": 1, "start_index": 0, "max_distance": 9}],
        "matrices": {"car": {"durations": [[0, 0], [0, 0]], "distances": TWO}},
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_a_problem_is_refused_in_chinese(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests every fault that reading finds by itself."""

    def second(_: str, chinese: str) -> str:
        return chinese

    monkeypatch.setattr(vroom_reading, "both", second)
    given = WRONG[name]
    text = given if isinstance(given, str) else json.dumps({"jobs": [], **given} if isinstance(given, dict) else given)
    with pytest.raises(LinliError) as refused:
        vroom_reading.read_problem(text.encode(), "题.json")
    said = str(refused.value.values["detail"])
    assert CHINESE.search(said.removeprefix("题.json")), said
    assert not ENGLISH.search(said), said


SOLVING = Path(str(files("linli.services.solving")))
OURS = "vroom_verdict.py"
"""Says what is wrong with a solution: a fault of the program, told to whoever mends it."""


def _said_alone(node: ast.AST) -> Iterator[str]:
    """Yield the pieces of text in a part of a program that are not one of a pair of languages."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"both", "AssertionError"}:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _said_alone(child)


def test_no_fault_of_a_problem_has_one_language_alone() -> None:
    """Tests that whoever adds a fault has to say it twice: what is yielded, returned or refused."""
    kinds = ast.Yield | ast.Return | ast.YieldFrom | ast.Expr
    nodes = [
        (file.name, node)
        for file in sorted(SOLVING.glob("vroom_*.py"))
        if file.name != OURS
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, kinds) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert len(nodes) > 100
    found = {(name, text) for name, node in nodes for text in _said_alone(node) if re.search(r"[a-z] [a-z]", text)}
    assert found == set()


@pytest.mark.parametrize(("text", "named"), [('[columns]\nA = "nothing"', "nothing"), ('kind = "team"', "team")])
def test_a_mapping_is_refused_in_both_languages(text: str, named: str, tmp_path: Path) -> None:
    """Tests a column of ours that there is not, and a mapping for another kind of file."""
    file = tmp_path / "map.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LinliError) as refused:
        load_mapping(file, ORDER_COLUMNS)
    said = refused.value.values["detail"]
    assert isinstance(said, Both)
    assert named in said.en
    assert named in said.zh
    assert CHINESE.search(said.zh)
    assert not ENGLISH.search(said.zh)
