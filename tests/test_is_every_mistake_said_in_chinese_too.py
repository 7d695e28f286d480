"""Is every mistake said in Chinese too: what pydantic, our validators, parsers and the system say of a file."""

from __future__ import annotations

import ast
import errno
import importlib
import json
import pkgutil
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel, ValidationError

import linli.schemas
from linli.schemas.errors import Both
from linli.schemas.menu import ListError, parse_menu
from linli.schemas.mistakes import chinese_types, first_mistake, mistake, own_in_chinese
from linli.schemas.policy import Policy
from linli.schemas.policy_file import parse_policy
from linli.schemas.system_words import CHINESE, refused_by_system
from linli.services.settings import Settings
from linli.services.sheets.mapping import Mapping
from linli.services.solving.vroom_format import VroomProblem

CHINESE_LETTER = re.compile("[\u4e00-\u9fff]")

RAISED_BY: dict[str, frozenset[str]] = {
    "bool": frozenset({"bool_type", "bool_parsing"}),
    "date": frozenset({"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"}),
    "datetime": frozenset(
        {
            "datetime_type",
            "datetime_parsing",
            "datetime_object_invalid",
            "datetime_from_date_parsing",
            "timezone_aware",
            "timezone_offset",
        }
    ),
    "default": frozenset(),
    "definition-ref": frozenset({"recursion_loop"}),
    "definitions": frozenset(),
    "dict": frozenset({"dict_type", "too_long", "too_short"}),
    "enum": frozenset({"enum"}),
    "float": frozenset(
        {
            "float_type",
            "float_parsing",
            "finite_number",
            "greater_than",
            "greater_than_equal",
            "less_than",
            "less_than_equal",
        }
    ),
    "function-after": frozenset({"value_error"}),
    "function-before": frozenset({"value_error"}),
    "function-plain": frozenset({"value_error"}),
    "int": frozenset(
        {
            "int_type",
            "int_parsing",
            "int_parsing_size",
            "int_from_float",
            "greater_than",
            "greater_than_equal",
            "less_than",
            "less_than_equal",
        }
    ),
    "is-instance": frozenset({"is_instance_of"}),
    "json-or-python": frozenset(),
    "lax-or-strict": frozenset(),
    "literal": frozenset({"literal_error"}),
    "model": frozenset({"model_type", "model_attributes_type", "json_invalid"}),
    "model-field": frozenset({"missing"}),
    "model-fields": frozenset({"extra_forbidden", "invalid_key", "missing"}),
    "no-info": frozenset(),
    "nullable": frozenset(),
    "str": frozenset(
        {
            "string_type",
            "string_sub_type",
            "string_unicode",
            "string_too_long",
            "string_too_short",
            "string_pattern_mismatch",
        }
    ),
    "tagged-union": frozenset({"union_tag_invalid", "union_tag_not_found"}),
    "time": frozenset({"time_type", "time_parsing", "timezone_aware", "timezone_offset"}),
    "tuple": frozenset({"tuple_type", "too_long", "too_short", "missing"}),
    "union": frozenset(),
}
"""The errors that each kind of pydantic's schemas can raise, after its documentation of errors."""


def _kinds(schema: object) -> Iterator[str]:
    """Yield every kind of schema within one."""
    if isinstance(schema, dict):
        named = cast(dict[str, object], schema)
        kind = named.get("type")
        if isinstance(kind, str):
            yield kind
        for part in named.values():
            yield from _kinds(part)
    elif isinstance(schema, list | tuple):
        for part in cast(Sequence[object], schema):
            yield from _kinds(part)


