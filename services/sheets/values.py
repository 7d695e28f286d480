"""How the cell of a column becomes a value: numbers, yes and no, words of our lists, telephones, lengths. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple, cast

from linli.schemas.glossary import words
from linli.services.sheets.cells import Cell, plain
from linli.services.sheets.columns import BadCellError, Context, Convert, shipped_table

EXACT_MAX: Final = 10**15
"""A spreadsheet keeps fifteen digits of a number; of a longer one the last digits are gone."""

_LOST: Final = re.compile(r"\d(\.\d+)?e\+?\d+")
"""What a spreadsheet makes of a long number in a narrow column: 1.38E+10."""


def text(cell: Cell, _: Context) -> object:
    """Take a cell as it is."""
    return cell.text


def number_as_text(cell: Cell, _: Context) -> object:
    """Take a number that is a name, like an order's: no digit may be lost."""
    if _LOST.fullmatch(plain(cell.text)) or (cell.number is not None and abs(cell.number) >= EXACT_MAX):
        raise BadCellError("lost_digits")
    return cell.text


def whole_number(cell: Cell, _: Context) -> object:
    """Read a whole number."""
    given = plain(cell.text)
    if not re.fullmatch(r"[0-9]{1,6}", given):
        raise BadCellError("whole_number")
    return int(given)


def decimal(cell: Cell, _: Context) -> object:
    """Read a decimal number."""
    given = plain(cell.text).removesuffix("°")
    if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,17})?", given):
        raise BadCellError("decimal_number")
    return float(given)


_YES: Final = frozenset({"yes", "y", "true", "1", "是", "有", "对", "√", "✓", "已同意", "同意", "紧急", "加急", "特急"})
_NO: Final = frozenset(
    {"no", "n", "false", "0", "否", "无", "没有", "×", "x", "不同意", "未同意", "一般", "普通", "不紧急", "正常"}
)


def yes_or_no(cell: Cell, _: Context) -> object:
    """Read yes or no."""
    given = plain(cell.text)
    if given in _YES:
        return True
    if given in _NO:
        return False
    raise BadCellError("yes_or_no")


_URGENT: Final = {"急": True, "很急": True, "十万火急": True, "着急": True, "不急": False, "不着急": False}


def urgent_or_not(cell: Cell, context: Context) -> object:
    """Read whether it is urgent, also in the words that only such a column has."""
    said = _URGENT.get(plain(cell.text))
    return yes_or_no(cell, context) if said is None else said


def listed(cell: Cell, _: Context) -> object:
    """Read a list with semicolons."""
    return parts(cell.text)


def parts(text: str) -> list[str]:
    """Split a list as people write it."""
    return [part.strip() for part in re.split(r"[;；、,，\n]", text) if part.strip()]


class Telephone(NamedTuple):
    """A telephone number, empty where there is none; ``said`` is the whole cell where it also says whose it is."""

    number: str
    said: str = ""


_NONE: Final = frozenset({"无", "没有", "none", "-", "/"})
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 \-]{3,18}[0-9]")
_WHOSE: Final = re.compile(r"[^\d]{1,12}")
"""What stands beside a number to say whose it is: 儿子, daughter; digits there would be a part of some number."""


def phone(cell: Cell, _: Context) -> object:
    """Read a telephone number; ``None`` stands for one whose digits a spreadsheet has lost, which nobody can know."""
    given = plain(cell.text)
    if given in _NONE:
        return Telephone("")
    if _LOST.fullmatch(given) or (cell.number is not None and _looks_rounded(cell.number)):
        return None
    bare = re.sub(r"[()]", "-", given).strip("- ")
    if _NUMBER.fullmatch(bare):
        return Telephone(bare)
    numbers = {one.strip(): re.sub(r"\D", "", one) for one in _NUMBER.findall(given)}
    if len(set(numbers.values())) != 1:
        raise BadCellError("one_telephone" if numbers else "telephone")
    beside = _NUMBER.sub("", given).strip(" /,;、()")
    if beside and not _WHOSE.fullmatch(beside):
        raise BadCellError("telephone")
    return Telephone(next(iter(numbers)), cell.text.strip() if beside else "")


def _looks_rounded(number: float) -> bool:
    """Tell a number that was saved from 1.38E+10 and read again: its last seven digits are gone."""
    return number >= 10**10 and number % 10**7 == 0


_MINUTES: Final = re.compile(r"(\d{1,4}(?:\.\d)?)\s?(分钟?|min(?:utes?)?|小时|h|hours?|个小时|钟头)?")


def minutes(cell: Cell, _: Context) -> object:
    """Read a length: 45, 45分钟, 1.5小时, 半小时."""
    given = plain(cell.text)
    if given in ("半小时", "半个小时"):
        return 30
    found = _MINUTES.fullmatch(given)
    if found is None:
        raise BadCellError("length_in_minutes")
    hours = (found[2] or "").startswith(("小时", "h", "个小时", "钟头"))
    length = float(found[1]) * (60 if hours else 1)
    if length != int(length):
        raise BadCellError("length_in_minutes")
    return int(length)


_METRES: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s?(米|m|metres?|公里|千米|km)?")


def metres(cell: Cell, _: Context) -> object:
    """Read the length of a way: 800, 800米, 3公里, 2.5km; without a unit it is in metres."""
    found = _METRES.fullmatch(plain(cell.text))
    if found is None:
        raise BadCellError("length_in_metres")
    length = float(found[1]) * (1_000 if found[2] in ("公里", "千米", "km") else 1)
    if length != round(length):
        raise BadCellError("length_in_metres")
    return round(length)


def word_from(glossary: str, *, closed: bool = True) -> Convert:
    """Make a reader of a list's codes, which also takes the words for them, and others that people write.

    Parameters
    ----------
    glossary
        The list.
    closed
        Whether there are no other codes than those of the list.
    """

    def convert(cell: Cell, _: Context) -> object:
        code, known = code_of(glossary, cell.text), words(glossary)
        if closed and code not in known:
            raise BadCellError(f"one_of:{'、'.join(zh for _, zh in known.values())}")
        return code

    return convert


def code_of(glossary: str, text: str) -> str:
    """Give the code that a word of a list stands for; a word that stands for none is left as it is."""
    given = plain(text)
    return _codes_by_word(glossary).get(given, given if given.isascii() else text)


@lru_cache(maxsize=32)
def _codes_by_word(glossary: str) -> Mapping[str, str]:
    table = cast(Mapping[str, Mapping[str, list[str]]], shipped_table("value_words.toml")).get(glossary, {})
    ours = {plain(text): code for code, both in words(glossary).items() for text in both}
    return {**{plain(text): code for code, several in table.items() for text in several}, **ours}
