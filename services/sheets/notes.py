"""What is said of a line that was taken: what was understood, and what a person has to confirm."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a line.

    Parameters
    ----------
    rule
        Which; one of ``[note]`` in ``sheet_words.toml``.
    column
        The column it is about.
    detail
        Made of our own words and numbers alone: a category, a place of the district, a share. Never a person's.
    confirm
        Whether a person must confirm it before anything is sent.
    suggested
        What to write into the column to confirm it; ``None`` if only a person can know.
    """

    rule: str
    column: str
    detail: str = ""
    confirm: bool = False
    suggested: str | None = None


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    text = files("linli.services.sheets").joinpath("sheet_words.toml").read_text(encoding="utf-8")
    return cast(Mapping[str, Mapping[str, tuple[str, str]]], tomllib.loads(text))


def sheet_word(code: str, language: Literal["en", "zh"], **values: object) -> str:
    """Give the word for ``list.code`` in a language, with what stands in braces filled in.

    Raises
    ------
    KeyError
        If there is none: every code of ours has its words.
    """
    name, _, key = code.partition(".")
    return _table()[name][key][1 if language == "zh" else 0].format(**values)


def rule_word(rule: str, language: Literal["en", "zh"]) -> str:
    """Say a rule that a cell or line breaks; a rule of pydantic's is shown as it is called.

    A rule may carry a detail of our own after a colon: ``ambiguous_place:甲村、乙村``.
    """
    key, _, detail = rule.partition(":")
    words = _table()["rule"].get(key.strip())
    if words is None:
        return rule.replace("_", " ")
    said = words[1 if language == "zh" else 0]
    return said.format(detail=detail.strip()) if detail else said.replace("{detail}", "").strip("（）(): ")


def rules() -> frozenset[str]:
    """List the rules that have words."""
    return frozenset(_table()["rule"])