def _models(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in kind.__subclasses__():
        yield one
        yield from _models(one)


def _of_schemas() -> list[str]:
    return [f"linli.schemas.{module.name}" for module in pkgutil.iter_modules(linli.schemas.__path__)]


def test_every_error_that_a_schema_can_raise_has_chinese_words() -> None:
    """Tests the table against the kinds of all our models: whoever uses a new kind has to say what it refuses."""
    for name in _of_schemas():
        importlib.import_module(name)
    ours = [one for one in _models(BaseModel) if one.__module__.startswith("linli.")]
    assert len(ours) > 150
    assert {VroomProblem, Mapping, Settings} <= set(ours)
    kinds = {kind for model in ours for kind in _kinds(model.__pydantic_core_schema__)}
    unknown = kinds - set(RAISED_BY)
    assert unknown == set()
    raised = {error for kind in kinds for error in RAISED_BY[kind]} - {"value_error"}
    assert raised - set(chinese_types()) == set()


def _own_sentences() -> Iterator[tuple[str, str]]:
    """Yield every sentence that code of our schemas refuses a value with, an inserted word as ``X1``."""
    for folder in linli.schemas.__path__:
        for file in sorted(Path(folder).glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError":
                    said = node.args[0]
                    if isinstance(said, ast.Constant):
                        yield f"{file.name}:{node.lineno}", str(said.value)
                    elif isinstance(said, ast.JoinedStr):
                        parts = [str(one.value) if isinstance(one, ast.Constant) else "X1" for one in said.values]
                        yield f"{file.name}:{node.lineno}", "".join(parts)


def test_every_sentence_of_our_validators_has_chinese_words() -> None:
    """Tests each literal sentence, and that a name in it is kept."""
    said = list(_own_sentences())
    assert len(said) > 30
    assert [(place, one) for place, one in said if not CHINESE_LETTER.search(own_in_chinese(one))] == []
    assert [place for place, one in said if "X1" in one and "X1" not in own_in_chinese(one)] == []


WRONG: list[tuple[type[BaseModel], dict[str, Any], str]] = [
    (Policy, {"mode": "xx"}, "mode：应为 'suggest'、'confirm' 或 'auto'"),
    (Policy, {"keep_days": "a"}, "keep_days：应为整数"),
    (VroomProblem, {"vehicles": 3}, "vehicles：应为列表"),
    (VroomProblem, {}, "vehicles：缺少此字段"),
    (Mapping, {"kind": "orders", "nix": 1}, "nix：没有此字段"),
]


@pytest.mark.parametrize(("model", "given", "said"), WRONG)
def test_a_mistake_is_said_with_its_place_and_its_limit(model: type[BaseModel], given: Any, said: str) -> None:
    """Tests whole sentences as somebody meets them."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json.dumps(given))
    found = {f"{one['loc'][0]}：{mistake(one).zh}" for one in caught.value.errors()}
    assert said in found
    assert CHINESE_LETTER.search(first_mistake(caught.value).zh)
    assert not CHINESE_LETTER.search(first_mistake(caught.value).en)


def test_a_file_that_is_no_json_or_toml_says_where_it_stops() -> None:
    """Tests that line and column outlive the translation."""
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate_json(b'{\n"mode": ]')
    assert first_mistake(caught.value).zh == "不是有效的 JSON（第 2 行第 9 列）"
    with pytest.raises(ListError) as refused:
        parse_menu("a = \n")
    assert refused.value.said.zh == "不是有效的 TOML 文件（第 1 行第 5 列）。"
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads("a = \n")


def test_a_policys_mistakes_are_said_in_both_languages() -> None:
    """Tests a value out of its limits and a word that is not known."""
    with pytest.raises(ListError) as caught:
        parse_policy('mode = "xx"')
    assert caught.value.said == Both(
        "The policy has a mistake at mode: Input should be 'suggest', 'confirm' or 'auto'.",
        "策略的 mode 有误：应为 'suggest'、'confirm' 或 'auto'。",
    )
    with pytest.raises(ListError) as unknown:
        parse_policy("answer_minutez = 3")
    assert unknown.value.clause().zh == "策略中有无法识别的字段：answer_minutez"


def test_what_the_system_refuses_is_said_in_both_languages(tmp_path: Path) -> None:
    """Tests a folder where a file should be, and that a refusal nobody foresaw is passed on as it is."""
    with pytest.raises(OSError, match="directory") as caught:
        tmp_path.read_bytes()
    assert refused_by_system(caught.value) == Both("Is a directory", CHINESE[errno.EISDIR])
    assert refused_by_system(OSError(errno.EXDEV, "Invalid cross-device link")).zh == "Invalid cross-device link"
