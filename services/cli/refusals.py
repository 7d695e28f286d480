"""Why a line or a command was refused, in words."""

from __future__ import annotations

from linli.schemas.dead_letters import Reason
from linli.schemas.glossary import word_of
from linli.services.cli.csv_columns import Columns
from linli.services.cli.inbox_files import Line, Shape
from linli.services.cli.words import TONGUE
from linli.streams.inbox_record import RefusedError


def in_words(refused: RefusedError, columns: Columns | None = None) -> str:
    """Say why: the reason, the field or column, the rule; never a value."""
    parts = [word_of(refused.reason, TONGUE)]
    if refused.path:
        parts.append(columns.of_path(refused.path) if columns else refused.path)
    if refused.rule:
        parts.append(refused.rule.replace("_", " "))
    return ": ".join(parts)


def as_data(line: int, refused: RefusedError, columns: Columns | None = None) -> dict[str, object]:
    """Say it to a program."""
    return {
        "line": line,
        "reason": refused.reason.value,
        "field": columns.of_path(refused.path) if columns else refused.path,
        "rule": refused.rule,
        "message": in_words(refused, columns),
    }


def columns_for(shape: Shape, columns: Columns) -> Columns | None:
    """Give the columns to name fields by: those of a CSV; other files have fields."""
    return columns if shape is Shape.CSV else None


def first_reason(line: Line) -> Reason | None:
    """Give why a line is refused, if it is."""
    return line.refused.reason if line.refused is not None else None
