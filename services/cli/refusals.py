"""Why a line or a command was refused, in words."""

from __future__ import annotations

from linli.schemas.glossary import word_of
from linli.services.cli.words import TONGUE, both
from linli.services.sheets.columns import Columns
from linli.services.sheets.notes import rule_word
from linli.services.sheets.reading import Line
from linli.streams.intake.inbox_record import RefusedError


def in_words(refused: RefusedError, columns: Columns | None = None) -> str:
    """Say why: the reason, the field or column, the rule; never a value."""
    parts = [word_of(refused.reason, TONGUE)]
    if refused.path:
        parts.append(columns.shown(columns.of_path(refused.path), TONGUE) if columns else refused.path)
    if refused.rule:
        parts.append(rule_word(refused.rule, TONGUE))
    if refused.answer is not None:
        parts.append(both(refused.answer.en, refused.answer.zh))
    return both(": ", "：").join(parts)


def as_data(line: Line, refused: RefusedError, columns: Columns | None = None) -> dict[str, object]:
    """Say it to a program."""
    told: dict[str, object] = {"sheet": line.sheet} if line.sheet else {}
    return {
        **told,
        "line": line.number,
        "reason": refused.reason.value,
        "field": columns.of_path(refused.path) if columns else refused.path,
        "rule": refused.rule,
        "message": in_words(refused, columns),
        **({} if refused.answer is None else {"answer_en": refused.answer.en, "answer_zh": refused.answer.zh}),
    }


def where(line: Line, sheets: int = 1) -> str:
    """Name a line by its number, in a workbook of several sheets with its sheet."""
    return f"{line.sheet} {line.number}" if line.sheet and sheets > 1 else str(line.number)
