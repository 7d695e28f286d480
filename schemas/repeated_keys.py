"""Keys that stand twice in a JSON object: every parser quietly keeps the last, and its writer may have meant the first.

For files that a person wrote. What other systems send is read by `linli.streams.intake.strict_json`, which refuses them
without naming them: a stranger's key may be anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, cast

from linli.schemas.errors import Both

SHOWN_MAX: Final = 40
"""Characters of a key that are shown: more than any field of ours has, and not a whole text that was taken for one."""

Path = tuple[int | str, ...]
"""Keys and numbers from the top of a file down."""


class _Twice(dict[str, object]):
    """An object in which a key stood twice."""

    key = ""


def repeated_keys(text: str | bytes) -> tuple[Path, ...]:
    """List where a key stands twice in one object; nothing where each stands once.

    Parameters
    ----------
    text
        JSON that another parser has taken already, in UTF-8 where it is bytes.

    Raises
    ------
    json.JSONDecodeError
        If it is nested deeper than Python goes, which no file of ours is.

    Notes
    -----
    Only the last of the two values is looked into, and of an object only the first such key is told.
    """
    found: list[_Twice] = []

    def noticed(pairs: list[tuple[str, object]]) -> dict[str, object]:
        once = dict(pairs)
        if len(once) == len(pairs):
            return once
        twice = _Twice(once)
        keys = [key for key, _ in pairs]
        twice.key = next(key for number, key in enumerate(keys) if key in keys[:number])
        found.append(twice)
        return twice

    try:
        # No figure matters here, and a matrix has millions: as truths they take no memory.
        data: object = json.loads(text, object_pairs_hook=noticed, parse_int=bool, parse_float=bool)
    except RecursionError:
        raise json.JSONDecodeError("nested too deep", "", 0) from None
    return tuple(_paths(data, ())) if found else ()


def said_twice(path: str) -> Both:
    """Say it of one place, as the file's reader writes places."""
    return Both(f"{path}: stands twice", f"{path}：重复出现")


def first_repeated(text: str | bytes) -> Both | None:
    """Say where a key stands twice first, in dots; ``None`` where each stands once."""
    found = repeated_keys(text)
    return said_twice(".".join(str(part) for part in found[0])) if found else None


def _paths(data: object, above: Path) -> Iterator[Path]:
    if isinstance(data, _Twice):
        yield (*above, data.key[:SHOWN_MAX])
    if isinstance(data, dict):
        for key, value in cast(dict[str, object], data).items():
            yield from _paths(value, (*above, key[:SHOWN_MAX]))
    elif isinstance(data, list):
        for number, value in enumerate(cast(list[object], data)):
            yield from _paths(value, (*above, number))
