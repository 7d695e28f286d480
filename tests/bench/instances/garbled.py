"""What is wrong in a public file, with its line or path: one that was cut off or garbled is refused, never half read.

A text that ends with a whole line of clients looks complete where the format does not say how many there are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast


class GarbledError(ValueError):
    """A file that cannot be read, and where; or one in another format."""


@contextmanager
def within(where: str) -> Generator[None]:
    """Say of whatever goes wrong here that it stands there.

    Raises
    ------
    GarbledError
        With the place, where something cannot be read.
    """
    try:
        yield
    except GarbledError:
        raise
    except KeyError as fault:
        raise GarbledError(f"{where}: {fault} is missing") from None
    except (TypeError, ValueError, IndexError, AttributeError, StopIteration, OverflowError) as fault:
        raise GarbledError(f"{where}: {fault}") from None


def lines_of(path: Path) -> list[tuple[str, list[str]]]:
    """Return a text's lines that are not empty, as words, each with what it is called."""
    with within(path.name):
        lines = path.read_text(encoding="utf-8").splitlines()
    return [(f"{path.name}: line {n}", line.split()) for n, line in enumerate(lines, 1) if line.strip()]


def figures(words: Sequence[str], where: str, wanted: int | None = None) -> tuple[float, ...]:
    """Return words as numbers; refuse what is none, what has no end, and another number of them than is wanted."""
    if wanted is not None and len(words) != wanted:
        raise GarbledError(f"{where}: {len(words)} figures, but {wanted} are wanted")
    with within(where):
        found = tuple(map(float, words))
    if not all(map(math.isfinite, found)):
        raise GarbledError(f"{where}: a figure without end")
    return found


def refuse_gap(number: float, wanted: int, where: str) -> None:
    """Refuse a line whose number is not the next one: something before it is missing, or it is garbled."""
    if number != wanted:
        raise GarbledError(f"{where}: number {number:g}, but {wanted} is the next")


def refuse_backwards(opens: float, closes: float, where: str) -> None:
    """Refuse a window that ends before it begins."""
    if closes < opens:
        raise GarbledError(f"{where}: the window ends before it begins")


def json_of(path: Path) -> dict[str, Any]:
    """Read an object of JSON, in which every number has an end."""

    def endless(word: str) -> float:
        raise GarbledError(f"{path.name}: {word} is no number")

    with within(f"{path.name}: not JSON"):
        given: object = json.loads(path.read_text(encoding="utf-8"), parse_constant=endless)
    if not isinstance(given, dict):
        raise GarbledError(f"{path.name}: not an object")
    return cast(dict[str, Any], given)


def known_beside(path: Path) -> dict[str, dict[str, float]]:
    """Return the best known costs that lie in ``BKS.json`` beside a file; none where nobody put them there."""
    beside = path.parent / "BKS.json"
    return json_of(beside) if beside.exists() else {}
