"""Categories in free text: which entry of the menu is probably meant, and how sure that is. Only a suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from linli.schemas.menu import ServiceMenu
from linli.services.sheets.cells import plain
from linli.services.sheets.columns import shipped_table

SURE_ENOUGH: Final = 70
"""Per cent from which a suggestion is made; below, two categories are about equally likely and a person must choose."""

SUREST: Final = 90
"""Per cent that a suggestion never passes: words of a text are no order of a category."""

NAMED_MAX: Final = 3
"""Categories named when none is sure enough."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category that a text probably means; ``per_cent`` is its share of the words found for any category."""

    code: str
    per_cent: int


def exact_category(text: str, menu: ServiceMenu) -> str | None:
    """Give the code of the category that a text names outright, by code or name."""
    wanted = plain(text)
    return next((item.code for item in menu.items if wanted in (item.code, plain(item.zh), plain(item.en))), None)


def suggested(text: str, menu: ServiceMenu) -> tuple[Suggestion, ...]:
    """Give the categories that a text's words speak for, the likeliest first.

    Notes
    -----
    Each category counts the letters of its words that stand in the text, a word within another one only once; its
    share of all of them is how sure it is. The words are a list of ours, ``category_words.toml``, and the parts of the
    menu's own names. It understands no sentence: "no haircut, only shopping" is read as both.
    """
    whole = plain(text)
    scores = {item.code: _letters(whole, _words(item.code, item.zh, item.en)) for item in menu.items}
    total = sum(scores.values())
    if not total:
        return ()
    ranked = sorted((code for code in scores if scores[code]), key=lambda code: (-scores[code], code))
    return tuple(Suggestion(code, min(SUREST, round(100 * scores[code] / total))) for code in ranked)


def _letters(text: str, words: tuple[str, ...]) -> int:
    """Count the letters of a text that belong to any of the words."""
    covered: set[int] = set()
    for word in words:
        at = text.find(word)
        while at >= 0:
            covered.update(range(at, at + len(word)))
            at = text.find(word, at + 1)
    return len(covered)


def _words(code: str, zh: str, en: str) -> tuple[str, ...]:
    return (*_shipped().get(code, ()), plain(zh), plain(zh).removeprefix("上门"), plain(en))


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, list[str]]:
    return cast(Mapping[str, list[str]], shipped_table("category_words.toml"))
