"""What is wrong with what somebody gave, in both languages: never with the value, which may be a person's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from linli.schemas.errors import Both

OWN: Final = "value_error"
"""What pydantic calls a refusal by one of our own validators."""

PREFIX: Final = "Value error, "
"""What it puts before our sentence."""

_SPOT: Final = re.compile(r"line (\d+),? column (\d+)")


@lru_cache(maxsize=1)
def chinese_types() -> Mapping[str, str]:
    """Return the Chinese words by pydantic's type of error."""
    return _table()["types"]


@lru_cache(maxsize=1)
def _ours() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(english), chinese) for english, chinese in _table()["ours"].items())


def _table() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("linli.schemas").joinpath("mistakes.toml").read_text(encoding="utf-8"))


def mistake(detail: ErrorDetails) -> Both:
    """Say what one error of pydantic's means.

    Notes
    -----
    What has no Chinese words yet is said in English: better a true word than none. Tests hold that every type of error
    that our schemas can raise has some, and every sentence of their validators.
    """
    english = detail["msg"].removeprefix(PREFIX)
    if detail["type"] == OWN:
        return Both(english, own_in_chinese(english))
    known = chinese_types().get(detail["type"])
    if known is None:
        return Both(english, english)
    limits = {name: str(value).replace("' or '", "' 或 '").replace("', '", "'、'") for name, value in _limits(detail)}
    return Both(english, known.format(**limits) + spot(english))


def _limits(detail: ErrorDetails) -> Iterator[tuple[str, object]]:
    yield from detail.get("ctx", {}).items()


def own_in_chinese(sentence: str) -> str:
    """Say in Chinese what one of our validators says; the sentence itself where it has no Chinese."""
    for english, chinese in _ours():
        found = english.fullmatch(sentence)
        if found is not None:
            return chinese.format(**found.groupdict())
    return sentence


def spot(english: str) -> str:
    """Say in Chinese at which line and column of a text a parser stopped; nothing where it does not say."""
    found = _SPOT.search(english)
    return f"（第 {found[1]} 行第 {found[2]} 列）" if found is not None else ""


def not_json(error: ValueError, name: str) -> Both:
    """Say where a file stops being JSON."""
    return Both(f"{name}: {error}", f"{name}：不是有效的 JSON{spot(str(error))}")


def path_of(detail: ErrorDetails) -> str:
    """Name the field it is about, like ``items.0.code``; nothing where it is about the whole."""
    return ".".join(str(part) for part in detail["loc"])


def first_mistake(error: ValidationError) -> Both:
    """Say the first thing that is wrong, and where."""
    detail = error.errors(include_url=False, include_input=False)[0]
    said, where = mistake(detail), path_of(detail)
    return Both(f"{where}: {said.en}", f"{where}：{said.zh}") if where else said
